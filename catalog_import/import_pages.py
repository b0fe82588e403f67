"""The supplier's pages of the loading dock: upload, batch, decision, report, template, goods without a category."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Any
from urllib.parse import quote

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as AnyResponse
from wtforms.fields.choices import SelectChoice

from catalog_import.feed_row import COLUMNS, TITLES
from catalog_import.feed_shelf import all_feeds, feed_named
from catalog_import.import_batch import CELL_SEPARATOR, OUTCOMES, ImportBatch, ImportRow, batch, batches_of, rows_of
from catalog_import.import_forms import ColumnsForm, DecisionForm, SettleForm, UploadForm
from catalog_import.import_jobs import INLINE_BYTES_MAX
from catalog_import.import_progress import STATIONS, progress_of
from catalog_import.map_columns import map_columns, mappable, may_map
from catalog_import.next_step import next_step
from catalog_import.receive_file import receive_file
from catalog_import.recognise_feed import IGNORED, missing_columns
from catalog_import.report import report_name, row_findings, write_report
from catalog_import.run_import import decide_batch, run_batch, summary
from catalog_import.settle_categories import settle_listings, settle_words, waiting_words
from catalog_import.suggest_category import category_index
from catalog_import.template_file import csv_template, xlsx_template
from catalog_import.words import fold
from mall.access.actor import Actor
from mall.access.authorize import may
from mall.access.guards import current_actor, needs
from mall.errors import Refusal
from mall.people.organisation import organisation_names
from mall.web.translation import current_language
from mall.web.words import status_of

pages = Blueprint("imports", __name__, url_prefix="/supplier/imports")

ROWS_SHOWN = 50
POLLS_EVERY_SECONDS = 2
_MEMORY_BYTES = 4 << 20
#: Shown first what needs a hand.
_OUTCOMES_SHOWN = ("faulty", "needs_category", "taken_off", "price_rise", "price_cut", "changed", "new", "unchanged")


@pages.get("/")
@needs("import.view")
def index() -> str:
    """The upload form and the latest batches."""
    actor = current_actor()
    waiting = sum(word.count for word in waiting_words(actor, listings_shown=1))
    return _upload_page(actor, form=_upload_form(actor), waiting=waiting)


@pages.post("/")
@needs("import.upload")
def upload() -> AnyResponse | tuple[str, int]:
    """Take a file in and, when it is small, carry it as far as its mode allows."""
    actor = current_actor()
    form = _upload_form(actor)
    if not form.validate_on_submit():
        return _upload_page(actor, form=form), 422
    received = receive_file(
        actor=actor,
        supplier_id=form.supplier_id.data,
        file_name=form.file.data.filename or "",
        stream=form.file.data.stream,
        mode=form.mode.data,
        asks_columns=True,
    )
    if received.replayed:
        flash(_("这个文件以前收过，下面是当时的批次；没有重复导入。"), "info")
    _run_if_small(received.batch_id, actor=actor, mode=form.mode.data)
    return redirect(_next_page(received.batch_id))


@pages.get("/<int:batch_id>")
@needs("import.view")
def show(batch_id: int) -> str:
    """One batch: how far it is, what would change or has changed, the rows by outcome."""
    found = _batch(batch_id)
    language = current_language()
    outcome = request.args.get("outcome", "")
    if outcome not in OUTCOMES:
        outcome = next((name for name in _OUTCOMES_SHOWN if found.counts.get(name)), "new")
    after = request.args.get("after", 0, type=int)
    rows = rows_of(found.id, outcomes=(outcome,), after=after, limit=ROWS_SHOWN + 1) if found.counts else []
    return render_template(
        "catalog_import/batch.html",
        batch=found,
        summary=summary(batch_id),
        outcomes=_OUTCOMES_SHOWN,
        outcome=outcome,
        rows=[_as_shown(row, found, language=language) for row in rows[:ROWS_SHOWN]],
        next_after=rows[ROWS_SHOWN - 1].row_number if len(rows) > ROWS_SHOWN else None,
        form=DecisionForm(),
        progress=progress_of(found),
        stations=tuple(STATIONS),
        polls_every_seconds=POLLS_EVERY_SECONDS,
        may_map=may_map(found),
        format_title=feed_named(found.format).TITLE,
        columns=[(column, _header_of(found, column.name)) for column in COLUMNS if column.name in found.columns],
        refusal=Refusal(found.refusal_code, **found.refusal_facts) if found.refusal_code else None,
    )


@pages.get("/<int:batch_id>/columns")
@needs("import.view")
def columns(batch_id: int) -> AnyResponse | str:
    """What the file's columns were taken for, with some of their cells, to be corrected."""
    found = _batch(batch_id)
    if not may_map(found):
        return redirect(url_for("imports.show", batch_id=batch_id))
    return _columns_page(found, chosen={position: name for name, position in found.columns.items()})


@pages.post("/<int:batch_id>/columns")
@needs("import.decide")
def say_columns(batch_id: int) -> AnyResponse | tuple[str, int]:
    """Fields `column-POSITION` = our column name or "ignored": read the file by them, and keep them."""
    actor = current_actor()
    found = _batch(batch_id)
    mode, chosen = found.mode, _columns_chosen(mappable(found).values())
    if not ColumnsForm().validate_on_submit():
        flash(_("请重试。"), "warning")
        return redirect(url_for("imports.columns", batch_id=batch_id))
    try:
        map_columns(actor=actor, batch_id=batch_id, chosen=chosen)
    except Refusal as refusal:
        if refusal.code not in ("import.column_twice", "import.columns_missing"):
            raise
        return _columns_page(_batch(batch_id), chosen=chosen, refusal=refusal), status_of(refusal)
    flash(_("列的对应关系已记住，下次同样表头的文件自动沿用。"), "success")
    _run_if_small(batch_id, actor=actor, mode=mode)
    return redirect(_next_page(batch_id))


@pages.post("/<int:batch_id>/decision")
@needs("import.decide")
def decide(batch_id: int) -> AnyResponse:
    """Merge a batch that was looked at."""
    found = _batch(batch_id)
    form = DecisionForm()
    if not form.validate_on_submit():
        flash(_("请选择处理方式。"), "warning")
        return redirect(url_for("imports.show", batch_id=batch_id))
    if found.size_bytes <= INLINE_BYTES_MAX:
        done = run_batch(actor=current_actor(), batch_id=batch_id, mode=form.mode.data)
    else:
        done = decide_batch(actor=current_actor(), batch_id=batch_id, mode=form.mode.data)
        flash(_("文件较大，正在后台导入；本页会显示进度。"), "info")
    if done.held_back:
        flash(_("有错误行，整批没有导入。"), "warning")
    return redirect(url_for("imports.show", batch_id=batch_id))


@pages.get("/<int:batch_id>/report")
@needs("import.view")
def report(batch_id: int) -> Response:
    """The sender's own file with two more columns."""
    found = _batch(batch_id)
    target = tempfile.SpooledTemporaryFile(max_size=_MEMORY_BYTES)  # noqa: SIM115 - closed by _chunks
    write_report(found, target, only_faulty=request.args.get("only") == "faulty")
    target.seek(0)
    return _download(_chunks(target), name=report_name(found), media_type=feed_named(found.format).MEDIA_TYPE)


@pages.get("/template.<any(csv, xlsx):ending>")
@needs("import.view")
def template(ending: str) -> Response:
    """An empty file in our own form, with one example."""
    body = csv_template() if ending == "csv" else xlsx_template()
    media_type = feed_named(ending).MEDIA_TYPE
    return _download(iter([body]), name=f"商品导入模板.{ending}", media_type=media_type)


@pages.get("/categories")
@needs("import.settle")
def categories() -> str:
    """Goods without a category, by the supplier's own word, with suggestions."""
    actor = current_actor()
    index_now = category_index()
    choices = [
        (category.code, category.name)
        for category in index_now.by_code.values()
        if category.in_mall and category.level >= 2
    ]
    words = waiting_words(actor)
    return render_template(
        "catalog_import/categories.html",
        words=words,
        choices=choices,
        form=SettleForm(),
        several_suppliers=len(actor.supplier_ids) > 1,
        supplier_names=organisation_names({word.supplier_id for word in words}),
    )


@pages.post("/categories")
@needs("import.settle")
def settle() -> AnyResponse:
    """Fields `word-SUPPLIER` (repeated) with `code-SUPPLIER` beside them, and `listing-SUPPLIER-ID` = code."""
    actor = current_actor()
    form = SettleForm()
    if not form.validate_on_submit():
        flash(_("请重试。"), "warning")
        return redirect(url_for("imports.categories"))
    settled = 0
    for supplier_id in actor.supplier_ids:
        by_listing = _codes_by_listing(supplier_id)
        if by_listing:
            settled += settle_listings(actor=actor, supplier_id=supplier_id, codes_by_listing=by_listing)
        by_word = _codes_by_word(supplier_id)
        if by_word:
            settled += settle_words(actor=actor, supplier_id=supplier_id, codes_by_word=by_word)
    flash(ngettext("已归类并提交 %(num)s 个商品。", "已归类并提交 %(num)s 个商品。", settled), "success")
    return redirect(url_for("imports.categories"))


def _upload_page(actor: Actor, *, form: UploadForm, waiting: int = 0) -> str:
    return render_template(
        "catalog_import/index.html",
        form=form,
        batches=batches_of(actor),
        next_step=next_step,
        several_suppliers=len(actor.supplier_ids) > 1,
        columns=COLUMNS,
        waiting=waiting,
        extensions=",".join(dict.fromkeys(ending for feed in all_feeds() for ending in feed.EXTENSIONS)),
    )


def _upload_form(actor: Actor) -> UploadForm:
    form = UploadForm()
    names = organisation_names(set(actor.supplier_ids))
    form.supplier_id.choices = [SelectChoice(one, names.get(one, "")) for one in actor.supplier_ids]
    return form


def _next_page(batch_id: int) -> str:
    """Where to look after a file was read: first the columns, if they are not clear."""
    waits = _batch(batch_id).stage == "columns"
    return url_for("imports.columns" if waits else "imports.show", batch_id=batch_id)


def _columns_page(found: ImportBatch, *, chosen: Mapping[int, str], refusal: Refusal | None = None) -> str:
    samples = found.samples
    return render_template(
        "catalog_import/columns.html",
        batch=found,
        headers=[
            (position, header, samples[position] if position < len(samples) else [])
            for header, position in mappable(found).items()
        ],
        chosen=chosen,
        columns=COLUMNS,
        ignored=IGNORED,
        missing=[TITLES[name] for name in missing_columns(found.columns)],
        refusal=refusal,
    )


def _columns_chosen(positions: Iterable[int]) -> dict[int, str]:
    return {position: request.form.get(f"column-{position}", IGNORED) for position in positions}


def _run_if_small(batch_id: int, *, actor: Actor, mode: str) -> None:
    if _batch(batch_id).size_bytes <= INLINE_BYTES_MAX:
        run_batch(actor=actor, batch_id=batch_id, mode=mode)
    else:
        flash(_("文件较大，正在后台处理；本页会显示进度。"), "info")


def _batch(batch_id: int) -> ImportBatch:
    found = batch(batch_id)
    # Foreign and missing look the same.
    if found is None or not may(current_actor(), "import.view", found):
        raise Refusal("import.batch_unknown", batch_id=batch_id)
    return found


def _as_shown(row: ImportRow, found: ImportBatch, *, language: str) -> dict[str, Any]:
    return {
        "row": row,
        "cells": row.raw.split(CELL_SEPARATOR),
        "findings": row_findings(row, batch=found, language=language),
        "price_raw": _cell(row, found, "price"),
    }


def _cell(row: ImportRow, found: ImportBatch, column: str) -> str:
    position = found.columns.get(column)
    cells = row.raw.split(CELL_SEPARATOR)
    return cells[position] if position is not None and position < len(cells) else ""


def _header_of(found: ImportBatch, column: str) -> str:
    return found.headers[found.columns[column]]


def _codes_by_word(supplier_id: int) -> dict[str, str]:
    words = request.form.getlist(f"word-{supplier_id}")
    codes = request.form.getlist(f"code-{supplier_id}")
    return {word: _code_typed(code) for word, code in zip(words, codes, strict=False) if code.strip()}


def _codes_by_listing(supplier_id: int) -> dict[int, str]:
    beginning = f"listing-{supplier_id}-"
    return {
        int(name.removeprefix(beginning)): _code_typed(code)
        for name, code in request.form.items()
        if name.startswith(beginning) and name.removeprefix(beginning).isdigit() and code.strip()
    }


def _code_typed(text: str) -> str:
    """ "A05010502 文件柜", "A05010502" or just 文件柜; what is none of them the use-case refuses."""
    known = category_index()
    head = text.strip().split(" ")[0]
    return head if head in known.by_code else known.by_name.get(fold(text), head)


def _download(body: Iterator[bytes], *, name: str, media_type: str) -> Response:
    response = Response(body, mimetype=media_type)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while chunk := file.read(io.DEFAULT_BUFFER_SIZE * 8):
            yield chunk
