"""Closing a month of a region's books: what is looked at before, and the closing itself, which is for good."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select, text

from ledger import checks, fiscal_year
from ledger.errors import LedgerRefusal
from ledger.fiscal_year import Period
from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import authorize
from mall.audit.record import record
from mall.database import atomic, session
from mall.documents.once import claim, settle
from mall.errors import Refusal
from mall.finance.payment_request import PaymentRequest
from mall.finance.unit_budgets import RegionBudget
from mall.year_end.commitments import open_by_unit

DECEMBER = 12


@dataclass(frozen=True)
class PreClose:
    """One thing that is looked at before a month is closed. `code` names it, `count` says how many were found;
    `blocks`: the month stays open while there are any."""

    code: str
    count: int
    blocks: bool
    detail: str = ""

    @property
    def is_met(self) -> bool:
        return self.count == 0


def checklist(*, region_code: int, year: int, month: int) -> list[PreClose]:
    """Everything that is looked at before this month is closed, what blocks first. It runs every check of the books."""
    stand = {
        period.month: period.state for period in fiscal_year.periods(session(), region_code=region_code, year=year)
    }
    last_day = date(year, month, 1) + timedelta(days=31)
    last_day = last_day.replace(day=1) - timedelta(days=1)
    earlier = [at for at, state in stand.items() if at < month and state == "open"]
    findings = [one for one in checks.run_all(session()) if one.region_code == region_code]
    unsettled = _unsettled(region_code=region_code, until=last_day, year=year)
    found = [
        PreClose("not_over", int(clock.today() <= last_day), blocks=True),
        PreClose("earlier_open", len(earlier), blocks=True, detail="、".join(str(at) for at in sorted(earlier))),
        PreClose("findings", len(findings), blocks=True, detail=findings[0].check if findings else ""),
        PreClose("unsettled", unsettled, blocks=month == DECEMBER),
    ]
    if month == DECEMBER:
        units = open_by_unit(lowest_region=region_code, highest_region=region_code, year=year)
        found.append(PreClose("year_not_cleared", len(units), blocks=True))
    facts = {"region": region_code, "year": year, "since": date(year, month, 1), "until": last_day}
    found.append(PreClose("unsealed", session().scalar(_UNSEALED, facts) or 0, blocks=False))
    return sorted(found, key=lambda one: not one.blocks)


@atomic
def close_period(
    *, actor: Actor, region_code: int, year: int, month: int, confirmation: str, request_key: str | None = None
) -> Period:
    """Close the month for good. `confirmation` is the month written out, "2026-11", so that nobody closes by a slip.

    Raises Refusal "access.denied", "period.not_confirmed", "period.unknown", "period.closed" and "period.blocked" with
    the code of what stands in the way.
    """
    body = {"region_code": region_code, "year": year, "month": month, "confirmation": confirmation}
    claimed = claim(actor=actor, action="period.close", request_key=request_key, body=body)
    if claimed.replayed:
        return period_of(region_code=region_code, year=year, month=month)
    authorize(actor, "period.close", RegionBudget(region_code=region_code))
    period = period_of(region_code=region_code, year=year, month=month)
    if period.state == "closed":
        raise Refusal("period.closed", year=year, month=month)
    if confirmation.strip() != named(year, month):
        raise Refusal("period.not_confirmed", period=named(year, month))
    items = checklist(region_code=region_code, year=year, month=month)
    in_the_way = next((one for one in items if one.blocks and not one.is_met), None)
    if in_the_way is not None:
        facts = {"year": year, "month": month, "count": in_the_way.count}
        raise Refusal(f"period.{in_the_way.code}", **facts)
    try:
        fiscal_year.close_period(
            session(),
            region_code=region_code,
            year=year,
            month=month,
            closed_at=clock.now(),
            actor=actor.username or actor.name,
        )
    except LedgerRefusal as refusal:
        raise Refusal(refusal.code, **refusal.facts) from refusal
    told = {one.code: one.count for one in items}
    record(actor=actor, action="period.close", subject=f"period:{region_code}-{named(year, month)}", facts=told)
    settle(claimed, {"period": named(year, month)})
    return period_of(region_code=region_code, year=year, month=month)


def named(year: int, month: int) -> str:
    """The month as people type it: "2026-11"."""
    return f"{year}-{month:02d}"


def period_of(*, region_code: int, year: int, month: int) -> Period:
    """The month of these books. Raises Refusal("period.unknown") where it was never opened."""
    found = [
        period for period in fiscal_year.periods(session(), region_code=region_code, year=year) if period.month == month
    ]
    if not found:
        raise Refusal("period.unknown", year=year, month=month)
    return found[0]


def _unsettled(*, region_code: int, year: int, until: date) -> int:
    """Payments that were approved up to the month's end and have no answer from the treasury."""
    query = select(func.count()).where(
        PaymentRequest.region_code == region_code,
        PaymentRequest.year == year,
        PaymentRequest.state.in_(("approved", "sent")),
        PaymentRequest.requested_at <= clock.end_of_day(until),
    )
    return session().scalar(query) or 0


_UNSEALED = text(
    "select count(*) from ledger.txn t where t.region = :region and t.year = :year"
    " and t.effective_on between :since and :until and not exists (select from ledger.sealed_txn s"
    " where s.region = t.region and s.year = t.year and s.txn_id = t.id)"
)
