"""超数量标准: more office equipment in use and on order than the staff quota allows.

Counted as `mall.assets.asset_quota` counts: pieces that came through the mall and are still with the unit, and what
is still to be accepted; the standard is the one that held on the day of the unit's last order under it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis.expr.types as ir

from supervision.approvals import with_approval
from supervision.expressions import left_join, number, outcome, subject, sweep_rows
from supervision.facts import Facts
from supervision.placed_orders import orders_behind
from supervision.rule import CLEAR, HIT, NOT_APPLICABLE, NOT_COMPUTABLE, Evidence, Parameter, Rule, Verdict, Words
from supervision.values import Values

_EVIDENCE = (
    Evidence("ceiling", "count", Words("数量上限", "Pieces allowed")),
    Evidence("in_use", "count", Words("在用", "In use")),
    Evidence("on_order", "count", Words("在途（含本单）", "On order, this one too")),
    Evidence("excess", "count", Words("超出", "Too many")),
)
_GROUP = ("unit_id", "standard_code")


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per unit and standard under which it ordered in the time looked back on."""
    quotas = facts.asset_quota.select(
        "standard_code", "ceiling", "from_day", "until_day", _unit_id="unit_id", _category="category_code"
    )
    lines = _lines(facts)
    under = lines.inner_join(quotas, [lines.unit_id == quotas._unit_id, lines.category_code == quotas._category])
    under = under.filter(
        (under.from_day <= under.submitted_day) & ((under.until_day == 0) | (under.until_day >= under.submitted_day))
    )
    ordered = under.group_by(list(_GROUP)).aggregate(
        region_code=number(under.region_code.max()),
        day=number(under.submitted_day.max()),
        category_code=under.category_code.min(),
        on_order=number(under.pending.sum()),
        line_id=number(under.line_id.max()),
    )
    ordered = ordered.filter(ordered.day > facts.on_day - values["window_days"])
    # The standard as it held on the day of the last order; a later one judges later orders.
    quotas = quotas.select("ceiling", "from_day", "until_day", "_unit_id", _standard="standard_code")
    held = ordered.inner_join(quotas, [ordered.unit_id == quotas._unit_id, ordered.standard_code == quotas._standard])
    held = held.filter((held.from_day <= held.day) & ((held.until_day == 0) | (held.until_day >= held.day)))
    ceilings = held.group_by(list(_GROUP)).aggregate(ceiling=number(held.ceiling.max()))
    judged = left_join(left_join(ordered, ceilings, _GROUP), _in_use(facts), _GROUP)
    judged = with_approval(facts, judged, kind="over_standard", key="line_id", day="day")
    judged = judged.mutate(excess=judged.in_use + judged.on_order - judged.ceiling)
    return sweep_rows(
        judged,
        subject=subject("unit", judged.unit_id, judged.standard_code),
        outcome=outcome(
            not_applicable=judged.is_approved > 0, not_computable=judged.ceiling <= 0, hit=judged.excess > 0
        ),
        evidence=[one.name for one in _EVIDENCE],
    )


def documents(facts: Facts, values: Values) -> ir.Table:
    """The orders that are still under way."""
    lines = _lines(facts)
    pending = lines.filter(lines.pending > 0)
    quotas = _categories(facts)
    under = pending.inner_join(quotas, [pending.unit_id == quotas._unit_id, pending.category_code == quotas._category])
    still_fen = under.price_fen * under.pending
    return orders_behind(
        under.mutate(subject=subject("unit", under.unit_id, under.standard_code), amount_fen=still_fen)
    )


def _lines(facts: Facts) -> ir.Table:
    lines = facts.order_line
    return lines.filter((lines.cancelled_day == 0) & (lines.submitted_day > 0) & (lines.submitted_day <= facts.on_day))


def _in_use(facts: Facts) -> ir.Table:
    cards = facts.asset_card
    cards = cards.filter((cards.in_use == 1) & (cards.order_id > 0))
    quotas = _categories(facts)
    met = cards.inner_join(quotas, [cards.unit_id == quotas._unit_id, cards.category_code == quotas._category])
    return met.group_by(list(_GROUP)).aggregate(in_use=number(met.quantity.sum()))


def _categories(facts: Facts) -> ir.Table:
    """Which categories each standard counts for each unit."""
    quotas = facts.asset_quota.select("standard_code", _unit_id="unit_id", _category="category_code")
    return quotas.distinct()


def check(given: Mapping[str, Any], values: Values) -> Verdict:
    """Whether pieces in use, on order and wanted now are more than the standard allows."""
    names = ("asset_ceiling_pieces", "asset_in_use", "asset_on_order", "asset_wanted")
    ceiling, in_use, on_order, wanted = (given[name] for name in names)
    if None in (ceiling, in_use, on_order, wanted):
        return Verdict(NOT_COMPUTABLE)
    if ceiling <= 0 or given["over_standard_is_approved"]:
        return Verdict(NOT_APPLICABLE)
    excess = in_use + on_order + wanted - ceiling
    facts = {"ceiling": ceiling, "in_use": in_use, "on_order": on_order + wanted, "excess": max(0, excess)}
    if excess <= 0:
        return Verdict(CLEAR, facts=facts)
    price_fen = given["price_fen"] or 0
    return Verdict(HIT, amount_fen=price_fen * min(excess, wanted), facts=facts)


RULE = Rule(
    id="standards.quantity",
    version=1,
    name=Words("疑似超资产配置数量标准", "Suspected number above the asset standard"),
    family="standards",
    stages=("order", "nightly"),
    severity=3,
    action="hold",
    subject="unit",
    formula=Words(
        "在用数量加在途数量（含本单）大于按编制内人数计算的数量上限；上限向下取整，至少一件；标准以最近一次下单当日有效的为准",
        "Pieces in use and on order (this one too) are more than the staff quota allows (rounded down, at least one) by"
        " the standard in force on the day of the last order",
    ),
    accepted=Words("不超过数量上限，或有超标准配置批准", "No more than the standard, or an approval"),
    answer=Words("减少数量，或说明理由并附批准文件", "Order fewer, or give the reason with the approval"),
    source="财资〔2016〕27号《中央行政单位通用办公设备家具配置标准》；河南省2023年版标准的数值待确认",
    parameters=(
        Parameter("window_days", 90, "days", Words("最近下单天数", "Days since the last order"),
                  lowest=1, highest=1100, source="本系统设定，待确认"),
    ),
    evidence=_EVIDENCE,
    exclusions=(Words("经批准超标准配置的", "What an approval above the standard covers"),
                Words("已处置或已退回的资产", "Assets that were disposed of or sent back"),
                Words("不经商城取得的资产", "Assets that did not come through the mall"),
                Words("已取消的订单", "Cancelled orders")),
    tables=("order_line", "asset_quota", "asset_card", "approval"),
    needs=("asset_ceiling_pieces", "asset_in_use", "asset_on_order", "asset_wanted", "over_standard_is_approved",
           "price_fen"),
    find=find,
    documents=documents,
    check=check,
)  # fmt: skip
