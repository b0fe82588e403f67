"""新设即大单: a newcomer sells more in his first 90 days than earlier newcomers did, most of it to one unit."""

from __future__ import annotations

import ibis.expr.types as ir

from supervision.expressions import (
    left_join,
    literal,
    number,
    outcome,
    quantile_by,
    rank,
    subject,
    sum_over,
    sweep_rows,
)
from supervision.facts import Facts
from supervision.placed_orders import orders_behind, recently_placed
from supervision.rule import Evidence, Parameter, Rule, Words
from supervision.values import Values

_EVIDENCE = (
    Evidence("admitted_day", "day", Words("入驻日期", "Admitted on")),
    Evidence("top_fen", "fen", Words("对该单位的销售额", "Sold to this unit")),
    Evidence(
        "usual_fen",
        "fen",
        Words("以往新入驻供应商同期销售额高分位", "Percentile of earlier newcomers"),
    ),
    Evidence("newcomer_count", "count", Words("以往新入驻供应商数", "Earlier newcomers")),
    Evidence("order_count", "count", Words("订单数", "Orders")),
)


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per supplier within his first days who has sold; the unit is the one he sold most to."""
    days = values["newcomer_days"]
    lines = _first_sales(facts, values)
    by_unit = lines.group_by(["supplier_id", "region_code", "admitted_day", "unit_id"]).aggregate(
        top_fen=lambda t: number(t.amount_fen.sum()),
        unit_orders=lambda t: number(t.order_id.nunique()),
        day=lambda t: number(t.submitted_day.max()),
    )
    placed = by_unit.mutate(
        amount_fen=sum_over(by_unit.top_fen, by_unit, ["supplier_id"]),
        order_count=sum_over(by_unit.unit_orders, by_unit, ["supplier_id"]),
        place=rank(by_unit, by=["supplier_id"], order=[by_unit.top_fen.desc(), "unit_id"]),
        all=literal(1),
    )
    sellers = placed.filter(placed.place == 1)
    is_earlier = sellers.admitted_day <= facts.on_day - days
    usual = quantile_by(
        sellers.filter(is_earlier), "amount_fen",
        by=["all"], percent=values["peer_percent"], name="usual_fen", unique="supplier_id",
    )  # fmt: skip
    usual = usual.select("all", "usual_fen", newcomer_count=usual.usual_fen_count)
    judged = left_join(sellers.filter(~is_earlier), usual, ("all",))
    return sweep_rows(
        judged,
        subject=subject("supplier", judged.supplier_id),
        outcome=outcome(
            not_computable=judged.newcomer_count < values["newcomers_min"],
            hit=(judged.amount_fen > judged.usual_fen)
            & (judged.top_fen * 100 > judged.amount_fen * values["unit_percent"]),
        ),
        evidence=[one.name for one in _EVIDENCE],
    )


def documents(facts: Facts, values: Values) -> ir.Table:
    """The orders of the first days."""
    lines = _first_sales(facts, values)
    lines = lines.mutate(subject=subject("supplier", lines.supplier_id))
    return orders_behind(lines)


def _first_sales(facts: Facts, values: Values) -> ir.Table:
    """Lines of the first days of everybody who was admitted in the window."""
    suppliers = facts.supplier
    suppliers = suppliers.filter(
        (suppliers.admitted_day > facts.on_day - values["window_days"]) & (suppliers.admitted_day <= facts.on_day)
    )
    suppliers = suppliers.select("supplier_id", home_region=suppliers.region_code, admitted_day=suppliers.admitted_day)
    lines = recently_placed(facts, facts.order_line, days=values["window_days"])
    lines = left_join(
        lines.select("supplier_id", "unit_id", "order_id", "number", "submitted_day", "amount_fen"),
        suppliers, ("supplier_id",),
    )  # fmt: skip
    lines = lines.filter(
        (lines.admitted_day > 0)
        & (lines.submitted_day >= lines.admitted_day)
        & (lines.submitted_day < lines.admitted_day + values["newcomer_days"])
    )
    return lines.rename(region_code="home_region")


RULE = Rule(
    id="suppliers.new_and_big",
    version=1,
    name=Words("疑似新设即获大单", "Suspected large orders for a newcomer"),
    family="suppliers",
    stages=("nightly",),
    severity=2,
    action="case",
    subject="supplier",
    formula=Words(
        "入驻不满 90 天，期间销售额高于以往新入驻供应商入驻后同样天数销售额的 95% 分位，且 60% 以上来自同一单位",
        "Admitted less than 90 days ago, sold more than the 95th percentile of what earlier newcomers sold in as many"
        " days, and more than 60 % of it to one unit",
    ),
    accepted=Words("销售额在以往新入驻供应商的通常范围内，或来自多个单位",
                   "As much as newcomers sell, or sales to several units"),
    answer=Words("由采购单位说明选择该供应商的理由，并附比价或询价记录",
                 "The unit gives its reason for choosing this supplier, with its comparison of prices"),
    source="采购监督通行做法",
    parameters=(
        Parameter("newcomer_days", 90, "days", Words("入驻不满天数", "Days since admission"), tightens="higher",
                  lowest=30, highest=365, source="本系统设定，待确认"),
        Parameter("window_days", 820, "days", Words("比较对象的回看天数", "Days in which earlier newcomers count"),
                  lowest=400, highest=1_500, source="本系统设定，待确认"),
        Parameter("peer_percent", 95, "percent", Words("以往新入驻供应商的分位", "Percentile of earlier newcomers"),
                  tightens="lower", lowest=75, highest=99, source="本系统设定，待确认"),
        Parameter("newcomers_min", 20, "count", Words("以往新入驻供应商最少数", "Fewest earlier newcomers"), lowest=10,
                  highest=200, source="本系统设定，待确认"),
        Parameter("unit_percent", 60, "percent", Words("同一单位占比", "Share of one unit"), tightens="lower",
                  lowest=30, highest=100, source="本系统设定，待确认"),
    ),
    evidence=_EVIDENCE,
    exclusions=(Words("已取消的订单", "Cancelled orders"),
                Words("销售分散在多个单位的", "Sales spread over several units")),
    tables=("order_line", "supplier"),
    find=find,
    documents=documents,
)  # fmt: skip
