"""贴线订单: a unit, or a unit and a supplier, have several orders just below the limit of direct purchase."""

from __future__ import annotations

import ibis.expr.types as ir

from supervision.expressions import literal, number, outcome, stacked, subject, sweep_rows
from supervision.facts import Facts
from supervision.placed_orders import recently_placed
from supervision.rule import UNCONFIRMED, Evidence, Parameter, Rule, Words
from supervision.values import Values

_EVIDENCE = (
    Evidence("near_count", "count", Words("贴线订单数", "Orders just below the limit")),
    Evidence("order_count", "count", Words("订单数", "Orders")),
    Evidence("limit_fen", "fen", Words("直接采购限额", "Limit of direct purchase")),
)


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per unit, and one per unit and supplier, with an order in the window of each."""
    alone, pair = _unit_orders(facts, values), _pair_orders(facts, values)
    counted = stacked(_counted(alone), _counted(pair))
    is_many = counted.near_count >= values["least_orders"]
    is_large_share = counted.near_count * 100 >= counted.order_count * values["least_percent"]
    return sweep_rows(
        counted,
        outcome=outcome(not_computable=counted.limit_fen <= 0, hit=is_many & is_large_share),
        amount_fen=counted.near_fen,
        evidence=[one.name for one in _EVIDENCE],
    )


def documents(facts: Facts, values: Values) -> ir.Table:
    """The orders just below the limit."""
    orders = stacked(_unit_orders(facts, values), _pair_orders(facts, values))
    orders = orders.filter(orders.is_near > 0)
    return orders.select("subject", document=orders.number, day=orders.day, amount_fen=orders.total_fen)


def _counted(orders: ir.Table) -> ir.Table:
    return orders.group_by(["subject", "unit_id", "supplier_id"]).aggregate(
        region_code=lambda t: number(t.region_code.max()),
        limit_fen=lambda t: number(t.limit_fen.max()),
        order_count=lambda t: number(t.count()),
        near_count=lambda t: number(t.is_near.sum()),
        near_fen=lambda t: number((t.total_fen * t.is_near).sum()),
        day=lambda t: number(t.day.max()),
    )


def _unit_orders(facts: Facts, values: Values) -> ir.Table:
    orders = _orders(facts, values, values["unit_days"])
    return orders.mutate(subject=subject("unit", orders.unit_id), supplier_id=literal(0))


def _pair_orders(facts: Facts, values: Values) -> ir.Table:
    orders = _orders(facts, values, values["supplier_days"])
    return orders.mutate(subject=subject("unit", orders.unit_id, "supplier", orders.supplier_id))


def _orders(facts: Facts, values: Values, days: int) -> ir.Table:
    """Direct purchases of the last days, with `is_near`: in the band below the limit."""
    orders = recently_placed(facts, facts.purchase_order, days=days)
    orders = orders.filter(orders.mode == "direct_purchase")
    orders = orders.mutate(limit_fen=values.by_region("limit_fen", orders.region_code))
    is_near = (orders.total_fen < orders.limit_fen) & (
        orders.total_fen * 10_000 >= orders.limit_fen * values["from_basis_points"]
    )
    return orders.select(
        "number", "unit_id", "supplier_id", "region_code", "total_fen", "limit_fen",
        day=orders.submitted_day, is_near=is_near.ifelse(literal(1), literal(0)),
    )  # fmt: skip


RULE = Rule(
    id="splitting.near_limit",
    version=1,
    name=Words("疑似贴线订单", "Orders just below the limit"),
    family="splitting",
    stages=("nightly",),
    severity=2,
    action="case",
    subject="unit",
    formula=Words(
        "规定天数内金额在直接采购限额以下一成以内的订单达到规定单数（按单位，或按单位与供应商），且占其订单的规定比例以上",
        "Within the set days a unit, or a unit and a supplier, have at least the set number of orders within a tenth"
        " below the limit of direct purchase, and those are at least the set share of their orders",
    ),
    accepted=Words("订单金额与限额无明显聚集", "Orders that do not gather below the limit"),
    answer=Words("说明各单需求和定价依据", "Say what each order was needed for and how it was priced"),
    source="OCP 采购风险指标 R002、R055",
    parameters=(
        Parameter("limit_fen", 5_000_000, "fen",
                  Words("直接采购限额（超过须比价）", "Limit of direct purchase without comparison"),
                  tightens="lower", by_region=True, source=UNCONFIRMED),
        Parameter("from_basis_points", 9_000, "basis_points",
                  Words("贴线区间下限占限额比例", "Lower end of the band, as a share of the limit"),
                  lowest=5_000, highest=9_900, source=UNCONFIRMED),
        Parameter("least_orders", 3, "count", Words("最少贴线订单数", "Fewest orders in the band"), lowest=2,
                  source=UNCONFIRMED),
        Parameter("least_percent", 20, "percent", Words("贴线订单最低占比", "Least share of orders in the band"),
                  highest=100,
                  source=UNCONFIRMED),
        Parameter("unit_days", 90, "days", Words("按单位统计天数", "Days looked at for a unit"), lowest=1, highest=366,
                  source=UNCONFIRMED),
        Parameter("supplier_days", 180, "days",
                  Words("按单位与供应商统计天数", "Days looked at for a unit and a supplier"),
                  lowest=1, highest=366, source=UNCONFIRMED),
    ),
    evidence=_EVIDENCE,
    exclusions=(Words("贴线订单只占订单一小部分的", "Orders in the band that are a small share"),
                Words("已取消的订单", "Cancelled orders")),
    tables=("purchase_order",),
    find=find,
    documents=documents,
)  # fmt: skip
