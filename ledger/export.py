"""The books as beancount text, so that an independent program can prove every txn and every balance again.

Each book is a commodity of its own, so beancount's ordinary rule balances each book of a txn by itself.
"""

import re
from collections.abc import Iterator

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from ledger.chart_of_accounts import CHART_BY_ACCOUNT, DEBIT, Account

_BATCH_ROWS = 5_000


def export_beancount(session: Session | Connection, *, region_code: int, year: int) -> Iterator[str]:
    """The lines (without line ends) of a beancount file: accounts, txns in order, then every stored balance.

    Read it inside one REPEATABLE READ transaction when the books are in use, so that both halves agree.
    """
    facts = {"region": region_code, "year": year}
    yield f'option "title" "Sunmall {region_code} {year}"'
    for row in _stream(session, _OPENED, facts):
        yield f"{year}-01-01 open {_account(row)} {_commodity(row)}"
    current = None
    for row in _stream(session, _ENTRIES, facts):
        if row.txn_id != current:
            current = row.txn_id
            yield ""
            yield f"{row.effective_on} * {_quoted(row.event)} {_quoted(f'{row.source_type}:{row.source_id}')}"
            yield f'  txn: "{row.txn_id}"'
        yield f"  {_account(row)}  {_amount(row.amount_fen)} {_commodity(row)}"
    yield ""
    # A balance directive speaks of the morning of its day.
    for row in _stream(session, _STORED, facts):
        # Without "~ 0" beancount would forgive a difference of one fen.
        yield f"{year + 1}-01-01 balance {_account(row)}  {_amount(row.balance_fen)} ~ 0 {_commodity(row)}"


_OPENED = text(
    "select distinct line_id, coa, sub from ledger.entry where region = :region and year = :year order by 1, 2, 3"
)
_ENTRIES = text(
    "select t.id as txn_id, t.effective_on, t.event, t.source_type, t.source_id, e.line_id, e.coa, e.sub, e.amount_fen"
    " from ledger.txn t join ledger.entry e on e.region = t.region and e.year = t.year and e.txn_id = t.id"
    " where t.region = :region and t.year = :year order by t.effective_on, t.id, e.n"
)
_STORED = text(
    "select line_id, coa, sub, balance_fen from ledger.account where region = :region and year = :year order by 1, 2, 3"
)


def _stream(session: Session | Connection, statement, facts: dict) -> Iterator:
    yield from session.execute(statement, facts, execution_options={"yield_per": _BATCH_ROWS})


def _account(row) -> str:
    line = CHART_BY_ACCOUNT[Account(row.coa)]
    side = "Assets" if line.normal == DEBIT else "Liabilities"
    name = "".join(word.capitalize() for word in line.account.name.split("_"))
    place = f"{side}:{line.book.capitalize()}:{name}:L{row.line_id}"
    return f"{place}:D-{_component(row.sub)}" if row.sub else place


def _component(sub: str) -> str:
    # beancount takes letters, digits and dashes; any other character is written as its number.
    return re.sub(r"[^A-Za-z0-9-]", lambda match: f"-x{ord(match.group()):x}-", sub)


def _commodity(row) -> str:
    return f"CNY.{CHART_BY_ACCOUNT[Account(row.coa)].book.upper()}"


def _amount(fen: int) -> str:
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def _quoted(words: str) -> str:
    escaped = words.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
