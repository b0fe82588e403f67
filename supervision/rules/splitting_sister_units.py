"""跨单位拆分: units of one department buy one class from one supplier, each little, together as much as a tender."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from supervision.categories import lies_below
from supervision.class_orders import class_orders
from supervision.expressions import literal, number, outcome, subject, sweep_rows
from supervision.facts import Facts
from supervision.rule import UNCONFIRMED, Evidence, Parameter, Rule, Words
from supervision.values import Values

_GROUP = ("parent_id", "class_code", "supplier_id", "region_code")
_EVIDENCE = (
    Evidence("unit_count", "count", Words("单位数", "Units")),
    Evidence("order_count", "count", Words("订单数", "Orders")),
    Evidence("largest_fen", "fen", Words("单个单位最大金额", "Largest amount of one unit")),
    Evidence("together_limit_fen", "fen", Words("公开招标数额标准", "Threshold of open tender")),
    Evidence("each_limit_fen", "fen", Words("单个单位限额", "Limit of one unit")),
)


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per department, class of category, supplier and region with direct purchases in the window."""
    orders = _orders(facts, values)
    units = orders.group_by([*_GROUP, "unit_id"]).aggregate(
        unit_fen=lambda t: number(t.amount_fen.sum()),
        unit_orders=lambda t: number(t.count()),
        unit_day=lambda t: number(t.submitted_day.max()),
    )
    units = units.mutate(each_limit_fen=values.by_region("each_limit_fen", units.region_code))
    # A unit that passes its own limit is the business of its own rule, and hides nothing behind its sisters.
    is_small = ibis.ifelse(units.unit_fen < units.each_limit_fen, literal(1), literal(0))
    units = units.mutate(is_small=is_small)
    groups = units.group_by(list(_GROUP)).aggregate(
        each_limit_fen=lambda t: number(t.each_limit_fen.max()),
        unit_count=lambda t: number(t.is_small.sum()),
        order_count=lambda t: number((t.is_small * t.unit_orders).sum()),
        amount_fen=lambda t: number((t.is_small * t.unit_fen).sum()),
        largest_fen=lambda t: number((t.is_small * t.unit_fen).max()),
        day=lambda t: number(t.unit_day.max()),
    )
    groups = groups.mutate(
        together_limit_fen=values.by_region("together_limit_fen", groups.region_code),
        unit_id=groups.parent_id,
        category_code=groups.class_code,
    )
    approved = facts.approval.filter(
        facts.approval.kind.isin(("split", "joint_purchase"))
        & (facts.approval.from_day <= facts.on_day)
        & ((facts.approval.until_day == 0) | (facts.approval.until_day >= facts.on_day))
    )
    groups = lies_below(groups, approved, by=("unit_id",), name="is_approved")
    return sweep_rows(
        groups,
        subject=subject("department", groups.parent_id, groups.class_code, groups.supplier_id, groups.region_code),
        outcome=outcome(
            not_applicable=groups.is_approved > 0,
            not_computable=(groups.together_limit_fen <= 0) | (groups.each_limit_fen <= 0),
            hit=(groups.unit_count >= values["least_units"]) & (groups.amount_fen >= groups.together_limit_fen),
        ),
        evidence=[one.name for one in _EVIDENCE],
    )


def documents(facts: Facts, values: Values) -> ir.Table:
    """The orders of the units."""
    orders = _orders(facts, values)
    return orders.select(
        subject=subject("department", orders.parent_id, orders.class_code, orders.supplier_id, orders.region_code),
        document=orders.number,
        day=orders.submitted_day,
        amount_fen=orders.amount_fen,
    )


def _orders(facts: Facts, values: Values) -> ir.Table:
    orders = class_orders(facts, mode="direct_purchase", from_day=facts.on_day - values["window_days"] + 1)
    return orders.filter((orders.cancelled_day == 0) & (orders.parent_id > 0))


RULE = Rule(
    id="splitting.sister_units",
    version=1,
    name=Words("疑似跨单位拆分", "Suspected splitting across sister units"),
    family="splitting",
    stages=("monthly",),
    severity=3,
    action="case",
    subject="department",
    formula=Words(
        "规定天数内，同一主管部门下不少于规定个数的单位，向同一供应商直接采购同一品目（前七位），每个单位均低于其限额，"
        "合计达到公开招标数额标准",
        "Within the set days at least the set number of units of one department buy one class of category directly from"
        " one supplier, each below its limit and together up to the threshold of open tender",
    ),
    accepted=Words("由部门合并需求，按规定方式统一采购", "The department buys the whole need by the due procedure"),
    answer=Words("说明各单位需求来源，或附集中采购、联合采购的批准文件",
                 "Say where each need came from, or attach the approval of buying together"),
    source="《政府采购法实施条例》第二十八条（类推，待确认）",
    parameters=(
        Parameter("together_limit_fen", 200_000_000, "fen", Words("公开招标数额标准", "Threshold of open tender"),
                  tightens="lower", regional_rule="open_tender.threshold", by_region=True,
                  source="河南省政府集中采购目录及标准（2020年版）"),
        Parameter("each_limit_fen", 100_000_000, "fen",
                  Words("单个单位直购限额", "Limit of one unit's direct purchase"),
                  tightens="lower", regional_rule="direct_purchase.year_limit", by_region=True,
                  source="河南省政府集中采购目录及标准（2020年版）"),
        Parameter("least_units", 3, "count", Words("最少单位数", "Fewest units"), lowest=2, source=UNCONFIRMED),
        Parameter("window_days", 30, "days", Words("累计天数", "Days added up"), lowest=1, highest=120,
                  source=UNCONFIRMED),
    ),
    evidence=_EVIDENCE,
    exclusions=(Words("经批准由部门集中或联合采购的", "Buying together was approved for the department"),
                Words("本身已达限额的单位，由其他规则判断", "Units that reach their limit by themselves"),
                Words("已取消的订单", "Cancelled orders")),
    tables=("order_line", "approval"),
    find=find,
    documents=documents,
)  # fmt: skip
