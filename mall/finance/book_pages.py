"""Pages of the books: trial balance, ledger of an account, one posting, budget execution; each also as a workbook."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby

from flask import Blueprint, Response, render_template, request, url_for
from flask_babel import gettext as _

from ledger.chart_of_accounts import BOOKS, CHART_BY_ACCOUNT, Account
from ledger.reports import (
    CLASSINGS,
    AccountEntry,
    AccountPage,
    Classing,
    Executed,
    PostedTxn,
    TxnEntry,
    account_page,
    execution_by_class,
    execution_by_line,
    find_txn,
    trial_balance_of,
)
from mall import clock
from mall.access.authorize import may
from mall.access.guards import current_actor, needs
from mall.database import session
from mall.errors import Refusal
from mall.finance.book_files import XLSX
from mall.finance.book_forms import Asked, asked_books, asked_cursor, asked_pair, cursor_text
from mall.finance.book_papers import paper_behind, papers_in_sight, person_behind
from mall.finance.book_sheets import account_sheet, execution_sheet, trial_sheet, txn_sheet
from mall.finance.book_words import account_code, account_name, book_name, event_name, paper_name, side_name
from mall.finance.books_in_sight import BooksInSight, places_below, regions_above
from mall.finance.unit_budgets import UnitBudget
from mall.people.organisation import organisation_names

pages = Blueprint("books", __name__, url_prefix="/books")

PAGE_ROWS = 100
#: of a file; more is to be asked for in shorter spans
FILE_ROWS = 50_000

#: by the type of the paper: its page
PAPER_PAGES = {
    "order": "orders.show",
    "budget_document": "budget_documents.show",
    "year_end": "year_end.show",
    "journal": "journals.show",
    "fund_use_plan": "fund_use_plans.show",
}

#: the figures of a budget line that are one account each
LINE_ACCOUNTS = {
    "appropriation": int(Account.APPROPRIATION),
    "available": int(Account.AVAILABLE),
    "paid": int(Account.PAID),
}


@pages.context_processor
def words_of_books() -> dict[str, object]:
    """What templates of the books call things."""
    return {
        "book_name": book_name,
        "book_event": event_name,
        "paper_name": paper_name,
        "account_name": account_name,
        "account_code": account_code,
        "side_name": side_name,
        "line_accounts": LINE_ACCOUNTS,
    }


@pages.get("")
@needs("books.read")
def index() -> str:
    """The trial balance; an office steps from its region down to a unit."""
    asked = asked_books()
    books = asked.books
    found = trial_balance_of(session(), books.scope, since=books.since, until=books.until)
    return render_template("books/trial.html", **_frame(asked), **_places(books), found=found)


@pages.get("/trial-balance.xlsx")
@needs("books.read")
def trial_file() -> Response:
    """The trial balance as a workbook."""
    books = asked_books().books
    found = trial_balance_of(session(), books.scope, since=books.since, until=books.until)
    return _file(trial_sheet(books, found), name=f"trial-balance-{_named(books)}")


@pages.get("/accounts/<int:account>")
@needs("books.read")
def ledger(account: int) -> str:
    """The entries of one account, a page at a time, each leading to its posting and its paper."""
    asked = asked_books()
    page = _account_page(asked.books, account, limit=PAGE_ROWS)
    papers = {entry.txn_id: _paper(entry) for entry in page.entries}
    return render_template(
        "books/account.html",
        **_frame(asked),
        page=page,
        after=request.args.get("after", ""),
        next_after=cursor_text(page.next),
        papers=papers,
        links=_links(papers.values()),
        names=organisation_names({entry.unit_id for entry in page.entries}),
    )


@pages.get("/accounts/<int:account>.xlsx")
@needs("books.read")
def ledger_file(account: int) -> Response:
    """The whole span of the account as a workbook. Raises Refusal("books.too_many_rows")."""
    books = asked_books().books
    page = _account_page(books, account, limit=FILE_ROWS, is_whole=True)
    if page.next is not None:
        raise Refusal("books.too_many_rows", count=page.count, most=FILE_ROWS)
    return _file(account_sheet(books, page), name=f"ledger-{account}-{_named(books)}")


@pages.get("/<int:region_code>/<int:year>/txns/<int:txn_id>")
@needs("books.read")
def txn(region_code: int, year: int, txn_id: int) -> str:
    """One posting with its entries in all books, as far as they are of units whose books this reader may read."""
    found, entries = _txn_in_sight(txn_id, region_code=region_code, year=year)
    paper = _paper(found)
    return render_template(
        "books/txn.html",
        txn=found,
        books=[(book, list(rows)) for book, rows in groupby(entries, key=lambda entry: entry.book)],
        is_part=len(entries) < len(found.entries),
        paper=paper,
        links=_links({paper, *(entry.document for entry in entries)}),
        names=organisation_names({entry.unit_id for entry in entries}),
        person=person_behind(found.actor),
    )


@pages.get("/<int:region_code>/<int:year>/txns/<int:txn_id>.xlsx")
@needs("books.read")
def txn_file(region_code: int, year: int, txn_id: int) -> Response:
    """The posting as a workbook."""
    found, entries = _txn_in_sight(txn_id, region_code=region_code, year=year)
    units = organisation_names({entry.unit_id for entry in entries})
    content = txn_sheet(found, entries, units=units, person=person_behind(found.actor))
    return _file(content, name=f"posting-{region_code}-{year}-{txn_id}")


@pages.get("/execution")
@needs("books.read")
def execution() -> str:
    """Budget execution by function class or economic item; a class leads to its lines."""
    asked = asked_books()
    by, code = _classing(), request.args.get("code")
    classes = execution_by_class(session(), asked.books.scope, by=by, until=asked.books.until)
    if code is None:
        return render_template(
            "books/execution.html",
            **_frame(asked),
            **_places(asked.books),
            by=by,
            code=None,
            rows=classes,
            total=_total(classes),
            names={},
        )
    chosen = _class_of(code, classes)
    lines = _lines(asked.books, by, code, limit=PAGE_ROWS + 1, after=asked_pair())
    rows = lines[:PAGE_ROWS]
    return render_template(
        "books/execution.html",
        **_frame(asked),
        by=by,
        code=code,
        rows=rows,
        total=chosen,
        after=request.args.get("after", ""),
        next_after=f"{rows[-1].unit_id}.{rows[-1].line_id}" if len(lines) > PAGE_ROWS else None,
        names=organisation_names({row.unit_id for row in rows}),
    )


@pages.get("/execution.xlsx")
@needs("books.read")
def execution_file() -> Response:
    """Budget execution as a workbook: the classes, or all lines of one. Raises Refusal("books.too_many_rows")."""
    books = asked_books().books
    by, code = _classing(), request.args.get("code")
    classes = execution_by_class(session(), books.scope, by=by, until=books.until)
    title = _("按功能分类") if by == "function" else _("按经济分类")
    name = f"execution-{by}-{_named(books)}"
    if code is None:
        return _file(execution_sheet(books, classes, total=_total(classes), title=title), name=name)
    chosen = _class_of(code, classes)
    if chosen.lines > FILE_ROWS:
        raise Refusal("books.too_many_rows", count=chosen.lines, most=FILE_ROWS)
    lines = _lines(books, by, code, limit=FILE_ROWS)
    units = organisation_names({line.unit_id for line in lines})
    title = f"{title} {chosen.code} {chosen.name}"
    return _file(execution_sheet(books, lines, total=chosen, title=title, units=units), name=name)


def _frame(asked: Asked) -> dict[str, object]:
    """What every report says about itself."""
    books = asked.books
    return {"books": books, "fault": asked.fault, "address": books.address}


def _places(books: BooksInSight) -> dict[str, object]:
    """The ways up and down from here."""
    below, units = places_below(books.region_code) if books.unit is None else ([], [])
    return {"above": regions_above(current_actor(), books), "below": below, "units": units}


def _account_page(books: BooksInSight, account: int, *, limit: int, is_whole: bool = False) -> AccountPage:
    if account not in CHART_BY_ACCOUNT:
        raise Refusal("page.not_found")
    return account_page(
        session(),
        books.scope,
        Account(account),
        since=books.since,
        until=books.until,
        after=None if is_whole else asked_cursor(),
        limit=limit,
    )


def _txn_in_sight(txn_id: int, *, region_code: int, year: int) -> tuple[PostedTxn, list[TxnEntry]]:
    """The posting and those of its entries that this reader may see, book by book.

    Foreign and missing look the same: Refusal("page.not_found").
    """
    found = None
    if region_code < 1_000_000 and 2000 <= year <= 2127 and txn_id < 2**63:
        found = find_txn(session(), txn_id, region_code=region_code, year=year)
    if found is None:
        raise Refusal("page.not_found")
    actor = current_actor()
    units = {entry.unit_id for entry in found.entries}
    in_sight = {
        unit_id for unit_id in units if may(actor, "books.read", UnitBudget(unit_id=unit_id, region_code=region_code))
    }
    if not in_sight:
        raise Refusal("page.not_found")
    entries = [entry for entry in found.entries if entry.unit_id in in_sight]
    return found, sorted(entries, key=lambda entry: (BOOKS.index(entry.book), entry.n))


def _paper(posting: AccountEntry | PostedTxn) -> str:
    return paper_behind(posting.source_type, posting.source_id, posting.causation)


def _links(references: Iterable[str]) -> dict[str, str]:
    """{reference of a paper: address of its page} for those this reader may open."""
    found = papers_in_sight(current_actor(), references)
    return {
        reference: url_for(PAPER_PAGES[reference.partition(":")[0]], number=number)
        for reference, number in found.items()
    }


def _classing() -> Classing:
    by = request.args.get("by", "function")
    return by if by in CLASSINGS else "function"  # type: ignore[return-value]


def _class_of(code: str, classes: Sequence[Executed]) -> Executed:
    chosen = next((one for one in classes if one.code == code), None)
    if chosen is None:
        raise Refusal("page.not_found")
    return chosen


def _lines(
    books: BooksInSight, by: Classing, code: str, *, limit: int, after: tuple[int, int] = (0, 0)
) -> list[Executed]:
    return execution_by_line(session(), books.scope, by=by, code=code, until=books.until, after=after, limit=limit)


def _total(rows: Sequence[Executed]) -> Executed:
    total = Executed("", "", 0, 0, 0, 0, 0, 0, 0, 0)
    for row in rows:
        names = ("lines", "appropriation_fen", "available_fen", "set_aside_fen", "under_way_fen", "paid_fen")
        total = replace(total, **{name: getattr(total, name) + getattr(row, name) for name in names})
    return total


def _named(books: BooksInSight) -> str:
    """Whose books and which days, for the name of a file."""
    whose = f"unit{books.unit.id}" if books.unit else str(books.region_code)
    line = f"-line{books.line.id}" if books.line else ""
    return f"{whose}{line}-{books.year}-{books.until:%Y%m%d}"


def _file(content: bytes, *, name: str) -> Response:
    stamp = f"{clock.local(clock.now()):%Y%m%d%H%M%S}"
    disposition = f'attachment; filename="sunmall-{name}-made{stamp}.xlsx"'
    return Response(content, content_type=XLSX, headers={"Content-Disposition": disposition})
