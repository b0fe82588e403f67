"""The road of a change: back-test asked for, shadow, proposal; then another regulator switches on or rejects."""

from __future__ import annotations

from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import authorize
from mall.access.predicates import had_no_hand_in, regulates
from mall.documents.advance import advance, enter
from mall.errors import Refusal
from supervision.rule import Rule
from supervision.rule_change import RuleChange
from supervision.rule_changes.draft import TEXT_LEAST, judge_draft, rule_on_shelf
from supervision.rule_changes.draw_up_change import change_action, draft_of
from supervision.rule_changes.parameter_rows import end_rows, lock_rows_of, write_rows


@change_action("request_back_test")
def request_back_test(change: RuleChange, *, actor: Actor) -> None:
    """Ask the worker to try the draft on past orders. Raises Refusal("rule.test_waits")."""
    change.states.step("back_test", change.state)
    authorize(actor, "rule_change.edit", change)
    _present_rule(change)
    if change.back_test_requested_at is not None:
        raise Refusal("rule.test_waits", number=change.number)
    change.back_test_requested_at = clock.now()
    enter(change, "request_back_test", actor, permission="rule_change.edit")


@change_action("shadow")
def run_in_shadow(change: RuleChange, *, actor: Actor) -> None:
    """Evaluate the draft every night beside what holds. Raises Refusal("rule.no_sweep") for a mere check."""
    change.states.step("shadow", change.state)
    authorize(actor, "rule_change.edit", change)
    if _present_rule(change).find is None:
        raise Refusal("rule.no_sweep")
    change.joined_by(actor.user_id)
    advance(change, "shadow", actor)


@change_action("propose")
def propose_change(change: RuleChange, *, actor: Actor) -> None:
    """Hand the change to a second person. What it would find must be known: Refusal("rule.test_waits")."""
    change.states.step("propose", change.state)
    authorize(actor, "rule_change.edit", change)
    if change.back_test_requested_at is not None:
        raise Refusal("rule.test_waits", number=change.number)
    judge_draft(_present_rule(change), draft_of(change), region_code=change.region_code, is_moved=True)
    change.joined_by(actor.user_id)
    advance(change, "propose", actor)


@change_action("switch_on")
def switch_on_change(change: RuleChange, *, actor: Actor) -> None:
    """Put the change into force: from its day on, or from the first day that is fair where that day has come.

    Raises Refusal "rule.maker_decides", "rule.stale_version" and those of `judge_draft`.
    """
    _authorize_decision(change, "switch_on", actor=actor)
    rule = _present_rule(change)
    lock_rows_of(rule.id)
    judged = judge_draft(rule, draft_of(change), region_code=change.region_code, is_moved=True)
    change.valid_from = judged.draft.valid_from
    change.decider_id, change.decided_at = actor.user_id, clock.now()
    names = write_rows(change, rule, judged.draft, decider_id=actor.user_id or 0)
    advance(change, "switch_on", actor, facts={"valid_from": change.valid_from, "rows": names})


@change_action("reject")
def reject_change(change: RuleChange, *, actor: Actor, reason: str) -> None:
    """Raises Refusal "rule.maker_decides", "rule.reason_needed"."""
    _authorize_decision(change, "reject", actor=actor)
    reason = _reason(reason)
    change.decider_id, change.decided_at = actor.user_id, clock.now()
    advance(change, "reject", actor, note=reason)


@change_action("withdraw")
def withdraw_change(change: RuleChange, *, actor: Actor, note: str = "") -> None:
    """Give a change up before it is decided."""
    change.states.step("withdraw", change.state)
    authorize(actor, "rule_change.edit", change)
    change.back_test_requested_at = None
    advance(change, "withdraw", actor, note=note.strip())


@change_action("end")
def end_change(change: RuleChange, *, actor: Actor, reason: str) -> None:
    """Let what the change wrote hold no longer than today; what has not begun never holds.

    Raises Refusal "rule.maker_decides", "rule.reason_needed".
    """
    _authorize_decision(change, "end", actor=actor)
    reason = _reason(reason)
    lock_rows_of(change.rule_id)
    today = clock.today()
    names = end_rows(change, last_day=today)
    change.ended_on = today
    advance(change, "end", actor, note=reason, facts={"rows": names, "last_day": today})


def _authorize_decision(change: RuleChange, action: str, *, actor: Actor) -> None:
    change.states.step(action, change.state)
    if regulates(actor, change) and not had_no_hand_in(actor, change):
        raise Refusal("rule.maker_decides", number=change.number)
    authorize(actor, "rule_change.decide", change)


def _present_rule(change: RuleChange) -> Rule:
    """The rule as it stands on the shelf, which must be the version that the change was drawn up for."""
    rule = rule_on_shelf(change.rule_id)
    if rule.version != change.rule_version:
        raise Refusal("rule.stale_version", version=change.rule_version, present=rule.version)
    return rule


def _reason(given: str) -> str:
    reason = given.strip()
    if len(reason) < TEXT_LEAST:
        raise Refusal("rule.reason_needed", most=500)
    return reason
