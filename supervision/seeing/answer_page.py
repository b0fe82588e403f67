"""One view for a page and its workbook: the address that ends in .xlsx answers with a table of the page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response, render_template, request, url_for

from mall import clock
from mall.errors import Refusal
from mall.finance.book_files import XLSX
from mall.web.layout import when
from supervision.seeing.sheet import Sheet, file_of, in_words


def answer(
    template: str, *, sheets: Sequence[Sheet], heading: Sequence[tuple[str, str]], name: str, **facts: Any
) -> Any:
    """The page with its tables, or the one table that `?sheet=` names as a file (without it the first).

    `heading`: lines of (label, value) that say what the table is about. Raises Refusal("page.not_found").
    """
    if not request.path.endswith(".xlsx"):
        known = {sheet.key: sheet for sheet in sheets}
        words = {"shown": in_words, "file_address": file_address, "this_year": clock.today().year}
        return render_template(template, sheets=known, **words, **facts)
    wanted = request.args.get("sheet", sheets[0].key)
    sheet = next((one for one in sheets if one.key == wanted), None)
    if sheet is None:
        raise Refusal("page.not_found")
    stamp = f"{clock.local(clock.now()):%Y%m%d%H%M%S}"
    disposition = f'attachment; filename="sunmall-{name}-{sheet.key}-{stamp}.xlsx"'
    content = file_of(sheet, heading=[*heading, ("", when(clock.now()))])
    return Response(content, content_type=XLSX, headers={"Content-Disposition": disposition})


def file_address(sheet: Sheet) -> str:
    """Where this page's table lies as a workbook: the same question, asked of the view's other address."""
    arguments = {**request.view_args, **request.args.to_dict(), "sheet": sheet.key}  # type: ignore[dict-item]
    arguments.pop("page", None)
    return url_for(f"{request.endpoint}_file", **arguments)


def year_asked() -> int:
    """The year a page is about; the present one where none that can be was named."""
    year = request.args.get("year", type=int)
    return year if year is not None and 2000 <= year <= 2127 else clock.today().year
