"""The nightly run of changes in shadow: each draft beside what holds, on the history of this night."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import structlog
from sqlalchemy import select

from mall import clock
from mall.access.actor import SYSTEM
from mall.audit.record import record
from mall.database import atomic, close_reading, session
from supervision.engines.engine import Engine
from supervision.rule import OUTCOMES
from supervision.rule_change import RuleChange
from supervision.rule_changes.compare_draft import Comparison, compare_draft
from supervision.rule_changes.draw_up_change import draft_of
from supervision.rule_changes.shadow_day import RuleShadowDay
from supervision.rule_shelf import rules

_log = structlog.get_logger("watch")


def run_shadows(
    engine: Engine, *, on: date, history_digest: str, say: Callable[[str], None] = lambda line: None
) -> int:
    """Evaluate every change in shadow that has no result of this day. One that fails is noted and keeps none else back.

    Returns how many were evaluated.
    """
    done = select(RuleShadowDay.change_id).where(RuleShadowDay.on_day == on, RuleShadowDay.failure == "")
    query = select(RuleChange).where(RuleChange.state == "shadow", RuleChange.id.not_in(done)).order_by(RuleChange.id)
    waiting = list(session().scalars(query))
    close_reading()
    for change in waiting:
        compared, failure = _compared(engine, change, on=on)
        close_reading()
        _keep(change, compared, on=on, history_digest=history_digest, failure=failure)
        say(f"{change.number}: " + (failure or f"{len(compared.draft.hits) if compared else 0} hits"))
    return len(waiting)


def _compared(engine: Engine, change: RuleChange, *, on: date) -> tuple[Comparison | None, str]:
    rule = rules().get(change.rule_id)
    if rule is None or rule.find is None:
        return None, "rule.unknown"
    if rule.version != change.rule_version:
        return None, "rule.stale_version"
    try:
        return compare_draft(engine, rule, draft_of(change), region_code=change.region_code, on=on), ""
    except Exception as error:
        _log.exception("watch.shadow_failed", number=change.number)
        return None, f"{type(error).__name__}: {error}"[:500]


@atomic
def _keep(change: RuleChange, compared: Comparison | None, *, on: date, history_digest: str, failure: str) -> None:
    counts = compared.draft.counts if compared else dict.fromkeys(OUTCOMES, 0)
    both = compared.both if compared else {}
    day = RuleShadowDay(
        change_id=change.id,
        on_day=on,
        history_digest=history_digest,
        hit_count=counts["hit"],
        clear_count=counts["clear"],
        not_applicable_count=counts["not_applicable"],
        not_computable_count=counts["not_computable"],
        amount_fen=compared.draft.amount_fen if compared else 0,
        held_hit_count=len(compared.held.hits) if compared else 0,
        held_fen=compared.held.amount_fen if compared else 0,
        both_count=len(both),
        both_fen=sum(int(hit["amount_fen"]) for hit in both.values()),
        failure=failure,
        at=clock.now(),
    )
    session().add(day)
    session().flush()
    facts = {"on": on, "hits": day.hit_count, "held": day.held_hit_count, "both": day.both_count, "failure": failure}
    record(actor=SYSTEM, action="rule_change.shadow_day", subject=change.reference, facts=facts)
