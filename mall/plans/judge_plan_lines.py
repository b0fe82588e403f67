"""Whether the lines of a fund-use plan are procurement without being budgeted as such (用款计划环节监控).

Each line is classified by its category, its purpose and the economic item of its budget line. What is procurement must
be planned on a line that is budgeted for procurement and whose scope covers it; what is outside the catalogue too, from
the limit of decentralised procurement on. A line that fails is held: it is not approved with the rest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from ledger.budget_lines import BudgetLine, find_lines
from mall import clock
from mall.database import session
from mall.finance.procurement_scope import Classified, ProcurementScope, classify, procurement_scope
from mall.plans.check_fund_use_plan import PlannedMonth
from mall.plans.fund_use_plan import FundUsePlan, FundUsePlanLine, PlanLineJudgement
from mall.plans.fund_use_plan_kinds import KINDS
from mall.regions.regional_rule import RuleValue, rule

RULES = ("not_flagged", "outside_scope", "over_limit", "unclear_over_limit")
#: from how much of a hundred on a classification counts
CONFIDENCE_RULE = "plan.confidence_min"
#: from here on spending outside the catalogue has to be procured, too
LIMIT_RULE = "direct_purchase.year_limit"
#: what makes a category the line's own, and not a guess from the economic item of its budget line
_OWN_WORDS = ("category_given", "purpose_word")


@dataclass(frozen=True)
class Judgement:
    """One line's: `rule` is "" when it may pass."""

    rule: str
    category_code: str
    evidence: dict[str, Any] = field(default_factory=dict)


def judge_plan(plan: FundUsePlan) -> None:
    """Write the judgement of every line of a plan that is being submitted. Other kinds of plans are not judged: their
    money has passed with its purpose before."""
    if not KINDS[plan.kind].has_purpose:
        return
    known = find_lines(session(), {line.budget_line_id for line in plan.lines})
    judged = judge_lines(plan.lines, known=known, region_code=plan.region_code, but=plan.id)
    session().add_all(
        PlanLineJudgement(
            plan_id=plan.id,
            submission_no=plan.submission_no,
            line_no=line.line_no,
            outcome="held" if one.rule else "clear",
            rule=one.rule,
            category_code=one.category_code,
            evidence=one.evidence,
        )
        for line, one in zip(plan.lines, judged, strict=True)
    )
    session().flush()


def judge_lines(
    lines: Sequence[PlannedMonth | FundUsePlanLine],
    *,
    known: dict[int, BudgetLine],
    region_code: int,
    but: int | None = None,
) -> list[Judgement]:
    """The judgements of these lines, in their order; what earlier approved plans (but this one) spend on the same
    category of the same line counts towards the limit."""
    scope = procurement_scope()
    on = clock.today()
    confidence = rule(CONFIDENCE_RULE, region_code=region_code, on=on)
    limit = rule(LIMIT_RULE, region_code=region_code, on=on)
    said: dict[tuple[int, str, str], Classified] = {}
    for line in lines:
        key = (line.budget_line_id, line.purpose, line.category_code)
        if key not in said:
            said[key] = classify(
                economic_code=known[line.budget_line_id].economic_code,
                purpose=line.purpose,
                category_code=line.category_code,
                scope=scope,
            )
    found = [said[line.budget_line_id, line.purpose, line.category_code] for line in lines]
    sums = _earlier(known, but=but)
    for line, classified in zip(lines, found, strict=True):
        sums[line.budget_line_id, classified.category_code or ""] += max(line.amount_fen, 0)
    return [
        _judged(
            line=known[line.budget_line_id],
            classified=classified,
            year_fen=sums[line.budget_line_id, classified.category_code or ""],
            scope=scope,
            confidence=confidence,
            limit=limit,
        )
        for line, classified in zip(lines, found, strict=True)
    ]


def covers_category(line: BudgetLine, category_code: str) -> bool:
    """Whether a procurement line may buy the category: its scope is open, or one prefix lies above or below it."""
    if not line.category_scope or not category_code:
        return True
    wanted = _significant(category_code)
    return any(
        wanted.startswith(_significant(prefix)) or _significant(prefix).startswith(wanted)
        for prefix in line.category_scope
    )


def _judged(
    *,
    line: BudgetLine,
    classified: Classified,
    year_fen: int,
    scope: ProcurementScope,
    confidence: RuleValue,
    limit: RuleValue,
) -> Judgement:
    is_sure = classified.confidence >= confidence.value
    code = classified.category_code or ""
    broken = ""
    if line.is_procurement:
        if code and is_sure and _has_own_words(classified) and not covers_category(line, code):
            broken = "outside_scope"
    elif classified.in_catalogue and is_sure:
        broken = "not_flagged"
    elif year_fen >= limit.value and not (is_sure and classified.in_catalogue is False and not code):
        broken = "over_limit" if code and is_sure else "unclear_over_limit"
    evidence = {
        **classified.as_evidence(),
        "confidence_rule": confidence.as_evidence(),
        "limit": limit.as_evidence(),
        "year_fen": year_fen,
        "scope_version": scope.version,
    }
    return Judgement(rule=broken, category_code=code, evidence=evidence)


def _earlier(known: Iterable[int], *, but: int | None) -> dict[tuple[int, str], int]:
    """{(budget line, category): fen} of approved plans of these lines."""
    query = (
        select(FundUsePlanLine.budget_line_id, PlanLineJudgement.category_code, FundUsePlanLine.amount_fen)
        .join(FundUsePlan, FundUsePlan.id == FundUsePlanLine.plan_id)
        .join(
            PlanLineJudgement,
            (PlanLineJudgement.plan_id == FundUsePlan.id)
            & (PlanLineJudgement.submission_no == FundUsePlan.submission_no)
            & (PlanLineJudgement.line_no == FundUsePlanLine.line_no),
        )
        .where(
            FundUsePlanLine.budget_line_id.in_(list(known)),
            FundUsePlanLine.edition == FundUsePlan.edition,
            FundUsePlan.state == "approved",
            FundUsePlan.id != (but or 0),
            PlanLineJudgement.outcome.in_(("clear", "exempted")),
        )
    )
    sums: dict[tuple[int, str], int] = defaultdict(int)
    for line_id, category_code, amount_fen in session().execute(query):
        sums[line_id, category_code] += amount_fen
    return sums


def _has_own_words(classified: Classified) -> bool:
    return any(reason.code in _OWN_WORDS for reason in classified.why)


def _significant(code: str) -> str:
    """A category code without the noughts that fill it up: A05040000 is A0504 and all below it."""
    stripped = code.rstrip("0")
    # The divisions are two digits each after the letter.
    return stripped if len(stripped) % 2 else stripped + "0"
