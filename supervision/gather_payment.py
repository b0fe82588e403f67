"""What the checks of a payment are told, gathered when it has been asked for: facts of `deed_facts.PAYMENT_FACTS`.

The mall itself refuses what is more than was accepted and invoiced, and what no fund-use plan covers; the rules look on
all the same, as somebody who does not take the mall's word for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import func, or_, select

from mall import clock
from mall.database import session
from mall.finance.invoice import Invoice
from mall.finance.payment_request import PaymentRequest
from mall.finance.payment_states import LIVE
from mall.finance.refund_claim import RefundClaim
from mall.fulfilment.acceptance import Acceptance
from mall.ordering.order import Order
from mall.payment_watch.other_payment import OtherPayment
from mall.regions.watch_calendar import day_number
from mall.suppliers.supplier import Supplier
from supervision.credit.credit_message import CreditAnswer, DishonestyQuery
from supervision.credit.dishonesty import entries_of

_BACK = ("agreed", "received", "offset")


def payment_facts(payment: PaymentRequest, *, alike_days: int) -> dict[str, Any]:
    """Every fact that can be known of the payment, gathered once for all rules; a name that is missing is not known.

    `alike_days`: how far back a payment of the same amount counts, as `funds.duplicate_payment` is judged by there.
    """
    return {
        **_of_order(payment),
        **_of_payee(payment),
        **_of_other_payments(payment, alike_days=alike_days),
        **_of_credit(payment),
    }


def _of_order(payment: PaymentRequest) -> Mapping[str, Any]:
    order = session().get_one(Order, payment.order_id)
    accepted_fen, first = session().execute(
        select(func.sum(Acceptance.amount_fen), func.min(Acceptance.at)).where(Acceptance.order_id == order.id)
    ).one()  # fmt: skip
    back_fen = session().scalar(
        select(func.sum(RefundClaim.amount_fen)).where(RefundClaim.order_id == order.id, RefundClaim.state.in_(_BACK))
    )
    invoice_fen = session().scalar(select(func.sum(Invoice.amount_fen)).where(Invoice.order_id == order.id))
    return {
        "on_day": day_number(clock.local(payment.requested_at).date()),
        "ordered_day": day_number(clock.local(order.submitted_at or order.created_at).date()),
        "amount_fen": payment.amount_fen,
        "supplier_id": payment.supplier_id,
        "accepted_day": day_number(clock.local(first).date()) if first is not None else 0,
        "accepted_fen": int(accepted_fen or 0) - int(back_fen or 0),
        "invoice_fen": int(invoice_fen or 0),
        # Contracts of the mall know no prepayment, and an order is no regular due.
        "prepayment_fen": 0,
        "is_recurring": 0,
    }


def _of_payee(payment: PaymentRequest) -> Mapping[str, Any]:
    account = str(payment.payee.get("bank_account", ""))
    registered = session().get_one(Supplier, payment.supplier_id).bank_account
    owners = list(session().scalars(select(Supplier.id).where(Supplier.bank_account == account))) if account else []
    return {
        "payee_supplier_id": owners[0] if len(owners) == 1 else payment.supplier_id if account == registered else 0,
        "is_registered_account": int(bool(account) and account == registered),
        # A payee is changed with the supplier's registration, never for one payment.
        "is_payee_approved": 0,
    }


def _of_other_payments(payment: PaymentRequest, *, alike_days: int) -> Mapping[str, Any]:
    others = select(PaymentRequest).where(
        PaymentRequest.order_id == payment.order_id,
        PaymentRequest.id != payment.id,
        PaymentRequest.state.in_(LIVE),
    )
    found = list(session().scalars(others))
    since = payment.requested_at - timedelta(days=alike_days)
    outside = session().scalar(
        select(func.count())
        .select_from(OtherPayment)
        .join(Supplier, Supplier.id == payment.supplier_id)
        .where(
            OtherPayment.unit_id == payment.unit_id,
            OtherPayment.order_id.is_(None),
            OtherPayment.amount_fen == payment.amount_fen,
            OtherPayment.paid_on >= clock.local(since).date(),
            or_(OtherPayment.payee_name == Supplier.name, OtherPayment.payee_account == Supplier.bank_account),
        )
    )
    return {
        "paid_before_fen": sum(one.amount_fen for one in found),
        # Of several invoices nobody says which one a request pays: they are held against all requests together.
        "invoice_paid_fen": sum(one.amount_fen for one in found),
        "alike_of_order_count": sum(
            one.amount_fen == payment.amount_fen and one.requested_at >= since for one in found
        ),
        "alike_outside_count": outside or 0,
    }


def _of_credit(payment: PaymentRequest) -> Mapping[str, Any]:
    listed = entries_of(payment.supplier_id, clock.local(payment.requested_at).date())
    asked = session().execute(
        select(CreditAnswer.queried_at, CreditAnswer.sha256)
        .join(DishonestyQuery, DishonestyQuery.answer_id == CreditAnswer.id)
        .where(DishonestyQuery.supplier_id == payment.supplier_id)
        .order_by(CreditAnswer.queried_at.desc())
        .limit(1)
    ).first()  # fmt: skip
    return {
        "dishonesty_list": listed[0].list_name if listed else "",
        "dishonest_from_day": day_number(listed[0].from_day) if listed else 0,
        "credit_query_age_minutes": (
            int((payment.requested_at - asked.queried_at).total_seconds() // 60) if asked is not None else None
        ),
        "credit_proof_key": asked.sha256 if asked is not None else "",
    }
