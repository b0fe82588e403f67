"""品目与预算不符: an order line buys what none of the budget lines of its budget item may be spent on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis.expr.types as ir

from supervision.categories import branch, is_within_branches, lies_below
from supervision.expressions import left_join, literal, outcome, subject, sweep_rows
from supervision.facts import Facts
from supervision.placed_orders import recently_placed
from supervision.rule import CLEAR, HIT, NOT_COMPUTABLE, UNCONFIRMED, Evidence, Parameter, Rule, Verdict, Words
from supervision.values import Values

_EVIDENCE = (Evidence("project", "text", Words("预算项目", "Budget item")),)
_CHECKED = (Evidence("budget_categories", "text", Words("预算品目", "Categories of the budget")),)
_ITEM = ("unit_id", "year", "project")


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per order line that charges a budget line."""
    lines = recently_placed(facts, facts.order_line, days=values["look_back_days"])
    lines = lines.filter(lines.budget_line_id > 0)
    budgets = facts.budget_line
    scope = facts.budget_scope
    known = budgets.select(*_ITEM).distinct().mutate(is_known=literal(1))
    # A budget line without any scope may buy everything, and so may its whole item.
    scoped = scope.select("budget_line_id").distinct().mutate(is_scoped=literal(1))
    free = left_join(budgets, scoped, ("budget_line_id",))
    free = free.filter(free.is_scoped == 0).select(*_ITEM).distinct().mutate(is_free=literal(1))
    judged = left_join(left_join(lines, known, _ITEM), free, _ITEM)
    granted = scope.select(*_ITEM, category_code=branch(scope.category_code))
    judged = lies_below(judged, granted, by=_ITEM, name="is_granted")
    return sweep_rows(
        judged,
        subject=subject("order_line", judged.line_id),
        outcome=outcome(
            not_applicable=judged.is_free > 0,
            not_computable=(judged.is_known == 0) | (judged.category_code == ""),
            hit=judged.is_granted == 0,
        ),
        document=judged.number,
        day=judged.submitted_day,
        evidence=[one.name for one in _EVIDENCE],
    )


def check(given: Mapping[str, Any], values: Values) -> Verdict:
    """Whether the line's category lies in a branch that its budget item may be spent on."""
    category_code, granted = given["category_code"], given["budget_categories"]
    if not category_code or granted is None:
        return Verdict(NOT_COMPUTABLE)
    facts = {"budget_categories": " ".join(granted)}
    is_hit = bool(granted) and not is_within_branches(category_code, granted)
    return Verdict(HIT if is_hit else CLEAR, amount_fen=given["amount_fen"] or 0, facts=facts)


RULE = Rule(
    id="funds.category_outside_line",
    version=1,
    name=Words("采购品目与预算疑似不符", "Category outside the budget"),
    family="funds",
    stages=("order", "nightly"),
    severity=2,
    action="hold",
    subject="order_line",
    formula=Words(
        "订单品目不在该预算项目任何一条指标的品目范围内（按前五位比较，计算机及网络设备按前七位）",
        "The category of an order line lies in no branch that the budget lines of its item may be spent on (first five"
        " letters; seven for computers and networks)",
    ),
    accepted=Words("预算品目范围内的商品", "Goods of the budget's categories"),
    answer=Words("改用相应品目的预算指标，或办理预算调剂，或更正品目",
                 "Charge a line of that category, have the budget adjusted, or correct the category"),
    source="《政府采购法》第六条；《政府采购品目分类目录》（财库〔2022〕31号）",
    legal_basis="《政府采购法》第六条",
    parameters=(
        Parameter("look_back_days", 365, "days", Words("回看天数", "Days looked back"), source=UNCONFIRMED),
    ),
    evidence=(*_EVIDENCE, *_CHECKED),
    exclusions=(Words("预算项目未限定品目的", "A budget item that is not tied to categories"),
                Words("已取消的订单", "Cancelled orders")),
    tables=("order_line", "budget_line", "budget_scope"),
    needs=("category_code", "budget_categories", "amount_fen"),
    find=find,
    check=check,
)  # fmt: skip
