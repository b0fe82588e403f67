"""Pages of inspections: tasks and draws for inspectors, and the open list of draws with their seeds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import undefer
from werkzeug.wrappers import Response as AnyResponse

from mall import clock
from mall.access.guards import current_actor, everyone, needs
from mall.audit.record import record_refusal
from mall.database import session
from mall.documents.advance import possible_actions
from mall.documents.history import histories_of
from mall.errors import Refusal
from mall.people.organisation import organisation_names
from mall.people.user import person_names
from mall.regions.regional_rule import rule
from mall.web.words import status_of, words_for
from supervision.inspection import inspection_words
from supervision.inspection.carry_out_inspection import NOTE_MOST, perform
from supervision.inspection.draw_sample import GRADE_FACTORS, RISK_POINTS
from supervision.inspection.inspection import (
    CODES_OF,
    InspectionDraw,
    InspectionTask,
    visible_draws,
    visible_task,
    visible_tasks,
)
from supervision.inspection.inspection_task_states import INSPECTION_TASK_STATES

pages = Blueprint("inspections", __name__, url_prefix="/watch/inspections")
open_pages = Blueprint("open_inspections", __name__)

WHY = "a draw proves nothing unless strangers can draw again; it says nothing about anybody"
ROWS_SHOWN = 50
PUBLISH_RULE = "inspection.publish_days"


@pages.get("")
@needs("inspection.carry_out")
def index() -> str:
    """The tasks of the reader's regions: her own first, then those that nobody took."""
    actor = current_actor()
    state = request.args.get("state", "")
    query = visible_tasks(actor, select(InspectionTask))
    if state in INSPECTION_TASK_STATES.states:
        query = query.where(InspectionTask.state == state)
    total = session().scalar(query.with_only_columns(func.count())) or 0
    page_count = max(1, -(-total // ROWS_SHOWN))
    page = min(max(1, request.args.get("page", default=1, type=int)), page_count)
    own = (InspectionTask.inspector_id == actor.user_id) & (InspectionTask.state == "taken")
    ordered = query.order_by(own.is_(True).desc(), InspectionTask.state == "done", InspectionTask.id.desc())
    found = list(session().scalars(ordered.limit(ROWS_SHOWN).offset((page - 1) * ROWS_SHOWN)))
    draws = visible_draws(actor, select(InspectionDraw)).order_by(InspectionDraw.id.desc()).limit(10)
    return render_template(
        "watch_inspection/tasks.html",
        found=found,
        draws=list(session().scalars(draws)),
        names=organisation_names({one.supplier_id for one in found}),
        people=person_names({one.inspector_id for one in found if one.inspector_id is not None}),
        total=total,
        page=page,
        page_count=page_count,
        state=state,
        states=INSPECTION_TASK_STATES.states,
        its_words=inspection_words,
    )


@pages.get("/<number>")
@needs("inspection.carry_out")
def show(number: str) -> str:
    """One task with its snapshot."""
    return _page(number, done=request.args.get("done", ""))


@pages.post("/<number>/<action>")
@needs("inspection.carry_out")
def act(number: str, action: str) -> AnyResponse:
    """Take it, give it back, or record what was found."""
    actor = current_actor()
    typed = {name: request.form.get(name, "") for name in ("result", "finding_code", "note")}
    try:
        perform(action, actor=actor, number=number, request_key=request.form.get("request_key") or None, **typed)
    except Refusal as refusal:
        if refusal.code in ("inspection.unknown", "inspection.unknown_action", "access.denied"):
            raise
        if not refusal.recorded:
            subject = f"inspection_task:{number}"
            record_refusal(actor=actor, action=f"inspection_task.{action}", refusal=refusal, subject=subject)
        return make_response(_page(number, refusal=refusal, typed=typed), status_of(refusal))
    return redirect(url_for("inspections.show", number=number, done=action))


@open_pages.get("/open/inspections", endpoint="index")
@everyone(WHY)
def index_open() -> str:
    """The draws, their seeds and populations, and how to draw again."""
    page = max(1, request.args.get("page", default=1, type=int))
    total = session().scalar(select(func.count()).select_from(InspectionDraw)) or 0
    page_count = max(1, -(-total // ROWS_SHOWN))
    page = min(page, page_count)
    query = select(InspectionDraw).order_by(InspectionDraw.id.desc())
    found = list(session().scalars(query.limit(ROWS_SHOWN).offset((page - 1) * ROWS_SHOWN)))
    return render_template(
        "watch_inspection/open.html",
        found=found,
        published={one.number for one in found if _is_published(one)},
        results=_results([one.id for one in found]),
        total=total,
        page=page,
        page_count=page_count,
        factors=GRADE_FACTORS,
        risks=RISK_POINTS,
    )


@open_pages.get("/open/inspections/<number>.csv")
@everyone(WHY)
def population(number: str) -> Response:
    """The population of a draw, once the inspection is over: nobody shall learn from it that an inspector comes."""
    query = select(InspectionDraw).where(InspectionDraw.number == number.replace("\x00", "")[:60])
    found = session().scalar(query.options(undefer(InspectionDraw.population)))
    if found is None or not _is_published(found):
        raise Refusal("page.not_found")
    return Response(found.population, content_type="text/csv; charset=utf-8")


def _is_published(made: InspectionDraw) -> bool:
    days = rule(PUBLISH_RULE, region_code=made.region_code, on=made.day).value
    return made.day + timedelta(days=days) <= clock.today()


def _results(draw_ids: list[int]) -> dict[int, dict[str, int]]:
    query = (
        select(InspectionTask.draw_id, InspectionTask.result, func.count())
        .where(InspectionTask.draw_id.in_(draw_ids))
        .group_by(InspectionTask.draw_id, InspectionTask.result)
    )
    found: dict[int, dict[str, int]] = {draw_id: {} for draw_id in draw_ids}
    for draw_id, result, count in session().execute(query):
        found[draw_id][result or "open"] = int(count)
    return found


def _page(number: str, *, done: str = "", refusal: Refusal | None = None, typed: dict[str, str] | None = None) -> str:
    actor = current_actor()
    task = visible_task(actor, number)
    actions = possible_actions(task, actor)
    if task.state == "taken" and task.inspector_id != actor.user_id:
        actions = []
    made = session().get_one(InspectionDraw, task.draw_id)
    return render_template(
        "watch_inspection/task.html",
        task=task,
        made=made,
        snapshot=_shown(task.snapshot),
        lines=task.snapshot.get("lines", []),
        supplier=organisation_names({task.supplier_id}).get(task.supplier_id, ""),
        people=person_names({task.inspector_id} - {None}),  # type: ignore[arg-type]
        history=histories_of([task.reference, f"inspection_task:{task.id}"]),
        actions=actions,
        codes=CODES_OF[task.kind],
        note_most=NOTE_MOST,
        typed=typed or {},
        done=_done_words().get(done, ""),
        its_words=inspection_words,
        refusal=words_for(refusal) if refusal is not None else None,
    )


def _shown(snapshot: dict[str, Any]) -> list[tuple[str, Any]]:
    """What is told of it in words, in the order of the words; the whole of it stands in the record."""
    return [(name, snapshot[name]) for name in inspection_words.FACT_WORDS if snapshot.get(name) not in (None, "")]


def _done_words() -> dict[str, str]:
    return {
        "take": _("已领取，快照已固定。"),
        "give_back": _("已交回。"),
        "record": _("结果已登记。"),
    }
