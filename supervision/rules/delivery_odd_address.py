"""收货地址异常: goods go where the unit is not at home, or where unrelated units order too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis
import ibis.expr.types as ir

from supervision.expressions import left_join, literal, number, outcome, subject, sweep_rows
from supervision.facts import Facts
from supervision.placed_orders import recently_placed
from supervision.rule import CLEAR, HIT, NOT_APPLICABLE, NOT_COMPUTABLE, Evidence, Parameter, Rule, Verdict, Words
from supervision.values import Values

_EVIDENCE = (
    Evidence("family_count", "count", Words("使用该地址的无关单位数", "Unrelated units at the address")),
    Evidence("unit_count", "count", Words("使用该地址的单位数", "Units at the address")),
    Evidence("order_count", "count", Words("本单位近期订单数", "The unit's orders of late")),
    Evidence("address_is_registered", "count", Words("地址已登记（1为是）", "Address registered (1: yes)")),
)


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per unit and address it ordered to of late. Units of one parent are related."""
    orders = recently_placed(facts, facts.purchase_order, days=values["shared_days"])
    family_id = ibis.ifelse(orders.parent_id > 0, orders.parent_id, orders.unit_id)
    shared = orders.group_by("address_key").aggregate(
        family_count=number(family_id.nunique()), unit_count=number(orders.unit_id.nunique())
    )
    recent = _recent(facts, values)
    used = recent.group_by(["unit_id", "address_key"]).aggregate(
        region_code=number(recent.region_code.max()),
        order_count=number(recent.order_id.count()),
        amount_fen=number(recent.total_fen.sum()),
        day=number(recent.submitted_day.max()),
    )
    homes = facts.unit.select("unit_id", "is_exempt_address", home_key="address_key")
    judged = left_join(left_join(used, shared, ("address_key",)), homes, ("unit_id",))
    is_registered = ibis.ifelse(judged.address_key == judged.home_key, literal(1), literal(0))
    judged = judged.mutate(address_is_registered=is_registered)
    return sweep_rows(
        judged,
        subject=subject("unit", judged.unit_id, judged.address_key),
        outcome=outcome(
            not_applicable=judged.is_exempt_address == 1,
            not_computable=judged.address_key == "",
            hit=judged.family_count >= values["unrelated_units"],
        ),
        evidence=[one.name for one in _EVIDENCE],
    )


def documents(facts: Facts, values: Values) -> ir.Table:
    """The unit's orders of late to the address."""
    recent = _recent(facts, values)
    return recent.select(
        subject=subject("unit", recent.unit_id, recent.address_key),
        document=recent.number,
        day=recent.submitted_day,
        amount_fen=recent.total_fen,
    )


def _recent(facts: Facts, values: Values) -> ir.Table:
    return recently_placed(facts, facts.purchase_order, days=values["recent_days"])


def check(given: Mapping[str, Any], values: Values) -> Verdict:
    """Whether the address is not the unit's, or one that too many unrelated units use."""
    names = ("address_key", "address_is_registered", "address_family_count", "order_amount_fen")
    address_key, is_registered, family_count, amount_fen = (given[name] for name in names)
    if not address_key or None in (is_registered, family_count, amount_fen):
        return Verdict(NOT_COMPUTABLE)
    if given["address_is_exempt"]:
        return Verdict(NOT_APPLICABLE)
    facts = {"family_count": family_count, "address_is_registered": int(bool(is_registered))}
    is_hit = not is_registered or family_count >= values["unrelated_units"]
    return Verdict(HIT if is_hit else CLEAR, amount_fen=amount_fen if is_hit else 0, facts=facts)


RULE = Rule(
    id="delivery.odd_address",
    version=1,
    name=Words("疑似收货地址异常", "Suspected odd delivery address"),
    family="delivery",
    stages=("order", "nightly"),
    severity=2,
    action="hold",
    subject="order",
    formula=Words(
        "下单时收货地址不是该单位登记的地址，或一年内有规定数量以上的无关单位（不属于同一主管部门）使用同一地址；"
        "每晚按后一条件核查",
        "At order time the address is not one that the unit registered, or within a year so many unrelated units (not"
        " of one parent) ordered to it; every night by the second condition",
    ),
    accepted=Words("使用本单位登记的收货地址", "An address that the unit registered and does not share"),
    answer=Words("登记该地址并说明用途，或改用登记地址", "Register the address and say what it is for, or use another"),
    source="本系统设定，待确认",
    parameters=(
        Parameter("unrelated_units", 3, "count", Words("无关单位数", "Unrelated units"),
                  tightens="lower", lowest=2, highest=100, source="本系统设定，待确认"),
        Parameter("shared_days", 365, "days", Words("共用统计天数", "Days in which an address is shared"),
                  lowest=30, highest=1100, source="本系统设定，待确认"),
        Parameter("recent_days", 30, "days", Words("近期订单天数", "Days of orders of late"),
                  lowest=1, highest=366, source="本系统设定，待确认"),
    ),
    evidence=_EVIDENCE,
    exclusions=(Words("依规集中办公、共用地址的单位", "Units that live at a shared address by right"),
                Words("同一主管部门的单位", "Units of one parent"),
                Words("已取消的订单", "Cancelled orders")),
    tables=("purchase_order", "unit"),
    needs=("address_key", "address_is_registered", "address_is_exempt", "address_family_count", "order_amount_fen"),
    find=find,
    documents=documents,
    check=check,
)  # fmt: skip
