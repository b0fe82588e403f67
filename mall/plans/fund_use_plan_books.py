"""What the approval of a fund-use plan posts: one ledger transaction for all months of all its lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ledger import movements
from ledger.cash_plan import months_from_text
from ledger.posting import Entry
from mall.documents.advance import Posting

if TYPE_CHECKING:
    from mall.plans.fund_use_plan import FundUsePlan


def post_fund_use_plan(plan: FundUsePlan, facts: dict[str, Any]) -> list[Posting]:
    """Approved: not yet planned / planned in the month, and back; of a change only the months move.

    `facts["months"]`: {line id as text: {month as text: fen}} of the lines that are approved, negative where a month
    gives money up.
    """
    return [
        Posting(
            region_code=plan.region_code,
            year=plan.year,
            source_type="fund_use_plan",
            source_id=plan.number,
            event=plan.kind,
            entries=_entries(months_from_text(facts["months"])),
            memo=plan.reason[:200],
            causation=plan.reference,
        )
    ]


def _entries(months: dict[int, dict[int, int]]) -> list[Entry]:
    given = _part(months, sign=1)
    taken = _part(months, sign=-1)
    return [*movements.withdraw_plan(taken), *movements.plan_months(given)]


def _part(months: dict[int, dict[int, int]], *, sign: int) -> dict[int, dict[int, int]]:
    """The months that gain (or lose) something, as positive amounts, without lines that have none."""
    found = {
        line_id: {month: sign * amount_fen for month, amount_fen in sorted(by_month.items()) if sign * amount_fen > 0}
        for line_id, by_month in sorted(months.items())
    }
    return {line_id: by_month for line_id, by_month in found.items() if by_month}
