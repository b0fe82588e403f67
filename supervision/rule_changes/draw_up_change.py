"""Drawing up a change of a rule, and changing the draft: a regulator, for her region or one below it."""

from __future__ import annotations

import functools
from datetime import date

from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import authorize
from mall.database import atomic, session
from mall.documents.advance import advance, enter
from mall.documents.document_action import document_action
from mall.documents.numbers import next_number
from mall.documents.once import claim, settle
from mall.errors import Refusal
from supervision.rule import Rule
from supervision.rule_change import RuleChange
from supervision.rule_changes.draft import Draft, Judged, judge_draft, level_of, rule_on_shelf
from supervision.rule_changes.visible_changes import visible_change
from supervision.values_in_force import mode_in_force

change_action = functools.partial(document_action, kind="rule_change", visible=visible_change)


@atomic
def draw_up_change(
    *,
    actor: Actor,
    rule_id: str,
    region_code: int,
    mode: str,
    values: dict[str, int],
    bounds: dict[str, tuple[int, int]] | None = None,
    valid_from: date,
    legal_reference: str,
    reason: str,
    rule_version: int | None = None,
    request_key: str | None = None,
) -> RuleChange:
    """Draw a change up as a draft. `rule_version`: the one the regulator read; None where she read the present one.

    Raises Refusal "rule.unknown", "rule.unknown_region", "rule.stale_version", "access.denied" and those
    of `judge_draft`.
    """
    bounds = bounds or {}
    body = {"rule_id": rule_id, "region_code": region_code, "mode": mode, "values": values, "bounds": bounds}
    body |= {"valid_from": valid_from, "legal_reference": legal_reference, "reason": reason}
    claimed = claim(actor=actor, action="rule_change.draw_up", request_key=request_key, body=body)
    if claimed.replayed:
        return visible_change(actor, claimed.answer["number"])
    rule = rule_on_shelf(rule_id)
    level_of(region_code)
    change = RuleChange(
        number="", rule_id=rule.id, rule_version=rule.version, region_code=region_code, state="draft", mode=mode,
        maker_id=actor.user_id or 0, hand_ids=[], created_at=clock.now(),
    )  # fmt: skip
    authorize(actor, "rule_change.edit", change)
    if rule_version is not None and rule_version != rule.version:
        raise Refusal("rule.stale_version", version=rule_version, present=rule.version)
    draft = Draft(mode, valid_from, legal_reference, reason, values, bounds)
    _write(change, rule, judge_draft(rule, draft, region_code=region_code))
    change.number = next_number("rule_change", region_code=region_code, year=clock.today().year)
    session().add(change)
    session().flush()
    enter(change, "draw_up", actor, permission="rule_change.edit", is_new=True, facts=_told(change))
    settle(claimed, {"number": change.number, "state": change.state})
    return change


@change_action("edit")
def edit_change(
    change: RuleChange,
    *,
    actor: Actor,
    mode: str,
    values: dict[str, int],
    bounds: dict[str, tuple[int, int]] | None = None,
    valid_from: date,
    legal_reference: str,
    reason: str,
) -> None:
    """Wish something else; what was found for the earlier wish is no longer said of this one."""
    change.states.step("edit", change.state)
    authorize(actor, "rule_change.edit", change)
    rule = rule_on_shelf(change.rule_id)
    draft = Draft(mode, valid_from, legal_reference, reason, values, bounds or {})
    judged = judge_draft(rule, draft, region_code=change.region_code)
    change.rule_version = rule.version
    change.back_test, change.back_test_requested_at = {}, None
    change.joined_by(actor.user_id)
    _write(change, rule, judged)
    advance(change, "edit", actor, facts=_told(change))


def draft_of(change: RuleChange) -> Draft:
    """What the change wishes."""
    return Draft(
        mode=change.mode if change.is_mode_set else "",
        valid_from=change.valid_from,
        legal_reference=change.legal_reference,
        reason=change.reason,
        values=dict(change.values),
        bounds={name: (pair[0], pair[1]) for name, pair in change.bounds.items()},
    )


def _write(change: RuleChange, rule: Rule, judged: Judged) -> None:
    draft = judged.draft
    held = mode_in_force(rule, region_code=change.region_code, on=draft.valid_from)
    change.mode, change.is_mode_set, change.valid_from = draft.mode or held, bool(draft.mode), draft.valid_from
    change.values, change.bounds = dict(draft.values), {name: list(pair) for name, pair in draft.bounds.items()}
    change.legal_reference, change.reason = draft.legal_reference, draft.reason


def _told(change: RuleChange) -> dict[str, object]:
    return {"rule": change.rule_id, "version": change.rule_version, "region_code": change.region_code,
            "mode": change.mode if change.is_mode_set else "", "values": change.values, "bounds": change.bounds,
            "valid_from": change.valid_from, "legal_reference": change.legal_reference,
            "reason": change.reason}  # fmt: skip
