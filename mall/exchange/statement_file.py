"""Statements of the treasury and of the budget system: their formats, and the files as they came.

    TREASURY-STATEMENT,1,<number>,<region>,<first day>,<last day>,<rows>,<opening fen>,<closing fen>
    PAID,<day>,<payment number>,<reference>,<fen>
    RETURNED,<day>,<payment number>,<reference>,<fen>
    SHA256,<hash of everything before this line>

    BUDGET-STATEMENT,1,<number>,<region>,<day>,<year>,<rows>,<sum of appropriations, fen>
    LINE,<line code>,<name>,<appropriation fen>,<available fen>
    SHA256,<hash of everything before this line>

Opening and closing are what the treasury has paid for the region since New Year, less what came back.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import CheckConstraint, Identity, Index, select
from sqlalchemy.orm import Mapped, mapped_column

from mall.database import Base, Instant, session
from mall.errors import Refusal
from mall.exchange.return_file import TEXT_MAX, checked_body, is_number

TREASURY_HEAD, BUDGET_HEAD = "TREASURY-STATEMENT", "BUDGET-STATEMENT"
PAID, RETURNED, LINE = "PAID", "RETURNED", "LINE"


class StatementFile(Base):
    """One statement as it came; append-only. The same bytes a second time change nothing."""

    __tablename__ = "statement_file"
    __table_args__ = (
        CheckConstraint("kind in ('treasury', 'budget')", name="kind"),
        CheckConstraint("came_by in ('file', 'api', 'page')", name="came_by"),
        CheckConstraint("first_on <= last_on", name="days"),
        Index("ix_statement_file_region", "region_code", "year", "kind", "id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    kind: Mapped[str]
    region_code: Mapped[int]
    year: Mapped[int]
    number: Mapped[str]
    first_on: Mapped[date]
    last_on: Mapped[date]
    opening_fen: Mapped[int]
    closing_fen: Mapped[int]
    row_count: Mapped[int]
    file_name: Mapped[str]
    sha256: Mapped[str] = mapped_column(unique=True)
    content: Mapped[str]
    came_by: Mapped[str]
    key_id: Mapped[str]
    at: Mapped[datetime] = mapped_column(Instant)


@dataclass(frozen=True)
class StatedPayment:
    """One row of the treasury's statement; `result` is PAID or RETURNED."""

    result: str
    on: date
    payment_number: str
    reference: str
    amount_fen: int


@dataclass(frozen=True)
class StatedLine:
    """One row of the budget system's statement."""

    code: str
    name: str
    appropriation_fen: int
    available_fen: int


@dataclass(frozen=True)
class Statement:
    """A statement that was read: whose, of which days, with its rows. For the budget system both days are one, and
    `closing_fen` is the sum of the appropriations."""

    kind: str
    number: str
    region_code: int
    year: int
    first_on: date
    last_on: date
    opening_fen: int
    closing_fen: int
    payments: tuple[StatedPayment, ...] = ()
    lines: tuple[StatedLine, ...] = ()

    @property
    def row_count(self) -> int:
        return len(self.payments) + len(self.lines)


def read_statement(file_name: str, content: bytes) -> Statement:
    """Read either statement, told apart by its head; it is refused whole where anything does not add up.

    Raises Refusal("treasury.bad_file"): `why` is encoding, hash, head, count, line N or total.
    """
    rows = list(csv.reader(io.StringIO(checked_body(file_name, content))))
    head = rows[0] if rows else []
    try:
        if head[:2] == [TREASURY_HEAD, "1"]:
            found = _treasury_statement(head, [_payment(row, number) for number, row in enumerate(rows[1:], start=2)])
        elif head[:2] == [BUDGET_HEAD, "1"]:
            found = _budget_statement(head, [_budget_line(row, number) for number, row in enumerate(rows[1:], start=2)])
        else:
            raise _Fault("head")
    except _Fault as fault:
        raise Refusal("treasury.bad_file", file=file_name, why=str(fault)) from fault
    return found


def statements_of(*, kind: str, region_code: int, year: int) -> list[StatementFile]:
    """The statements of a region and year, oldest first."""
    query = select(StatementFile).where(
        StatementFile.kind == kind, StatementFile.region_code == region_code, StatementFile.year == year
    )
    return list(session().scalars(query.order_by(StatementFile.last_on, StatementFile.id)))


class _Fault(ValueError):
    """What is wrong with a file, in one word."""


def _treasury_statement(head: list[str], rows: list[StatedPayment]) -> Statement:
    if len(head) != 9 or not head[2] or len(head[2]) > TEXT_MAX or not all(is_number(text) for text in head[6:9]):
        raise _Fault("head")
    first_on, last_on = _day(head[4], "head"), _day(head[5], "head")
    if first_on > last_on or first_on.year != last_on.year:
        raise _Fault("head")
    if len(rows) != int(head[6]):
        raise _Fault("count")
    for number, row in enumerate(rows, start=2):
        if not first_on <= row.on <= last_on:
            raise _Fault(f"line {number}")
    net_fen = sum(row.amount_fen if row.result == PAID else -row.amount_fen for row in rows)
    opening_fen, closing_fen = int(head[7]), int(head[8])
    if opening_fen + net_fen != closing_fen:
        raise _Fault("total")
    return Statement(
        "treasury", head[2], _region(head[3]), first_on.year, first_on, last_on, opening_fen, closing_fen,
        payments=tuple(rows),
    )  # fmt: skip


def _budget_statement(head: list[str], rows: list[StatedLine]) -> Statement:
    if len(head) != 8 or not head[2] or len(head[2]) > TEXT_MAX or not all(is_number(text) for text in head[5:8]):
        raise _Fault("head")
    on, year = _day(head[4], "head"), int(head[5])
    if not 2000 <= year <= 2127:
        raise _Fault("head")
    if len(rows) != int(head[6]):
        raise _Fault("count")
    if len({row.code for row in rows}) != len(rows):
        raise _Fault("line twice")
    if sum(row.appropriation_fen for row in rows) != int(head[7]):
        raise _Fault("total")
    return Statement("budget", head[2], _region(head[3]), year, on, on, 0, int(head[7]), lines=tuple(rows))


def _payment(row: list[str], number: int) -> StatedPayment:
    is_whole = len(row) == 5 and row[0] in (PAID, RETURNED) and is_number(row[4])
    if not is_whole or not row[2] or not row[3] or max(len(row[2]), len(row[3])) > TEXT_MAX:
        raise _Fault(f"line {number}")
    return StatedPayment(row[0], _day(row[1], f"line {number}"), row[2], row[3], int(row[4]))


def _budget_line(row: list[str], number: int) -> StatedLine:
    is_whole = len(row) == 5 and row[0] == LINE and is_number(row[3]) and is_number(row[4])
    if not is_whole or not row[1] or max(len(row[1]), len(row[2])) > TEXT_MAX:
        raise _Fault(f"line {number}")
    return StatedLine(row[1], row[2], int(row[3]), int(row[4]))


def _region(text: str) -> int:
    if not is_number(text) or len(text) != 6:
        raise _Fault("head")
    return int(text)


def _day(text: str, where: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise _Fault(where) from None
    if len(text) != 10 or not 2000 <= day.year <= 2127:
        raise _Fault(where)
    return day
