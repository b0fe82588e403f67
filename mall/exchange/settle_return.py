"""Taking one line of the treasury: it settles its payment, repeats what is known, or waits in suspense.

Locks are taken in one order everywhere: order, payment, suspense items, books.
"""

from __future__ import annotations

from sqlalchemy import select, text

from mall import clock
from mall.access.actor import SYSTEM, Actor
from mall.audit.record import record
from mall.database import atomic, session
from mall.documents.advance import advance
from mall.documents.numbers import next_number
from mall.exchange.return_file import BOUNCED, OK, PARTIAL, REFUSED, ReturnLine
from mall.exchange.suspense_item import SuspenseItem, parts_of
from mall.exchange.suspense_line import suspense_line
from mall.exchange.suspense_states import UNDECIDED
from mall.finance.payment_request import PaymentRequest
from mall.finance.settle_payment import settle_paid, settle_refused
from mall.finance.treasury_batch import TreasuryReturn
from mall.ordering.order import Order, order_numbered
from mall.regions.region import Region, province_code
from mall.regions.regional_rule import rule
from mall.regions.working_days import deadline

#: how long a person may think about a suspense item
DECISION_RULE = "suspense.decide_working_days"

#: what a line comes to that fits nothing, as it is counted and kept
OUTCOMES = {"unknown": "unknown", "amount_differs": "mismatch", "early": "early", "partial": "partial"}
#: a payment that the treasury cannot know of yet, as far as our books say
NOT_YET_SENT = ("requested", "returned", "approved")


@atomic
def settle_return(*, actor: Actor, file_id: int, line: ReturnLine) -> str:
    """Take the line once and keep what became of it.

    "paid", "refused": it settled its payment; "partial": a part, which waits for the rest; "repeated": said before;
    "already": this very line of this file; "early", "unknown", "mismatch", "conflict": it waits for a person.
    """
    # Whoever reads the same word at the same time, from wherever, takes its turn and finds it known.
    session().execute(
        text("select pg_advisory_xact_lock(hashtext('treasury_return'), hashtext(:payment))"),
        {"payment": line.payment_number},
    )
    if _is_taken(file_id, line):
        return "already"
    payment, order = locked_payment(line.payment_number)
    if _is_known(line):
        return _keep(actor, file_id, line, "repeated")
    if payment is not None and payment.state == "refused" and line.result == REFUSED:
        # Another paper about the same refusal: nothing moved then, nothing moves now.
        return _keep(actor, file_id, line, "repeated")
    cause = cause_of(line, payment, has_parts=payment is not None and bool(parts_of(payment.id)))
    if cause == "" and payment is not None and order is not None:
        return _keep(actor, file_id, line, _settle(line, payment, order))
    open_suspense(line, cause=cause, payment=payment, file_id=file_id)
    if cause == "partial" and payment is not None and order is not None:
        settle_parts(payment, order)
    return _keep(actor, file_id, line, OUTCOMES.get(cause, "conflict"))


def cause_of(line: ReturnLine, payment: PaymentRequest | None, *, has_parts: bool) -> str:
    """Why the line cannot settle its payment; "" when it does."""
    if payment is None:
        return "unknown"
    if payment.state in NOT_YET_SENT:
        return "early"
    if line.result == PARTIAL:
        is_part = payment.state == "sent" and 0 < line.amount_fen < payment.amount_fen
        return "partial" if is_part else "contradicts" if payment.state != "sent" else "amount_differs"
    if line.amount_fen != payment.amount_fen:
        return "amount_differs"
    if line.result == BOUNCED:
        return "bounced" if payment.state == "paid" else "contradicts"
    if payment.state == "sent":
        return _against_parts(line) if has_parts else ""
    if payment.state == "paid":
        return "doubled" if line.result == OK else "refused_after_paid"
    return "paid_after_refused" if line.result == OK and payment.state == "refused" else "contradicts"


def _against_parts(line: ReturnLine) -> str:
    return "doubled" if line.result == OK else "refused_after_paid"


def open_suspense(line: ReturnLine, *, cause: str, payment: PaymentRequest | None, file_id: int) -> SuspenseItem:
    """Let the line wait for a person; its money, where some moved, goes to suspense in the books."""
    now, year = clock.now(), clock.today().year
    region_code = payment.region_code if payment is not None else _region_in(line.payment_number)
    suspended_fen = line.amount_fen if _says_that_money_moved(line, cause) else 0
    days = rule(DECISION_RULE, region_code=region_code, on=clock.today()).value
    item = SuspenseItem(
        number=next_number("suspense", region_code=region_code, year=year),
        region_code=region_code,
        year=year,
        state="new",
        cause=cause,
        payment_number=line.payment_number,
        payment_id=payment.id if payment is not None else None,
        treasury_reference=line.treasury_reference,
        result=line.result,
        reason=line.reason,
        amount_fen=line.amount_fen,
        suspended_fen=suspended_fen,
        budget_line_id=suspense_line(region_code=region_code, year=year) if suspended_fen else None,
        file_id=file_id,
        arrived_at=now,
        due_at=deadline(now, working_days=days),
        decision="",
        decision_payment="",
        note="",
        maker_ids=[],
    )
    session().add(item)
    session().flush()
    advance(item, "open", SYSTEM, facts={"cause": cause, "payment": line.payment_number})
    return item


def settle_parts(payment: PaymentRequest, order: Order, *, more: SuspenseItem | None = None) -> bool:
    """Pay the payment out of its parts when they are whole, with `more` that a person found to be one of them.

    The caller holds the locks and settles `more` itself. Returns whether it was paid.
    """
    parts = parts_of(payment.id, lock=True)
    others = [part for part in parts if more is None or part.id != more.id]
    sum_fen = sum(part.suspended_fen for part in others) + (more.suspended_fen if more is not None else 0)
    if payment.state != "sent" or sum_fen != payment.amount_fen:
        return False
    for part in others:
        part.settled_at, part.due_at = clock.now(), None
        advance(part, "resolve", SYSTEM, facts={"payment": payment.number})
    references = [part.treasury_reference for part in others] + ([more.treasury_reference] if more is not None else [])
    settle_paid(payment, order, reference="+".join(references))
    return True


@atomic
def retry_suspense(*, actor: Actor, item_id: int) -> bool:
    """Try an item again whose payment was not sent, or not there, when it came. Returns whether it is settled now.

    Only a payment that was asked for before the line came can be meant by it: a number given out later is another's.
    """
    found = session().get(SuspenseItem, item_id)
    if found is None:
        return False
    payment, order = locked_payment(found.payment_number)
    item = session().scalar(
        select(SuspenseItem)
        .where(SuspenseItem.id == item_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if item is None or item.state not in UNDECIDED or item.cause not in ("early", "unknown"):
        return False
    if payment is None or order is None or payment.requested_at > item.arrived_at:
        return False
    line = ReturnLine(0, item.payment_number, item.result, item.amount_fen, item.treasury_reference, item.reason)
    cause = cause_of(line, payment, has_parts=bool(parts_of(payment.id)))
    if cause == "partial":
        item.payment_id, item.cause = payment.id, "partial"
        record(actor=actor, action="suspense.recognise", subject=item.reference, facts={"cause": cause})
        session().flush()
        return settle_parts(payment, order)
    if cause != "":
        return False
    item.payment_id, item.settled_at, item.due_at = payment.id, clock.now(), None
    advance(item, "resolve", SYSTEM, facts={"payment": payment.number})
    _settle(line, payment, order)
    return True


def retry_waiting(*, actor: Actor) -> int:
    """Try every item again that came too early; each in its own transaction. Returns how many are settled now."""
    query = select(SuspenseItem.id).where(
        SuspenseItem.state.in_(UNDECIDED), SuspenseItem.cause.in_(("early", "unknown"))
    )
    known = query.where(
        SuspenseItem.payment_number.in_(
            select(PaymentRequest.number).where(
                PaymentRequest.number == SuspenseItem.payment_number, PaymentRequest.state == "sent"
            )
        )
    )
    ids = list(session().scalars(known.order_by(SuspenseItem.id)))
    return sum(retry_suspense(actor=actor, item_id=item_id) for item_id in ids)


def locked_payment(payment_number: str) -> tuple[PaymentRequest | None, Order | None]:
    """The payment and its order, both rows locked in that order; (None, None) where there is no such payment."""
    payment = session().scalar(select(PaymentRequest).where(PaymentRequest.number == payment_number))
    if payment is None:
        return None, None
    # Orders are always locked before their payment requests.
    order = order_numbered(payment.order_number, lock=True)
    session().refresh(payment, with_for_update=True)
    return payment, order


def _settle(line: ReturnLine, payment: PaymentRequest, order: Order) -> str:
    if line.result == OK:
        settle_paid(payment, order, reference=line.treasury_reference)
        return "paid"
    settle_refused(payment, order, reference=line.treasury_reference, reason=line.reason)
    return "refused"


def _says_that_money_moved(line: ReturnLine, cause: str) -> bool:
    return line.result in (OK, PARTIAL, BOUNCED) or cause == "refused_after_paid"


def _region_in(payment_number: str) -> int:
    """The region that the number names, where there is such a region; else the province."""
    parts = payment_number.split("-")
    named = int(parts[1]) if len(parts) == 4 and parts[1].isascii() and parts[1].isdigit() else 0
    known = session().scalar(select(Region.code).where(Region.code == named)) if 0 < named < 1_000_000 else None
    return known or province_code()


def _is_taken(file_id: int, line: ReturnLine) -> bool:
    query = select(TreasuryReturn.id).where(TreasuryReturn.file_id == file_id, TreasuryReturn.line_no == line.line_no)
    return session().scalar(query) is not None


def _is_known(line: ReturnLine) -> bool:
    query = select(TreasuryReturn.id).where(
        TreasuryReturn.payment_number == line.payment_number,
        TreasuryReturn.treasury_reference == line.treasury_reference,
        TreasuryReturn.result == line.result,
        TreasuryReturn.amount_fen == line.amount_fen,
    )
    return session().scalar(query.limit(1)) is not None


def _keep(actor: Actor, file_id: int, line: ReturnLine, outcome: str) -> str:
    session().add(
        TreasuryReturn(
            file_id=file_id,
            line_no=line.line_no,
            treasury_reference=line.treasury_reference,
            payment_number=line.payment_number,
            result=line.result,
            amount_fen=line.amount_fen,
            reason=line.reason,
            outcome=outcome,
            at=clock.now(),
        )
    )
    record(
        actor=actor,
        action="treasury.return",
        subject=f"payment:{line.payment_number}",
        facts={"outcome": outcome, "amount_fen": line.amount_fen, "reference": line.treasury_reference},
    )
    return outcome
