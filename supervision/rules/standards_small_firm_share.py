"""中小企业份额: a unit buys fewer of its goods from small and medium firms than it should. For information."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis
import ibis.expr.types as ir

from supervision.expressions import left_join, literal, number, outcome, subject, sweep_rows, whole
from supervision.facts import Facts
from supervision.placed_orders import recently_placed
from supervision.rule import CLEAR, HIT, NOT_APPLICABLE, NOT_COMPUTABLE, Evidence, Parameter, Rule, Verdict, Words
from supervision.values import Values

_EVIDENCE = (
    Evidence("small_firm_total_fen", "fen", Words("向中小企业采购额", "Bought from small and medium firms")),
    Evidence("goods_total_fen", "fen", Words("货物采购额", "Goods bought")),
    Evidence("target_fen", "fen", Words("目标采购额", "Target")),
)


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per unit that bought goods in the last `window_days` days."""
    lines = recently_placed(facts, facts.order_line, days=values["window_days"])
    lines = lines.filter(lines.category_code.startswith("A"))
    totals = facts.purchase_order.select("order_id", "total_fen")
    lines = left_join(lines, totals, ("order_id",))
    lines = lines.filter(lines.total_fen <= values.by_region("order_limit_fen", lines.region_code))
    lines = left_join(lines, facts.supplier.select("supplier_id", "is_small_firm"), ("supplier_id",))
    units = lines.group_by("unit_id").aggregate(
        region_code=number(lines.region_code.max()),
        goods_total_fen=number(lines.amount_fen.sum()),
        small_firm_total_fen=number(ibis.ifelse(lines.is_small_firm == 1, lines.amount_fen, literal(0)).sum()),
        day=number(lines.submitted_day.max()),
    )
    share_percent = values.by_region("share_percent", units.region_code)
    wanted = units.goods_total_fen * share_percent
    units = units.mutate(wanted_hundredfold=wanted, target_fen=whole(wanted, 100))
    return sweep_rows(
        units,
        subject=subject("unit", units.unit_id),
        outcome=outcome(
            not_computable=units.goods_total_fen < values.by_region("minimum_fen", units.region_code),
            hit=units.small_firm_total_fen * 100 < units.wanted_hundredfold,
        ),
        amount_fen=units.target_fen - units.small_firm_total_fen,
        evidence=[one.name for one in _EVIDENCE],
    )


def check(given: Mapping[str, Any], values: Values) -> Verdict:
    """Whether the share is too small with this line, which is not bought from a small or medium firm."""
    names = ("goods_total_fen", "small_firm_total_fen", "supplier_is_small_firm", "amount_fen", "category_code")
    goods_fen, small_fen, is_small, amount_fen, category_code = (given[name] for name in names)
    if None in (goods_fen, small_fen, is_small, amount_fen, category_code, given["order_amount_fen"]):
        return Verdict(NOT_COMPUTABLE)
    if not category_code.startswith("A") or given["order_amount_fen"] > values["order_limit_fen"]:
        return Verdict(NOT_APPLICABLE)
    goods_fen += amount_fen
    small_fen += amount_fen if is_small else 0
    target_fen = goods_fen * values["share_percent"] // 100
    facts = {"goods_total_fen": goods_fen, "small_firm_total_fen": small_fen, "target_fen": target_fen}
    if goods_fen < values["minimum_fen"]:
        return Verdict(NOT_COMPUTABLE, facts=facts)
    is_hit = not is_small and small_fen * 100 < goods_fen * values["share_percent"]
    return Verdict(HIT if is_hit else CLEAR, amount_fen=target_fen - small_fen if is_hit else 0, facts=facts)


RULE = Rule(
    id="standards.small_firm_share",
    version=1,
    name=Words("疑似中小企业采购份额偏低", "Suspected small share of small and medium firms"),
    family="standards",
    stages=("order", "monthly"),
    severity=1,
    action="inform",
    subject="unit",
    formula=Words(
        "单位在回看期内（下单时为本年度）二百万元以下货物订单中，向中小企业采购的金额占比低于目标比例",
        "Of the goods that a unit buys in orders up to two million yuan in the time looked back on (at order time: in"
        " the year) small and medium firms supply less than the target share",
    ),
    accepted=Words("占比不低于目标比例", "No less than the target share"),
    answer=Words("优先选择中小企业供应商，或说明原因", "Prefer small and medium firms, or say why not"),
    source="《政府采购促进中小企业发展管理办法》（财库〔2020〕46号）；比例为本系统设定，待确认",
    parameters=(
        Parameter("share_percent", 30, "percent", Words("目标比例", "Target share"),
                  tightens="higher", lowest=10, highest=100, by_region=True, source="本系统设定，待确认"),
        Parameter("order_limit_fen", 200_000_000, "fen", Words("单笔订单金额上限", "Largest order counted"),
                  highest=10**12, by_region=True, source="财库〔2020〕46号：货物项目二百万元以下"),
        Parameter("minimum_fen", 1_000_000, "fen", Words("最低货物采购额", "Fewest goods to judge by"),
                  highest=10**12, by_region=True, source="本系统设定，待确认"),
        Parameter("window_days", 366, "days", Words("回看天数", "Days looked back on"),
                  lowest=30, highest=1100, source="本系统设定，待确认"),
    ),
    evidence=_EVIDENCE,
    exclusions=(Words("超过金额上限的订单", "Orders above the limit"), Words("服务和工程", "Services and works"),
                Words("已取消的订单", "Cancelled orders")),
    tables=("order_line", "purchase_order", "supplier"),
    needs=("goods_total_fen", "small_firm_total_fen", "supplier_is_small_firm", "amount_fen", "category_code",
           "order_amount_fen"),
    find=find,
    check=check,
)  # fmt: skip
