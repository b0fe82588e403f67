"""What a budget document does to each of its lines: as it was posted, or as it would be if it were approved now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.budget_lines import LineBalance, balances, find_lines, moved_by
from ledger.chart_of_accounts import Account
from mall.database import session
from mall.finance.budget_document import BudgetDocument, BudgetDocumentLine
from mall.finance.budget_document_kinds import KINDS

ACCOUNTS = (Account.APPROPRIATION, Account.AVAILABLE, Account.FROZEN)


@dataclass(frozen=True)
class BudgetEffect:
    """One line of the document with the money before and after it, in fen, by the account's name.

    Accounts that the document leaves alone are absent from both.
    """

    line_no: int
    unit_id: int
    budget_line_id: int | None
    code: str
    name: str
    amount_fen: int
    before: dict[str, int]
    after: dict[str, int]

    @property
    def is_possible(self) -> bool:
        """Whether no account would fall below nothing."""
        return all(amount_fen >= 0 for amount_fen in self.after.values())


def effects_of(document: BudgetDocument, lines: Sequence[BudgetDocumentLine]) -> list[BudgetEffect]:
    """The effects of these lines of the document, in its order."""
    known = find_lines(session(), [line.budget_line_id for line in lines if line.budget_line_id is not None])
    posted = _posted(document) if document.state == "approved" else {}
    stand = balances(session(), list(known)) if known and document.state != "approved" else {}
    found = []
    for line in lines:
        budget_line = known.get(line.budget_line_id or 0)
        about = {"code": budget_line.code, "name": budget_line.name} if budget_line is not None else line.new_line or {}
        if document.state == "approved":
            before, after = posted.get(line.budget_line_id or 0, ({}, {}))
        else:
            before, after = _expected(document, line, stand.get(line.budget_line_id or 0) or LineBalance(0))
        found.append(
            BudgetEffect(
                line_no=line.line_no,
                unit_id=line.unit_id,
                budget_line_id=line.budget_line_id,
                code=str(about.get("code", "")),
                name=str(about.get("name", "")),
                amount_fen=line.amount_fen,
                before=before,
                after=after,
            )
        )
    return found


def _posted(document: BudgetDocument) -> dict[int, tuple[dict[str, int], dict[str, int]]]:
    """{line: (before, after)} as the books have it."""
    found: dict[int, tuple[dict[str, int], dict[str, int]]] = {}
    for one in moved_by(
        session(),
        region_code=document.region_code,
        year=document.year,
        source_type="budget_document",
        source_id=document.number,
    ):
        before, after = found.setdefault(one.line_id, ({}, {}))
        before[one.account.name.lower()] = one.before_fen
        after[one.account.name.lower()] = one.after_fen
    return found


def _expected(
    document: BudgetDocument, line: BudgetDocumentLine, balance: LineBalance
) -> tuple[dict[str, int], dict[str, int]]:
    kind = KINDS[document.kind]
    factors = {"appropriation": kind.appropriation, "available": kind.available, "frozen": kind.frozen}
    before = {name: getattr(balance, f"{name}_fen") for name, factor in factors.items() if factor}
    after = {name: amount_fen + factors[name] * line.amount_fen for name, amount_fen in before.items()}
    return before, after
