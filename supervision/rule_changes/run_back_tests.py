"""Back-tests that regulators asked for: the worker tries each draft on the exported history and keeps what came of it.

Whatever goes wrong ends in words at the change; nobody waits for a result that never comes.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import select

from mall import clock
from mall.access.actor import SYSTEM
from mall.database import atomic, close_reading, session
from mall.documents.advance import advance, enter
from mall.errors import Refusal
from mall.settings import Settings
from supervision.analytics import engine_name, history_folder, open_engine
from supervision.history_files import read_manifest
from supervision.rule import Rule
from supervision.rule_change import RuleChange
from supervision.rule_changes.compare_draft import compare_draft, told
from supervision.rule_changes.draft import rule_on_shelf
from supervision.rule_changes.draw_up_change import draft_of
from supervision.rule_changes.replay_checks import replay_checks
from supervision.rule_changes.visible_changes import visible_change
from supervision.watch_night import database_url

_log = structlog.get_logger("watch")

AT_ONCE_MAX = 5
#: how a back-test ended: the sweep was run, the check was replayed, there was nothing to replay, or it failed
SWEPT, REPLAYED, NOTHING, FAILED = "swept", "replayed", "nothing", "failed"


def run_waiting_back_tests(settings: Settings) -> int:
    """For the worker: run what waits, oldest first. Returns how many were run."""
    query = (
        select(RuleChange.number, RuleChange.back_test_requested_at)
        .where(RuleChange.back_test_requested_at.is_not(None))
        .order_by(RuleChange.back_test_requested_at, RuleChange.id)
        .limit(AT_ONCE_MAX)
    )
    waiting = [(number, asked_at) for number, asked_at in session().execute(query)]
    close_reading()
    for number, asked_at in waiting:
        try:
            result = _try_draft(settings, number)
        except Refusal as refusal:
            result = _failure(refusal.code)
        except Exception as error:
            _log.exception("watch.back_test_failed", number=number)
            result = _failure("watch.engine_failed", f"{type(error).__name__}: {error}"[:500])
        finally:
            close_reading()
        _keep(number, asked_at=asked_at, result=result)
    return len(waiting)


def _try_draft(settings: Settings, number: str) -> dict[str, Any]:
    """What came of it. Raises Refusal "rule.unknown", "rule.stale_version", "rule.no_history"."""
    change = visible_change(SYSTEM, number)
    rule = rule_on_shelf(change.rule_id)
    if rule.version != change.rule_version:
        raise Refusal("rule.stale_version", version=change.rule_version, present=rule.version)
    draft, region_code, on = draft_of(change), change.region_code, clock.today()
    kept: dict[str, Any] = {
        "on": on.isoformat(), "at": clock.now().isoformat(), "rule_version": rule.version,
        "values": dict(draft.values), "mode": draft.mode,
    }  # fmt: skip
    if rule.find is None:
        replayed = replay_checks(rule, draft, region_code=region_code, on=on)
        if replayed is None:
            return {**kept, "kind": NOTHING}
        return {**kept, "kind": REPLAYED, **told(replayed, rule)}
    return {**kept, "kind": SWEPT, **_swept(settings, rule, change)}


def _swept(settings: Settings, rule: Rule, change: RuleChange) -> dict[str, Any]:
    name = engine_name()
    manifest = read_manifest(history_folder(settings))
    if manifest is None and name != "postgresql":
        # An engine over no files would find nothing, and nothing found is not nothing looked at.
        raise Refusal("rule.no_history")
    digest = manifest.digest if manifest is not None and name != "postgresql" else ""
    with open_engine(settings, url=database_url(), name=name) as engine:
        compared = compare_draft(engine, rule, draft_of(change), region_code=change.region_code, on=clock.today())
    return {"engine": name, "history_digest": digest, **told(compared, rule)}


def _failure(code: str, words: str = "") -> dict[str, Any]:
    return {"kind": FAILED, "at": clock.now().isoformat(), "code": code, "words": words}


@atomic
def _keep(number: str, *, asked_at: datetime, result: dict[str, Any]) -> None:
    """Keep the result, unless the draft was changed or given up meanwhile: then it is of something else."""
    change = visible_change(SYSTEM, number, lock=True)
    if change.back_test_requested_at != asked_at:
        return
    change.back_test_requested_at = None
    change.back_test = result
    if result["kind"] == FAILED:
        facts = {"code": result["code"], "words": result["words"]}
        enter(change, "back_test_failed", SYSTEM, permission="rule_change.edit", facts=facts)
        return
    counts = {name: result[name]["hit_count"] for name in ("draft", "held", "new", "gone") if name in result}
    facts = {"kind": result["kind"], "history_digest": result.get("history_digest", ""), **counts}
    advance(change, "back_test", SYSTEM, facts=facts)
