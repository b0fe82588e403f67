"""The workbook of a fund-use plan: download it filled with the lines, upload it, see the difference, submit."""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from mall import clock
from mall.access.actor import Actor
from mall.access.guards import current_actor, needs
from mall.audit.record import record_refusal
from mall.errors import Refusal
from mall.finance.book_files import XLSX
from mall.finance.budget_document_forms import seal_kept, unseal_kept
from mall.finance.keep_attachment import KeptFile, attachment_path, keep_budget_file
from mall.finance.read_budget_file import FILE_BYTES_MAX
from mall.plans.apply_plan_file import apply_plan_file
from mall.plans.fund_use_plan_pages import units_to_plan_for
from mall.plans.plan_file import YEARS_AHEAD, JudgedPlanFile, look_at_plan_file, plan_template
from mall.plans.plan_file_words import words_of_plan_fault
from mall.plans.plan_words import what_is_accepted, why_held
from mall.web.words import status_of, words_for

pages = Blueprint("plan_import", __name__, url_prefix="/budget/plan-workbook")

ROWS_SHOWN = 300
_PURPOSE = "plan workbook"


@pages.get("")
@needs("fund_use_plan.draw_up")
def index() -> str:
    """For which unit and year, the template, and the file."""
    return _page(current_actor())


@pages.post("")
@needs("fund_use_plan.draw_up")
def look_or_apply() -> AnyResponse:
    """`deed=look`: show the difference, nothing is written. `deed=apply`: the plan for the budget officer."""
    actor = current_actor()
    file = next(iter(unseal_kept(request.form.getlist("kept"), actor=actor, purpose=_PURPOSE)), None)
    judged: JudgedPlanFile | None = None
    unit_id = request.form.get("unit", default=0, type=int)
    year = request.form.get("year", default=0, type=int)
    try:
        file, content = _file_sent(file)
        judged = look_at_plan_file(actor=actor, content=content, unit_id=unit_id, year=year)
        if request.form.get("deed") == "apply":
            plan = apply_plan_file(
                actor=actor,
                content=content,
                file=file,
                unit_id=unit_id,
                year=year,
                reason=request.form.get("reason", ""),
                request_key=request.form.get("request_key") or None,
            )
            return redirect(url_for("fund_use_plans.show", number=plan.number, done="submit"))
    except Refusal as refusal:
        if refusal.code in ("access.denied", "budget.unknown_unit"):
            raise
        if not refusal.recorded:
            record_refusal(actor=actor, action="fund_use_plan.import", refusal=refusal)
        page = _page(actor, file=file, judged=judged, refusal=refusal)
        return make_response(page, status_of(refusal))
    return make_response(_page(actor, file=file, judged=judged))


@pages.get("/template.xlsx")
@needs("fund_use_plan.draw_up")
def template() -> Response:
    """The unit's lines with what is not planned yet; without a unit, those of the accountant's first."""
    actor = current_actor()
    unit_id = request.args.get("unit", type=int) or next((unit.id for unit in units_to_plan_for(actor)), 0)
    year = request.args.get("year", type=int)
    year = year if year is not None and 2000 <= year <= 2127 else clock.today().year
    unit, content = plan_template(actor=actor, unit_id=unit_id, year=year)
    response = Response(content, mimetype=XLSX)
    name = quote(f"用款计划-{year}-{unit.name}.xlsx")
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return response


def _file_sent(kept: KeptFile | None) -> tuple[KeptFile, bytes]:
    """The file that was sent now, or the one of the look before. Raises Refusal("workbook.none")."""
    data_dir = current_app.config["SUNMALL"].data_dir
    sent = request.files.get("file")
    if sent is not None and sent.filename:
        content = sent.stream.read(FILE_BYTES_MAX + 1)
        return keep_budget_file(content, file_name=sent.filename, data_dir=data_dir), content
    path = attachment_path(kept.sha256, data_dir=data_dir) if kept is not None else None
    if kept is None or path is None or not path.is_file():
        raise Refusal("workbook.none")
    return kept, path.read_bytes()


def _page(
    actor: Actor,
    *,
    file: KeptFile | None = None,
    judged: JudgedPlanFile | None = None,
    refusal: Refusal | None = None,
) -> str:
    this_year = clock.today().year
    return render_template(
        "plans/import.html",
        units=units_to_plan_for(actor),
        years=list(range(this_year, this_year + YEARS_AHEAD + 1)),
        file=file,
        kept=seal_kept([file], actor=actor, purpose=_PURPOSE)[0] if file is not None and judged is not None else "",
        judged=judged,
        rows=sorted(judged.rows, key=lambda row: (not row.faults, not row.held))[:ROWS_SHOWN] if judged else [],
        rows_shown=ROWS_SHOWN,
        words_of_fault=words_of_plan_fault,
        why_held=why_held,
        what_is_accepted=what_is_accepted,
        refusal=words_for(refusal) if refusal is not None else None,
        typed={name: request.values.get(name, "") for name in ("unit", "year", "reason")},
    )
