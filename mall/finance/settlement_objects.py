"""What there is to act on in an order's settlement, read once and only as far as it is asked."""

from __future__ import annotations

from functools import cached_property

from sqlalchemy import exists, select

from mall.access.actor import Actor
from mall.access.authorize import may
from mall.database import session
from mall.finance.ask_change import ASKED_BY, retention_most
from mall.finance.payment_request import PaymentRequest, payment_requests_of
from mall.finance.payment_states import LIVE
from mall.finance.refund_claim import RefundClaim, refund_claims_of
from mall.finance.settlement import Settlement, settlement_of
from mall.finance.settlement_change import SettlementChange, changes_of
from mall.ordering.order import Order


class SettlementObjects:
    """The figures and papers of one order's settlement."""

    def __init__(self, order: Order) -> None:
        self._order = order

    @cached_property
    def figures(self) -> Settlement:
        return settlement_of(self._order)

    @cached_property
    def payments(self) -> list[PaymentRequest]:
        return payment_requests_of(self._order.id)

    @cached_property
    def asked_change(self) -> SettlementChange | None:
        return next((change for change in changes_of(self._order.id) if change.state == "asked"), None)

    @cached_property
    def claims(self) -> list[RefundClaim]:
        return refund_claims_of(self._order.id)

    @cached_property
    def offsettable(self) -> list[RefundClaim]:
        """Refunds that the same supplier owes the unit and that this order's payment could keep."""
        order = self._order
        kept = exists(
            select(PaymentRequest.id).where(
                PaymentRequest.offset_claim_id == RefundClaim.id, PaymentRequest.state.in_(LIVE)
            )
        )
        query = select(RefundClaim).where(
            RefundClaim.unit_id == order.unit_id,
            RefundClaim.supplier_id == order.supplier_id,
            RefundClaim.state == "agreed",
            RefundClaim.is_prior.is_(False),
            RefundClaim.year == order.year,
            RefundClaim.amount_fen <= self.figures.to_request_fen,
            ~kept,
        )
        return list(session().scalars(query.order_by(RefundClaim.id)))

    def has_object(self, action: str, actor: Actor) -> bool:
        """Whether there is anything to do `action` to: no button that can only be refused."""
        match action:
            case "invoice":
                return bool(self.figures.to_invoice_fen)
            case "credit_note":
                return self.figures.creditable_fen > 0
            case "request_payment":
                return bool(self.figures.to_request_fen) and not self.figures.credit_due_fen
            case "offset_refund":
                return bool(self.figures.to_request_fen and not self.figures.credit_due_fen and self.offsettable)
            case "approve_payment":
                return self._has_payment("requested")
            case "return_payment":
                return self._has_payment("requested", "approved")
            case "ask_price_cut" | "ask_return":
                return self.asked_change is None and bool(self.figures.unasked_fen)
            case "ask_retention":
                return self.asked_change is None and retention_most(self._order) > 0
            case "agree_change" | "decline_change":
                return self.asked_change is not None
            case "withdraw_change":
                change = self.asked_change
                return change is not None and may(actor, ASKED_BY[change.kind], self._order)
            case "release_retention":
                return bool(self.figures.retained_fen)
        return self._has_claim(action)

    def _has_claim(self, action: str) -> bool:
        states = {claim.state for claim in self.claims}
        match action:
            case "claim_refund":
                return self.figures.kept_fen > 0 and not states & {"claimed", "disputed"}
            case "agree_refund" | "dispute_refund":
                return "claimed" in states
            case "insist_refund":
                return "disputed" in states
            case "withdraw_refund":
                return bool(states & {"claimed", "disputed"})
            case "receive_refund":
                return "agreed" in states
            case "give_up_refund":
                return any(claim.state == "agreed" and not claim.is_prior for claim in self.claims)
        return False

    def _has_payment(self, *states: str) -> bool:
        return any(payment.state in states for payment in self.payments)
