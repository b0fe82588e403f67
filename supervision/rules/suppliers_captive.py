"""专供供应商: a supplier lives of one unit."""

from __future__ import annotations

import ibis.expr.types as ir

from supervision.exact_ratios import ratio
from supervision.expressions import left_join, number, outcome, rank, subject, sum_over, sweep_rows
from supervision.facts import Facts
from supervision.placed_orders import orders_behind, recently_placed
from supervision.rule import Evidence, Parameter, Rule, Words
from supervision.values import Values

_EVIDENCE = (
    Evidence("total_fen", "fen", Words("全部销售额", "All sales")),
    Evidence("share_basis_points", "basis_points", Words("该单位占比", "Share of this unit")),
    Evidence("order_count", "count", Words("该单位订单数", "Orders of this unit")),
    Evidence("buyer_count", "count", Words("采购单位数", "Units that bought")),
    Evidence("region_buyers", "count", Words("当地采购单位数", "Units that buy in the region")),
)


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per supplier with a sale in the window, with the unit that bought most of him."""
    lines = _lines(facts, values)
    buyers = lines.group_by("region_code").aggregate(region_buyers=lambda t: number(t.unit_id.nunique()))
    by_unit = lines.group_by(["supplier_id", "unit_id", "region_code"]).aggregate(
        amount_fen=lambda t: number(t.amount_fen.sum()),
        order_count=lambda t: number(t.order_id.nunique()),
        day=lambda t: number(t.submitted_day.max()),
    )
    by_unit = by_unit.mutate(
        total_fen=sum_over(by_unit.amount_fen, by_unit, ["supplier_id"]),
        place=rank(by_unit, by=["supplier_id"], order=[by_unit.amount_fen.desc(), "unit_id"]),
        last=rank(by_unit, by=["supplier_id"], order=[by_unit.amount_fen, by_unit.unit_id.desc()]),
    )
    largest = by_unit.filter(by_unit.place == 1)
    judged = left_join(largest, buyers, ("region_code",))
    judged = left_join(judged, facts.supplier.select("supplier_id", "admitted_day"), ("supplier_id",))
    judged = judged.mutate(
        buyer_count=judged.last,
        share_basis_points=ratio(judged.amount_fen, judged.total_fen, 10_000),
        share_percent=values.by_region("share_percent", judged.region_code),
    )
    return sweep_rows(
        judged,
        subject=subject("supplier", judged.supplier_id),
        outcome=outcome(
            not_applicable=(judged.admitted_day > facts.on_day - values["newcomer_days"])
            | (judged.region_buyers < values["region_buyers_min"]),
            not_computable=judged.order_count < values["orders_min"],
            hit=judged.amount_fen * 100 >= judged.total_fen * judged.share_percent,
        ),
        evidence=[one.name for one in _EVIDENCE],
    )


def documents(facts: Facts, values: Values) -> ir.Table:
    """The supplier's orders."""
    lines = _lines(facts, values)
    lines = lines.mutate(subject=subject("supplier", lines.supplier_id))
    return orders_behind(lines)


def _lines(facts: Facts, values: Values) -> ir.Table:
    return recently_placed(facts, facts.order_line, days=values["window_days"])


RULE = Rule(
    id="suppliers.captive",
    version=1,
    name=Words("疑似专供供应商", "Suspected captive supplier"),
    family="suppliers",
    stages=("monthly",),
    severity=2,
    action="case",
    subject="supplier",
    formula=Words(
        "近一年销售额的 80% 以上来自同一单位，且与该单位不少于 4 单",
        "Within a year at least 80 % of a supplier's sales are to one unit, in at least 4 orders",
    ),
    accepted=Words("向多个单位供货", "Sales to several units"),
    answer=Words("由采购单位说明选择该供应商的理由，由供应商说明客户构成",
                 "The unit gives its reason for this supplier, the supplier says whom else it serves"),
    source="EBRD、乌克兰国家审计署风险指标 SuppliersSingleBuyer",
    parameters=(
        Parameter("window_days", 365, "days", Words("回看天数", "Days looked back"), lowest=180, highest=730,
                  source="本系统设定，待确认"),
        Parameter("share_percent", 80, "percent", Words("同一单位占比", "Share of one unit"), tightens="lower",
                  lowest=50, highest=100, by_region=True, source="本系统设定，待确认"),
        Parameter("orders_min", 4, "count", Words("最少订单数", "Fewest orders"), tightens="lower", lowest=3,
                  highest=50, source="EBRD SuppliersSingleBuyer"),
        Parameter("newcomer_days", 90, "days", Words("新入驻不查天数", "Days in which newcomers are let go"),
                  tightens="lower", lowest=0, highest=365, source="本系统设定，待确认"),
        Parameter("region_buyers_min", 5, "count", Words("当地采购单位最少数", "Fewest units that buy in the region"),
                  tightens="lower", lowest=2, highest=50, source="本系统设定，待确认"),
    ),
    evidence=_EVIDENCE,
    exclusions=(Words("入驻不久的供应商", "Suppliers who were admitted lately"),
                Words("采购单位很少的地区", "Regions in which few units buy"),
                Words("已取消的订单", "Cancelled orders")),
    tables=("order_line", "supplier"),
    find=find,
    documents=documents,
)  # fmt: skip
