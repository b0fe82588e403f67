"""Shipping, in one or several parts, and short deliveries that both sides agree on."""

from __future__ import annotations

from mall import clock
from mall.access.actor import SYSTEM, Actor
from mall.database import session
from mall.documents.numbers import next_number
from mall.errors import Refusal
from mall.finance.reckon_settlement import reckon
from mall.fulfilment.delivery_note import DeliveryNote
from mall.ordering.deadlines import take_step
from mall.ordering.order import Order
from mall.ordering.order_action import chosen_quantities, order_action, require_reason
from mall.ordering.running_total import take_from_totals


@order_action("ship")
def ship_order(
    order: Order,
    *,
    actor: Actor,
    lines: list[dict[str, int]] | None = None,
    carrier: str = "",
    tracking_number: str = "",
) -> None:
    """Send pieces off. Raises Refusal("ship.too_many") for more than is still owed."""
    order.states.step("ship", order.state)
    quantities = chosen_quantities(order, lines, most=lambda line: line.to_ship, refusal="ship.too_many")
    for line in order.lines:
        line.shipped += quantities.get(str(line.line_no), 0)
    note = DeliveryNote(
        order_id=order.id,
        kind="shipment",
        number=next_number("shipment", region_code=order.region_code, year=order.year),
        quantities=quantities,
        carrier=carrier.strip()[:100],
        tracking_number=tracking_number.strip()[:100],
        user_id=actor.user_id,
        person_name=actor.name,
        at=clock.now(),
    )
    session().add(note)
    take_step(order, "ship", actor, facts={"shipment": note.number, "quantities": quantities})


@order_action("request_short")
def request_short(order: Order, *, actor: Actor, lines: list[dict[str, int]] | None = None, reason: str) -> None:
    """The unit agrees to do without pieces that have not been shipped; the supplier must consent."""
    order.states.step("request_short", order.state)
    if order.short_requested:
        raise Refusal("short.pending", number=order.number)
    quantities = chosen_quantities(order, lines, most=lambda line: line.to_ship, refusal="short.too_many")
    take_step(order, "request_short", actor, note=require_reason(reason), facts={"quantities": quantities})
    order.short_requested = quantities


@order_action("agree_short")
def agree_short(order: Order, *, actor: Actor) -> None:
    """The supplier consents: the missing pieces are released on their budget line at once."""
    if not order.short_requested:
        raise Refusal("short.not_requested", number=order.number)
    released = order.short_requested
    for line in order.lines:
        if released.get(str(line.line_no), 0) > line.to_ship:
            raise Refusal("short.too_many", line_no=line.line_no, name=line.name,
                          quantity=released[str(line.line_no)], most=line.to_ship)  # fmt: skip
    release_pieces(order, released)
    order.short_requested = {}
    take_step(order, "agree_short", actor, facts={"released": released, "short_no": released_so_far(order)})
    finish_if_all_accepted(order)


def release_pieces(order: Order, released: dict[str, int]) -> None:
    """Let pieces fall away: on the line, in the order's total and in the year's running total."""
    freed: dict[str, int] = {}
    for line in order.lines:
        pieces = released.get(str(line.line_no), 0)
        line.released += pieces
        freed[line.category_code] = freed.get(line.category_code, 0) + pieces * line.contract_price_fen
    order.total_fen -= sum(freed.values())
    take_from_totals(order, freed)


def released_so_far(order: Order) -> int:
    """How many pieces of the order have fallen away; names the release in the books, as it only ever grows."""
    return sum(line.released for line in order.lines)


def finish_if_all_accepted(order: Order) -> None:
    """A release may leave nothing open: then the acceptance is complete, by the system, whoever released."""
    complete = all(line.accepted == line.quantity - line.released for line in order.lines)
    if order.state == "received" and complete and any(line.accepted for line in order.lines):
        order.accepted_on = clock.today()
        take_step(order, "finish_short", SYSTEM)
        reckon(order)
