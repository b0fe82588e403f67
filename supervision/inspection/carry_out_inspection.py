"""Carrying out a task: an inspector takes it and gets the snapshot, then records what was found."""

from __future__ import annotations

import functools

from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import authorize
from mall.documents.advance import advance
from mall.documents.document_action import document_action
from mall.errors import Refusal
from supervision.inspection.inspection import CODES_OF, InspectionTask, visible_task
from supervision.inspection.take_snapshot import hash_of_snapshot, snapshot_of

NOTE_MOST = 1000

_task_action = functools.partial(document_action, kind="inspection_task", visible=visible_task)


@_task_action("take")
def take_task(task: InspectionTask, *, actor: Actor) -> None:
    """Take it; what is inspected is put down as it is now, so that nobody mends it first."""
    task.states.step("take", task.state)
    authorize(actor, "inspection.carry_out", task)
    task.inspector_id = actor.user_id
    task.snapshot = snapshot_of(task.subject)
    task.snapshot_sha256, task.snapshot_at = hash_of_snapshot(task.snapshot), clock.now()
    advance(task, "take", actor, facts={"snapshot_sha256": task.snapshot_sha256})


@_task_action("give_back")
def give_back_task(task: InspectionTask, *, actor: Actor) -> None:
    """Let somebody else take it. Its hash stays in the history. Raises Refusal("inspection.not_yours")."""
    _require_own(task, actor, action="give_back")
    advance(task, "give_back", actor, facts={"snapshot_sha256": task.snapshot_sha256})


@_task_action("record")
def record_result(task: InspectionTask, *, actor: Actor, result: str, finding_code: str = "", note: str = "") -> None:
    """Say what was found: "ok", or "finding" with its code and a note.

    Raises Refusal "inspection.not_yours", "inspection.bad_result", "inspection.note_needed".
    """
    _require_own(task, actor, action="record")
    if result not in ("ok", "finding") or (result == "finding") != bool(finding_code):
        raise Refusal("inspection.bad_result")
    if finding_code and finding_code not in CODES_OF[task.kind]:
        raise Refusal("inspection.bad_result")
    note = note.strip()[:NOTE_MOST]
    if result == "finding" and len(note) < 2:
        raise Refusal("inspection.note_needed")
    task.result, task.finding_code, task.note, task.done_at = result, finding_code, note, clock.now()
    advance(task, "record", actor, note=note, facts={"result": result, "finding_code": finding_code})


def perform(
    action: str,
    *,
    actor: Actor,
    number: str,
    result: str = "",
    finding_code: str = "",
    note: str = "",
    request_key: str | None = None,
) -> InspectionTask:
    """Take an action. Raises Refusal "inspection.unknown_action" and those of the use-case."""
    common = {"actor": actor, "number": number, "request_key": request_key}
    if action == "take":
        return take_task(**common)
    if action == "give_back":
        return give_back_task(**common)
    if action == "record":
        return record_result(**common, result=result, finding_code=finding_code, note=note)
    raise Refusal("inspection.unknown_action", action=action[:60])


def _require_own(task: InspectionTask, actor: Actor, *, action: str) -> None:
    task.states.step(action, task.state)
    authorize(actor, "inspection.carry_out", task)
    if task.inspector_id != actor.user_id:
        raise Refusal("inspection.not_yours", number=task.number)
