"""跨类经营: a supplier sells goods of far more classes than suppliers of his kind do."""

from __future__ import annotations

import ibis.expr.types as ir

from supervision.exact_ratios import quartiles
from supervision.expressions import left_join, literal, number, outcome, subject, sweep_rows
from supervision.facts import Facts
from supervision.placed_orders import recently_placed
from supervision.rule import Evidence, Parameter, Rule, Words
from supervision.values import Values

_EVIDENCE = (
    Evidence("class_count", "count", Words("成交品类数", "Classes sold")),
    Evidence("quartile_1", "count", Words("同类供应商第一四分位", "First quartile of his kind")),
    Evidence("quartile_3", "count", Words("同类供应商第三四分位", "Third quartile of his kind")),
    Evidence("peer_count", "count", Words("同类供应商数", "Suppliers of his kind")),
    Evidence("order_count", "count", Words("订单数", "Orders")),
)


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per supplier with an order in the window, beside those of his kind that have enough of them."""
    lines = recently_placed(facts, facts.order_line, days=values["window_days"])
    lines = lines.filter(lines.category_code != "")
    sold = (
        lines.mutate(class_code=lines.category_code.substr(0, 5))
        .group_by("supplier_id")
        .aggregate(
            class_count=lambda t: number(t.class_code.nunique()),
            order_count=lambda t: number(t.order_id.nunique()),
            amount_fen=lambda t: number(t.amount_fen.sum()),
            day=lambda t: number(t.submitted_day.max()),
        )
    )
    suppliers = left_join(sold, facts.supplier.select("supplier_id", "region_code", "kind"), ("supplier_id",))
    peers = suppliers.filter(suppliers.order_count >= values["orders_min"])
    judged = left_join(suppliers, quartiles(peers, "class_count", by=["kind"], unique="supplier_id"), ("kind",))
    beyond = judged.class_count - judged.quartile_3
    width = judged.quartile_3 - judged.quartile_1
    return sweep_rows(
        judged,
        subject=subject("supplier", judged.supplier_id),
        outcome=outcome(
            not_computable=(judged.order_count < values["orders_min"]) | (judged.peer_count < values["peers_min"]),
            hit=(beyond > literal(0))
            & (beyond * 100 >= width * values["fence_percent"])
            & (judged.class_count >= values["classes_min"]),
        ),
        evidence=[one.name for one in _EVIDENCE],
    )


RULE = Rule(
    id="suppliers.across_classes",
    version=1,
    name=Words("疑似跨类经营", "Suspected trade across too many classes"),
    family="suppliers",
    stages=("monthly",),
    severity=1,
    action="inform",
    subject="supplier",
    formula=Words(
        "近一年成交品类数（品目前五位）不少于同类供应商第三四分位加 1.5 倍四分位距，且高于第三四分位；"
        "同类为订单不少于 20 单的供应商，综合办公供应商单独成组",
        "Classes sold within a year (five letters) reach the third quartile plus 1.5 interquartile ranges of suppliers"
        " of the same kind with at least 20 orders, and exceed that quartile; general office suppliers are a kind of"
        " their own",
    ),
    accepted=Words("品类数与同类供应商相当", "As many classes as suppliers of the kind have"),
    answer=Words("说明各类商品的货源和授权，或登记为综合办公供应商",
                 "Show sources and authorisations, or register as a general office supplier"),
    source="Open Contracting Partnership, Cardinal R048",
    parameters=(
        Parameter("window_days", 365, "days", Words("回看天数", "Days looked back"), lowest=90, highest=730,
                  source="本系统设定，待确认"),
        Parameter("orders_min", 20, "count", Words("最少订单数", "Fewest orders"), lowest=5, highest=200,
                  source="Cardinal R048"),
        Parameter("peers_min", 8, "count", Words("最少同类供应商数", "Fewest suppliers of the kind"), lowest=4,
                  highest=100, source="本系统设定，待确认"),
        Parameter("fence_percent", 150, "percent", Words("四分位距倍数", "Multiple of the interquartile range"),
                  tightens="lower", lowest=100, highest=500, source="Cardinal R048"),
        Parameter("classes_min", 5, "count", Words("最少品类数", "Fewest classes"), tightens="lower", lowest=2,
                  highest=50, source="本系统设定，待确认"),
    ),
    evidence=_EVIDENCE,
    exclusions=(Words("综合办公供应商只与同类比较", "General office suppliers are compared with their own kind only"),
                Words("已取消的订单", "Cancelled orders")),
    tables=("order_line", "supplier"),
    find=find,
)  # fmt: skip
