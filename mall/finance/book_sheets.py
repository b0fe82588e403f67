"""The reports of the books as workbooks: the same rows and sums as their pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from flask_babel import gettext as _

from ledger.chart_of_accounts import Account
from ledger.reports import AccountPage, AccountSum, BookSum, Executed, PostedTxn, TxnEntry
from mall import clock
from mall.finance.book_files import Column, SheetRow, workbook
from mall.finance.book_words import (
    account_code,
    account_name,
    account_title_words,
    book_name,
    event_name,
    paper_name,
    side_name,
)
from mall.finance.books_in_sight import BooksInSight
from mall.people.organisation import organisation_names
from mall.regions.region import region_named


def trial_sheet(books: BooksInSight, found: Sequence[BookSum]) -> bytes:
    """Trial balance: the accounts of each book and, below them, the book's sums."""
    columns = [
        Column(_("账簿")), Column(_("科目编码"), width=12), Column(_("科目名称"), width=22),
        Column(_("期初方向"), width=10), Column(_("期初余额（元）"), "amount", 18),
        Column(_("借方发生（元）"), "amount", 18), Column(_("贷方发生（元）"), "amount", 18),
        Column(_("期末方向"), width=10), Column(_("期末余额（元）"), "amount", 18),
    ]  # fmt: skip
    rows = []
    for one in found:
        for row in one.accounts:
            names = (book_name(one.book), *_title(row.account, books.region_code, books.until))
            rows.append(SheetRow((*names, *_trial_amounts(row))))
        rows.append(SheetRow((book_name(one.book), "", _("合计"), *_trial_amounts(one)), is_sum=True))
    return workbook(name=_("科目余额表"), heading=heading_of(books), columns=columns, rows=rows)


def account_sheet(books: BooksInSight, page: AccountPage) -> bytes:
    """Ledger of one account: the opening balance, every entry with the balance after it, and the sums."""
    columns = [
        Column(_("日期"), width=12), Column(_("凭证号"), "number", 10), Column(_("单据"), width=30),
        Column(_("摘要"), width=30), Column(_("单位"), width=26), Column(_("预算指标"), width=30),
        Column(_("借方（元）"), "amount"), Column(_("贷方（元）"), "amount"),
        Column(_("方向"), width=8), Column(_("余额（元）"), "amount"),
    ]  # fmt: skip
    names = organisation_names({entry.unit_id for entry in page.entries})
    rows = [
        SheetRow((books.since.isoformat(), None, "", _("期初余额"), "", "", None, None, *_balance(page.opening_fen)))
    ]
    for entry in page.entries:
        paper = f"{paper_name(entry.source_type)} {entry.source_id}"
        line = f"{entry.line_code} {entry.line_name}"
        said = " ".join(part for part in (event_name(entry.event), entry.memo) if part)
        rows.append(
            SheetRow((
                entry.effective_on.isoformat(), entry.txn_id, paper, said, names.get(entry.unit_id, ""), line,
                *_sides(entry.amount_fen), *_balance(entry.balance_fen),
            ))
        )  # fmt: skip
    sums = (page.debit_fen, page.credit_fen, *_balance(page.closing_fen))
    rows.append(SheetRow((books.until.isoformat(), None, "", _("合计"), "", "", *sums), is_sum=True))
    title = account_title_words(page.account, region_code=books.region_code, on=books.until)
    heading = [(_("科目"), title), *heading_of(books)]
    return workbook(name=_("明细账"), heading=heading, columns=columns, rows=rows)


def txn_sheet(txn: PostedTxn, entries: Iterable[TxnEntry], *, units: dict[int, str], person: str) -> bytes:
    """One posting: its facts above, its entries in all books below."""
    columns = [
        Column(_("账簿")), Column(_("科目编码"), width=12), Column(_("科目名称"), width=22),
        Column(_("单位"), width=26), Column(_("预算指标"), width=30), Column(_("单据"), width=30),
        Column(_("借方（元）"), "amount"), Column(_("贷方（元）"), "amount"),
    ]  # fmt: skip
    shown = list(entries)
    rows = [
        SheetRow((
            book_name(entry.book), *_title(entry.account, txn.region_code, txn.effective_on),
            units.get(entry.unit_id, ""), f"{entry.line_code} {entry.line_name}", entry.document.partition(":")[2],
            *_sides(entry.amount_fen),
        ))
        for entry in shown
    ]  # fmt: skip
    debit_fen = sum(entry.amount_fen for entry in shown if entry.amount_fen > 0)
    credit_fen = -sum(entry.amount_fen for entry in shown if entry.amount_fen < 0)
    rows.append(SheetRow(("", "", _("合计"), "", "", "", debit_fen, credit_fen), is_sum=True))
    heading = [
        (_("凭证号"), str(txn.txn_id)),
        (_("地区"), region_named(txn.region_code)),
        (_("预算年度"), str(txn.year)),
        (_("日期"), txn.effective_on.isoformat()),
        (_("入账时间"), clock.local(txn.posted_at).strftime("%Y-%m-%d %H:%M:%S")),
        (_("经手人"), person),
        (_("业务"), event_name(txn.event)),
        (_("单据"), f"{paper_name(txn.source_type)} {txn.source_id}"),
        (_("摘要"), txn.memo),
        *_made(),
    ]
    return workbook(name=_("记账凭证"), heading=heading, columns=columns, rows=rows)


def execution_sheet(
    books: BooksInSight, rows: Sequence[Executed], *, total: Executed, title: str, units: dict[int, str] | None = None
) -> bytes:
    """Budget execution by class, or (with `units`) the lines of one class, and the sum of all."""
    third = Column(_("指标条数"), "number", 10) if units is None else Column(_("单位"), width=26)
    columns = [
        Column(_("编码"), width=22), Column(_("名称"), width=30), third,
        Column(_("批复（元）"), "amount"), Column(_("可用（元）"), "amount"), Column(_("冻结和收回（元）"), "amount"),
        Column(_("在办（元）"), "amount"), Column(_("已支付（元）"), "amount"), Column(_("支付进度"), "rate", 12),
    ]  # fmt: skip
    lines = [
        SheetRow((one.code, one.name, one.lines if units is None else units.get(one.unit_id, ""), *_executed(one)))
        for one in rows
    ]
    lines.append(SheetRow((_("合计"), "", total.lines if units is None else "", *_executed(total)), is_sum=True))
    heading = [(_("分类"), title), *heading_of(books, from_day=False)]
    return workbook(name=_("预算执行情况"), heading=heading, columns=columns, rows=lines)


def heading_of(books: BooksInSight, *, from_day: bool = True) -> list[tuple[str, str]]:
    """Whose books, which year and days, and when the file was made."""
    lines = [
        (_("单位"), books.unit.name if books.unit else _("%(region)s全部单位", region=region_named(books.region_code))),
        (_("预算年度"), str(books.year)),
    ]
    if books.line:
        lines.append((_("预算指标"), f"{books.line.code} {books.line.name}"))
    days = f"{books.since.isoformat()} — {books.until.isoformat()}" if from_day else books.until.isoformat()
    return [*lines, (_("日期") if from_day else _("截至日期"), days), *_made()]


def _title(account: Account, region_code: int, on: date) -> tuple[str, str]:
    return account_code(account, region_code, on), account_name(account, region_code, on)


def _made() -> list[tuple[str, str]]:
    return [(_("制表时间"), clock.local(clock.now()).strftime("%Y-%m-%d %H:%M:%S"))]


def _trial_amounts(row: AccountSum | BookSum) -> tuple[str | int, ...]:
    return (*_balance(row.opening_fen), row.debit_fen, row.credit_fen, *_balance(row.closing_fen))


def _balance(balance_fen: int) -> tuple[str, int]:
    return side_name(balance_fen), abs(balance_fen)


def _sides(amount_fen: int) -> tuple[int | None, int | None]:
    return (amount_fen, None) if amount_fen > 0 else (None, -amount_fen)


def _executed(one: Executed) -> tuple[int, ...]:
    return (
        one.appropriation_fen, one.available_fen, one.set_aside_fen, one.under_way_fen, one.paid_fen, one.paid_bp,
    )  # fmt: skip
