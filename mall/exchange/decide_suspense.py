"""Deciding a suspense item: one person says what the treasury's line really was, another one settles it.

Settling takes the money out of suspense and books what it was in the same transaction: both happen, or neither does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import authorize, may
from mall.access.predicates import decides_budgets
from mall.database import atomic, session
from mall.documents.advance import advance
from mall.documents.once import claim, settle
from mall.errors import Refusal
from mall.exchange.return_file import OK, PARTIAL, REFUSED
from mall.exchange.settle_return import locked_payment, settle_parts
from mall.exchange.suspense_item import SuspenseItem
from mall.exchange.visible_suspense import visible_item
from mall.finance.payment_request import PaymentRequest
from mall.finance.settle_payment import settle_bounced, settle_paid, settle_refused

NOTE_MAX = 500

#: what each cause may turn out to have been, the most probable first
DECISIONS_FOR: dict[str, tuple[str, ...]] = {
    "unknown": ("match", "mistake"),
    "amount_differs": ("mistake", "match"),
    "early": ("match", "mistake"),
    "partial": ("match", "mistake"),
    "doubled": ("mistake", "match"),
    "refused_after_paid": ("bounce", "mistake"),
    "paid_after_refused": ("match", "mistake"),
    "bounced": ("bounce", "mistake"),
    "contradicts": ("mistake", "match"),
}

#: steps that a person takes
PERSONAL = ("propose", "approve", "return", "wait", "clarify")


def possible(item: SuspenseItem, actor: Actor) -> list[str]:
    """The steps this actor may take now, in the order in which a page offers them."""
    steps = {step.action: step for step in item.states.steps_from(item.state)}
    return [name for name in PERSONAL if name in steps and may(actor, steps[name].permission, item)]


@atomic
def act_on_suspense(
    *, actor: Actor, number: str, action: str, body: dict[str, str], request_key: str | None = None
) -> SuspenseItem:
    """Take one step. `body`: decision and payment (propose), note (all), reason (return).

    Raises Refusal "suspense.unknown" (foreign and missing look the same), "suspense.unknown_action",
    "suspense.maker_decides", "suspense.no_such_decision", "suspense.no_payment", "suspense.payment_not_sent",
    "suspense.amount_differs", "order.reason_needed", and those of the state table and the ledger.
    """
    claimed = claim(
        actor=actor,
        action=f"suspense.{action}"[:60],
        request_key=request_key,
        body={"number": number, "action": action, **body},
    )
    if claimed.replayed:
        return visible_item(actor, number)
    step = _STEPS.get(action)
    if step is None:
        raise Refusal("suspense.unknown_action", action=action[:60])
    # The order and the payment first, as everywhere; the item says which, and is read again under its lock.
    payment, order = locked_payment(_payment_meant(visible_item(actor, number), body))
    item = visible_item(actor, number, lock=True)
    item.states.step(action, item.state)
    step(item, actor, body, payment, order)
    settle(claimed, {"number": number, "state": item.state})
    return item


def _propose(item: SuspenseItem, actor: Actor, body: dict[str, str], payment: Any, order: Any) -> None:
    decision = body.get("decision", "")
    if decision not in DECISIONS_FOR[item.cause]:
        raise Refusal("suspense.no_such_decision", number=item.number)
    authorize(actor, "suspense.handle", item)
    _require_meant(item, payment, decision=decision, named=body.get("payment", ""))
    item.decision = decision
    item.decision_payment = payment.number if decision in ("match", "bounce") else ""
    item.note = _reason(body.get("note", ""))
    # Whose proposal was returned has no hand in the next one.
    item.maker_ids = [actor.user_id]
    advance(item, "propose", actor, note=item.note, facts={"decision": decision, "payment": item.decision_payment})


def _approve(item: SuspenseItem, actor: Actor, _body: dict[str, str], payment: Any, order: Any) -> None:
    _require_other_eyes(item, actor)
    _require_meant(item, payment, decision=item.decision, named=item.decision_payment)
    if item.decision == "match":
        _book_match(item, payment, order)
    elif item.decision == "bounce":
        settle_bounced(payment, order, reference=item.treasury_reference, reason=item.reason)
    item.decider_id, item.settled_at, item.due_at = actor.user_id, clock.now(), None
    advance(item, "approve", actor, facts={"decision": item.decision, "payment": item.decision_payment})


def _return(item: SuspenseItem, actor: Actor, body: dict[str, str], payment: Any, order: Any) -> None:
    _require_other_eyes(item, actor)
    item.decision, item.decision_payment = "", ""
    advance(item, "return", actor, note=_reason(body.get("reason", "")))


def _wait(item: SuspenseItem, actor: Actor, body: dict[str, str], payment: Any, order: Any) -> None:
    advance(item, "wait", actor, note=body.get("note", "").strip()[:NOTE_MAX])


def _clarify(item: SuspenseItem, actor: Actor, body: dict[str, str], payment: Any, order: Any) -> None:
    advance(item, "clarify", actor, note=_reason(body.get("note", "")))


_STEPS: dict[str, Callable[..., None]] = {
    "propose": _propose,
    "approve": _approve,
    "return": _return,
    "wait": _wait,
    "clarify": _clarify,
}


def _payment_meant(item: SuspenseItem, body: dict[str, str]) -> str:
    return (body.get("payment", "") or item.decision_payment or item.payment_number).strip()[:60]


def _require_meant(item: SuspenseItem, payment: PaymentRequest | None, *, decision: str, named: str) -> None:
    if decision == "match":
        _require_match(item, payment, named=named)
    elif decision == "bounce":
        _require_bounce(item, payment, named=named)


def _require_bounce(item: SuspenseItem, payment: PaymentRequest | None, *, named: str) -> None:
    """The very payment the line speaks of was paid, and the whole of it came back."""
    if payment is None or payment.number != item.payment_number:
        raise Refusal("suspense.no_payment", payment=named[:60])
    if payment.state != "paid":
        raise Refusal("suspense.payment_not_sent", payment=payment.number, state=payment.state, kind="payment")
    if item.amount_fen != payment.amount_fen:
        raise _amounts_differ(item, payment)


def _require_match(item: SuspenseItem, payment: PaymentRequest | None, *, named: str) -> None:
    """The payment is of a region the item's keepers keep, out with the treasury, and of this very amount."""
    if payment is None or (payment.region_code != item.region_code and not _is_above(item, payment)):
        raise Refusal("suspense.no_payment", payment=named[:60])
    if payment.state != "sent":
        raise Refusal("suspense.payment_not_sent", payment=payment.number, state=payment.state, kind="payment")
    is_part = item.result in (OK, PARTIAL) and item.amount_fen < payment.amount_fen
    if item.amount_fen != payment.amount_fen and not is_part:
        raise _amounts_differ(item, payment)


def _is_above(item: SuspenseItem, payment: PaymentRequest) -> bool:
    """What nobody could place lies with the province, whose officers may match it with any payment below it."""
    return item.region_code % 10_000 == 0 and payment.region_code // 10_000 == item.region_code // 10_000


def _book_match(item: SuspenseItem, payment: PaymentRequest, order: Any) -> None:
    if item.result == REFUSED:
        settle_refused(payment, order, reference=item.treasury_reference, reason=item.reason)
    elif item.amount_fen == payment.amount_fen:
        settle_paid(payment, order, reference=item.treasury_reference)
    elif not settle_parts(payment, order, more=item):
        raise _amounts_differ(item, payment)


def _amounts_differ(item: SuspenseItem, payment: PaymentRequest) -> Refusal:
    figures = {"payment_fen": payment.amount_fen, "amount_fen": item.amount_fen}
    return Refusal("suspense.amount_differs", payment=payment.number, **figures)


def _require_other_eyes(item: SuspenseItem, actor: Actor) -> None:
    """Four eyes, said in words of its own: a county may have one budget officer only."""
    if decides_budgets(actor, item) and actor.user_id in item.maker_ids:
        raise Refusal("suspense.maker_decides", number=item.number)
    authorize(actor, "suspense.decide", item)


def _reason(text: str) -> str:
    text = text.replace("\x00", "").strip()
    if not 2 <= len(text) <= NOTE_MAX:
        raise Refusal("order.reason_needed")
    return text


def candidates(item: SuspenseItem, *, limit: int = 10) -> list[PaymentRequest]:
    """Payments out with the treasury that the line may have meant: of its amount, the one it names first."""
    query = select(PaymentRequest).where(PaymentRequest.state == "sent", PaymentRequest.amount_fen == item.amount_fen)
    if item.region_code % 10_000:
        query = query.where(PaymentRequest.region_code == item.region_code)
    ordered = query.order_by(PaymentRequest.number != item.payment_number, PaymentRequest.id)
    return list(session().scalars(ordered.limit(limit)))
