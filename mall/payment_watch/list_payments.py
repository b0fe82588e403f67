"""Lists of payments: the rows a person may see, narrowed by outcome, and the share that should have been procured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select

from mall.access.actor import Actor
from mall.database import session
from mall.payment_watch.other_payment import OtherPayment, PaymentLoad
from mall.payment_watch.payment_finding import PaymentFinding, findings_of
from mall.payment_watch.visible_payments import visible_findings, visible_loads, visible_payments
from mall.people.organisation import organisation_names

PAGE_SIZE = 25
#: findings that say "this should have been procured"; a payment made twice is another matter
UNPROCURED = ("catalogue_without_order", "over_limit", "supplier_without_order")


@dataclass(frozen=True)
class PaymentFilter:
    """What a reader asked for; empty values ask for everything. `page` counts from 1."""

    unit_id: int | None = None
    year: int | None = None
    outcome: str = ""
    channel: str = ""
    state: str = ""  # of a finding
    load_id: int | None = None
    page: int = 1


@dataclass(frozen=True)
class PaymentRows:
    """One page of payments with their findings, and how many there are of each outcome."""

    payments: list[OtherPayment]
    findings: dict[int, list[PaymentFinding]]
    names: dict[int, str]
    counts: dict[str, int]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


@dataclass(frozen=True)
class RealAccountShare:
    """What was paid out of real accounts, and how much of it is suspected to belong into procurement."""

    paid_fen: int
    suspected_fen: int
    payments: int
    suspected_payments: int

    @property
    def rate_bp(self) -> int:
        return self.suspected_fen * 10_000 // self.paid_fen if self.paid_fen > 0 else 0


def list_payments(*, actor: Actor, wanted: PaymentFilter) -> PaymentRows:
    """The latest payments first."""
    base = _narrowed(visible_payments(actor, select(OtherPayment)), wanted)
    counted = base.with_only_columns(OtherPayment.outcome, func.count()).group_by(OtherPayment.outcome)
    counts = {outcome: int(count) for outcome, count in session().execute(counted)}
    query = base.where(OtherPayment.outcome == wanted.outcome) if wanted.outcome else base
    total = session().scalar(query.with_only_columns(func.count())) or 0
    page = min(max(1, wanted.page), max(1, -(-total // PAGE_SIZE)))
    ordered = query.order_by(OtherPayment.paid_on.desc(), OtherPayment.id.desc())
    payments = list(session().scalars(ordered.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)))
    return PaymentRows(
        payments=payments,
        findings=findings_of(payment.id for payment in payments),
        names=organisation_names({payment.unit_id for payment in payments}),
        counts=counts,
        total=total,
        page=page,
    )


def real_account_share(*, actor: Actor, unit_id: int | None, year: int) -> RealAccountShare:
    """Of the units this actor sees, or of one; a finding that was accepted or is gone counts no more."""
    query = visible_payments(actor, select(OtherPayment)).where(
        OtherPayment.channel == "real_account", OtherPayment.year == year
    )
    if unit_id is not None:
        query = query.where(OtherPayment.unit_id == unit_id)
    suspected = (
        select(PaymentFinding.id)
        .where(
            PaymentFinding.payment_id == OtherPayment.id,
            PaymentFinding.kind.in_(UNPROCURED),
            PaymentFinding.state.in_(("open", "explained")),
        )
        .exists()
    )
    row = session().execute(
        query.with_only_columns(
            func.coalesce(func.sum(OtherPayment.amount_fen), 0),
            func.coalesce(func.sum(OtherPayment.amount_fen).filter(suspected), 0),
            func.count(),
            func.count().filter(suspected),
        )
    )
    return RealAccountShare(*(int(value) for value in row.one()))


def years_of_payments(actor: Actor) -> list[int]:
    """The years of which this actor sees payments, newest first."""
    query = visible_payments(actor, select(OtherPayment)).with_only_columns(OtherPayment.year).distinct()
    return sorted(session().scalars(query), reverse=True)


def list_loads(actor: Actor, *, limit: int = 100) -> list[PaymentLoad]:
    """The newest first."""
    return list(
        session().scalars(visible_loads(actor, select(PaymentLoad)).order_by(PaymentLoad.id.desc()).limit(limit))
    )


def open_findings(actor: Actor, *, states: tuple[str, ...], limit: int = 50) -> list[PaymentFinding]:
    """The findings in these states that this actor sees, the most urgent first."""
    query = visible_findings(actor, select(PaymentFinding)).where(PaymentFinding.state.in_(states))
    return list(session().scalars(query.order_by(PaymentFinding.due_at.nulls_last(), PaymentFinding.id).limit(limit)))


def _narrowed(query: Select[Any], wanted: PaymentFilter) -> Select[Any]:
    if wanted.unit_id is not None:
        query = query.where(OtherPayment.unit_id == wanted.unit_id)
    if wanted.year is not None:
        query = query.where(OtherPayment.year == wanted.year)
    if wanted.channel:
        query = query.where(OtherPayment.channel == wanted.channel)
    if wanted.load_id is not None:
        query = query.where(OtherPayment.load_id == wanted.load_id)
    if wanted.state:
        query = query.where(
            select(PaymentFinding.id)
            .where(PaymentFinding.payment_id == OtherPayment.id, PaymentFinding.state == wanted.state)
            .exists()
        )
    return query
