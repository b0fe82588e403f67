"""Placing orders: one per supplier, each whole or not at all, money reserved in the same transaction."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import select

from ledger.budget_lines import BudgetLine, find_lines
from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import authorize
from mall.assets.asset_kind import makes_cards
from mall.catalogue.offer import Offer, offers_with_rivals
from mall.database import atomic, session
from mall.documents.numbers import next_number
from mall.documents.once import claim, settle
from mall.errors import Refusal
from mall.ordering.cart import CartLine
from mall.ordering.deadlines import take_step
from mall.ordering.order import Order, OrderLine
from mall.ordering.order_checks import Judgement, LineToCheck, OrderToCheck, judge
from mall.ordering.running_total import add_to_totals
from mall.people.user import people_with

MAX_LINES = 500


@dataclass(frozen=True)
class Wanted:
    """One thing wanted: which listing, how many, from which budget line, and the price seen (None: not told)."""

    listing_id: int
    quantity: int
    budget_line_id: int
    seen_price_fen: int | None = None


@dataclass(frozen=True)
class _Unit:
    """The subject of the permission to place an order in a unit."""

    unit_id: int
    region_code: int


@atomic
def place_order(
    *,
    actor: Actor,
    unit_id: int,
    wanted: list[Wanted],
    delivery: dict[str, Any] | None = None,
    named_receiver_id: int | None = None,
    note: str = "",
    excess_reason: str = "",
    request_key: str | None = None,
    from_cart: bool = False,
) -> dict[str, Any]:
    """Split by supplier and submit one order each. Returns {"orders": [numbers], "refused": [{supplier, code, facts}]}.

    An order that is refused leaves nothing behind and does not undo the others. Raises the
    refusal itself when no order at all could be placed, and Refusal("request.key_reused").
    `excess_reason` answers warnings that ask for one, such as more equipment than the standard provides.
    """
    body: list[Any] = [unit_id, [asdict(one) for one in wanted], delivery or {}, named_receiver_id, note]
    body += [excess_reason] if excess_reason else []
    claimed = claim(actor=actor, action="order.place", request_key=request_key, body=body)
    if claimed.replayed:
        return claimed.answer
    unit = _unit_of(actor, unit_id)
    authorize(actor, "order.place", unit)
    _check_wanted(wanted)
    _check_receiver(unit_id, named_receiver_id, actor)
    wanted_offers, rivals = offers_with_rivals(sorted({one.listing_id for one in wanted}))
    found = _Found(
        unit=unit,
        offers=wanted_offers,
        rivals=rivals,
        budget_lines=find_lines(session(), {one.budget_line_id for one in wanted}),
    )
    groups = _by_supplier(wanted, found)
    placed: list[str] = []
    refused: list[dict[str, Any]] = []
    for supplier_id, lines in groups:
        try:
            if len(groups) == 1:
                order = _place_one(actor, found, lines, delivery or {}, named_receiver_id, note, excess_reason)
            else:
                with session().begin_nested():
                    order = _place_one(actor, found, lines, delivery or {}, named_receiver_id, note, excess_reason)
        except Refusal as refusal:
            if len(groups) == 1:
                raise
            refused.append(_as_refused(refusal, supplier_id=supplier_id, found=found, lines=lines))
            continue
        placed.append(order.number)
        if from_cart:
            _take_out_of_cart(actor, unit_id, lines)
    if not placed:
        first = refused[0]
        raise Refusal(first["code"], **{**first["facts"], "others": refused[1:]})
    return settle(claimed, {"orders": placed, "refused": refused})


@dataclass(frozen=True)
class _Found:
    unit: _Unit
    offers: dict[int, Offer]
    #: by product id: what else is on the shelf, cheapest first
    rivals: dict[int, list[Offer]]
    budget_lines: dict[int, BudgetLine]


def _unit_of(actor: Actor, unit_id: int) -> _Unit:
    """The unit as the actor's own post in it tells; whoever has none there has no business ordering for it."""
    for post in actor.posts:
        if post.organisation_id == unit_id:
            return _Unit(unit_id=unit_id, region_code=post.region_code)
    raise Refusal("access.denied", permission="order.place")


def _check_wanted(wanted: list[Wanted]) -> None:
    if not wanted:
        raise Refusal("order.empty")
    if len(wanted) > MAX_LINES:
        raise Refusal("order.too_many_lines", most=MAX_LINES, lines=len(wanted))
    for number, one in enumerate(wanted, start=1):
        if not 1 <= one.quantity <= 1_000_000:
            raise Refusal("order.bad_quantity", line_no=number, quantity=one.quantity)


def _check_receiver(unit_id: int, named_receiver_id: int | None, actor: Actor) -> None:
    if named_receiver_id is None:
        return
    allowed = {user.id for user in people_with("receiver", organisation_id=unit_id)} - {actor.user_id}
    if named_receiver_id not in allowed:
        raise Refusal("order.bad_receiver", user_id=named_receiver_id)


def _by_supplier(wanted: list[Wanted], found: _Found) -> list[tuple[int, list[Wanted]]]:
    for number, one in enumerate(wanted, start=1):
        if one.listing_id not in found.offers:
            raise Refusal("listing.unknown", line_no=number, listing_id=one.listing_id)

    def supplier_of(one: Wanted) -> int:
        return found.offers[one.listing_id].listing.supplier_id

    return [(supplier, list(lines)) for supplier, lines in groupby(sorted(wanted, key=supplier_of), key=supplier_of)]


def _place_one(
    actor: Actor,
    found: _Found,
    wanted: list[Wanted],
    delivery: dict[str, Any],
    named_receiver_id: int | None,
    note: str,
    excess_reason: str,
) -> Order:
    today = clock.today()
    to_check = OrderToCheck(
        unit_id=found.unit.unit_id,
        region_code=found.unit.region_code,
        year=today.year,
        on=today,
        lines=tuple(
            LineToCheck(
                line_no=line_no,
                offer=found.offers[one.listing_id],
                quantity=one.quantity,
                budget_line=found.budget_lines.get(one.budget_line_id),
                budget_line_id=one.budget_line_id,
                seen_price_fen=one.seen_price_fen,
            )
            for line_no, one in enumerate(wanted, start=1)
        ),
        address=str((delivery or {}).get("address", "")),
    )
    judgement = judge(to_check)
    if judgement.refusals:
        first = judgement.refusals[0]
        others = [{"code": other.code, "facts": other.facts} for other in judgement.refusals[1:]]
        raise Refusal(first.code, **first.facts, **({"others": others} if others else {}))
    reason = judgement.require_reason(excess_reason)
    order = _draw_up(actor, found, to_check, judgement, delivery, named_receiver_id, note)
    if reason:
        order.judged_by = {**order.judged_by, "excess_reason": reason}
    order.submitted_at = clock.now()
    # The row is written once, by the door, and already submitted: not first as a draft and then changed.
    with session().no_autoflush:
        add_to_totals(order, limit_fen=judgement.rules["direct_purchase.year_limit"].value)
        take_step(order, "submit", actor)
    return order


def _draw_up(
    actor: Actor,
    found: _Found,
    to_check: OrderToCheck,
    judgement: Judgement,
    delivery: dict[str, Any],
    named_receiver_id: int | None,
    note: str,
) -> Order:
    asset_limit_fen = judgement.rules["asset.card_fen"].value
    now = clock.now()
    order = Order(
        number=next_number("order", region_code=to_check.region_code, year=to_check.year),
        region_code=to_check.region_code,
        year=to_check.year,
        mode="direct_purchase",
        unit_id=to_check.unit_id,
        supplier_id=to_check.lines[0].offer.listing.supplier_id,
        state="draft",
        total_fen=sum(line.amount_fen for line in to_check.lines),
        handler_id=actor.user_id or 0,
        named_receiver_id=named_receiver_id,
        delivery=delivery,
        judged_by=_evidence(to_check, judgement, found.rivals),
        note=note,
        round=1,
        created_at=now,
        state_since=now,
        short_requested={},
        first_accepted={},
        cancellation_reason="",
        lines=[_order_line(line, asset_limit_fen=asset_limit_fen) for line in to_check.lines],
    )
    session().add(order)
    return order


def _order_line(line: LineToCheck, *, asset_limit_fen: int) -> OrderLine:
    listing, product, category = line.offer.listing, line.offer.product, line.offer.category
    if category is None:
        raise Refusal("category.out_of_mall", line_no=line.line_no, name=listing.name)
    return OrderLine(
        line_no=line.line_no,
        listing_id=listing.id,
        product_id=product.id,
        listing_version=listing.version,
        category_code=category.code,
        name=listing.name,
        sku=listing.sku,
        specification="；".join(f"{name}:{value}" for name, value in product.specification.items()),
        unit=listing.unit,
        quantity=line.quantity,
        price_fen=listing.price_fen,
        contract_price_fen=listing.price_fen,
        budget_line_id=line.budget_line_id,
        tax_rate_bp=listing.tax_rate_bp,
        is_asset=makes_cards(category.code, price_fen=listing.price_fen, limit_fen=asset_limit_fen, on=clock.today()),
        shipped=0,
        received=0,
        accepted=0,
        released=0,
        cut_fen=0,
    )


def _evidence(to_check: OrderToCheck, judgement: Judgement, rivals: dict[int, list[Offer]]) -> dict[str, Any]:
    """What the order was judged by, as plain values: it must be readable in fifteen years without today's tables."""
    products = sorted({line.offer.product.id for line in to_check.lines})
    compared = {
        str(product_id): [
            {
                "listing_id": offer.listing.id,
                "supplier": offer.supplier.name,
                "price_fen": offer.listing.price_fen,
                "unit": offer.listing.unit,
                "pack_size": offer.listing.pack_size,
            }
            for offer in rivals.get(product_id, ())[:12]
        ]
        for product_id in products
    }
    return {
        "on": to_check.on.isoformat(),
        "rules": [value.as_evidence() for _, value in sorted(judgement.rules.items())],
        "prices": [
            {
                "line_no": line.line_no,
                "price_fen": line.offer.listing.price_fen,
                "seen_price_fen": line.seen_price_fen,
                "listing_version": line.offer.listing.version,
                "product_id": line.offer.product.id,
            }
            for line in to_check.lines
        ],
        "offers_compared": compared,
        "warnings": judgement.told_warnings(),
        **({"noted": judgement.noted} if judgement.noted else {}),
    }


def _take_out_of_cart(actor: Actor, unit_id: int, wanted: list[Wanted]) -> None:
    for line in session().scalars(
        select(CartLine).where(
            CartLine.user_id == actor.user_id,
            CartLine.unit_id == unit_id,
            CartLine.listing_id.in_([one.listing_id for one in wanted]),
        )
    ):
        session().delete(line)


def _as_refused(refusal: Refusal, *, supplier_id: int, found: _Found, lines: list[Wanted]) -> dict[str, Any]:
    return {
        "supplier_id": supplier_id,
        "supplier": found.offers[lines[0].listing_id].supplier.name,
        "code": refusal.code,
        "facts": refusal.facts,
    }
