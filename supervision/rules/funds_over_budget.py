"""无预算或超预算采购: an order that its budget line cannot bear, and a line from which more went than it ever had."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis.expr.types as ir

from supervision.expressions import outcome, subject, sweep_rows
from supervision.facts import Facts
from supervision.rule import CLEAR, HIT, NOT_COMPUTABLE, UNCONFIRMED, Evidence, Parameter, Rule, Verdict, Words
from supervision.values import Values

_SWEPT = (
    Evidence("appropriation_fen", "fen", Words("批复预算", "Appropriation")),
    Evidence("used_fen", "fen", Words("已占用和已支付合计", "Reserved, committed, owed and paid")),
)
_CHECKED = (
    Evidence("budget_available_fen", "fen", Words("可用预算", "Available budget")),
    Evidence("budget_charged_fen", "fen", Words("本单占用预算", "Charged by this order")),
)


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per budget line of this year and the last ones looked at."""
    lines = facts.budget_line
    lines = lines.filter(lines.year >= lines.year.max() - values["earlier_years"])
    used = lines.reserved_fen + lines.committed_fen + lines.accrued_fen + lines.in_payment_fen + lines.paid_fen
    lines = lines.mutate(used_fen=used)
    is_over = (lines.used_fen > lines.appropriation_fen) | (lines.available_fen < 0)
    adds_up = lines.used_fen + lines.available_fen + lines.set_aside_fen == lines.appropriation_fen
    return sweep_rows(
        lines,
        subject=subject("budget_line", lines.budget_line_id),
        # A line whose parts do not add up says nothing of what went from it: that is for the book's own check.
        outcome=outcome(not_computable=~is_over & ~adds_up, hit=is_over),
        document=lines.project,
        amount_fen=lines.used_fen - lines.appropriation_fen,
        evidence=[one.name for one in _SWEPT],
    )


def check(given: Mapping[str, Any], values: Values) -> Verdict:
    """Whether all lines of the order that charge this budget line find room on it."""
    if given["has_budget_line"] is None:
        return Verdict(NOT_COMPUTABLE)
    if not given["has_budget_line"]:
        return Verdict(HIT, amount_fen=given["amount_fen"] or 0)
    available_fen, charged_fen = given["budget_available_fen"], given["budget_charged_fen"]
    if available_fen is None or charged_fen is None:
        return Verdict(NOT_COMPUTABLE)
    facts = {"budget_available_fen": available_fen, "budget_charged_fen": charged_fen}
    is_hit = charged_fen > available_fen
    return Verdict(HIT if is_hit else CLEAR, amount_fen=charged_fen - max(available_fen, 0), facts=facts)


RULE = Rule(
    id="funds.over_budget",
    version=1,
    name=Words("无预算或疑似超预算采购", "Without budget, or beyond it"),
    family="funds",
    stages=("order", "nightly"),
    severity=4,
    action="block",
    subject="budget_line",
    formula=Words(
        "下单时：没有有效的预算指标，或本单占用金额大于指标可用余额；夜间核对：指标的占用、承诺、应付、在途、已支付合计大于批复数，或可用余额为负",
        "At an order: no budget line in force, or more charged than it has available. At night: reserved, committed,"
        " owed, in payment and paid together are more than the line's appropriation, or its available money is"
        " negative",
    ),
    accepted=Words("本单金额不超过预算指标可用余额", "An order within what the budget line has available"),
    answer=Words("减少数量、改用其他指标，或先办理预算调剂",
                 "Order less, charge another line, or have the budget adjusted first"),
    source="《政府采购法》第六条：政府采购应当严格按照批准的预算执行",
    legal_basis="《政府采购法》第六条",
    parameters=(
        Parameter("earlier_years", 1, "count", Words("同时核对的以前年度数", "Earlier years looked at"),
                  highest=15, source=UNCONFIRMED),
    ),
    evidence=(*_SWEPT, *_CHECKED),
    tables=("budget_line",),
    needs=("has_budget_line", "budget_available_fen", "budget_charged_fen", "amount_fen"),
    find=find,
    check=check,
)  # fmt: skip
