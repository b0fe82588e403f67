"""What must hold for the lines of a budget document: whose they are, how they sum up, whether the money is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.budget_lines import BudgetLine, LineBalance, balances, find_lines
from ledger.chart_of_accounts import CHART_BY_ACCOUNT, Account
from mall.database import session
from mall.errors import Refusal
from mall.finance.budget_document import BudgetDocument
from mall.finance.budget_document_kinds import KINDS
from mall.people.organisation import Organisation

LINES_MAX = 200
AMOUNT_FEN_MAX = 10**14


@dataclass(frozen=True)
class AmountOnLine:
    """An amount on a budget line, in fen; negative where the kind takes money from a line."""

    budget_line_id: int
    amount_fen: int


def check_lines(lines: Sequence[AmountOnLine], *, kind: str, unit: Organisation, year: int) -> dict[int, BudgetLine]:
    """The budget lines behind the amounts, by id.

    Raises Refusal "budget.no_lines", "budget.line_twice", "budget.unknown_line",
    "budget.bad_amount", "budget.transfer_does_not_balance".
    """
    if not lines or len(lines) > LINES_MAX:
        raise Refusal("budget.no_lines", most=LINES_MAX)
    known = find_lines(session(), [line.budget_line_id for line in lines])
    seen: set[int] = set()
    for line in lines:
        found = known.get(line.budget_line_id)
        # Foreign and missing look the same.
        if found is None or found.unit_id != unit.id or found.year != year:
            raise Refusal("budget.unknown_line", budget_line_id=line.budget_line_id)
        if found.id in seen:
            raise Refusal("budget.line_twice", budget_line=found.name)
        seen.add(found.id)
        too_small = line.amount_fen == 0 or (line.amount_fen < 0 and not KINDS[kind].is_signed)
        if too_small or abs(line.amount_fen) > AMOUNT_FEN_MAX:
            raise Refusal("budget.bad_amount", budget_line=found.name, amount_fen=line.amount_fen)
    if kind == "transfer" and (len(lines) < 2 or sum(line.amount_fen for line in lines)):
        taken_fen = -sum(line.amount_fen for line in lines if line.amount_fen < 0)
        given_fen = sum(line.amount_fen for line in lines if line.amount_fen > 0)
        raise Refusal("budget.transfer_does_not_balance", taken_fen=taken_fen, given_fen=given_fen)
    return known


def turnover_fen(amounts: Sequence[int], *, kind: str) -> int:
    """What a document is about, in fen: of a transfer the money that moves, else all amounts without their signs."""
    if kind == "transfer":
        return sum(amount_fen for amount_fen in amounts if amount_fen > 0)
    return sum(abs(amount_fen) for amount_fen in amounts)


def require_enough(document: BudgetDocument) -> None:
    """Refuse, in words about its line, what the books would refuse; they have the last word all the same.

    Raises Refusal("budget.not_enough").
    """
    kind = KINDS[document.kind]
    ids = [line.budget_line_id for line in document.lines if line.budget_line_id is not None]
    known, stand = find_lines(session(), ids), balances(session(), ids)
    for line in document.lines:
        if line.budget_line_id is None:
            continue
        balance = stand[line.budget_line_id]
        for account, factor in ((Account.AVAILABLE, kind.available), (Account.FROZEN, kind.frozen)):
            change_fen, there_fen = factor * line.amount_fen, _standing(balance, account)
            if there_fen + change_fen < 0:
                raise Refusal(
                    "budget.not_enough",
                    budget_line=known[line.budget_line_id].name,
                    line_code=known[line.budget_line_id].code,
                    account_zh=CHART_BY_ACCOUNT[account].name_zh,
                    account_en=CHART_BY_ACCOUNT[account].name_en,
                    requested_fen=-change_fen,
                    available_fen=there_fen,
                )


def _standing(balance: LineBalance, account: Account) -> int:
    return balance.available_fen if account is Account.AVAILABLE else balance.frozen_fen
