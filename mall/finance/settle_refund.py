"""The end of a refund claim: the money came, it was kept from another payment, or it is given up."""

from __future__ import annotations

from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import authorize
from mall.documents.advance import advance
from mall.errors import Refusal
from mall.finance.reckon_settlement import reckon
from mall.finance.refund_claim import RefundClaim, refund_claim_of
from mall.ordering.order import Order
from mall.ordering.order_action import order_action, require_reason


def settle_refund_received(claim: RefundClaim, order: Order, *, actor: Actor, reference: str) -> None:
    """The treasury or the bank reports the money: agreed -> received. The caller holds the order's and the claim's
    locks. Raises Refusal "state.not_possible", "refund.year_over"."""
    if claim.year != clock.today().year:
        raise Refusal("refund.year_over", refund=claim.number, year=claim.year)
    claim.reference_of_receipt = reference
    _settled(claim, actor)
    advance(claim, "receive", actor, facts={"reference": reference})
    reckon(order)


@order_action("receive_refund")
def receive_refund(order: Order, *, actor: Actor, reference: str, refund: str | None = None) -> None:
    """The unit's finance enters the treasury's or the bank's voucher of the money that came.

    Raises Refusal "refund.reference_needed", "refund.unknown", "refund.which", "refund.year_over".
    """
    authorize(actor, "order.receive_refund", order)
    claim = refund_claim_of(order.id, refund, states=("agreed",))
    voucher = reference.strip()
    if not 2 <= len(voucher) <= 60:
        raise Refusal("refund.reference_needed")
    settle_refund_received(claim, order, actor=actor, reference=voucher)


@order_action("give_up_refund")
def give_up_refund(order: Order, *, actor: Actor, reason: str, refund: str | None = None) -> None:
    """The money will not come: it becomes a cost of the unit, with the reason. Raises Refusal("refund.prior_stays")."""
    authorize(actor, "order.give_up_refund", order)
    claim = refund_claim_of(order.id, refund, states=("agreed",))
    if claim.is_prior:
        raise Refusal("refund.prior_stays", refund=claim.number)
    _settled(claim, actor)
    advance(claim, "give_up", actor, note=require_reason(reason))
    reckon(order)


def keep_refund(claim: RefundClaim, order: Order, *, actor: Actor, payment: str) -> None:
    """The money is kept from what the unit owes the same supplier: agreed -> offset, back to its line at once."""
    claim.reference_of_receipt = payment
    _settled(claim, actor)
    advance(claim, "offset", actor, facts={"payment": payment})
    reckon(order)


def _settled(claim: RefundClaim, actor: Actor) -> None:
    claim.settled_by = actor.name
    claim.settled_at = clock.now()
