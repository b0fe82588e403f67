"""What a reader of the books typed into the address: whose books, which year and days, and where a page begins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import request
from flask_babel import gettext as _

from ledger.reports import Cursor
from mall import clock
from mall.access.guards import current_actor
from mall.errors import Refusal
from mall.finance.books_in_sight import BooksInSight, books_in_sight, usual_span


@dataclass(frozen=True)
class Asked:
    """The books of this request. `fault` says what is wrong with the days typed; the usual ones are shown then."""

    books: BooksInSight
    fault: str = ""


def asked_books() -> Asked:
    """Read ?unit= or ?region= or ?line=, ?year=, ?since= and ?until=. Raises Refusal("page.not_found")."""
    year = request.args.get("year", default=clock.today().year, type=int)
    if not 2000 <= year <= 2127:
        raise Refusal("page.not_found")
    since, until, fault = _span(year)
    books = books_in_sight(
        current_actor(),
        year=year,
        since=since,
        until=until,
        unit_id=request.args.get("unit", type=int),
        region_code=request.args.get("region", type=int),
        line_id=request.args.get("line", type=int),
    )
    return Asked(books=books, fault=fault)


def asked_cursor() -> Cursor | None:
    """Where the page asked for begins: ?after=2026-03-02.417.2; nonsense begins at the beginning."""
    day, _dot, rest = request.args.get("after", "").partition(".")
    txn_id, _dot, n = rest.partition(".")
    try:
        return Cursor(date.fromisoformat(day), _small(txn_id), _small(n))
    except ValueError:
        return None


def cursor_text(cursor: Cursor | None) -> str | None:
    """The cursor as it stands in an address."""
    return f"{cursor.effective_on.isoformat()}.{cursor.txn_id}.{cursor.n}" if cursor else None


def asked_pair() -> tuple[int, int]:
    """Where a page of budget lines begins: ?after=<unit>.<line>."""
    unit_id, _dot, line_id = request.args.get("after", "").partition(".")
    try:
        return _small(unit_id), _small(line_id)
    except ValueError:
        return 0, 0


def _small(digits: str) -> int:
    """A whole number that the database can take. Raises ValueError."""
    if not digits.isascii() or not digits.isdigit() or len(digits) > 18:
        raise ValueError(digits)
    return int(digits)


def _span(year: int) -> tuple[date, date, str]:
    """(first day, last day, what is wrong with those typed)."""
    first, last = usual_span(year)
    try:
        since, until = _day("since", first), _day("until", last)
    except ValueError as error:
        words = _("“%(day)s”不是日期，下面是全年到现在的情况。请按 2026-08-31 的样子填写。", day=str(error)[:20])
        return first, last, words
    if since.year != year or until.year != year:
        return first, last, _("日期要在 %(year)s 年之内，下面是全年到现在的情况。", year=year)
    if since > until:
        return first, last, _("开始的日期晚于结束的日期，下面是全年到现在的情况。")
    return since, until, ""


def _day(name: str, usual: date) -> date:
    typed = request.args.get(name, "").strip()
    if not typed:
        return usual
    try:
        return date.fromisoformat(typed)
    except ValueError:
        raise ValueError(typed) from None
