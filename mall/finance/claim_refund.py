"""Claiming money back for paid goods: the unit claims, the supplier agrees or disputes, the unit insists or lets go."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import select

from ledger.budget_lines import find_lines
from mall import clock
from mall.access.actor import SYSTEM, Actor
from mall.access.authorize import authorize
from mall.database import session
from mall.documents.advance import advance, enter
from mall.documents.numbers import next_number
from mall.errors import Refusal
from mall.finance.cost_of_goods import cut_prices, take_goods_back, value_of
from mall.finance.payment_request import PaymentRequest
from mall.finance.reckon_settlement import reckon
from mall.finance.refund_claim import RefundClaim, refund_claim_of
from mall.finance.settlement import SETTLING, asked_by_line, settlement_of
from mall.ordering.deadlines import take_step
from mall.ordering.order import Order, OrderLine
from mall.ordering.order_action import order_action, require_reason

CLAIMABLE = (*SETTLING, "closed")


@order_action("claim_refund")
def claim_refund(
    order: Order,
    *,
    actor: Actor,
    lines: list[dict[str, int]],
    reason: str,
    budget_line_id: int | None = None,
) -> None:
    """Claim for {line_no, quantity} pieces that go back, or {line_no, amount_fen} off the price of those that stay.

    A payment of an earlier year comes back to the treasury; the claim then stands on a line of this year, which
    `budget_line_id` names. Raises Refusal "refund.too_much", "refund.too_many", "refund.pending",
    "refund.line_needed", "refund.wrong_line", "order.unknown_line".
    """
    if order.state not in CLAIMABLE:
        raise Refusal("state.not_possible", action="claim_refund", state=order.state, kind="order")
    authorize(actor, "order.ask_refund", order)
    pending = select(RefundClaim.number).where(
        RefundClaim.order_id == order.id, RefundClaim.state.in_(("claimed", "disputed"))
    )
    if (number := session().scalar(pending)) is not None:
        raise Refusal("refund.pending", refund=number)
    told = _told(order, lines)
    amount_fen = sum(one["amount_fen"] for one in told.values())
    most_fen = settlement_of(order).kept_fen
    if not 0 < amount_fen <= most_fen:
        raise Refusal("refund.too_much", amount_fen=amount_fen, most_fen=most_fen)
    is_prior = order.year < clock.today().year
    own = _by_budget_line(order, told)
    if is_prior:
        year, amounts = clock.today().year, {_line_of_this_year(order, budget_line_id): amount_fen}
    else:
        year, amounts = order.year, own
        _require_paid(order, amounts)
    claim = RefundClaim(
        number=next_number("refund", region_code=order.region_code, year=year),
        order_id=order.id,
        order_number=order.number,
        region_code=order.region_code,
        year=year,
        unit_id=order.unit_id,
        supplier_id=order.supplier_id,
        state="claimed",
        is_prior=is_prior,
        lines=told,
        amount_fen=amount_fen,
        amounts={str(line_id): fen for line_id, fen in amounts.items()},
        channels=_channels(order, own) if not is_prior else {},
        costs={},
        reason=require_reason(reason),
        answer="",
        reference_of_receipt="",
        claimed_by=actor.name,
        claimed_at=clock.now(),
        answered_by="",
        settled_by="",
    )
    session().add(claim)
    facts = {"amount_fen": amount_fen, "lines": told, "is_prior": is_prior}
    enter(claim, "claim", actor, permission="order.claim_refund", is_new=True, note=reason, facts=facts)
    if order.state == "closed":
        take_step(order, "open_again", SYSTEM, note=reason, facts={"refund": claim.number})


@order_action("agree_refund")
def agree_refund(order: Order, *, actor: Actor) -> None:
    """The supplier owes the money: the goods are off the order, the claim stands in the books."""
    claim = refund_claim_of(order.id, None, states=("claimed",))
    authorize(actor, "order.answer_refund", order)
    if claim.amount_fen > settlement_of(order).kept_fen:
        raise Refusal("refund.too_much", amount_fen=claim.amount_fen, most_fen=settlement_of(order).kept_fen)
    if not claim.is_prior:
        _require_paid(order, {int(line_id): fen for line_id, fen in claim.amounts.items()})
    costs = take_goods_back(order, claim.pieces, comes_again=False, reason=claim.reason)
    cuts = {no: told["amount_fen"] for no, told in claim.lines.items() if not told["pieces"]}
    for account, amounts in cut_prices(order, cuts).items():
        for line_id, fen in amounts.items():
            costs.setdefault(account, {})[line_id] = costs.get(account, {}).get(line_id, 0) + fen
    claim.costs = costs
    _answered(claim, actor)
    advance(claim, "agree", actor, facts={"costs": costs})
    reckon(order, note=claim.reason)


@order_action("dispute_refund")
def dispute_refund(order: Order, *, actor: Actor, reason: str) -> None:
    """The supplier does not owe it, and says why."""
    claim = refund_claim_of(order.id, None, states=("claimed",))
    authorize(actor, "order.answer_refund", order)
    claim.answer = require_reason(reason)
    _answered(claim, actor)
    advance(claim, "dispute", actor, note=reason)


@order_action("insist_refund")
def insist_refund(order: Order, *, actor: Actor, reason: str) -> None:
    """The unit stands by its claim; the supplier answers again."""
    claim = refund_claim_of(order.id, None, states=("disputed",))
    authorize(actor, "order.ask_refund", order)
    advance(claim, "insist", actor, note=require_reason(reason))


@order_action("withdraw_refund")
def withdraw_refund(order: Order, *, actor: Actor) -> None:
    """The unit takes back a claim that nobody has agreed to."""
    claim = refund_claim_of(order.id, None, states=("claimed", "disputed"))
    authorize(actor, "order.ask_refund", order)
    advance(claim, "withdraw", actor)
    reckon(order)


def _told(order: Order, lines: list[dict[str, int]]) -> dict[str, dict[str, int]]:
    by_number = {line.line_no: line for line in order.lines}
    told: dict[str, dict[str, int]] = {}
    for given in lines:
        line = by_number.get(given["line_no"])
        if line is None:
            raise Refusal("order.unknown_line", line_no=given["line_no"])
        pieces, amount_fen = given.get("quantity") or 0, given.get("amount_fen") or 0
        if bool(pieces) == bool(amount_fen) or str(line.line_no) in told:
            raise Refusal("refund.pieces_or_money", line_no=line.line_no, name=line.name)
        if pieces > line.accepted:
            raise Refusal("refund.too_many", line_no=line.line_no, name=line.name, quantity=pieces, most=line.accepted)
        if amount_fen >= max(1, line.accepted_fen):
            raise Refusal("refund.too_much", amount_fen=amount_fen, most_fen=max(0, line.accepted_fen - 1))
        told[str(line.line_no)] = {"pieces": pieces, "amount_fen": amount_fen or value_of(line, pieces=pieces)}
    return told


def _by_budget_line(order: Order, told: dict[str, dict[str, int]]) -> dict[int, int]:
    sums: dict[int, int] = defaultdict(int)
    for line in _sorted(order.lines):
        if str(line.line_no) in told:
            sums[line.budget_line_id] += told[str(line.line_no)]["amount_fen"]
    return dict(sums)


def _sorted(lines: list[OrderLine]) -> list[OrderLine]:
    return sorted(lines, key=lambda line: line.budget_line_id)


def _require_paid(order: Order, amounts: dict[int, int]) -> None:
    """No line gives back more than was paid from it."""
    paid = asked_by_line(order, states=("paid",))
    for line_id, amount_fen in amounts.items():
        if amount_fen > paid.get(line_id, 0):
            raise Refusal("refund.too_much", amount_fen=amount_fen, most_fen=max(0, paid.get(line_id, 0)))


def _channels(order: Order, amounts: dict[int, int]) -> dict[str, str]:
    """How each line was paid, by its latest payment."""
    query = select(PaymentRequest.amounts, PaymentRequest.channel).where(
        PaymentRequest.order_id == order.id, PaymentRequest.state == "paid"
    )
    found: dict[str, str] = {}
    for paid, channel in session().execute(query.order_by(PaymentRequest.id)):
        found |= {line_id: channel for line_id in paid if int(line_id) in amounts}
    return found


def _line_of_this_year(order: Order, budget_line_id: int | None) -> int:
    if budget_line_id is None:
        raise Refusal("refund.line_needed", year=order.year)
    line = find_lines(session(), [budget_line_id]).get(budget_line_id)
    if line is None or line.unit_id != order.unit_id or line.year != clock.today().year:
        raise Refusal("refund.wrong_line", year=clock.today().year)
    return line.id


def _answered(claim: RefundClaim, actor: Actor) -> None:
    claim.answered_by = actor.name
    claim.answered_at = clock.now()
