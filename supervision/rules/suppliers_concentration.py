"""单一供应商集中: a unit buys most of a class from one party although others deliver the same class there."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from supervision.exact_ratios import ratio, squarable
from supervision.expressions import (
    inner_join,
    left_join,
    literal,
    number,
    outcome,
    rank,
    subject,
    sum_over,
    sweep_rows,
    text,
    whole,
)
from supervision.facts import Facts
from supervision.placed_orders import orders_behind, recently_placed
from supervision.rule import Evidence, Parameter, Rule, Words
from supervision.values import Values

_EVIDENCE = (
    Evidence("share_basis_points", "basis_points", Words("该供应商占比", "Share of this supplier")),
    Evidence("concentration_basis_points", "basis_points", Words("集中度指数", "Herfindahl index")),
    Evidence("total_fen", "fen", Words("本单位该品类采购总额", "All the unit bought of the class")),
    Evidence("order_count", "count", Words("该供应商订单数", "Orders with this supplier")),
    Evidence("alternatives", "count", Words("可送达的其他供应商数", "Others who deliver there")),
)
_GROUP = ["unit_id", "class_code"]


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per unit and class (five letters) with its largest supplier; those under common control are one party."""
    lines = _lines(facts, values)
    parties = lines.group_by(["region_code", *_GROUP, "party"]).aggregate(
        amount_fen=lambda t: number(t.amount_fen.sum()),
        order_count=lambda t: number(t.order_id.nunique()),
        supplier_id=lambda t: number(t.supplier_id.min()),
        day=lambda t: number(t.submitted_day.max()),
    )
    parties = parties.mutate(
        total_fen=sum_over(parties.amount_fen, parties, _GROUP),
        place=rank(parties, by=_GROUP, order=[parties.amount_fen.desc(), "supplier_id"]),
    )
    parties = parties.mutate(part=squarable(parties.amount_fen, parties.total_fen))
    parties = parties.mutate(whole_part=sum_over(parties.part, parties, _GROUP))
    parties = parties.mutate(squares=sum_over(parties.part * parties.part, parties, _GROUP))
    largest = parties.filter(parties.place == 1)

    reachable = _reachable(facts, lines)
    by_class = reachable.group_by(["region_code", "class_code"]).aggregate(reaching=lambda t: number(t.count()))
    by_region = reachable.group_by("region_code").aggregate(known=lambda t: number(t.count()))
    judged = left_join(largest, by_class, ("region_code", "class_code"))
    judged = left_join(judged, by_region, ("region_code",))
    judged = left_join(judged, reachable.mutate(is_itself=literal(1)), ("region_code", "class_code", "party"))
    judged = judged.mutate(
        alternatives=judged.reaching - judged.is_itself,
        share_basis_points=ratio(judged.part, judged.whole_part, 10_000),
        concentration_basis_points=ratio(
            ratio(judged.squares, judged.whole_part, 1), judged.whole_part, 10_000
        ),
        least_fen=values.by_region("amount_min_fen", judged.region_code),
        share_percent=values.by_region("share_percent", judged.region_code),
    )  # fmt: skip
    is_few = judged.order_count < values["orders_min"]
    return sweep_rows(
        judged,
        subject=subject("unit", judged.unit_id, judged.class_code),
        category_code=judged.class_code,
        outcome=outcome(
            not_applicable=(judged.total_fen < judged.least_fen)
            | ((judged.known > 0) & (judged.alternatives < values["alternatives_min"])),
            not_computable=is_few | (judged.known == 0),
            hit=(judged.part * 100 > judged.whole_part * judged.share_percent)
            & (judged.squares * 100 > judged.whole_part * judged.whole_part * values["concentration_percent"]),
        ),
        evidence=[one.name for one in _EVIDENCE],
    )


def documents(facts: Facts, values: Values) -> ir.Table:
    """The unit's orders of the class."""
    lines = _lines(facts, values)
    lines = lines.mutate(subject=subject("unit", lines.unit_id, lines.class_code))
    return orders_behind(lines)


def _lines(facts: Facts, values: Values) -> ir.Table:
    lines = recently_placed(facts, facts.order_line, days=values["window_days"])
    lines = lines.filter(lines.category_code != "")
    lines = lines.mutate(class_code=lines.category_code.substr(0, 5))
    return left_join(lines, _parties(facts), ("supplier_id",))


def _parties(facts: Facts) -> ir.Table:
    suppliers = facts.supplier
    alone = text("supplier:") + suppliers.supplier_id.cast("string")
    return suppliers.select(
        "supplier_id", party=(suppliers.group_key == "").ifelse(alone, text("group:") + suppliers.group_key)
    )


def _reachable(facts: Facts, lines: ir.Table) -> ir.Table:
    """Which parties deliver which class to which region, and did sell it to somebody in the window."""
    regions = lines.select("region_code").distinct()
    county = regions.select("region_code", served=regions.region_code)
    city = regions.select("region_code", served=whole(regions.region_code, 100) * 100)
    province = regions.select("region_code", served=whole(regions.region_code, 10_000) * 10_000)
    chain = ibis.union(county, city, province).distinct()
    active = facts.supplier.filter(facts.supplier.state == "active").select("supplier_id")
    sold = inner_join(lines.select("supplier_id", "class_code", "party").distinct(), active, ["supplier_id"])
    delivered = facts.delivery.select("supplier_id", "class_code", served=facts.delivery.region_code).distinct()
    delivered = inner_join(delivered, sold, ["supplier_id", "class_code"])
    return inner_join(delivered, chain, ["served"]).select("region_code", "class_code", "party").distinct()


RULE = Rule(
    id="suppliers.concentration",
    version=1,
    name=Words("疑似采购过于集中", "Suspected concentration on one supplier"),
    family="suppliers",
    stages=("monthly",),
    severity=2,
    action="case",
    subject="unit",
    formula=Words(
        "近一年同一单位、同一品类（品目前五位），同一供应商（受同一控制的合并计算）占采购额 50% 以上且不少于 5 单，"
        "集中度指数高于 0.5，而有不少于 4 家其他供应商有在架商品可送达且近一年有成交",
        "Within a year one supplier (those under common control are one) has more than 50 % of what a unit bought of a"
        " class (five letters), in at least 5 orders, the Herfindahl index is above 0.5, and at least 4 others who"
        " sold the class that year have goods of it on the shelf that are delivered there",
    ),
    accepted=Words("采购分散在多家供应商，或当地没有其他供应商",
                   "Purchases from several suppliers, or no others to buy from"),
    answer=Words("说明选择该供应商的理由（价格、服务、兼容），并附比价记录",
                 "Give the reason for this supplier (price, service, compatibility) with the comparison of prices"),
    source="Open Contracting Partnership R040、R051",
    parameters=(
        Parameter("window_days", 365, "days", Words("回看天数", "Days looked back"), lowest=180, highest=730,
                  source="本系统设定，待确认"),
        Parameter("share_percent", 50, "percent", Words("占比上限", "Largest share"), tightens="lower", lowest=30,
                  highest=90, by_region=True, source="本系统设定，待确认"),
        Parameter("concentration_percent", 50, "percent", Words("集中度指数上限", "Largest index, in percent"),
                  tightens="lower", lowest=20, highest=90, source="本系统设定，待确认"),
        Parameter("orders_min", 5, "count", Words("最少订单数", "Fewest orders"), tightens="lower", lowest=3,
                  highest=50, source="本系统设定，待确认"),
        Parameter("alternatives_min", 4, "count", Words("最少其他供应商数", "Fewest others"), tightens="lower",
                  lowest=2, highest=20, source="本系统设定，待确认"),
        Parameter("amount_min_fen", 2_000_000, "fen", Words("小额不查", "Smallest total looked at"), tightens="lower",
                  by_region=True, source="本系统设定，待确认"),
    ),
    evidence=_EVIDENCE,
    exclusions=(Words("供应商很少的品类", "Classes with few suppliers"),
                Words("金额小的", "Small totals"),
                Words("已取消的订单", "Cancelled orders")),
    tables=("order_line", "supplier", "delivery"),
    find=find,
    documents=documents,
)  # fmt: skip
