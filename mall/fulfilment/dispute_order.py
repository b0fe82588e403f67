"""Disputing received pieces: the receiver objects, the supplier answers, the parties or the centre settle it."""

from __future__ import annotations

from mall import clock
from mall.access.actor import Actor
from mall.database import session
from mall.documents.numbers import next_number
from mall.errors import Refusal
from mall.fulfilment.dispute import Dispute, open_dispute_of
from mall.fulfilment.receive_order import require_named_receiver
from mall.fulfilment.ship_order import finish_if_all_accepted, release_pieces, released_so_far
from mall.ordering.deadlines import take_step
from mall.ordering.order import Order
from mall.ordering.order_action import chosen_quantities, order_action, require_reason

OUTCOMES = ("accept", "replace", "release")


@order_action("dispute")
def dispute_order(order: Order, *, actor: Actor, lines: list[dict[str, int]] | None = None, reason: str) -> None:
    """Object to received pieces. The term for acceptance stands still until the dispute is settled."""
    order.states.step("dispute", order.state)
    require_named_receiver(order, actor)
    quantities = chosen_quantities(order, lines, most=lambda line: line.to_accept, refusal="dispute.too_many")
    dispute = Dispute(
        order_id=order.id,
        number=next_number("dispute", region_code=order.region_code, year=order.year),
        quantities=quantities,
        reason=require_reason(reason),
        raised_by=actor.name,
        raised_at=clock.now(),
    )
    session().add(dispute)
    order.first_accepted = {}
    take_step(order, "dispute", actor, note=reason, facts={"dispute": dispute.number, "quantities": quantities})
    order.carried_by("receiver_id", actor.user_id)


@order_action("answer_dispute")
def answer_dispute(order: Order, *, actor: Actor, answer: str) -> None:
    """The supplier's side of the story."""
    dispute = _open(order)
    take_step(order, "answer_dispute", actor, note=require_reason(answer))
    dispute.answer = answer.strip()
    dispute.answered_at = clock.now()


@order_action("settle_dispute")
def settle_dispute(order: Order, *, actor: Actor, outcome: str, decision: str = "") -> None:
    """End a dispute: taken as delivered, to come again, or released (the money goes back to its line at once)."""
    if outcome not in OUTCOMES:
        raise Refusal("dispute.bad_outcome", outcome=outcome)
    dispute = _open(order)
    facts: dict[str, object] = {"dispute": dispute.number, "outcome": outcome}
    if outcome != "accept":
        for line in order.lines:
            pieces = dispute.quantities.get(str(line.line_no), 0)
            line.received -= pieces
            line.shipped -= pieces
    if outcome == "release":
        if all(line.released + dispute.quantities.get(str(line.line_no), 0) == line.quantity for line in order.lines):
            raise Refusal("dispute.nothing_left", number=order.number)
        release_pieces(order, dispute.quantities)
        facts |= {"released": dispute.quantities, "short_no": released_so_far(order)}
    dispute.outcome = outcome
    dispute.decision = decision.strip()[:1000]
    dispute.settled_by = actor.name
    dispute.settled_at = clock.now()
    take_step(order, "settle_dispute", actor, note=decision, facts=facts)
    if order.unit_id in actor.organisations_as("receiver"):
        order.carried_by("receiver_id", actor.user_id)
    finish_if_all_accepted(order)


def _open(order: Order) -> Dispute:
    order.states.step("settle_dispute", order.state)
    dispute = open_dispute_of(order.id)
    if dispute is None:
        raise Refusal("dispute.none_open", number=order.number)
    return dispute
