"""The proposal for a worksheet: what may become of each open commitment, and what should if nobody says otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from ledger.budget_lines import BudgetLine, find_lines
from mall import clock
from mall.database import session
from mall.regions.regional_rule import rule
from mall.year_end.commitments import Commitment

Key = tuple[int, str, str]

#: kinds of fund source and the words by which a line's source is known; the rest is "other"
_SOURCES: dict[str, tuple[str, ...]] = {
    "real_account": ("实有资金", "自有资金", "单位资金", "事业收入", "经营收入"),
    "special": ("专项", "政府性基金", "项目资金"),
    "fiscal": ("一般公共预算", "财政拨款", "财政"),
}


def source_kind(fund_source: str) -> str:
    """ "fiscal", "special", "real_account" or "other": what the rules of carrying free money ask for."""
    found = (kind for kind, words in _SOURCES.items() if any(word in fund_source for word in words))
    return next(found, "other")


def may_carry_free(line: BudgetLine, *, on: date) -> bool:
    """Whether free money of the line may be used next year too, by its region's rule for its source."""
    code = f"year_end.carry_free_{source_kind(line.fund_source)}"
    return rule(code, region_code=line.region_code, on=on).value > 0


def allowed_treatments(standing: str, line: BudgetLine, *, on: date) -> tuple[str, ...]:
    """What may become of money or goods that stand so; the first is what is proposed."""
    match standing:
        case "reserved" | "committed":
            return "carry", "lapse"
        case "accrued":
            # While the year lasts what is owed can still be paid in it.
            return ("pay", "carry") if on.year == line.year else ("carry", "pay")
        case "in_payment":
            return ("pay",)
        case "accepted_assets" | "refunds_due":
            return ("carry",)
        case "available":
            return ("carry", "lapse") if may_carry_free(line, on=date(line.year, 12, 31)) else ("lapse",)
        case _:
            return ("lapse",)


def proposed_rows(commitments: list[Commitment], *, chosen: Mapping[Key, str]) -> list[tuple[Commitment, str]]:
    """Each commitment with its treatment: what was `chosen` before where that is still allowed, else the proposal."""
    lines = find_lines(session(), {one.line_id for one in commitments})
    today = clock.today()
    rows = []
    for one in commitments:
        allowed = allowed_treatments(one.standing, lines[one.line_id], on=today)
        wanted = chosen.get(one.key, "")
        rows.append((one, wanted if wanted in allowed else allowed[0]))
    return rows
