"""Asking for payment: the accountant requests, another person of the unit's finance approves, money is in payment.

An order can have several requests; each is for accepted and invoiced money that no other one asks for.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import select

from ledger.budget_lines import find_lines
from ledger.cash_plan import months_as_text
from ledger.chart_of_accounts import Channel
from mall import clock
from mall.access.actor import SYSTEM, Actor
from mall.access.authorize import authorize
from mall.database import session
from mall.documents.advance import advance, enter
from mall.documents.numbers import next_number
from mall.errors import Refusal
from mall.finance.draw_plan_money import draw_plan_money
from mall.finance.invoice import Invoice
from mall.finance.payment_books import amounts_of
from mall.finance.payment_channel import channels_for
from mall.finance.payment_request import PaymentRequest, payment_of
from mall.finance.payment_states import IN_TRANSIT, LIVE
from mall.finance.plan_money import require_plan_money
from mall.finance.reckon_settlement import reckon
from mall.finance.refund_claim import RefundClaim
from mall.finance.settle_refund import keep_refund
from mall.finance.settlement import SETTLING, asked_by_line, requestable_fen, settlement_of, undisputed_by_line
from mall.ordering.order import Order, order_numbered
from mall.ordering.order_action import order_action, require_reason
from mall.ordering.order_holds import held, held_fen_by_budget_line
from mall.suppliers.supplier import Supplier, supplier


@order_action("request_payment")
def request_payment(order: Order, *, actor: Actor, amount_fen: int | None = None, reason: str = "") -> None:
    """Request what is accepted and invoiced, or a part of it with a reason, for the supplier's account.

    Split by budget line, and into one request for each channel by which the lines are paid. Raises Refusal
    "payment.no_invoice", "payment.credit_note_due", "payment.too_much", "order.reason_needed", "order.held" where all
    that could be asked for, or a part of what is asked for, is in dispute, and "plan.not_enough" where the fund-use
    plans, after what other requests ask of them, do not cover it: better now than at the approval.
    """
    most_fen = _most_to_request(order, actor, action="request_payment")
    wanted_fen = most_fen if amount_fen is None else amount_fen
    if most_fen < wanted_fen <= settlement_of(order).to_request_fen:
        raise held(order, action="request_payment")
    if not 0 < wanted_fen <= most_fen:
        raise Refusal("payment.too_much", amount_fen=wanted_fen, most_fen=most_fen)
    reason = require_reason(reason) if wanted_fen < most_fen else ""
    made: list[PaymentRequest] = []
    split = _split(order, wanted_fen)
    by_line = {int(line_id): part_fen for amounts in split.values() for line_id, part_fen in amounts.items()}
    require_plan_money(by_line, unit_id=order.unit_id, on=clock.today())
    for channel, amounts in split.items():
        made.append(_enter(order, actor, channel=channel, amounts=amounts, reason=reason))
    facts = {"payment": made[-1].number, "amount_fen": wanted_fen}
    reckon(order, action="request_payment", actor=actor, note=reason, facts=facts)
    order.carried_by("accountant_id", actor.user_id)


@order_action("offset_refund")
def offset_refund(order: Order, *, actor: Actor, refund: str) -> None:
    """Request that a refund the same supplier owes be kept from what is owed to it for this order.

    Raises Refusal "refund.unknown", "refund.offset_too_much", "refund.offset_year", "refund.offset_pending".
    """
    most_fen = _most_to_request(order, actor, action="offset_refund")
    claim = session().scalar(
        select(RefundClaim)
        .where(
            RefundClaim.number == refund,
            RefundClaim.state == "agreed",
            RefundClaim.unit_id == order.unit_id,
            RefundClaim.supplier_id == order.supplier_id,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if claim is None:
        raise Refusal("refund.unknown")
    if claim.is_prior or claim.year != order.year:
        raise Refusal("refund.offset_year", refund=claim.number, year=claim.year)
    if claim.amount_fen > most_fen:
        raise Refusal("refund.offset_too_much", amount_fen=claim.amount_fen, most_fen=most_fen)
    pending = select(PaymentRequest.number).where(
        PaymentRequest.offset_claim_id == claim.id, PaymentRequest.state.in_(LIVE)
    )
    if (number := session().scalar(pending)) is not None:
        raise Refusal("refund.offset_pending", payment=number)
    split = _split(order, claim.amount_fen)
    if len(split) > 1:
        raise Refusal("payment.two_channels", amount_fen=claim.amount_fen)
    ((channel, amounts),) = split.items()
    payment = _enter(order, actor, channel=channel, amounts=amounts, reason="", claim=claim)
    facts = {"payment": payment.number, "amount_fen": payment.amount_fen, "refund": claim.number}
    reckon(order, action="request_payment", actor=actor, facts=facts)
    order.carried_by("accountant_id", actor.user_id)


@order_action("return_payment")
def return_payment(order: Order, *, actor: Actor, reason: str, payment: str | None = None) -> None:
    """The unit's finance sends a request back to the accountant, as long as no instruction has left."""
    authorize(actor, "order.return_payment", order)
    found = _payment(order, payment, action="return_payment", states=("requested", "approved"))
    found.refusal_reason = require_reason(reason)
    advance(found, "return", actor, note=reason)
    facts = {"payment": found.number}
    reckon(order, action="return_payment", actor=actor, note=found.refusal_reason, facts=facts)
    order.carried_by("finance_id", actor.user_id)


def _other_orders(*, number: str) -> list[str]:
    """The orders whose refunds would be kept by a payment of this one: they are locked along with it."""
    rows = session().scalars(
        select(RefundClaim.order_number)
        .join(PaymentRequest, PaymentRequest.offset_claim_id == RefundClaim.id)
        .where(PaymentRequest.order_number == number, PaymentRequest.state == "requested")
    )
    return list(rows)


@order_action("approve_payment", beside=_other_orders)
def approve_payment(order: Order, *, actor: Actor, payment: str | None = None) -> None:
    """The unit's finance approves: accrued -> in payment; the request waits for the next batch.

    One that keeps a refund is settled at once. Raises Refusal("plan.not_enough") where no approved fund-use plan of
    this month or before covers it, and "order.held" where it would take money that is in dispute.
    """
    authorize(actor, "order.approve_payment", order)
    found = _payment(order, payment, action="approve_payment", states=("requested",))
    _refuse_disputed(order, found)
    claim = _kept_claim(found)
    if claim is not None:
        keep_refund(claim, _order_of(claim, beside=order), actor=actor, payment=found.number)
    found.plan = months_as_text(draw_plan_money(amounts_of(found), on=clock.today()))
    found.finance_id = actor.user_id
    advance(found, "approve", actor, facts={"amounts": found.amounts, "plan": found.plan})
    facts: dict[str, Any] = {"payment": found.number, "amounts": found.amounts, "plan": found.plan}
    reckon(order, action="approve_payment", actor=actor, facts=facts)
    order.carried_by("finance_id", actor.user_id)
    if claim is not None:
        _settle_offset(order, found, claim)


def _most_to_request(order: Order, actor: Actor, *, action: str) -> int:
    if order.state not in SETTLING:
        raise Refusal("state.not_possible", action=action, state=order.state, kind="order")
    authorize(actor, "order.request_payment", order)
    figures = settlement_of(order)
    if figures.credit_due_fen:
        raise Refusal("payment.credit_note_due", amount_fen=figures.credit_due_fen)
    if not figures.to_request_fen:
        # Nothing is left to ask for: in most states that is the state's own word for it.
        order.states.step("request_payment", order.state)
        raise Refusal("payment.no_invoice", number=order.number)
    if session().scalar(select(Invoice.id).where(Invoice.order_id == order.id).limit(1)) is None:
        raise Refusal("payment.no_invoice", number=order.number)
    most_fen = requestable_fen(order, figures)
    if not most_fen:
        raise held(order, action=action)
    return most_fen


def _refuse_disputed(order: Order, payment: PaymentRequest) -> None:
    """A request from before the hold goes on as far as it asks for no held money. Raises Refusal("order.held")."""
    disputed = held_fen_by_budget_line(order)
    if not disputed:
        return
    gone = asked_by_line(order, states=(*IN_TRANSIT, "paid"))
    for line_id, amount_fen in payment.amounts.items():
        accepted_fen = sum(line.accepted_fen for line in order.lines if line.budget_line_id == int(line_id))
        free_fen = accepted_fen - disputed.get(int(line_id), 0) - gone.get(int(line_id), 0)
        if disputed.get(int(line_id)) and amount_fen > free_fen:
            raise held(order, action="approve_payment")


def _split(order: Order, wanted_fen: int) -> dict[Channel, dict[str, int]]:
    """{channel: {budget line id as text: fen}} of what is asked for, the lines in their order."""
    left = undisputed_by_line(order)
    sources = {line_id: line.fund_source for line_id, line in find_lines(session(), list(left)).items()}
    channels = channels_for(set(sources.values()), on=clock.today())
    split: dict[Channel, dict[str, int]] = defaultdict(dict)
    for line_id, amount_fen in left.items():
        part_fen = min(amount_fen, wanted_fen)
        if part_fen:
            split[channels[sources[line_id]]][str(line_id)] = part_fen
            wanted_fen -= part_fen
    if wanted_fen:
        raise Refusal("payment.too_much", amount_fen=wanted_fen, most_fen=0)
    return dict(split)


def _enter(
    order: Order,
    actor: Actor,
    *,
    channel: Channel,
    amounts: dict[str, int],
    reason: str,
    claim: RefundClaim | None = None,
) -> PaymentRequest:
    payee = _payee(order)
    payment = PaymentRequest(
        number=next_number("payment", region_code=order.region_code, year=order.year),
        order_id=order.id,
        order_number=order.number,
        region_code=order.region_code,
        year=order.year,
        unit_id=order.unit_id,
        supplier_id=order.supplier_id,
        state="requested",
        amount_fen=sum(amounts.values()),
        amounts=amounts,
        goods=_goods(order, sum(amounts.values())),
        plan={},
        channel=channel,
        reason=reason,
        offset_claim_id=claim.id if claim is not None else None,
        payee={"name": payee.name, "bank_name": payee.bank_name, "bank_account": payee.bank_account},
        accountant_id=actor.user_id or 0,
        requested_at=clock.now(),
        treasury_reference="",
        refusal_code="",
        refusal_reason="",
    )
    session().add(payment)
    facts = {"amount_fen": payment.amount_fen, "amounts": amounts, "channel": channel}
    if claim is not None:
        facts["refund"] = claim.number
    session().flush()
    enter(payment, "request", actor, permission="order.request_payment", is_new=True, note=reason, facts=facts)
    return payment


def _goods(order: Order, amount_fen: int) -> list[list[int]]:
    """The goods by line, where the request is for all of them at full price; a part is of no piece in particular."""
    goods = [[line.line_no, line.accepted, line.contract_price_fen] for line in order.lines if line.accepted]
    return goods if sum(pieces * price_fen for _, pieces, price_fen in goods) == amount_fen else []


def _payee(order: Order) -> Supplier:
    payee = supplier(order.supplier_id)
    if payee is None:
        raise Refusal("payment.no_invoice", number=order.number)
    return payee


def _payment(order: Order, number: str | None, *, action: str, states: tuple[str, ...]) -> PaymentRequest:
    try:
        return payment_of(order.id, number, states=states)
    except Refusal as refusal:
        if refusal.code == "payment.unknown" and number is None:
            order.states.step(action, order.state)
        raise


def _kept_claim(payment: PaymentRequest) -> RefundClaim | None:
    if payment.offset_claim_id is None:
        return None
    claim = session().get(RefundClaim, payment.offset_claim_id, with_for_update=True, populate_existing=True)
    if claim is None or claim.state != "agreed":
        raise Refusal("refund.unknown")
    return claim


def _order_of(claim: RefundClaim, *, beside: Order) -> Order:
    # Both were locked in the order of their ids before the first of them was touched.
    return beside if claim.order_id == beside.id else order_numbered(claim.order_number, lock=True)


def _settle_offset(order: Order, payment: PaymentRequest, claim: RefundClaim) -> None:
    """Nothing leaves the house: the instruction is sent and confirmed in the books in the same transaction."""
    payment.treasury_reference = claim.number
    payment.settled_at = clock.now()
    facts = {"refund": claim.number}
    advance(payment, "send", SYSTEM, facts=facts)
    advance(payment, "pay", SYSTEM, facts=facts)
    reckon(order, action="pay", facts={"payment": payment.number, **facts})
