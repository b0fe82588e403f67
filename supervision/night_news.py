"""What the last night changed, on a regulator's start page: new findings, those gone, and rules that failed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select

from mall import clock
from mall.access.actor import Actor
from mall.database import session
from mall.desk.desk_panels import DeskPanel
from supervision.finding import Finding
from supervision.finding_review.visible_findings import visible_findings
from supervision.rule import Words
from supervision.rule_run import RuleRun
from supervision.rule_shelf import rules

SHOWN = 6


@dataclass(frozen=True)
class NewFindings:
    """What one rule found anew."""

    rule_id: str
    name: Words
    count: int
    amount_fen: int
    #: kept in the shadow: shown to regulators, opens nothing
    is_shadow: bool


@dataclass(frozen=True)
class NightNews:
    """The last night in the reader's regions."""

    on_day: date
    rule_count: int
    failed: Sequence[str]
    found: Sequence[NewFindings]
    more: int
    gone_count: int


def night_news(actor: Actor) -> NightNews | None:
    """None before the first night."""
    on_day = session().scalar(select(func.max(RuleRun.on_day)))
    if on_day is None:
        return None
    runs = session().execute(select(RuleRun.rule_id, RuleRun.failure).where(RuleRun.on_day == on_day)).all()
    found = _new_findings(actor, on_day)
    gone = visible_findings(actor, select(func.count()).select_from(Finding).where(Finding.gone_on == on_day))
    return NightNews(
        on_day=on_day,
        rule_count=len({rule_id for rule_id, _ in runs}),
        failed=sorted({rule_id for rule_id, failure in runs if failure}),
        found=found[:SHOWN],
        more=max(0, len(found) - SHOWN),
        gone_count=session().scalar(gone) or 0,
    )


def _new_findings(actor: Actor, on_day: date) -> list[NewFindings]:
    """By rule, those that may open something first, then by the money at stake."""
    since = clock.end_of_day(on_day - timedelta(days=1))
    query = select(
        Finding.rule_id,
        func.count(),
        func.sum(Finding.amount_fen),
        func.bool_and(Finding.standing == "shadow"),
    ).where(Finding.found_at > since, Finding.gone_on.is_(None))
    rows = session().execute(visible_findings(actor, query).group_by(Finding.rule_id))
    known = rules()
    found = [
        NewFindings(rule_id, known[rule_id].name, count, int(amount_fen), is_shadow)
        for rule_id, count, amount_fen, is_shadow in rows
        if rule_id in known
    ]
    return sorted(found, key=lambda one: (one.is_shadow, -one.amount_fen, one.rule_id))


def night_on_desk(actor: Actor) -> DeskPanel | None:
    """For regulators only."""
    if not actor.has_role("regulator"):
        return None
    news = night_news(actor)
    return DeskPanel(template="watch_findings/_night.html", facts={"news": news}) if news is not None else None
