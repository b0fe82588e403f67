"""进口未核准: imported goods without an approval for the unit, the category and the number of pieces."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis.expr.types as ir

from supervision.approvals import with_approval
from supervision.expressions import outcome, subject, sweep_rows
from supervision.facts import Facts
from supervision.rule import CLEAR, HIT, NOT_APPLICABLE, NOT_COMPUTABLE, Evidence, Parameter, Rule, Verdict, Words
from supervision.values import Values

_EVIDENCE = (Evidence("quantity", "count", Words("进口商品数量", "Imported pieces")),)


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per order line of imported goods. Approvals are used up in the order of the days."""
    lines = facts.order_line
    lines = lines.filter((lines.is_import == 1) & (lines.cancelled_day == 0) & (lines.submitted_day <= facts.on_day))
    lines = lines.filter(lines.submitted_day > 0)
    lines = with_approval(facts, lines, kind="import", key="line_id", day="submitted_day", quantity="quantity")
    lines = lines.filter(lines.submitted_day > facts.on_day - values["window_days"])
    return sweep_rows(
        lines,
        subject=subject("line", lines.line_id),
        outcome=outcome(not_computable=lines.category_code == "", hit=lines.is_approved == 0),
        document=lines.number,
        day=lines.submitted_day,
        evidence=[one.name for one in _EVIDENCE],
    )


def check(given: Mapping[str, Any], values: Values) -> Verdict:
    """Whether imported goods are ordered without an approval that covers them."""
    if given["is_import"] is None or given["amount_fen"] is None:
        return Verdict(NOT_COMPUTABLE)
    if not given["is_import"]:
        return Verdict(NOT_APPLICABLE)
    if given["import_is_approved"] is None:
        return Verdict(NOT_COMPUTABLE)
    facts = {"quantity": given["quantity"]}
    if given["import_is_approved"]:
        return Verdict(CLEAR, facts=facts)
    return Verdict(HIT, amount_fen=given["amount_fen"], facts=facts)


RULE = Rule(
    id="standards.import_without_approval",
    version=1,
    name=Words("疑似未经核准采购进口产品", "Suspected import without approval"),
    family="standards",
    stages=("order", "nightly"),
    severity=4,
    action="block",
    subject="order",
    formula=Words(
        "采购进口产品，而下单当日没有覆盖该单位、品目的有效核准，或累计数量超过核准数量",
        "Imported goods are ordered without an approval in force on that day for the unit and category, or for more"
        " pieces than it allows",
    ),
    accepted=Words("本国产品，或核准数量以内的进口产品", "Domestic goods, or imports within an approval"),
    answer=Words("改选本国产品，或附进口产品核准文件", "Choose domestic goods, or give the approval"),
    source="《政府采购法》第十条；《政府采购进口产品管理办法》（财库〔2007〕119号）",
    legal_basis="《政府采购法》第十条；《政府采购进口产品管理办法》（财库〔2007〕119号）",
    parameters=(
        Parameter("window_days", 366, "days", Words("回看天数", "Days looked back on"),
                  lowest=30, highest=1100, source="本系统设定，待确认"),
    ),
    evidence=_EVIDENCE,
    exclusions=(Words("本国产品", "Domestic goods"), Words("已取消的订单", "Cancelled orders")),
    tables=("order_line", "approval"),
    needs=("is_import", "import_is_approved", "quantity", "amount_fen"),
    find=find,
    check=check,
)  # fmt: skip
