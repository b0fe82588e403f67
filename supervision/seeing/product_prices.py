"""All that is known of a product's price: a supplier's line, the others' band, what was paid, prices outside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from mall import clock
from mall.catalogue.listing import Listing
from mall.catalogue.product import Product
from mall.database import session
from mall.ordering.order import Order, OrderLine
from mall.people.organisation import Organisation, organisation_names
from mall.regions.watch_calendar import day_number
from supervision.finding import Finding
from supervision.reference_price import ReferencePrice, reference_price
from supervision.seeing.open_findings import open_findings_in_sight
from supervision.seeing.ranks import quantile, quartiles
from supervision.seeing.sight import Sight, names_for
from supervision.seeing.watched_orders import submitted_between
from supervision.seeing.weekly_prices import SOLD_ONCE, WEEKS, monday_of, sellers_by_week, week_of, weeks_of_product
from supervision.watch_record import OutsidePrice

#: the regular price: the highest of so many weekly upper quartiles of the other sellers
REGULAR_WEEKS, REGULAR_PERCENT = 9, 75
MOST_ORDERS, MOST_OUTSIDE = 500, 100
#: a supplier sees the band of the others only where it does not show what a single one of them asks
OTHERS_MIN = 3


@dataclass(frozen=True)
class PriceWeek:
    """One week, per base unit in fen. `own_fen`: the supplier looked at; the others' figures leave him out."""

    week: int
    own_fen: int | None
    sellers: int
    quartile_1_fen: int | None
    median_fen: int | None
    quartile_3_fen: int | None
    regular_fen: int | None

    @property
    def monday(self) -> date:
        return monday_of(self.week)


@dataclass(frozen=True)
class PaidPrice:
    """One order line. `number` is empty, and the unit masked, where the order is out of sight."""

    number: str
    unit: str
    supplier: str
    supplier_id: int
    on_day: date
    quantity: int
    price_fen: int
    base_price_fen: int

    @property
    def is_in_sight(self) -> bool:
        return bool(self.number)


@dataclass(frozen=True)
class ProductPrices:
    product: Product
    #: (id, name) of everybody who sold or sells it
    sellers: Sequence[tuple[int, str]]
    supplier_id: int | None
    weeks: Sequence[PriceWeek]
    paid: Sequence[PaidPrice]
    outside: Sequence[OutsidePrice]
    of_all: ReferencePrice | None
    of_supplier: ReferencePrice | None
    findings: Sequence[Finding]


def product_now(product_id: int) -> Product | None:
    """The product, or the one that it was merged into."""
    product = session().get(Product, product_id) if 0 < product_id < 2**63 else None
    if product is not None and product.merged_into_id is not None:
        return session().get(Product, product.merged_into_id)
    return product


def product_prices(product: Product, *, supplier_id: int | None, sight: Sight, key: str) -> ProductPrices:
    """For a regulator: everything, with units out of sight masked. `key` is of the masks."""
    supplier_ids = set(session().scalars(select(Listing.supplier_id).where(Listing.product_id == product.id)))
    names = organisation_names(supplier_ids)
    chosen = supplier_id if supplier_id in supplier_ids else None
    return ProductPrices(
        product=product,
        sellers=sorted(names.items(), key=lambda one: one[1]),
        supplier_id=chosen,
        weeks=price_weeks(product.id, supplier_id=chosen),
        paid=_paid(product.id, sight=sight, key=key),
        outside=list(
            session().scalars(
                select(OutsidePrice)
                .where(OutsidePrice.product_id == product.id, OutsidePrice.state == "confirmed")
                .order_by(OutsidePrice.captured_at.desc())
                .limit(MOST_OUTSIDE)
            )
        ),
        of_all=reference_price(product.id, 0),
        of_supplier=reference_price(product.id, chosen) if chosen is not None else None,
        findings=list(
            session().scalars(
                open_findings_in_sight(select(Finding).where(Finding.product_id == product.id), sight).order_by(
                    Finding.amount_fen.desc(), Finding.id
                )
            )
        ),
    )


def price_weeks(product_id: int, *, supplier_id: int | None, others_min: int = 1) -> list[PriceWeek]:
    """Every week with a price. Fewer others than `others_min`: their figures stay away."""
    by_week = sellers_by_week(weeks_of_product(product_id))
    found: list[PriceWeek] = []
    upper: dict[int, int] = {}
    for week in sorted(by_week):
        others = [price for seller, price in by_week[week].items() if seller != supplier_id]
        known = others if len(others) >= others_min else []
        highest = quantile(known, REGULAR_PERCENT)
        if highest is not None:
            upper[week] = highest
        recent = [upper[one] for one in range(week - REGULAR_WEEKS + 1, week + 1) if one in upper]
        first, median, third = quartiles(known) or (None, None, None)
        found.append(
            PriceWeek(
                week=week,
                own_fen=by_week[week].get(supplier_id) if supplier_id is not None else None,
                sellers=len(others),
                quartile_1_fen=first,
                median_fen=median,
                quartile_3_fen=third,
                regular_fen=max(recent) if known and recent else None,
            )
        )
    return found


def _paid(product_id: int, *, sight: Sight, key: str) -> list[PaidPrice]:
    """What orders of the time shown paid, the newest first."""
    today = clock.today()
    since = monday_of(week_of(today) - WEEKS)
    query = submitted_between(select(Order.number), since, today)
    query = (
        query.join(OrderLine, OrderLine.order_id == Order.id)
        .join(Listing, Listing.id == OrderLine.listing_id)
        .join(Organisation, Organisation.id == Order.unit_id)
        .where(OrderLine.product_id.in_(_merged(product_id)))
        .with_only_columns(
            Order.number,
            Order.submitted_at,
            Order.unit_id,
            Order.region_code,
            Organisation.name,
            Order.supplier_id,
            OrderLine.quantity,
            OrderLine.price_fen,
            Listing.pack_size,
        )
        .order_by(Order.submitted_at.desc(), OrderLine.id.desc())
        .limit(MOST_ORDERS)
    )
    rows = session().execute(query).all()
    units = {(row.unit_id, row.region_code, row.name) for row in rows}
    names = names_for(units, sight=sight, key=key)
    suppliers = organisation_names({row.supplier_id for row in rows})
    return [
        PaidPrice(
            number=row.number if sight.covers(row.region_code) else "",
            unit=names[row.unit_id],
            supplier=suppliers.get(row.supplier_id, ""),
            supplier_id=row.supplier_id,
            on_day=clock.local(row.submitted_at).date(),
            quantity=row.quantity,
            price_fen=row.price_fen,
            base_price_fen=(row.price_fen * 2 + row.pack_size) // (2 * row.pack_size),
        )
        for row in rows
    ]


def _merged(product_id: int) -> list[int]:
    """The product with those that were merged into it: old orders keep the name they were placed under."""
    found = session().scalars(select(Product.id).where(Product.merged_into_id == product_id))
    return [product_id, *found]


def sells(supplier_ids: Sequence[int], product_id: int) -> int | None:
    """Which of these suppliers has, or had, an offer of the product; None for no one."""
    query = select(Listing.supplier_id).where(
        Listing.product_id == product_id, Listing.supplier_id.in_(supplier_ids), Listing.state.in_(SOLD_ONCE)
    )
    return session().scalar(query.order_by(Listing.supplier_id).limit(1))


def span_of(found: ReferencePrice) -> tuple[int, int]:
    """(first, last) day of what a reference price was made of: day numbers; of listed prices alone, nine weeks."""
    if found.paid_count:
        return found.paid_from_day, found.paid_until_day
    last = day_number(found.on_day)
    return last - REGULAR_WEEKS * 7 + 1, last
