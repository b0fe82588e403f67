"""Pages of the year end: the units of a finance department, a unit's worksheet with what blocks it, and its steps."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from ledger.budget_lines import BudgetLine, find_lines
from mall import clock
from mall.access.actor import Actor
from mall.access.guards import current_actor, needs
from mall.audit.record import record_refusal
from mall.database import close_reading, session
from mall.documents.history import history_of
from mall.errors import Refusal
from mall.finance.book_files import XLSX
from mall.ordering.money_forms import whole_number_of
from mall.people.organisation import Organisation, organisation
from mall.people.user import person_names
from mall.web.words import status_of, words_for
from mall.year_end.commitments import open_by_unit
from mall.year_end.compare_books import differences
from mall.year_end.draw_up_worksheet import draw_up_worksheet, opens_on
from mall.year_end.execute_worksheet import is_december_open, open_documents_of
from mall.year_end.overview import latest_worksheets, usual_year, year_end_overview
from mall.year_end.propose_rows import allowed_treatments
from mall.year_end.visible_worksheets import visible_worksheet
from mall.year_end.worksheet import TREATMENTS, YearEndRow, YearEndWorksheet
from mall.year_end.worksheet_actions import has_no_other_eyes, perform, possible
from mall.year_end.worksheet_sheet import overview_sheet, worksheet_sheet
from mall.year_end.worksheet_states import OPEN_STATES
from mall.year_end.worksheet_words import TREATMENT_MEANS, stage_name, standing_name, treatment_name

pages = Blueprint("year_end", __name__, url_prefix="/year-end")


@pages.context_processor
def words_of_year_end() -> dict[str, object]:
    """What templates of the year end call things."""
    return {
        "standing_name": standing_name,
        "treatment_name": treatment_name,
        "treatment_means": TREATMENT_MEANS,
        "stage_name": stage_name,
        "treatments": TREATMENTS,
    }


@pages.get("")
@needs("year_end.read")
def index() -> str:
    """A unit finds its worksheet or draws it up; a finance department sees how far its units are."""
    return _index()


@pages.get("/overview.xlsx")
@needs("year_end.overview")
def overview_file() -> Response:
    """The overview as a workbook."""
    overview = year_end_overview(current_actor(), year=_year())
    return _file(overview_sheet(overview), name=f"year-end-{overview.year}")


@pages.post("")
@needs("year_end.draw_up")
def create() -> AnyResponse:
    """Draw a worksheet up, and hand it in at once where the accountant asks for it."""
    actor = current_actor()
    unit_id = request.form.get("unit", default=0, type=int)
    try:
        worksheet = draw_up_worksheet(
            actor=actor,
            unit_id=unit_id,
            year=request.form.get("year", default=0, type=int),
            is_submitted=request.form.get("deed") == "submit",
            request_key=request.form.get("request_key") or None,
        )
    except Refusal as refusal:
        _keep_refusal(refusal, actor=actor, action="draw_up", subject=f"organisation:{unit_id}")
        return make_response(_index(refusal=refusal), status_of(refusal))
    done = "submit" if worksheet.state == "submitted" else "draw_up"
    return redirect(url_for("year_end.show", number=worksheet.number, done=done))


@pages.post("/execute")
@needs("year_end.execute")
def execute_all() -> AnyResponse:
    """Execute every approved worksheet of the year that this officer covers, each by itself."""
    actor, year = current_actor(), _year_of(request.form.get("year", default=0, type=int))
    executed, refusals = 0, []
    for worksheet in year_end_overview(actor, year=year).waiting_for_execution:
        try:
            perform("execute", actor=actor, number=worksheet.number)
            executed += 1
        except Refusal as refusal:
            _keep_refusal(refusal, actor=actor, action="execute", subject=worksheet.reference)
            refusals.append((worksheet.number, words_for(refusal)))
    close_reading()
    return make_response(_index(year=year, executed=executed, refused=refusals))


@pages.get("/<number>")
@needs("year_end.read")
def show(number: str) -> str:
    """One worksheet by treatment, with its sums, what blocks it and its history."""
    return _page(number, done=request.args.get("done", ""))


@pages.get("/<number>.xlsx")
@needs("year_end.read")
def sheet(number: str) -> Response:
    """The worksheet as a workbook."""
    worksheet = visible_worksheet(current_actor(), number)
    unit = organisation(worksheet.unit_id)
    lines = find_lines(session(), {row.budget_line_id for row in worksheet.rows})
    content = worksheet_sheet(worksheet, unit_name=unit.name if unit else "", lines=lines)
    return _file(content, name=worksheet.number)


@pages.post("/<number>/<action>")
@needs("year_end.read")
def act(number: str, action: str) -> AnyResponse:
    """Carry out one action; refused, the page comes again with the words and what was typed."""
    actor = current_actor()
    try:
        perform(
            action,
            actor=actor,
            number=number,
            body=_body(action),
            request_key=request.form.get("request_key") or None,
        )
    except Refusal as refusal:
        if refusal.code in ("worksheet.unknown", "worksheet.unknown_action"):
            raise
        _keep_refusal(refusal, actor=actor, action=action, subject=f"year_end:{number}")
        return make_response(_page(number, refused=action, refusal=refusal), status_of(refusal))
    done = "submit" if action == "edit" and request.form.get("deed") == "submit" else action
    return redirect(url_for("year_end.show", number=number, done=done))


def _body(action: str) -> dict[str, Any]:
    form = request.form
    if action == "edit":
        treatments = {name.removeprefix("row_"): value for name, value in form.items() if name.startswith("row_")}
        return {"treatments": treatments, "note": form.get("note", ""), "is_submitted": form.get("deed") == "submit"}
    if action in ("sign", "approve"):
        return {"edition": whole_number_of(form.get("edition", "")), "note": form.get("note", "").strip()}
    if action == "return":
        return {"reason": form.get("reason", "").strip()}
    if action == "withdraw":
        return {"note": form.get("note", "").strip()}
    return {}


def _index(
    *,
    year: int | None = None,
    refusal: Refusal | None = None,
    executed: int = 0,
    refused: list[Any] | None = None,
) -> str:
    actor, year = current_actor(), year or _year()
    is_finance = bool(actor.regions_as("regulator") or actor.regions_as("budget"))
    return render_template(
        "year_end/index.html",
        year=year,
        own=_own_units(actor, year=year),
        overview=year_end_overview(actor, year=year) if is_finance else None,
        is_over=clock.today().year > year,
        refusal=words_for(refusal) if refusal is not None else None,
        executed=executed,
        refused=refused or [],
    )


def _own_units(actor: Actor, *, year: int) -> list[dict[str, Any]]:
    """The reader's units with their latest worksheet, what is open and whether one may be drawn up now."""
    ids = actor.unit_ids
    if not ids:
        return []
    latest = latest_worksheets(actor, year=year)
    found = []
    for unit in session().scalars(select(Organisation).where(Organisation.id.in_(ids)).order_by(Organisation.id)):
        code = unit.region_code
        opens = opens_on(region_code=code, year=year)
        orders_fen, others_fen = open_by_unit(lowest_region=code, highest_region=code, year=year).get(unit.id, (0, 0))
        paper = latest.get(unit.id)
        in_season = opens <= clock.today() and year >= clock.today().year - 1
        found.append({
            "unit": unit, "worksheet": paper, "orders_fen": orders_fen, "others_fen": others_fen, "opens_on": opens,
            "in_season": in_season,
            "may_draw_up": in_season and unit.id in actor.organisations_as("accountant")
            and (paper is None or paper.state not in OPEN_STATES) and bool(orders_fen or others_fen),
        })  # fmt: skip
    return found


def _page(number: str, *, done: str = "", refused: str = "", refusal: Refusal | None = None) -> str:
    actor = current_actor()
    worksheet = visible_worksheet(actor, number)
    lines = find_lines(session(), {row.budget_line_id for row in worksheet.rows})
    is_open = worksheet.state in OPEN_STATES
    actions = possible(worksheet, actor)
    people = {*worksheet.maker_ids, worksheet.signer_id, worksheet.decider_id} - {None}
    return render_template(
        "year_end/worksheet.html",
        worksheet=worksheet,
        unit=organisation(worksheet.unit_id),
        lines=lines,
        groups=_groups(worksheet),
        planned=[row for row in worksheet.rows if row.standing == "planned"],
        choices=_choices(worksheet, lines) if "edit" in actions else {},
        differences=differences(worksheet) if is_open else [],
        documents=open_documents_of(worksheet) if is_open else [],
        is_over=clock.today().year > worksheet.year,
        december_open=is_december_open(region_code=worksheet.region_code, year=worksheet.year),
        history=history_of(worksheet.reference),
        people=person_names(people),  # type: ignore[arg-type]
        actions=[action for action in actions if action not in ("edit", "submit")],
        may_edit="edit" in actions,
        no_other_eyes=has_no_other_eyes(worksheet, actor),
        done=done if done in _done_words() else "",
        done_words=_done_words(),
        refused=refused,
        refusal=words_for(refusal) if refusal is not None else None,
        typed=dict(request.form) if refused else {},
    )


def _groups(worksheet: YearEndWorksheet) -> list[tuple[str, list[YearEndRow], int]]:
    """(treatment, its rows, its budget money in fen), without empty ones."""
    groups = []
    for treatment in TREATMENTS:
        rows = [row for row in worksheet.rows if row.treatment == treatment and row.standing != "planned"]
        if rows:
            groups.append((treatment, rows, getattr(worksheet, f"{treatment}_fen")))
    return groups


def _choices(worksheet: YearEndWorksheet, lines: dict[int, BudgetLine]) -> dict[int, tuple[str, ...]]:
    """{row number: what may be chosen} for rows with a choice."""
    today = clock.today()
    found = {
        row.row_no: allowed_treatments(row.standing, lines[row.budget_line_id], on=today) for row in worksheet.rows
    }
    return {row_no: allowed for row_no, allowed in found.items() if len(allowed) > 1}


def _done_words() -> dict[str, str]:
    """What the page says after an action was carried out."""
    return {
        "draw_up": _("清理表已按账生成。请看一遍处理办法，再提交。"),
        "edit": _("已保存。"),
        "submit": _("已提交，等本单位财务审核人签署。"),
        "sign": _("已签署，等财政部门的预算岗批准。"),
        "approve": _("已批准。年度结束后执行。"),
        "execute": _("已执行：收回和结转都已记账，结转的订单接着在新年度办理。"),
        "return": _("已退回，等会计修改。"),
        "propose": _("已按现在的账重新生成。请看一遍，再提交。"),
        "withdraw": _("已撤回，账没有变动。"),
    }


def _year() -> int:
    return _year_of(request.args.get("year", default=usual_year(), type=int))


def _year_of(year: int) -> int:
    if not 2000 <= year <= 2127:
        raise Refusal("page.not_found")
    return year


def _keep_refusal(refusal: Refusal, *, actor: Actor, action: str, subject: str) -> None:
    if not refusal.recorded:
        record_refusal(actor=actor, action=f"year_end.{action}", refusal=refusal, subject=subject)


def _file(content: bytes, *, name: str) -> Response:
    disposition = f'attachment; filename="sunmall-{name}.xlsx"'
    return Response(content, content_type=XLSX, headers={"Content-Disposition": disposition})
