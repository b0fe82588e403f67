"""超价格标准: office equipment above the price ceiling of the asset standard, as it stood on the day of the order.

The boundary is that of `mall.ordering.order_checks`: a piece may cost exactly the ceiling.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis.expr.types as ir

from supervision.approvals import with_approval
from supervision.expressions import outcome, subject, sweep_rows
from supervision.facts import Facts
from supervision.placed_orders import recently_placed
from supervision.rule import CLEAR, HIT, NOT_APPLICABLE, NOT_COMPUTABLE, Evidence, Parameter, Rule, Verdict, Words
from supervision.values import Values

_EVIDENCE = (
    Evidence("price_fen", "fen", Words("单价", "Price")),
    Evidence("asset_ceiling_fen", "fen", Words("价格上限", "Price ceiling")),
    Evidence("quantity", "count", Words("数量", "Pieces")),
)


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per order line of an asset, or of a category with a ceiling."""
    lines = recently_placed(facts, facts.order_line, days=values["window_days"])
    lines = lines.filter((lines.asset_ceiling_fen > 0) | (lines.is_asset == 1))
    lines = with_approval(facts, lines, kind="over_standard", key="line_id", day="submitted_day")
    return sweep_rows(
        lines,
        subject=subject("line", lines.line_id),
        outcome=outcome(
            not_applicable=lines.is_approved > 0,
            not_computable=(lines.asset_ceiling_fen <= 0) | (lines.price_fen <= 0),
            hit=lines.price_fen > lines.asset_ceiling_fen,
        ),
        document=lines.number,
        day=lines.submitted_day,
        amount_fen=(lines.price_fen - lines.asset_ceiling_fen) * lines.quantity,
        evidence=[one.name for one in _EVIDENCE],
    )


def check(given: Mapping[str, Any], values: Values) -> Verdict:
    """Whether a piece costs more than the ceiling of its category."""
    price_fen, ceiling_fen, pieces = given["price_fen"], given["asset_ceiling_fen"], given["quantity"]
    if None in (price_fen, ceiling_fen, pieces) or ceiling_fen <= 0:
        return Verdict(NOT_COMPUTABLE)
    if given["over_standard_is_approved"]:
        return Verdict(NOT_APPLICABLE)
    facts = {"price_fen": price_fen, "asset_ceiling_fen": ceiling_fen, "quantity": pieces}
    if price_fen <= ceiling_fen:
        return Verdict(CLEAR, facts=facts)
    return Verdict(HIT, amount_fen=(price_fen - ceiling_fen) * pieces, facts=facts)


RULE = Rule(
    id="standards.price_ceiling",
    version=1,
    name=Words("疑似超资产配置价格标准", "Suspected price above the asset standard"),
    family="standards",
    stages=("order", "nightly"),
    severity=4,
    action="block",
    subject="order",
    formula=Words(
        "单价高于下单当日有效的办公设备家具配置标准规定的价格上限",
        "A piece costs more than the price ceiling of the office equipment standard in force on the day of the order",
    ),
    accepted=Words("单价不高于价格上限，或有超标准配置批准", "No more than the ceiling, or an approval"),
    answer=Words("改选标准以内的商品，或取得超标准配置批准", "Choose goods within the standard, or have it approved"),
    source="财资〔2016〕27号《中央行政单位通用办公设备家具配置标准》；河南省2023年版标准的数值待确认",
    legal_basis="财资〔2016〕27号《中央行政单位通用办公设备家具配置标准》；河南省2023年版标准的数值待确认",
    parameters=(
        Parameter("window_days", 366, "days", Words("回看天数", "Days looked back on"),
                  lowest=30, highest=1100, source="本系统设定，待确认"),
    ),
    evidence=_EVIDENCE,
    exclusions=(Words("经批准超标准配置的", "What an approval above the standard covers"),
                Words("已取消的订单", "Cancelled orders")),
    tables=("order_line", "approval"),
    needs=("price_fen", "asset_ceiling_fen", "quantity", "over_standard_is_approved"),
    find=find,
    check=check,
)  # fmt: skip
