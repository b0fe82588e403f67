"""The answer to a file: the sender's own rows in the sender's own format, with what we found beside them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO

from sqlalchemy import select

from catalog_import.check_rows import RULES_BY_CODE, words_of, worst
from catalog_import.feed_shelf import ReportForm, ReportRow, feed_named
from catalog_import.import_batch import CELL_SEPARATOR, ImportBatch, ImportRow
from catalog_import.report_titles import CODES_TITLE, WORDS_TITLE
from catalog_import.spool import spooled
from mall.database import session
from mall.errors import Refusal

_SEVERITY_NAMES = ("", "info", "warning", "error")
_READ_ROWS = 2_000


def write_report(batch: ImportBatch, target: IO[bytes], *, only_faulty: bool = False) -> None:
    """Write the report of a staged batch; `only_faulty` keeps just the rows that were turned away.

    Rows keep their numbers in the full report. A batch that failed before staging has no report.
    """
    feed = feed_named(batch.format)
    form = ReportForm(
        encoding=batch.encoding,
        delimiter=batch.delimiter,
        sheet=batch.sheet,
        header_row=batch.header_row,
        width=_own_width(batch),
        source=_source(batch) if feed.IS_TREE else None,
    )
    rows = _report_rows(batch, only_faulty=only_faulty)
    if only_faulty and not feed.IS_TREE:
        rows = _closed_up(rows)
    feed.write_report(target, rows=rows, form=form)


def _source(batch: ImportBatch) -> Path | None:
    try:
        return spooled(batch.sha256)
    except Refusal:
        return None


def report_name(batch: ImportBatch) -> str:
    """The file name of the report: the sender's with -核对结果 before the ending."""
    stem, dot, ending = batch.file_name.rpartition(".")
    return f"{stem or batch.file_name}-核对结果{dot}{ending if dot else ''}"


def row_findings(row: ImportRow, *, batch: ImportBatch, language: str) -> list[tuple[str, str, str]]:
    """(code, severity, sentence) of everything found in a staged row."""
    cells = row.raw.split(CELL_SEPARATOR)
    found = []
    for code in (*row.codes, *row.batch_codes):
        rule = RULES_BY_CODE[code]
        position = batch.columns.get(rule.column)
        value = cells[position] if position is not None and position < len(cells) else ""
        words = words_of(code, language=language, value=value, first_row=row.first_row or "")
        found.append((code, rule.severity, words))
    return found


def _report_rows(batch: ImportBatch, *, only_faulty: bool = False) -> Iterator[ReportRow]:
    width = _own_width(batch)
    for number, cells in batch.preamble:
        is_header = number == batch.header_row
        yield ReportRow(
            row_number=number,
            cells=cells[:width],
            codes=CODES_TITLE if is_header else "",
            words=WORDS_TITLE if is_header else "",
        )
    after = 0
    while rows := _next_rows(batch, after=after, only_faulty=only_faulty):
        after = rows[-1].row_number
        for row in rows:
            yield _report_row(row, batch=batch, width=width)


def _report_row(row: ImportRow, *, batch: ImportBatch, width: int) -> ReportRow:
    found = row_findings(row, batch=batch, language="zh")
    positions = [batch.columns.get(RULES_BY_CODE[code].column) for code, _, _ in found]
    cells = row.raw.split(CELL_SEPARATOR)
    # Cells beyond the header have no column to stand in; the finding row.long speaks of them.
    return ReportRow(
        row_number=row.row_number,
        cells=cells[:width],
        codes="；".join(code for code, _, _ in found),
        words="；".join(words for _, _, words in found),
        severity=_SEVERITY_NAMES[worst(code for code, _, _ in found)],
        flagged=frozenset(position for position in positions if position is not None),
    )


def _closed_up(rows: Iterator[ReportRow]) -> Iterator[ReportRow]:
    """The same rows without gaps: in a file of faulty rows only, empty lines help nobody."""
    at = 0
    for row in rows:
        at = max(at + 1, row.row_number) if row.codes == CODES_TITLE or at == 0 else at + 1
        yield ReportRow(at, row.cells, row.codes, row.words, row.severity, row.flagged)


def _next_rows(batch: ImportBatch, *, after: int, only_faulty: bool) -> list[ImportRow]:
    query = select(ImportRow).where(ImportRow.batch_id == batch.id, ImportRow.row_number > after)
    if only_faulty:
        query = query.where(ImportRow.outcome == "faulty")
    rows = list(session().scalars(query.order_by(ImportRow.row_number).limit(_READ_ROWS)))
    # A million rows must not all stay in the session's memory.
    for row in rows:
        session().expunge(row)
    return rows


def _own_width(batch: ImportBatch) -> int:
    """How many columns are the sender's: our two of an earlier report stand last and are replaced."""
    header = [str(cell).strip() for cell in batch.preamble[-1][1]] if batch.preamble else []
    while header and header[-1] in (CODES_TITLE, WORDS_TITLE):
        header.pop()
    return len(header)
