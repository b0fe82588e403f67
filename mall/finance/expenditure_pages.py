"""Expenditure by function class and by economic item, as a page and as a workbook; figures lead to their postings."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext as _

from ledger.chart_of_accounts import Account
from ledger.expenditure import FIGURES, Spent, day_of_year_before, spent_by_class, spent_by_line
from ledger.reports import CLASSINGS, Classing
from mall import clock
from mall.access.guards import current_actor, needs
from mall.database import session
from mall.errors import Refusal
from mall.finance.book_files import XLSX, Column, SheetRow, workbook
from mall.finance.book_forms import asked_books, asked_pair
from mall.finance.book_sheets import heading_of
from mall.finance.books_in_sight import BooksInSight, places_below, regions_above
from mall.people.organisation import organisation_names

pages = Blueprint("expenditure", __name__, url_prefix="/books")

PAGE_ROWS = 100
FILE_ROWS = 50_000


@pages.get("/expenditure")
@needs("books.read")
def index() -> str:
    """The classes with this month, this year and the year before; a class leads to its lines, a figure to postings."""
    asked = asked_books()
    books, by, code = asked.books, _classing(), request.args.get("code")
    classes = spent_by_class(session(), books.scope, by=by, until=books.until)
    below, units = places_below(books.region_code) if books.unit is None and code is None else ([], [])
    rows, next_after = classes, None
    if code is not None:
        _require_known(code, classes)
        lines = _lines(books, by, code, limit=PAGE_ROWS + 1, after=asked_pair())
        rows = lines[:PAGE_ROWS]
        next_after = f"{rows[-1].unit_id}.{rows[-1].line_id}" if len(lines) > PAGE_ROWS else None
    return render_template(
        "books/expenditure.html",
        books=books,
        fault=asked.fault,
        address=books.address,
        above=regions_above(current_actor(), books) if code is None else [],
        below=below,
        units=units,
        by=by,
        code=code,
        rows=rows,
        total=_total(classes) if code is None else _require_known(code, classes),
        month_starts=books.until.replace(day=1),
        until_before=day_of_year_before(books.until),
        paid_account=int(Account.PAID),
        after=request.args.get("after", ""),
        next_after=next_after,
        names=organisation_names({row.unit_id for row in rows if row.unit_id}),
    )


@pages.get("/expenditure.xlsx")
@needs("books.read")
def file() -> Response:
    """The classes, or all lines of one, as a workbook. Raises Refusal("books.too_many_rows")."""
    books, by, code = asked_books().books, _classing(), request.args.get("code")
    classes = spent_by_class(session(), books.scope, by=by, until=books.until)
    title = _("按功能分类") if by == "function" else _("按经济分类")
    rows, total = classes, _total(classes)
    if code is not None:
        total = _require_known(code, classes)
        if total.lines > FILE_ROWS:
            raise Refusal("books.too_many_rows", count=total.lines, most=FILE_ROWS)
        rows = _lines(books, by, code, limit=FILE_ROWS)
        title = f"{title} {total.code} {total.name}"
    content = _sheet(books, rows, total=total, title=title)
    whose = f"unit{books.unit.id}" if books.unit else str(books.region_code)
    stamp = f"{clock.local(clock.now()):%Y%m%d%H%M%S}"
    name = f"sunmall-expenditure-{by}-{whose}-{books.year}-{books.until:%Y%m%d}-made{stamp}.xlsx"
    return Response(content, content_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _sheet(books: BooksInSight, rows: Sequence[Spent], *, total: Spent, title: str) -> bytes:
    columns = [
        Column(_("编码"), width=22), Column(_("名称"), width=30),
        Column(_("本月支付（元）"), "amount"), Column(_("本年支付（元）"), "amount"),
        Column(_("上年同期支付（元）"), "amount", 18), Column(_("本月发生（元）"), "amount"),
        Column(_("本年发生（元）"), "amount"), Column(_("上年同期发生（元）"), "amount", 18),
    ]  # fmt: skip
    lines = [SheetRow((row.code, row.name, *(getattr(row, name) for name in FIGURES))) for row in rows]
    lines.append(SheetRow((_("合计"), "", *(getattr(total, name) for name in FIGURES)), is_sum=True))
    heading = [(_("分类"), title), *heading_of(books, from_day=False)]
    return workbook(name=_("支出情况"), heading=heading, columns=columns, rows=lines)


def _classing() -> Classing:
    by = request.args.get("by", "function")
    return by if by in CLASSINGS else "function"  # type: ignore[return-value]


def _require_known(code: str, classes: Sequence[Spent]) -> Spent:
    chosen = next((one for one in classes if one.code == code), None)
    if chosen is None:
        raise Refusal("page.not_found")
    return chosen


def _lines(books: BooksInSight, by: Classing, code: str, *, limit: int, after: tuple[int, int] = (0, 0)) -> list[Spent]:
    return spent_by_line(session(), books.scope, by=by, code=code, until=books.until, after=after, limit=limit)


def _total(rows: Sequence[Spent]) -> Spent:
    sums = {name: sum(getattr(row, name) for row in rows) for name in FIGURES}
    return Spent("", "", 0, 0, sum(row.lines for row in rows), **sums)
