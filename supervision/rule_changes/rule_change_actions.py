"""The actions on a change of a rule: their bodies and use-cases, under the names of the state table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field

from mall.access.actor import Actor
from mall.access.authorize import may
from mall.documents.document_action import Body, Nothing, WithNote, WithReason, body_in_shape
from mall.errors import Refusal
from supervision.rule_change import MODES, RuleChange
from supervision.rule_changes.decide_change import (
    end_change,
    propose_change,
    reject_change,
    request_back_test,
    run_in_shadow,
    switch_on_change,
    withdraw_change,
)
from supervision.rule_changes.draft import LEGAL_REFERENCE_MAX, REASON_MAX
from supervision.rule_changes.draw_up_change import edit_change
from supervision.rule_shelf import rules

UseCase = Callable[..., RuleChange]


class Edited(Body):
    mode: Literal["", *MODES]  # type: ignore[valid-type]
    values: Annotated[dict[str, int], Field(default_factory=dict)]
    bounds: Annotated[dict[str, tuple[int, int]], Field(default_factory=dict)]
    valid_from: date
    legal_reference: Annotated[str, Field(max_length=LEGAL_REFERENCE_MAX)]
    reason: Annotated[str, Field(max_length=REASON_MAX)]


@dataclass(frozen=True)
class ChangeAction:
    """One action, its body, its use-case, and the step of the state table that it begins."""

    name: str
    body: type[Body]
    use_case: UseCase
    step: str = ""


ACTIONS: dict[str, ChangeAction] = {
    action.name: action
    for action in (
        ChangeAction("edit", Edited, edit_change),
        ChangeAction("request_back_test", Nothing, request_back_test, step="back_test"),
        ChangeAction("shadow", Nothing, run_in_shadow),
        ChangeAction("propose", Nothing, propose_change),
        ChangeAction("switch_on", Nothing, switch_on_change),
        ChangeAction("reject", WithReason, reject_change),
        ChangeAction("withdraw", WithNote, withdraw_change),
        ChangeAction("end", WithReason, end_change),
    )
}


def perform(
    action: str, *, actor: Actor, number: str, body: dict[str, Any] | None = None, request_key: str | None = None
) -> RuleChange:
    """Take an action. Raises Refusal "rule.unknown_action", "request.invalid" and those of the use-case."""
    found = ACTIONS.get(action)
    if found is None:
        raise Refusal("rule.unknown_action", action=action[:60])
    given = body_in_shape(found.body, body)
    return found.use_case(actor=actor, number=number, request_key=request_key, **given.model_dump())


def possible(change: RuleChange, actor: Actor) -> list[str]:
    """The actions that this actor may take on this change now."""
    steps = {step.action for step in change.states.steps_from(change.state) if may(actor, step.permission, change)}
    found = [name for name, action in ACTIONS.items() if (action.step or name) in steps]
    if change.back_test_requested_at is not None:
        found = [name for name in found if name not in ("request_back_test", "propose")]
    rule = rules().get(change.rule_id)
    return [name for name in found if name != "shadow" or (rule is not None and rule.find is not None)]
