"""What the mall's history tells of a unit: acceptance and payment in time, competitions, answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import func, select

from mall import clock
from mall.database import session
from mall.documents.history import DocumentStep
from mall.finance.payment_clock import PAID_STATES, UNPAID_STATES, payment_clocks
from mall.finance.payment_request import PaymentRequest
from mall.fulfilment.acceptance import Acceptance
from mall.ordering.order import Order
from mall.payment_watch.payment_finding import PaymentFinding
from supervision.credit.credit_formula import LATE_DAYS_EACH
from supervision.credit.deeds import Deed
from supervision.watch_record import RecordedSourcing

#: orders whose clocks are reckoned at once
BATCH = 500


def unit_deeds(unit_id: int, since: date, on: date) -> Iterator[Deed]:
    """All of it, between the two days."""
    yield from _acceptances(unit_id, since, on)
    yield from _payments(unit_id, since, on)
    yield from _competitions(unit_id, since, on)
    yield from _answers(unit_id, since, on)


def _acceptances(unit_id: int, since: date, on: date) -> Iterator[Deed]:
    query = (
        select(Order.number, Acceptance.number, Acceptance.is_deemed, Acceptance.at)
        .join(Acceptance, Acceptance.order_id == Order.id)
        .where(Order.unit_id == unit_id)
        .where(Acceptance.at.between(clock.end_of_day(since - timedelta(days=1)), clock.end_of_day(on)))
    )
    for number, sheet, is_deemed, at in session().execute(query):
        code = "accepted_by_silence" if is_deemed else "accepted_in_time"
        yield Deed(code, f"order:{number}", clock.local(at).date(), key=sheet)


def _payments(unit_id: int, since: date, on: date) -> Iterator[Deed]:
    """By the statutory clock of each order; what is still unpaid counts from the first day after its term."""
    paid_since = select(PaymentRequest.order_id).where(
        PaymentRequest.unit_id == unit_id, PaymentRequest.settled_at > clock.end_of_day(since - timedelta(days=1))
    )
    query = (
        select(Order)
        .where(Order.unit_id == unit_id, Order.state.in_(UNPAID_STATES + PAID_STATES))
        .where(Order.payment_due_on.between(since, on) | Order.id.in_(paid_since))
        .order_by(Order.id)
    )
    orders = list(session().scalars(query))
    for first in range(0, len(orders), BATCH):
        for one in payment_clocks(orders[first : first + BATCH], on=on).values():
            if one.is_late:
                # Its day stays the same while it grows later: the day after the term.
                day = one.due_on + timedelta(days=1) if one.paid_on is None else one.paid_on
                yield Deed("paid_late", one.order.reference, day, times=-(-one.days_late // LATE_DAYS_EACH))
            elif one.paid_on is not None:
                yield Deed("paid_in_time", one.order.reference, one.paid_on)


def _competitions(unit_id: int, since: date, on: date) -> Iterator[Deed]:
    span = clock.end_of_day(since - timedelta(days=1)), clock.end_of_day(on)
    held = select(RecordedSourcing.sourcing_number, RecordedSourcing.state, RecordedSourcing.closed_at).where(
        RecordedSourcing.unit_id == unit_id,
        RecordedSourcing.state.in_(("awarded", "failed")),
        RecordedSourcing.closed_at.between(*span),
    )
    for number, state, at in session().execute(held):
        code = "competition_awarded" if state == "awarded" else "competition_failed"
        yield Deed(code, f"sourcing:{number}", clock.local(at).date())
    cancelled = (
        select(DocumentStep.document, DocumentStep.at)
        .join(Order, DocumentStep.document == func.concat("order:", Order.number))
        .where(Order.unit_id == unit_id, DocumentStep.action == "agree_cancellation", DocumentStep.at.between(*span))
        .where(DocumentStep.before == "contracted")
    )
    for document, at in session().execute(cancelled):
        yield Deed("contract_cancelled", document, clock.local(at).date())


def _answers(unit_id: int, since: date, on: date) -> Iterator[Deed]:
    """Findings about payments: explained within the term, or not."""
    explained = (
        select(PaymentFinding.number, PaymentFinding.due_at, func.min(DocumentStep.at))
        .outerjoin(
            DocumentStep,
            (DocumentStep.document == func.concat("payment_finding:", PaymentFinding.number))
            & (DocumentStep.action == "explain"),
        )
        .where(PaymentFinding.unit_id == unit_id)
        .where(PaymentFinding.found_at.between(clock.end_of_day(since - timedelta(days=1)), clock.end_of_day(on)))
        .group_by(PaymentFinding.id)
    )
    for number, due_at, answered_at in session().execute(explained):
        if answered_at is not None and (due_at is None or answered_at <= due_at):
            yield Deed("explained_in_time", f"payment_finding:{number}", clock.local(answered_at).date())
        elif due_at is not None and clock.local(due_at).date() < on:
            yield Deed("explanation_missing", f"payment_finding:{number}", clock.local(due_at).date())
