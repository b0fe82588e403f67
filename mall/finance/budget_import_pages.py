"""The import of budget lines: a workbook, its difference to the books, and the document it becomes."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from mall import clock
from mall.access.actor import Actor
from mall.access.guards import current_actor, needs
from mall.audit.record import record_refusal
from mall.errors import Refusal
from mall.finance.apply_budget_file import YEARS_AHEAD, apply_budget_file, look_at_budget_file
from mall.finance.budget_document_forms import seal_kept, unseal_kept
from mall.finance.budget_file_columns import COLUMNS, csv_template, xlsx_template
from mall.finance.budget_file_words import HINT_WORDS, words_of_fault
from mall.finance.judge_budget_file import OUTCOMES, JudgedFile
from mall.finance.keep_attachment import KeptFile, attachment_path, keep_budget_file
from mall.finance.read_budget_file import FILE_BYTES_MAX
from mall.finance.unit_budgets import regions_with_units
from mall.web.words import status_of, words_for

pages = Blueprint("budget_import", __name__, url_prefix="/budget/import")

ROWS_SHOWN = 500
_TEMPLATES = {
    "csv": (csv_template, "text/csv"),
    "xlsx": (xlsx_template, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


@pages.get("")
@needs("budget_document.import")
def index() -> str:
    """For which region and year, and the file."""
    return _page(current_actor())


@pages.post("")
@needs("budget_document.import")
def look_or_apply() -> AnyResponse:
    """`deed=look`: show the difference, nothing is written. `deed=apply`: the document for the other officer."""
    actor = current_actor()
    file: KeptFile | None = next(iter(unseal_kept(request.form.getlist("kept"), actor=actor, purpose="workbook")), None)
    judged: JudgedFile | None = None
    region_code = request.form.get("region", default=0, type=int)
    year = request.form.get("year", default=0, type=int)
    try:
        file, content = _file_sent(file)
        judged = look_at_budget_file(actor=actor, content=content, region_code=region_code, year=year)
        if request.form.get("deed") == "apply":
            document = apply_budget_file(
                actor=actor,
                content=content,
                file=file,
                region_code=region_code,
                year=year,
                reason=request.form.get("reason", ""),
                basis=request.form.get("basis", ""),
                request_key=request.form.get("request_key") or None,
            )
            return redirect(url_for("budget_documents.show", number=document.number, done="draw_up"))
    except Refusal as refusal:
        if refusal.code in ("access.denied", "budget.unknown_region"):
            raise
        if not refusal.recorded:
            record_refusal(actor=actor, action="budget_document.import", refusal=refusal)
        page = _page(actor, file=file, judged=judged, refusal=refusal)
        return make_response(page, status_of(refusal))
    return make_response(_page(actor, file=file, judged=judged))


@pages.get("/template.<any(csv, xlsx):ending>")
@needs("budget_document.import")
def template(ending: str) -> Response:
    """An empty workbook with our columns and one example."""
    make, media_type = _TEMPLATES[ending]
    response = Response(make(), mimetype=media_type)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(f'预算指标模板.{ending}')}"
    return response


def _file_sent(kept: KeptFile | None) -> tuple[KeptFile, bytes]:
    """The file that was sent now, or the one of the look before. Raises Refusal("workbook.none")."""
    data_dir = current_app.config["SUNMALL"].data_dir
    sent = request.files.get("file")
    if sent is not None and sent.filename:
        content = sent.stream.read(FILE_BYTES_MAX + 1)
        return keep_budget_file(content, file_name=sent.filename, data_dir=data_dir), content
    if kept is None:
        raise Refusal("workbook.none")
    path = attachment_path(kept.sha256, data_dir=data_dir)
    if not path.is_file():
        raise Refusal("workbook.none")
    return kept, path.read_bytes()


def _page(
    actor: Actor, *, file: KeptFile | None = None, judged: JudgedFile | None = None, refusal: Refusal | None = None
) -> str:
    this_year = clock.today().year
    return render_template(
        "finance/import.html",
        regions=regions_with_units(actor),
        years=list(range(this_year, this_year + YEARS_AHEAD + 1)),
        columns=COLUMNS,
        hints=HINT_WORDS,
        file=file,
        kept=seal_kept([file], actor=actor, purpose="workbook")[0] if file is not None and judged is not None else "",
        judged=judged,
        outcomes=OUTCOMES,
        rows=list(_shown_first(judged))[:ROWS_SHOWN] if judged is not None else [],
        rows_shown=ROWS_SHOWN,
        words_of_fault=words_of_fault,
        refusal=words_for(refusal) if refusal is not None else None,
        typed={name: request.form.get(name, "") for name in ("region", "year", "reason", "basis")},
    )


def _shown_first(judged: JudgedFile) -> Iterator[object]:
    """What needs a hand first, then what changes."""
    for outcome in ("faulty", "reduction", "supplement", "new", "unchanged"):
        yield from (row for row in judged.rows if row.outcome == outcome)
