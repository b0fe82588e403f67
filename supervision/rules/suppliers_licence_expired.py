"""证照过期: the business licence has ended, or the register no longer shows the supplier as in business."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis.expr.types as ir

from supervision.expressions import left_join, literal, number, outcome, subject, sweep_rows
from supervision.facts import Facts
from supervision.rule import CLEAR, HIT, NOT_COMPUTABLE, Evidence, Rule, Verdict, Words
from supervision.values import Values

_EVIDENCE = (
    Evidence("licence_until_day", "day", Words("营业执照有效期至", "Business licence valid until")),
    Evidence("registration_state", "text", Words("登记状态", "State in the register")),
)


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per supplier with a listing on the shelf."""
    listings = facts.listing
    listings = listings.filter(listings.state == "on_shelf").group_by("supplier_id").aggregate(has_goods=literal(1))
    suppliers = left_join(facts.supplier, listings, ("supplier_id",))
    suppliers = suppliers.filter(suppliers.has_goods == 1)
    is_gone = (suppliers.registration_state != "") & (suppliers.registration_state != "normal")
    is_over = (suppliers.licence_until_day > 0) & (suppliers.licence_until_day < facts.on_day)
    return sweep_rows(
        suppliers,
        subject=subject("supplier", suppliers.supplier_id),
        outcome=outcome(not_computable=(suppliers.licence_until_day <= 0) & ~is_gone, hit=is_gone | is_over),
        day=number(is_over.ifelse(suppliers.licence_until_day, literal(facts.on_day))),
        evidence=[one.name for one in _EVIDENCE],
    )


def check(given: Mapping[str, Any], values: Values) -> Verdict:
    """Whether the supplier may do business on the day of the deed."""
    until_day, state, on_day = given["licence_until_day"], given["registration_state"], given["on_day"]
    facts = {"licence_until_day": until_day, "registration_state": state}
    if state not in (None, "", "normal"):
        return Verdict(HIT, facts=facts)
    if not until_day or on_day is None:
        return Verdict(NOT_COMPUTABLE)
    return Verdict(HIT if until_day < on_day else CLEAR, facts=facts)


RULE = Rule(
    id="suppliers.licence_expired",
    version=1,
    name=Words("供应商证照疑似过期", "Suspected expiry of a supplier's licence"),
    family="suppliers",
    stages=("order", "listing", "nightly"),
    severity=4,
    action="block",
    subject="supplier",
    formula=Words(
        "营业执照有效期早于当日，或登记机关公示的登记状态不是存续（在营、开业）",
        "The business licence ended before the day, or the register shows another state than in business",
    ),
    accepted=Words("执照在有效期内或长期有效，且登记状态为存续", "A valid or endless licence, and in business"),
    answer=Words("上传换发后的营业执照，由征集机构核对登记信息后恢复",
                 "Upload the renewed licence; the purchasing centre compares it with the register"),
    source="《政府采购法》第二十二条；入驻协议",
    legal_basis="《政府采购法》第二十二条第一款第一项",
    evidence=_EVIDENCE,
    exclusions=(Words("执照长期有效的", "A licence without end"),
                Words("没有在架商品的（夜间核查）", "No goods on the shelf (in the nightly sweep)")),
    tables=("supplier", "listing"),
    needs=("on_day", "licence_until_day", "registration_state"),
    find=find,
    check=check,
)  # fmt: skip
