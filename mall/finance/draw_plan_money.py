"""Which months of the fund-use plans a payment draws on: approved ones, none after today's, the oldest first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy import text

from ledger import cash_plan
from ledger.budget_lines import find_lines
from mall.database import session
from mall.errors import Refusal

_QUEUE = text("select pg_advisory_xact_lock(hashtext('cash_plan'), :line_id)")


def draw_plan_money(amounts: Mapping[int, int], *, on: date) -> dict[int, dict[int, int]]:
    """{line_id: {month: fen}} that cover `{line_id: fen}` for a payment of this day, inside the caller's transaction.

    Raises Refusal("plan.not_enough") with what is missing on which line.
    """
    queue_for(amounts)
    stand = cash_plan.plan_balances(session(), amounts)
    drawn: dict[int, dict[int, int]] = {}
    for line_id, amount_fen in amounts.items():
        drawn[line_id] = cash_plan.draw(stand[line_id], amount_fen, until_month=on.month)
        missing_fen = amount_fen - sum(drawn[line_id].values())
        if missing_fen:
            line = find_lines(session(), [line_id])[line_id]
            raise Refusal(
                "plan.not_enough",
                budget_line=line.name,
                line_code=line.code,
                month=on.month,
                amount_fen=amount_fen,
                planned_fen=stand[line_id].due_fen(on.month),
                missing_fen=missing_fen,
            )
    return drawn


def queue_for(line_ids: Iterable[int]) -> None:
    """One payment of a line after the other, so that the second sees what the first has left of which month."""
    for line_id in sorted(line_ids):
        session().execute(_QUEUE, {"line_id": line_id % 2**31})
