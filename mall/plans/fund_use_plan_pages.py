"""Pages of fund-use plans: the list, the twelve-month grid, and the plan with what is held, its effect and history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from ledger.budget_lines import BudgetLine, find_lines, lines_of_unit
from ledger.cash_plan import PlanBalance, plan_balances
from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import authorize
from mall.access.guards import current_actor, needs
from mall.audit.record import record_refusal
from mall.catalogue.category import Category
from mall.database import session
from mall.documents.history import history_of
from mall.errors import Refusal
from mall.finance.budget_document_people import deciders_of
from mall.ordering.money_forms import whole_number_of
from mall.people.organisation import Organisation, organisation
from mall.people.user import person_names
from mall.plans.check_fund_use_plan import first_month
from mall.plans.draw_up_fund_use_plan import draw_up_fund_use_plan, unit_for
from mall.plans.fund_use_plan import FundUsePlan
from mall.plans.fund_use_plan_actions import LINE_ACTIONS, perform, possible
from mall.plans.fund_use_plan_forms import (
    PlanRow,
    body_of,
    field_of,
    lines_of_rows,
    rows_of_form,
    rows_of_plan,
    rows_to_begin,
    spread_row,
    sums_of,
    with_row_for,
)
from mall.plans.fund_use_plan_kinds import KINDS
from mall.plans.fund_use_plan_states import FUND_USE_PLAN_STATES
from mall.plans.judge_plan_lines import Judgement, judge_lines
from mall.plans.list_fund_use_plans import FundUsePlanFilter, list_fund_use_plans, units_of, years_of
from mall.plans.plan_words import (
    legal_source,
    outcome_name,
    plan_kind_name,
    what_is_accepted,
    what_spoke,
    why_held,
)
from mall.plans.settle_held_lines import ways_out
from mall.plans.visible_fund_use_plans import visible_plan
from mall.web.words import status_of, words_for

pages = Blueprint("fund_use_plans", __name__, url_prefix="/budget/plans")
pages.add_app_template_global(plan_kind_name, "plan_kind_name")

#: parts of the grid that only look or help; nothing is written
HELPS = ("look", "spread", "add")


@pages.context_processor
def words_of_plans() -> dict[str, object]:
    """What templates of plans call things."""
    return {
        "outcome_name": outcome_name,
        "why_held": why_held,
        "what_is_accepted": what_is_accepted,
        "legal_source": legal_source,
        "what_spoke": what_spoke,
        "plan_field": field_of,
    }


@pages.get("")
@needs("fund_use_plan.read")
def index() -> str:
    """The plans this person may see."""
    actor = current_actor()
    wanted = FundUsePlanFilter(
        unit_id=_within(request.args.get("unit", type=int), 1, 2**63 - 1),
        kind=_one_of(request.args.get("kind", ""), tuple(KINDS)),
        state=_one_of(request.args.get("state", ""), FUND_USE_PLAN_STATES.states),
        year=_within(request.args.get("year", type=int), 2000, 2127),
        held=request.args.get("held") == "1",
        page=_within(request.args.get("page", type=int), 1, 1_000_000) or 1,
    )
    return render_template(
        "plans/plans.html",
        wanted=wanted,
        found=list_fund_use_plans(actor=actor, wanted=wanted),
        kinds=tuple(KINDS),
        states=FUND_USE_PLAN_STATES.states,
        years=years_of(actor),
        units=units_of(actor),
    )


@pages.get("/new")
@needs("fund_use_plan.draw_up")
def new() -> str:
    """The grid: for which unit, year and kind, and the months of each line."""
    actor = current_actor()
    unit_id = request.args.get("unit", type=int)
    choices = units_to_plan_for(actor)
    if unit_id is None and choices:
        unit_id = choices[0].id
    unit = unit_for(actor, unit_id or 0)
    kind = _one_of(request.args.get("kind", ""), tuple(KINDS)) or "plan"
    year = _within(request.args.get("year", type=int), 2000, 2127) or clock.today().year
    lines, stand = _lines_of(unit, year=year)
    return _grid(actor, unit, kind=kind, year=year, rows=rows_to_begin(kind, lines=lines, stand=stand))


@pages.post("")
@needs("fund_use_plan.draw_up")
def create() -> AnyResponse:
    """Draw a plan up, or help with the grid; refused, the grid comes again with the words and all that was typed."""
    actor = current_actor()
    unit = unit_for(actor, request.form.get("unit", default=0, type=int))
    year = _within(request.form.get("year", type=int), 2000, 2127) or clock.today().year
    kind = _one_of(request.form.get("kind", ""), tuple(KINDS)) or "plan"
    rows, is_help = _rows_sent(unit, year=year)
    if is_help:
        return make_response(_grid(actor, unit, kind=kind, year=year, rows=rows, reason=_reason(), looks=True))
    try:
        plan = draw_up_fund_use_plan(
            actor=actor,
            unit_id=unit.id,
            year=year,
            kind=kind,
            lines=_read(rows, unit, kind=kind, year=year),
            reason=_reason(),
            is_submitted=request.form.get("deed") == "submit",
            request_key=request.form.get("request_key") or None,
        )
    except Refusal as refusal:
        _keep_refusal(refusal, actor=actor, action="draw_up", subject=f"organisation:{unit.id}")
        page = _grid(actor, unit, kind=kind, year=year, rows=rows, reason=_reason(), refusal=refusal, looks=True)
        return make_response(page, status_of(refusal))
    return redirect(url_for("fund_use_plans.show", number=plan.number, done="draw_up"))


@pages.get("/<number>")
@needs("fund_use_plan.read")
def show(number: str) -> str:
    """One plan: its months, what is held and why, who is to decide, and its history."""
    return _page(number, done=request.args.get("done", ""))


@pages.get("/<number>/edit")
@needs("fund_use_plan.edit")
def edit(number: str) -> str:
    """The grid with what stands in a draft or a returned plan."""
    actor = current_actor()
    plan = visible_plan(actor, number)
    authorize(actor, "fund_use_plan.edit", plan)
    plan.states.step("edit", plan.state)
    unit = unit_for(actor, plan.unit_id)
    lines, stand = _lines_of(unit, year=plan.year)
    rows = rows_of_plan(plan, lines=lines, stand=stand)
    return _grid(actor, unit, kind=plan.kind, year=plan.year, rows=rows, reason=plan.reason, plan=plan)


@pages.post("/<number>/<action>")
@needs("fund_use_plan.read")
def act(number: str, action: str) -> AnyResponse:
    """Carry out one action; refused, the page or the grid comes again with the words and what was typed."""
    actor = current_actor()
    rows: list[PlanRow] = []
    try:
        plan = visible_plan(actor, number)
        if action == "edit":
            authorize(actor, "fund_use_plan.edit", plan)
            unit = unit_for(actor, plan.unit_id)
            rows, is_help = _rows_sent(unit, year=plan.year)
            if is_help:
                page = _grid(
                    actor, unit, kind=plan.kind, year=plan.year, rows=rows, reason=_reason(), plan=plan, looks=True
                )
                return make_response(page)
            lines = _read(rows, unit, kind=plan.kind, year=plan.year)
            body = body_of(lines, reason=_reason(), is_submitted=request.form.get("deed") == "submit")
        else:
            body = _body(action)
        perform(action, actor=actor, number=number, body=body, request_key=request.form.get("request_key") or None)
    except Refusal as refusal:
        if refusal.code in ("plan.unknown", "plan.unknown_action"):
            raise
        _keep_refusal(refusal, actor=actor, action=action, subject=f"fund_use_plan:{number}")
        plan = visible_plan(actor, number)
        if action == "edit" and "edit" in possible(plan, actor):
            unit = unit_for(actor, plan.unit_id)
            page = _grid(
                actor, unit, kind=plan.kind, year=plan.year, rows=rows, reason=_reason(), plan=plan, refusal=refusal,
                looks=True,
            )  # fmt: skip
        else:
            page = _page(number, refused=action, refusal=refusal)
        return make_response(page, status_of(refusal))
    return redirect(url_for("fund_use_plans.show", number=number, done=action))


def units_to_plan_for(actor: Actor) -> list[Organisation]:
    """The units whose accountant this actor is, by name."""
    own = actor.organisations_as("accountant")
    if not own:
        return []
    query = select(Organisation).where(Organisation.id.in_(own), Organisation.kind == "unit")
    return list(session().scalars(query.order_by(Organisation.name, Organisation.id)))


def _rows_sent(unit: Organisation, *, year: int) -> tuple[list[PlanRow], bool]:
    """(the rows, whether only help was asked for): `deed` is look, spread-<row>, add-<line>, draft or submit."""
    lines, stand = _lines_of(unit, year=year)
    rows = rows_of_form(request.form, known={line.id: line for line in lines})
    help_wanted, _dash, which = request.form.get("deed", "").partition("-")
    if help_wanted == "add":
        rows = with_row_for(rows, whole_number_of(which) or 0)
    if help_wanted == "spread":
        number = whole_number_of(which)
        first = first_month(year, on=clock.today())
        rows = spread_row(rows, -1 if number is None else number, first_month=first, stand=stand)
    return rows, help_wanted in HELPS


def _read(rows: Sequence[PlanRow], unit: Organisation, *, kind: str, year: int) -> list[Any]:
    lines, stand = _lines_of(unit, year=year)
    return lines_of_rows(rows, kind=kind, known={line.id: line for line in lines}, stand=stand)


def _lines_of(unit: Organisation, *, year: int) -> tuple[list[BudgetLine], dict[int, PlanBalance]]:
    lines = lines_of_unit(session(), region_code=unit.region_code, year=year, unit_id=unit.id)
    return lines, plan_balances(session(), [line.id for line in lines])


def _grid(
    actor: Actor,
    unit: Organisation,
    *,
    kind: str,
    year: int,
    rows: Sequence[PlanRow],
    reason: str = "",
    plan: FundUsePlan | None = None,
    refusal: Refusal | None = None,
    looks: bool = False,
) -> str:
    """`looks`: say beside each row what the submission would hold."""
    lines, stand = _lines_of(unit, year=year)
    known = {line.id: line for line in lines}
    return render_template(
        "plans/plan_form.html",
        plan=plan,
        unit=unit,
        units=units_to_plan_for(actor) if plan is None else [],
        kind=kind,
        kinds=tuple(KINDS),
        has_purpose=KINDS[kind].has_purpose,
        year=year,
        years=[clock.today().year, clock.today().year + 1],
        known=known,
        stand=stand,
        rows=rows,
        sums=sums_of(rows),
        held=_held(rows, unit, kind=kind, known=known) if looks else {},
        first_month=first_month(year, on=clock.today()),
        typed_reason=reason,
        refusal=words_for(refusal) if refusal is not None else None,
        faulty={error["field"]: error["message"] for error in _errors(refusal)},
        categories=_category_names({row.category_code.strip().upper() for row in rows}),
    )


def _held(
    rows: Sequence[PlanRow], unit: Organisation, *, kind: str, known: Mapping[int, BudgetLine]
) -> dict[int, Judgement]:
    """{row: the judgement} of the rows that the submission would hold as they are typed now."""
    if not KINDS[kind].has_purpose:
        return {}
    try:
        lines = lines_of_rows(rows, kind=kind, known=known, stand={})
    except Refusal:
        return {}
    used = {line.budget_line_id: known[line.budget_line_id] for line in lines}
    judged = judge_lines(lines, known=used, region_code=unit.region_code)
    by_key = {
        (line.budget_line_id, line.purpose, line.category_code): judgement
        for line, judgement in zip(lines, judged, strict=True)
        if judgement.rule
    }
    found = {}
    for number, row in enumerate(rows):
        key = (row.line_id, row.purpose.strip(), row.category_code.strip().upper())
        if key in by_key and row.sum_fen:
            found[number] = by_key[key]
    return found


def _page(number: str, *, done: str = "", refused: str = "", refusal: Refusal | None = None) -> str:
    actor = current_actor()
    plan = visible_plan(actor, number)
    lines = find_lines(session(), {line.budget_line_id for line in plan.lines})
    actions = possible(plan, actor)
    settles = bool({"repoint", "adjust"} & set(actions))
    people = {*plan.maker_ids, *([plan.decider_id] if plan.decider_id else [])}
    people |= {one.settled_by_id for one in plan.judgements.values() if one.settled_by_id}
    return render_template(
        "plans/plan.html",
        plan=plan,
        unit=organisation(plan.unit_id),
        lines=lines,
        stand=plan_balances(session(), lines),
        groups=_groups(plan),
        held=[(line, plan.judgements[line.line_no]) for line in plan.lines if _was_held(plan, line.line_no)],
        ways={
            line.line_no: ways_out(plan, line, plan.judgements[line.line_no])
            for line in plan.held_lines
            if settles and plan.judgements[line.line_no].outcome == "held"
        },
        history=history_of(plan.reference),
        people=person_names(people),
        deciders=[person.name for person in deciders_of(plan)] if plan.state == "submitted" else [],
        actions=actions,
        line_actions=LINE_ACTIONS,
        done=done if done in _done_words() else "",
        done_words=_done_words(),
        refused=refused,
        refusal=words_for(refusal) if refusal is not None else None,
        faulty={error["field"]: error["message"] for error in _errors(refusal)},
        typed=dict(request.form) if refused else {},
        categories=_category_names({line.category_code for line in plan.lines}),
    )


def _groups(plan: FundUsePlan) -> list[dict[str, Any]]:
    """The plan's lines as the grid shows them: one group per budget line and purpose, with {month: line}."""
    groups: dict[tuple[int, str, str], dict[str, Any]] = {}
    for line in plan.lines:
        key = (line.budget_line_id, line.purpose, line.category_code)
        group = groups.setdefault(key, {"line_id": key[0], "purpose": key[1], "category_code": key[2], "months": {}})
        group["months"][line.month] = line
    return list(groups.values())


def _was_held(plan: FundUsePlan, line_no: int) -> bool:
    judgement = plan.judgements.get(line_no)
    return judgement is not None and bool(judgement.rule)


def _body(action: str) -> dict[str, Any]:
    form = request.form
    line_no = whole_number_of(form.get("line_no", ""))
    if action == "return":
        return {"reason": form.get("reason", "").strip()}
    if action == "approve":
        return {"note": form.get("note", "").strip(), "edition": whole_number_of(form.get("edition", ""))}
    if action == "withdraw":
        return {"note": form.get("note", "").strip()}
    if action == "exempt":
        return {"line_no": line_no, "note": form.get("note", "").strip()}
    if action == "plead":
        return {"line_no": line_no, "reason": form.get("reason", "").strip()}
    if action in ("repoint", "adjust"):
        target = form.get("target", "")
        body = {"line_no": line_no, "budget_line_id": int(target) if _is_id(target) else None}
        return body if action == "adjust" or body["budget_line_id"] else {"line_no": line_no}
    return {}


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def _reason() -> str:
    return request.form.get("reason", "")


def _category_names(codes: set[str]) -> dict[str, str]:
    asked = codes - {""}
    if not asked:
        return {}
    rows = session().execute(select(Category.code, Category.name).where(Category.code.in_(asked)))
    return dict(rows.tuples())


def _keep_refusal(refusal: Refusal, *, actor: Actor, action: str, subject: str) -> None:
    if not refusal.recorded:
        record_refusal(actor=actor, action=f"fund_use_plan.{action}", refusal=refusal, subject=subject)


def _errors(refusal: Refusal | None) -> list[dict[str, str]]:
    return list(refusal.facts.get("errors") or []) if refusal is not None else []


def _within(number: int | None, lowest: int, highest: int) -> int | None:
    """A number of the address where it can be meant; anything else asks for nothing."""
    return number if number is not None and lowest <= number <= highest else None


def _one_of(value: str, known: Sequence[str]) -> str:
    return value if value in known else ""


def _done_words() -> dict[str, str]:
    """What the page says after an action was carried out."""
    return {
        "draw_up": _("用款计划已填制。"),
        "edit": _("已保存修改。"),
        "submit": _("已提交，等财政部门的预算岗批复。"),
        "approve": _("已批复并记入账簿；暂缓的行没有批复。"),
        "return": _("已退回，计划没有变动。"),
        "withdraw": _("已撤回，计划没有变动。"),
        "plead": _("已说明理由，等预算岗决定。"),
        "exempt": _("已同意例外，这一行随计划一起批复。"),
        "repoint": _("已在政府采购指标上另填一份计划草稿，请核对后提交。"),
        "adjust": _("已填好调剂文件的草稿，请核对后提交。"),
    }
