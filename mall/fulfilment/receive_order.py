"""Receiving at the door: count what came in, or refuse it."""

from __future__ import annotations

from mall import clock
from mall.access.actor import Actor
from mall.database import session
from mall.documents.numbers import next_number
from mall.errors import Refusal
from mall.fulfilment.delivery_note import DeliveryNote
from mall.ordering.deadlines import take_step, term_ends_at
from mall.ordering.order import Order
from mall.ordering.order_action import chosen_quantities, order_action, require_reason


@order_action("receive")
def receive_order(order: Order, *, actor: Actor, lines: list[dict[str, int]] | None = None, note: str = "") -> None:
    """Count pieces in. The term for acceptance runs from the latest receipt."""
    order.states.step("receive", order.state)
    require_named_receiver(order, actor)
    quantities = chosen_quantities(order, lines, most=lambda line: line.to_receive, refusal="receive.too_many")
    for line in order.lines:
        line.received += quantities.get(str(line.line_no), 0)
    receipt = _note(order, "receipt", quantities, actor, note)
    take_step(order, "receive", actor, note=note, facts={"receipt": receipt.number, "quantities": quantities})
    order.carried_by("receiver_id", actor.user_id)
    order.due_at = term_ends_at(order, state="received", since=clock.now())


@order_action("refuse")
def refuse_delivery(order: Order, *, actor: Actor, lines: list[dict[str, int]] | None = None, reason: str) -> None:
    """Refuse pieces at the door; without `lines` all that stand there. They count as not shipped again.

    The order itself is refused when nothing of it was received before and nothing more stands at the door.
    What was received and accepted stays as it is, and so does its money: a refused piece was only committed.
    Raises Refusal("refuse.too_many").
    """
    order.states.step("refuse_part", order.state)
    require_named_receiver(order, actor)
    quantities = chosen_quantities(order, lines, most=lambda line: line.to_receive, refusal="refuse.too_many")
    is_all = all(line.to_receive == quantities.get(str(line.line_no), 0) for line in order.lines)
    action = "refuse" if is_all and order.state == "shipped" else "refuse_part"
    take_step(order, action, actor, note=require_reason(reason), facts={"quantities": quantities})
    for line in order.lines:
        line.shipped -= quantities.get(str(line.line_no), 0)
    _note(order, "refusal", quantities, actor, reason)
    order.carried_by("receiver_id", actor.user_id)


def require_named_receiver(order: Order, actor: Actor) -> None:
    """Raises Refusal("receive.other_person") when the order names another receiver."""
    if order.named_receiver_id is not None and order.named_receiver_id != actor.user_id:
        raise Refusal("receive.other_person", number=order.number)


def _note(order: Order, kind: str, quantities: dict[str, int], actor: Actor, words: str) -> DeliveryNote:
    note = DeliveryNote(
        order_id=order.id,
        kind=kind,
        number=next_number("receipt", region_code=order.region_code, year=order.year),
        quantities=quantities,
        note=words.strip()[:500],
        user_id=actor.user_id,
        person_name=actor.name,
        at=clock.now(),
    )
    session().add(note)
    return note
