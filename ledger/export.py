"""The books for others: beancount text that an independent program proves again, and a table of every entry.

Each book is a commodity of its own, so beancount's ordinary rule balances each book of a txn by itself. Both formats
are read from the server in pieces: memory does not grow with the books.
"""

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from ledger.chart_of_accounts import CHART_BY_ACCOUNT, DEBIT, Account

_BATCH_ROWS = 1_000

CSV_COLUMNS = (
    "region", "year", "txn_id", "xid", "effective_on", "posted_at", "event", "source_type", "source_id", "actor",
    "memo", "causation", "reverses", "n", "line_id", "unit_id", "is_procurement", "line_code",
    "line_name", "function_code", "function_name", "economic_code", "economic_name", "project", "fund_source",
    "category_scope", "line_note", "account", "official_code", "account_name", "book", "sub",
    "amount_fen", "seq", "balance_after_fen", "seal_no", "seal_seq", "leaf",
)  # fmt: skip
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def books_of_year(session: Session | Connection, *, year: int) -> list[int]:
    """The regions that keep books in this year."""
    return list(session.execute(_REGIONS, {"year": year}).scalars())


def export_beancount(
    session: Session | Connection, *, region_code: int, year: int, unit_id: int | None = None
) -> Iterator[str]:
    """The lines (without line ends) of a beancount file: accounts, txns in order, then every stored balance.

    With a unit, every txn that touches one of its budget lines, whole, and the balances of its own accounts. Read it
    inside one REPEATABLE READ transaction when the books are in use, so that both halves agree.
    """
    facts = {"region": region_code, "year": year, "unit_id": unit_id}
    yield f'option "title" "Sunmall {region_code} {year}"'
    for row in _stream(session, _OPENED, facts):
        yield f"{year}-01-01 open {_account(row, region_code)} {_commodity(row)}"
    current = None
    for row in _stream(session, _ENTRIES, facts):
        if row.txn_id != current:
            current = row.txn_id
            yield ""
            yield f"{row.effective_on} * {_quoted(row.event)} {_quoted(f'{row.source_type}:{row.source_id}')}"
            yield f'  txn: "{row.txn_id}"'
        yield f"  {_account(row, region_code)}  {_amount(row.amount_fen)} {_commodity(row)}"
    yield ""
    # A balance directive speaks of the morning of its day.
    for row in _stream(session, _STORED, facts):
        # Without "~ 0" beancount would forgive a difference of one fen.
        yield (
            f"{year + 1}-01-01 balance {_account(row, region_code)}  {_amount(row.balance_fen)} ~ 0 {_commodity(row)}"
        )


def export_csv(
    session: Session | Connection, *, region_code: int, year: int, unit_id: int | None = None
) -> Iterator[str]:
    """One line (without its end) for each entry with all its facts, txn by txn; CSV_COLUMNS come from `csv_head`.

    Amounts are whole fen, debit positive; times are UTC. `leaf`, `seal_no` and `seal_seq` say how the txn is sealed,
    empty when it is not yet: everything a leaf is made of stands in the table (`seal_digest.content_of`), so a whole
    region's table can be proven against an anchor by itself. An empty causation, reverses, seq or balance is a missing
    one; an apostrophe before the sign of a formula is ours. With a unit only the entries on its own budget lines.
    """
    for row in _stream(session, _ALL_FACTS, {"region": region_code, "year": year, "unit_id": unit_id}):
        line = CHART_BY_ACCOUNT[Account(row.coa)]
        facts = row._asdict() | {
            "account": int(line.account),
            "official_code": line.official_code,
            "account_name": line.name_zh,
            "book": line.book,
        }
        yield _csv_line([facts[column] for column in CSV_COLUMNS])


def csv_head() -> str:
    """The first line, with the mark by which spreadsheets know UTF-8."""
    return "\ufeff" + _csv_line(list(CSV_COLUMNS))


_REGIONS = text("select distinct region from ledger.period where year = :year order by region")
# Without a unit the second condition is constant and costs nothing.
_OF_UNIT = (
    "(cast(:unit_id as bigint) is null or exists (select from ledger.entry u join ledger.budget_line l"
    " on l.region = u.region and l.year = u.year and l.id = u.line_id"
    " where u.region = e.region and u.year = e.year and u.txn_id = e.txn_id and l.unit_id = :unit_id))"
)
_OPENED = text(
    "select distinct line_id, coa, sub from ledger.entry e"
    f" where region = :region and year = :year and {_OF_UNIT} order by 1, 2, 3"
)
_ENTRIES = text(
    "select t.id as txn_id, t.effective_on, t.event, t.source_type, t.source_id, e.line_id, e.coa, e.sub, e.amount_fen"
    " from ledger.txn t join ledger.entry e on e.region = t.region and e.year = t.year and e.txn_id = t.id"
    f" where t.region = :region and t.year = :year and {_OF_UNIT} order by t.id, e.n"
)
_STORED = text(
    "select line_id, coa, sub, balance_fen from ledger.account a where region = :region and year = :year"
    " and (cast(:unit_id as bigint) is null or exists (select from ledger.budget_line l"
    " where l.region = a.region and l.year = a.year and l.id = a.line_id and l.unit_id = :unit_id)) order by 1, 2, 3"
)
_ALL_FACTS = text(
    "select t.region, t.year, t.id as txn_id, t.xid::text as xid, t.effective_on,"
    " to_char(t.posted_at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') as posted_at, t.event,"
    " t.source_type, t.source_id, t.actor, t.memo, t.causation, t.reverses, e.n, e.line_id, l.unit_id,"
    " l.is_procurement, l.code as line_code, l.name as line_name, l.function_code, l.function_name, l.economic_code,"
    " l.economic_name, l.project, l.fund_source, array_to_string(l.category_scope, ' ') as category_scope,"
    " l.note as line_note,"
    " e.coa, e.sub, e.amount_fen, e.seq, e.balance_after_fen, s.no as seal_no, s.seq as seal_seq,"
    " encode(s.leaf, 'hex') as leaf"
    " from ledger.txn t join ledger.entry e on e.region = t.region and e.year = t.year and e.txn_id = t.id"
    " left join ledger.budget_line l on l.region = e.region and l.year = e.year and l.id = e.line_id"
    " left join ledger.sealed_txn s on s.region = t.region and s.year = t.year and s.txn_id = t.id"
    " where t.region = :region and t.year = :year and (cast(:unit_id as bigint) is null or l.unit_id = :unit_id)"
    " order by t.id, e.n"
)


def _stream(session: Session | Connection, statement: Any, facts: dict[str, Any]) -> Iterator[Any]:
    yield from session.execute(statement, facts, execution_options={"yield_per": _BATCH_ROWS})


def _account(row: Any, region_code: int) -> str:
    line = CHART_BY_ACCOUNT[Account(row.coa)]
    side = "Assets" if line.normal == DEBIT else "Liabilities"
    name = "".join(word.capitalize() for word in line.account.name.split("_"))
    book = "".join(word.capitalize() for word in line.book.split("_"))
    place = f"{side}:{book}:{name}:R{region_code}:L{row.line_id}"
    return f"{place}:D-{_component(row.sub)}" if row.sub else place


def _component(sub: str) -> str:
    # beancount takes letters, digits and dashes; any other character is written as its number.
    return re.sub(r"[^A-Za-z0-9-]", lambda match: f"-x{ord(match.group()):x}-", sub)


def _commodity(row: Any) -> str:
    return f"CNY.{CHART_BY_ACCOUNT[Account(row.coa)].book.upper().replace('_', '')}"


def _amount(fen: int) -> str:
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def _quoted(words: str) -> str:
    escaped = words.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _csv_line(values: list[Any]) -> str:
    out = io.StringIO()
    # The writer puts quotes around exactly those ends of line that it writes itself.
    csv.writer(out, lineterminator="\r\n").writerow([_safe(value) for value in values])
    return out.getvalue().removesuffix("\r\n")


def _safe(value: Any) -> Any:
    """Words that a spreadsheet would take for a formula get an apostrophe in front; numbers are ours and stay."""
    return f"'{value}" if isinstance(value, str) and value.lstrip(" ").startswith(_FORMULA_STARTS) else value
