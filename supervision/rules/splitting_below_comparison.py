"""拆单规避比价: several small direct purchases of one class in a month that together reach what has to be compared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis
import ibis.expr.types as ir

from supervision.categories import class_code
from supervision.class_orders import class_orders, most_alike
from supervision.expressions import left_join, literal, number, outcome, subject, sweep_rows
from supervision.facts import Facts
from supervision.rhythm import steady_groups
from supervision.rule import (
    CLEAR,
    HIT,
    NOT_APPLICABLE,
    NOT_COMPUTABLE,
    UNCONFIRMED,
    Evidence,
    Parameter,
    Rule,
    Verdict,
    Words,
)
from supervision.values import Values

_GROUP = ("unit_id", "class_code")
_ALIKE = ("same_supplier", "same_product", "same_day", "same_address")
_COMMON = (
    Evidence("total_fen", "fen", Words("累计金额", "Together")),
    Evidence("limit_fen", "fen", Words("直接采购限额", "Limit of direct purchase")),
    Evidence("order_count", "count", Words("订单数", "Orders")),
)
_SWEPT = (
    Evidence("same_supplier", "count", Words("同一供应商订单数", "Orders with one supplier")),
    Evidence("same_product", "count", Words("同一商品订单数", "Orders of one product")),
    Evidence("same_day", "count", Words("同一天订单数", "Orders of one day")),
    Evidence("same_address", "count", Words("同一收货地址订单数", "Orders to one address")),
    Evidence("alike_kinds", "count", Words("相同要素项数", "Kinds in which they are alike")),
)
_CHECKED = (
    Evidence(
        "recent_same_count",
        "count",
        Words("供应商、商品、日期或地址相同的订单数", "Alike in supplier, product, day or address"),
    ),
)


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per unit and class of category with a small direct purchase in the window."""
    small = _small_orders(facts, values)
    groups = small.group_by(list(_GROUP)).aggregate(
        region_code=lambda t: number(t.region_code.max()),
        limit_fen=lambda t: number(t.limit_fen.max()),
        total_fen=lambda t: number(t.amount_fen.sum()),
        order_count=lambda t: number(t.order_id.nunique()),
        asset_lines=lambda t: number(t.asset_lines.sum()),
        day=lambda t: number(t.submitted_day.max()),
        # The supplier of a finding is named only where there is no other.
        one_supplier=lambda t: number(t.supplier_id.min()),
        last_supplier=lambda t: number(t.supplier_id.max()),
    )
    groups = most_alike(groups, small, "supplier_id", by=_GROUP, name="same_supplier")
    groups = most_alike(groups, small, "submitted_day", by=_GROUP, name="same_day")
    groups = most_alike(groups, small.filter(small.address_key != ""), "address_key", by=_GROUP, name="same_address")
    groups = most_alike(groups, _products(facts, values), "product_id", by=_GROUP, name="same_product")
    rhythm = steady_groups(
        _orders(facts, values, values["rhythm_days"]),
        by=_GROUP,
        day="submitted_day",
        unique="order_id",
        least=values["rhythm_orders"],
        percent=values["rhythm_percent"],
    )
    groups = left_join(groups, rhythm, _GROUP)
    kinds = [ibis.ifelse(groups[name] >= 2, literal(1), literal(0)) for name in _ALIKE]
    groups = groups.mutate(alike_kinds=kinds[0] + kinds[1] + kinds[2] + kinds[3])
    return sweep_rows(
        groups,
        subject=subject("unit", groups.unit_id, groups.class_code),
        outcome=outcome(
            not_applicable=(groups.is_steady > 0) & (groups.asset_lines == 0),
            not_computable=groups.limit_fen <= 0,
            hit=(groups.order_count >= 2)
            & (groups.total_fen >= groups.limit_fen)
            & (groups.alike_kinds >= values["least_alike_kinds"]),
        ),
        supplier_id=ibis.ifelse(groups.one_supplier == groups.last_supplier, groups.one_supplier, literal(0)),
        category_code=groups.class_code,
        amount_fen=groups.total_fen,
        evidence=[one.name for one in (*_COMMON, *_SWEPT)],
    )


def documents(facts: Facts, values: Values) -> ir.Table:
    """The orders behind each total."""
    small = _small_orders(facts, values)
    return small.select(
        subject=subject("unit", small.unit_id, small.class_code),
        document=small.number,
        day=small.submitted_day,
        amount_fen=small.amount_fen,
    )


def _orders(facts: Facts, values: Values, days: int) -> ir.Table:
    orders = class_orders(facts, mode="direct_purchase", from_day=facts.on_day - days + 1)
    return orders.filter(orders.cancelled_day == 0)


def _small_orders(facts: Facts, values: Values) -> ir.Table:
    """Direct purchases of the window that were each below the limit; without a known limit all of them."""
    orders = _orders(facts, values, values["window_days"])
    orders = orders.mutate(limit_fen=values.by_region("limit_fen", orders.region_code))
    return orders.filter((orders.amount_fen < orders.limit_fen) | (orders.limit_fen <= 0))


def _products(facts: Facts, values: Values) -> ir.Table:
    """The products of small orders, order by order."""
    lines = facts.order_line.select("order_id", "category_code", "product_id")
    lines = lines.select("order_id", "product_id", class_code=class_code(lines.category_code)).distinct()
    small = _small_orders(facts, values).select(
        "unit_id", small_order_id=lambda t: t.order_id, small_class_code=lambda t: t.class_code
    )
    pairs = lines.join(small, [lines.order_id == small.small_order_id, lines.class_code == small.small_class_code])
    return pairs.filter(pairs.product_id > 0).select(*_GROUP, "order_id", "product_id")


def check(given: Mapping[str, Any], values: Values) -> Verdict:
    """Whether this direct purchase and those of the last days reach together what a single one may not."""
    asked = ("recent_total_fen", "recent_order_count", "class_amount_fen", "is_regular_consumable")
    limit_fen = values["limit_fen"]
    if limit_fen <= 0 or any(given[name] is None for name in asked):
        return Verdict(NOT_COMPUTABLE)
    if given["is_regular_consumable"]:
        return Verdict(NOT_APPLICABLE)
    amount_fen, order_count = given["class_amount_fen"], given["recent_order_count"] + 1
    together_fen = given["recent_total_fen"] + amount_fen
    facts = {
        "total_fen": together_fen,
        "limit_fen": limit_fen,
        "order_count": order_count,
        "recent_same_count": given["recent_same_count"] or 0,
    }
    is_hit = order_count >= 2 and amount_fen < limit_fen <= together_fen
    return Verdict(HIT if is_hit else CLEAR, amount_fen=together_fen, facts=facts)


RULE = Rule(
    id="splitting.below_comparison",
    version=1,
    name=Words("疑似拆单规避比价", "Suspected splitting below comparison"),
    family="splitting",
    stages=("order", "nightly"),
    severity=3,
    action="warn",
    subject="unit",
    formula=Words(
        "规定天数内，同一单位同一品目（前七位）的直接采购订单不止一单、每单低于直接采购限额而累计达到限额；"
        "供应商、商品、日期或收货地址相同的，可能性更大",
        "Within the set days one unit buys one class of category directly in more than one order, each below the limit"
        " of direct purchase and together up to it; more telling with the same supplier, product, day or address",
    ),
    accepted=Words("合并需求后比价采购，或有规律的日常耗材采购",
                   "One comparison for the whole need, or consumables bought by a steady rhythm"),
    answer=Words("说明分次采购的原因，或合并后改用比价",
                 "Say why it was bought in parts, or compare prices for the whole"),
    source="OCP 采购风险指标 R011；《政府采购法实施条例》第二十八条",
    parameters=(
        Parameter("limit_fen", 5_000_000, "fen",
                  Words("直接采购限额（超过须比价）", "Limit of direct purchase without comparison"),
                  tightens="lower", by_region=True, source=UNCONFIRMED),
        Parameter("window_days", 30, "days", Words("累计天数", "Days added up"), lowest=1, highest=120,
                  source=UNCONFIRMED),
        Parameter("least_alike_kinds", 1, "count",
                  Words("夜间核对要求的相同要素项数", "Kinds of likeness that the nightly check asks for"),
                  highest=4, source=UNCONFIRMED),
        Parameter("rhythm_days", 365, "days", Words("判断采购规律的天数", "Days in which a rhythm is looked for"),
                  source=UNCONFIRMED),
        Parameter("rhythm_orders", 6, "count", Words("判断采购规律的最少订单数", "Fewest orders of a rhythm"), lowest=3,
                  source=UNCONFIRMED),
        Parameter("rhythm_percent", 20, "percent",
                  Words("间隔天数的变异系数上限", "Variation that the gaps of a rhythm may have"),
                  highest=100, source=UNCONFIRMED),
    ),
    evidence=(*_COMMON, *_SWEPT, *_CHECKED),
    exclusions=(Words("按固定周期采购的日常耗材（不含资产）", "Consumables bought by a steady rhythm, assets left out"),
                Words("已取消的订单", "Cancelled orders"),
                Words("单笔已达到限额的订单", "Orders that reach the limit by themselves")),
    tables=("order_line",),
    needs=("recent_total_fen", "recent_order_count", "recent_same_count", "class_amount_fen", "is_regular_consumable"),
    find=find,
    documents=documents,
    check=check,
)  # fmt: skip
