"""What the checks of an order are told: every fact of `deed_facts.ORDER_FACTS`, gathered once per order.

A fact that nobody knows is None, and the rule that needs it says "not computable" instead of guessing. All queries go
by an index of the unit, the product or the supplier, however many orders there are in the province.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import or_, select, text

from ledger.budget_lines import balances
from mall import clock
from mall.assets.asset_quota import Quota, quotas_of
from mall.catalogue.category import Category
from mall.catalogue.certificate import compulsory_certificate
from mall.catalogue.check_submitted import CERTIFICATE_RULE
from mall.catalogue.find_ceilings import Ceiling, find_ceilings
from mall.catalogue.listing import Listing, delivers_to
from mall.database import session
from mall.ordering.order_checks import LineToCheck, OrderToCheck
from mall.people.organisation import Organisation, organisation
from mall.regions.regional_rule import rule as regional_rule
from mall.regions.watch_calendar import day_number
from supervision.categories import CLASS_LENGTH
from supervision.credit.credit_message import CreditAnswer, DishonestyQuery
from supervision.reference_price import ReferencePrice
from supervision.rhythm import is_steady
from supervision.values import Values
from supervision.watch_record import DishonestyEntry, OutsidePrice, WatchApproval

#: outside prices older than this are no longer compared with; rules ask for less
OUTSIDE_DAYS = 30
_ENDED = ("cancelled", "declined", "draft", "returned")


@dataclass(frozen=True)
class PastLine:
    """One earlier order of the unit in one class of category and budget item, with what of it that was."""

    order_id: int
    class_code: str
    project: str
    amount_fen: int
    day: int
    year: int
    mode: str
    supplier_id: int
    product_ids: frozenset[int]
    address: str
    has_assets: bool


class OrderFacts:
    """Gathers for one order; whatever is asked for twice is read once."""

    def __init__(self, order: OrderToCheck, *, splitting: Values) -> None:
        """`splitting`: the values that `splitting.below_comparison` is judged by there. They say which earlier orders
        count at all, so what is gathered follows whoever sets them."""
        self.order = order
        self.splitting = splitting
        self.day = day_number(order.on)

    def of_line(self, line: LineToCheck, names: Iterable[str]) -> dict[str, Any]:
        """The facts of these names; what is not known is None."""
        return {name: _SOURCES[name](self, line) if name in _SOURCES else None for name in names}

    # -- the order itself -----------------------------------------------------------------------------------------

    def class_code(self, line: LineToCheck) -> str:
        return line.offer.category.code[:CLASS_LENGTH] if line.offer.category is not None else ""

    def project(self, line: LineToCheck) -> str:
        return line.budget_line.project if line.budget_line is not None else ""

    def base_price_fen(self, line: LineToCheck) -> int:
        listing = line.offer.listing
        return _per_base_unit(listing.price_fen, listing.pack_size)

    def class_amount_fen(self, line: LineToCheck) -> int:
        own = self.class_code(line)
        return sum(one.amount_fen for one in self.order.lines if self.class_code(one) == own)

    def item_class_amount_fen(self, line: LineToCheck) -> int:
        own = (self.class_code(line), self.project(line))
        return sum(one.amount_fen for one in self.order.lines if (self.class_code(one), self.project(one)) == own)

    @property
    def amount_fen(self) -> int:
        return sum(line.amount_fen for line in self.order.lines)

    # -- budget ---------------------------------------------------------------------------------------------------

    @functools.cached_property
    def available_fen(self) -> Mapping[int, int]:
        ids = {line.budget_line_id for line in self.order.lines if line.budget_line is not None}
        return {line_id: one.available_fen for line_id, one in balances(session(), ids).items()} if ids else {}

    def budget_charged_fen(self, line: LineToCheck) -> int:
        return sum(one.amount_fen for one in self.order.lines if one.budget_line_id == line.budget_line_id)

    def has_budget_line(self, line: LineToCheck) -> int:
        found = line.budget_line
        return int(found is not None and found.unit_id == self.order.unit_id and found.year == self.order.year)

    def budget_categories(self, line: LineToCheck) -> list[str] | None:
        if line.budget_line is None:
            return None
        return sorted(line.budget_line.category_scope)

    # -- what the unit bought before ------------------------------------------------------------------------------

    @functools.cached_property
    def past(self) -> list[PastLine]:
        """The unit's orders of this year and of the days any parameter looks back, in the classes of this order, not
        cancelled."""
        classes = sorted({self.class_code(line) for line in self.order.lines} - {""})
        if not classes:
            return []
        days = max(self.splitting["window_days"], self.splitting["rhythm_days"])
        rows = session().execute(
            _PAST,
            {
                "unit_id": self.order.unit_id,
                "since": self.order.on - timedelta(days=days),
                "year": self.order.year,
                "classes": classes,
                "ended": list(_ENDED),
            },
        )
        return [PastLine(**{**row, "product_ids": frozenset(row["product_ids"])}) for row in rows.mappings()]

    def of_year(self, line: LineToCheck) -> list[PastLine]:
        own = (self.class_code(line), self.project(line))
        return [
            one
            for one in self.past
            if one.year == self.order.year and one.mode != "open_tender" and (one.class_code, one.project) == own
        ]

    def recent(self, line: LineToCheck) -> list[PastLine]:
        """Earlier direct orders of the last days in the line's class, by order: each below the limit."""
        own, since = self.class_code(line), self.day - self.splitting["window_days"]
        found = [
            one
            for one in self.past
            if one.class_code == own and one.mode == "direct_purchase" and since < one.day <= self.day
        ]
        totals = Counter[int]()
        for one in found:
            totals[one.order_id] += one.amount_fen
        limit_fen = self.splitting["limit_fen"]
        return [one for one in found if totals[one.order_id] < limit_fen]

    def recent_same_count(self, line: LineToCheck) -> int:
        offer = line.offer
        return len({
            one.order_id
            for one in self.recent(line)
            if one.supplier_id == offer.supplier.id
            or offer.product.id in one.product_ids
            or one.day == self.day
            or (one.address and one.address == self.order.address)
        })  # fmt: skip

    def is_regular(self, line: LineToCheck) -> int:
        own, since = self.class_code(line), self.day - self.splitting["rhythm_days"]
        found = [one for one in self.past if one.class_code == own and one.day > since]
        if any(one.has_assets for one in found):
            return 0
        by_order = {one.order_id: one.day for one in found}
        least, percent = self.splitting["rhythm_orders"], self.splitting["rhythm_percent"]
        return int(is_steady([*by_order.values(), self.day], least=least, percent=percent))

    def _law(self, code: str) -> int | None:
        return regional_rule(code, region_code=self.order.region_code, on=self.order.on).value

    # -- approvals and other people's papers -----------------------------------------------------------------------

    @functools.cached_property
    def approvals(self) -> list[WatchApproval]:
        on = self.order.on
        query = select(WatchApproval).where(
            WatchApproval.unit_id == self.order.unit_id,
            WatchApproval.from_day <= on,
            or_(WatchApproval.until_day.is_(None), WatchApproval.until_day >= on),
        )
        return list(session().scalars(query))

    def is_approved(self, kind: str, line: LineToCheck) -> int:
        code = line.offer.category.code if line.offer.category is not None else ""
        return int(
            any(
                one.kind == kind
                and code.startswith(one.category_code)
                and (one.quantity == 0 or one.quantity >= line.quantity)
                for one in self.approvals
            )
        )

    # -- prices -----------------------------------------------------------------------------------------------------

    @functools.cached_property
    def references(self) -> Mapping[tuple[int, int], ReferencePrice]:
        """By (product, supplier): one key each, read together."""
        products = {line.offer.product.id for line in self.order.lines}
        suppliers = {0, *(line.offer.supplier.id for line in self.order.lines)}
        query = select(ReferencePrice).where(
            ReferencePrice.product_id.in_(products), ReferencePrice.supplier_id.in_(suppliers)
        )
        return {(row.product_id, row.supplier_id): row for row in session().scalars(query)}

    def reference(self, line: LineToCheck) -> ReferencePrice | None:
        product_id = line.offer.product.id
        return self.references.get((product_id, line.offer.supplier.id)) or self.references.get((product_id, 0))

    def paid(self, line: LineToCheck, name: str) -> int | None:
        """A value of what was paid. Nothing paid is no price; that there is none is known."""
        row = self.reference(line)
        if row is None:
            return 0 if name == "paid_count" else None
        return getattr(row, name) if name == "paid_count" or row.paid_count else None

    def asked(self, line: LineToCheck, name: str, *, count: str) -> int | None:
        row = self.references.get((line.offer.product.id, line.offer.supplier.id))
        return getattr(row, name) if row is not None and getattr(row, count) else None

    @functools.cached_property
    def live(self) -> Mapping[int, list[tuple[int, int]]]:
        """product -> [(supplier, price per base unit)] of every offer on the shelf that is delivered here."""
        products = {line.offer.product.id for line in self.order.lines}
        found: dict[int, list[tuple[int, int]]] = {}
        query = select(
            Listing.product_id, Listing.supplier_id, Listing.price_fen, Listing.pack_size, Listing.region_codes
        ).where(Listing.product_id.in_(products), Listing.state == "on_shelf")
        for product_id, supplier_id, price_fen, pack_size, regions in session().execute(query):
            if delivers_to(regions, region_code=self.order.region_code):
                found.setdefault(product_id, []).append((supplier_id, _per_base_unit(price_fen, pack_size)))
        return found

    def live_prices_fen(self, line: LineToCheck) -> list[int]:
        lowest: dict[int, int] = {}
        for supplier_id, price_fen in self.live.get(line.offer.product.id, ()):
            if supplier_id != line.offer.supplier.id:
                lowest[supplier_id] = min(price_fen, lowest.get(supplier_id, price_fen))
        return sorted(lowest.values())

    @functools.cached_property
    def own_last(self) -> Mapping[int, int]:
        """product -> what this unit paid for it last, per base unit."""
        products = sorted({line.offer.product.id for line in self.order.lines})
        rows = session().execute(
            _OWN_LAST, {"unit_id": self.order.unit_id, "products": products, "ended": list(_ENDED)}
        )
        return {product_id: _per_base_unit(price_fen, pack_size) for product_id, price_fen, pack_size in rows}

    @functools.cached_property
    def outside(self) -> list[OutsidePrice]:
        products = {line.offer.product.id for line in self.order.lines}
        since = self.order.on - timedelta(days=OUTSIDE_DAYS)
        query = select(OutsidePrice).where(
            OutsidePrice.product_id.in_(products),
            OutsidePrice.captured_at >= since,
            OutsidePrice.state == "confirmed",
            OutsidePrice.is_promotion.is_(False),
        )
        return list(session().scalars(query))

    def outside_price(self, line: LineToCheck, kind: str) -> tuple[int, int] | None:
        """(price per base unit, day) of the lowest one of this kind."""
        found = [
            (_per_base_unit(one.price_fen, one.pieces), day_number(one.captured_at.date()))
            for one in self.outside
            if one.product_id == line.offer.product.id
            and one.kind == kind
            and one.supplier_id in (None, line.offer.supplier.id)
        ]
        return min(found) if found else None

    # -- standards ---------------------------------------------------------------------------------------------------

    @functools.cached_property
    def ceilings(self) -> Mapping[int, Ceiling]:
        known = {one.offer.product.id: one.offer.category.code for one in self.order.lines if one.offer.category}
        return find_ceilings(known, region_code=self.order.region_code, on=self.order.on)

    @functools.cached_property
    def unit(self) -> Organisation | None:
        return organisation(self.order.unit_id)

    @functools.cached_property
    def quotas(self) -> list[Quota]:
        wanted = Counter[str]()
        for line in self.order.lines:
            if line.offer.category is not None:
                wanted[line.offer.category.code] += line.quantity
        return quotas_of(self.unit, on=self.order.on, wanted=wanted) if self.unit is not None else []

    def quota(self, line: LineToCheck) -> Quota | None:
        """The standard that leaves fewest pieces for the line's category."""
        code = line.offer.category.code if line.offer.category is not None else ""
        found = [one for one in self.quotas if code in one.standard.category_codes]
        return min(found, key=lambda one: (one.free is not None, one.free or 0)) if found else None

    def is_green_required(self, line: LineToCheck) -> int | None:
        """As the catalogue requires it in this region: where it lets a listing pass, the order is not held up."""
        if line.offer.category is None:
            return None
        if not self._law(CERTIFICATE_RULE):
            return 0
        return int(compulsory_certificate(line.offer.category.code, on=self.order.on) is not None)

    def certificate_until_day(self, line: LineToCheck) -> int:
        until = line.offer.listing.certificate_until
        return day_number(until) if until is not None else 0

    @functools.cached_property
    def goods_of_year(self) -> tuple[int, int]:
        """(all, of small firms): the unit's earlier goods of this year, in fen."""
        row = session().execute(
            _GOODS, {"unit_id": self.order.unit_id, "year": self.order.year, "ended": list(_ENDED)}
        ).one()  # fmt: skip
        return int(row.all_fen), int(row.small_fen)

    # -- the supplier ------------------------------------------------------------------------------------------------

    @functools.cached_property
    def dishonesty(self) -> Mapping[int, DishonestyEntry]:
        """supplier -> the entry that stands today and began first."""
        suppliers = {line.offer.supplier.id for line in self.order.lines}
        on = self.order.on
        query = (
            select(DishonestyEntry)
            .where(
                DishonestyEntry.supplier_id.in_(suppliers),
                DishonestyEntry.from_day <= on,
                or_(DishonestyEntry.until_day.is_(None), DishonestyEntry.until_day >= on),
            )
            .order_by(DishonestyEntry.from_day.desc(), DishonestyEntry.id.desc())
        )
        return {row.supplier_id: row for row in session().scalars(query)}

    @functools.cached_property
    def credit_queries(self) -> Mapping[int, tuple[datetime, str]]:
        """supplier -> when the credit platform was last asked about him, and the digest of its answer."""
        suppliers = {line.offer.supplier.id for line in self.order.lines}
        query = (
            select(DishonestyQuery.supplier_id, CreditAnswer.queried_at, CreditAnswer.sha256)
            .join(CreditAnswer, CreditAnswer.id == DishonestyQuery.answer_id)
            .where(DishonestyQuery.supplier_id.in_(suppliers))
            .order_by(CreditAnswer.queried_at)
        )
        return {supplier_id: (at, digest) for supplier_id, at, digest in session().execute(query)}

    def credit_query_age_minutes(self, line: LineToCheck) -> int | None:
        found = self.credit_queries.get(line.offer.supplier.id)
        return None if found is None else int((clock.now() - found[0]).total_seconds() // 60)

    # -- the address ---------------------------------------------------------------------------------------------------

    @functools.cached_property
    def families_at_address(self) -> int | None:
        if not self.order.address:
            return None
        row = session().execute(
            _FAMILIES,
            {
                "address": self.order.address,
                "since": self.order.on - timedelta(days=365),
                "unit_id": self.order.unit_id,
            },
        )
        return int(row.scalar_one())

    def is_address_registered(self) -> int | None:
        if not self.order.address or self.unit is None:
            return None
        return int(_plain(self.unit.address) == _plain(self.order.address))


def _plain(address: str) -> str:
    return "".join(address.split()).casefold()


def _per_base_unit(price_fen: int, pieces: int) -> int:
    """Rounded half up, as the views of the watch do it."""
    return (price_fen * 2 + pieces) // (2 * pieces)


def known_order_facts() -> frozenset[str]:
    """The facts that can be gathered today."""
    return frozenset(_SOURCES)


Source = Callable[[OrderFacts, LineToCheck], Any]


def _day(day: date | None, *, none: int) -> int:
    return none if day is None else day_number(day)


def _quota_part(name: str) -> Source:
    def part(facts: OrderFacts, line: LineToCheck) -> int | None:
        quota = facts.quota(line)
        return 0 if quota is None else getattr(quota, name)

    return part


def _outside_part(kind: str, place: int) -> Source:
    def part(facts: OrderFacts, line: LineToCheck) -> int | None:
        found = facts.outside_price(line, kind)
        return None if found is None else found[place]

    return part


def _goods_kind(facts: OrderFacts, line: LineToCheck) -> bool:
    category: Category | None = line.offer.category
    return category is not None and category.kind == "goods"


_SOURCES: Mapping[str, Source] = {
    "on_day": lambda facts, line: facts.day,
    "ordered_day": lambda facts, line: facts.day,
    "category_code": lambda facts, line: line.offer.category.code if line.offer.category is not None else None,
    "quantity": lambda facts, line: line.quantity,
    "price_fen": lambda facts, line: line.offer.listing.price_fen,
    "pack_size": lambda facts, line: line.offer.listing.pack_size,
    "base_price_fen": OrderFacts.base_price_fen,
    "amount_fen": lambda facts, line: line.amount_fen,
    "order_amount_fen": lambda facts, line: facts.amount_fen,
    "class_amount_fen": OrderFacts.class_amount_fen,
    "item_class_amount_fen": OrderFacts.item_class_amount_fen,
    "has_budget_line": OrderFacts.has_budget_line,
    "budget_available_fen": lambda facts, line: facts.available_fen.get(line.budget_line_id),
    "budget_charged_fen": OrderFacts.budget_charged_fen,
    "budget_categories": OrderFacts.budget_categories,
    "year_total_fen": lambda facts, line: sum(one.amount_fen for one in facts.of_year(line)),
    "year_order_count": lambda facts, line: len({one.order_id for one in facts.of_year(line)}),
    "split_is_approved": lambda facts, line: facts.is_approved("split", line),
    "recent_total_fen": lambda facts, line: sum(one.amount_fen for one in facts.recent(line)),
    "recent_order_count": lambda facts, line: len({one.order_id for one in facts.recent(line)}),
    "recent_same_count": OrderFacts.recent_same_count,
    "limit_fen": lambda facts, line: facts.splitting["limit_fen"],
    "is_regular_consumable": OrderFacts.is_regular,
    "median_fen": lambda facts, line: facts.paid(line, "paid_median_fen"),
    "quartile_1_fen": lambda facts, line: facts.paid(line, "paid_quartile_1_fen"),
    "quartile_3_fen": lambda facts, line: facts.paid(line, "paid_quartile_3_fen"),
    "paid_minimum_fen": lambda facts, line: facts.paid(line, "paid_lowest_fen"),
    "paid_count": lambda facts, line: facts.paid(line, "paid_count"),
    "paid_from_day": lambda facts, line: facts.paid(line, "paid_from_day"),
    "paid_until_day": lambda facts, line: facts.paid(line, "paid_until_day"),
    "own_last_price_fen": lambda facts, line: facts.own_last.get(line.offer.product.id),
    "live_prices_fen": OrderFacts.live_prices_fen,
    "regular_price_fen": lambda facts, line: facts.asked(line, "regular_price_fen", count="regular_price_sellers"),
    "regular_price_sellers": lambda facts, line: facts.asked(
        line, "regular_price_sellers", count="regular_price_sellers"
    ),
    "own_high_fen": lambda facts, line: facts.asked(line, "own_high_fen", count="own_weeks"),
    **{
        name: functools.partial(lambda facts, line, name: facts.asked(line, name, count="on_day"), name=name)
        for name in (
            "others_regular_fen",
            "others_regular_sellers",
            "own_regular_fen",
            "own_regular_weeks",
            "is_uneven",
        )
    },
    "own_site_price_fen": _outside_part("own_site", 0),
    "own_site_price_day": _outside_part("own_site", 1),
    "e_commerce_price_fen": _outside_part("e_commerce", 0),
    "e_commerce_price_day": _outside_part("e_commerce", 1),
    "framework_ceiling_fen": lambda facts, line: (
        facts.ceilings[line.offer.product.id].ceiling_fen if line.offer.product.id in facts.ceilings else 0
    ),
    "asset_ceiling_fen": lambda facts, line: (
        (line.offer.category.asset_ceiling_fen or 0) if line.offer.category else None
    ),
    "over_standard_is_approved": lambda facts, line: facts.is_approved("over_standard", line),
    "asset_ceiling_pieces": _quota_part("ceiling"),
    "asset_in_use": _quota_part("in_use"),
    "asset_on_order": _quota_part("on_order"),
    "asset_wanted": _quota_part("wanted"),
    "minimum_years": lambda facts, line: (line.offer.category.min_years or 0) if line.offer.category else None,
    "scrap_is_approved": lambda facts, line: facts.is_approved("scrap", line),
    "import_is_approved": lambda facts, line: facts.is_approved("import", line),
    "is_green_required": OrderFacts.is_green_required,
    "certificate_number": lambda facts, line: line.offer.listing.certificate_number,
    "certificate_until_day": OrderFacts.certificate_until_day,
    "goods_total_fen": lambda facts, line: facts.goods_of_year[0] if _goods_kind(facts, line) else None,
    "small_firm_total_fen": lambda facts, line: facts.goods_of_year[1] if _goods_kind(facts, line) else None,
    "supplier_is_small_firm": lambda facts, line: int(line.offer.supplier.is_small_firm),
    "licence_until_day": lambda facts, line: _day(line.offer.supplier.licence_expires_on, none=0),
    "dishonesty_list": lambda facts, line: (
        facts.dishonesty[line.offer.supplier.id].list_name if line.offer.supplier.id in facts.dishonesty else ""
    ),
    "dishonest_from_day": lambda facts, line: (
        day_number(facts.dishonesty[line.offer.supplier.id].from_day)
        if line.offer.supplier.id in facts.dishonesty
        else 0
    ),
    "credit_query_age_minutes": OrderFacts.credit_query_age_minutes,
    "credit_proof_key": lambda facts, line: facts.credit_queries.get(line.offer.supplier.id, (None, ""))[1],
    "address_family_count": lambda facts, line: facts.families_at_address,
    "address_is_registered": lambda facts, line: facts.is_address_registered(),
}

_PAST = text("""
    select o.id as order_id, left(l.category_code, 7) as class_code, coalesce(b.project, '') as project,
        sum(l.quantity * l.price_fen)::bigint as amount_fen, watch.day_of(o.submitted_at) as day,
        coalesce(o.counted_year, o.year) as year, o.mode, o.supplier_id,
        array_agg(distinct l.product_id) as product_ids, coalesce(o.delivery ->> 'address', '') as address,
        bool_or(l.is_asset) as has_assets
    from purchase_order o
    join order_line l on l.order_id = o.id
    left join ledger.budget_line b on b.id = l.budget_line_id
    where o.unit_id = :unit_id and o.submitted_at is not null and o.state <> all(:ended)
        and (o.submitted_at >= :since or coalesce(o.counted_year, o.year) = :year)
        and left(l.category_code, 7) = any(:classes)
    group by o.id, left(l.category_code, 7), b.project
""")
_OWN_LAST = text("""
    select distinct on (l.product_id) l.product_id, l.price_fen, g.pack_size
    from order_line l
    join purchase_order o on o.id = l.order_id
    join listing g on g.id = l.listing_id
    where l.product_id = any(:products) and o.unit_id = :unit_id and o.submitted_at is not null
        and o.state <> all(:ended)
    order by l.product_id, o.submitted_at desc, l.id desc
""")
_GOODS = text("""
    select coalesce(sum(o.total_fen), 0)::bigint as all_fen,
        coalesce(sum(o.total_fen) filter (where s.is_small_firm), 0)::bigint as small_fen
    from purchase_order o
    join supplier s on s.id = o.supplier_id
    where o.unit_id = :unit_id and coalesce(o.counted_year, o.year) = :year and o.submitted_at is not null
        and o.state <> all(:ended)
""")
_FAMILIES = text("""
    select count(distinct coalesce(u.parent_id, u.id)) from (
        select unit_id from purchase_order
        where delivery ->> 'address' = :address and submitted_at >= :since
        union select cast(:unit_id as bigint)) o
    join organisation u on u.id = o.unit_id
""")
