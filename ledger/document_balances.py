"""What stands in some accounts for many documents at once; for checks that hold other records against the books."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from ledger.chart_of_accounts import Account


def document_balances(
    session: Session | Connection, line_ids: Iterable[int], *, region_code: int, year: int, accounts: Iterable[Account]
) -> dict[tuple[str, Account], int]:
    """{(document, account): fen} over these budget lines, positive on the account's own side, zeros left out.

    Only of accounts that are kept per document and guarded: the others store no balance.
    """
    facts = {"region": region_code, "year": year, "line_ids": sorted(set(line_ids))}
    rows = session.execute(_BALANCES, {**facts, "accounts": [int(account) for account in accounts]})
    return {(row.document, Account(row.coa)): row.balance_fen for row in rows}


_BALANCES = text(
    "select sub as document, coa, sum(balance_fen * normal)::bigint as balance_fen from ledger.account"
    " where region = :region and year = :year and line_id = any(cast(:line_ids as bigint[]))"
    " and coa = any(cast(:accounts as smallint[])) and sub <> ''"
    " group by sub, coa having sum(balance_fen * normal) <> 0"
)
