"""采供关联: somebody of the unit shares an identity, a phone or an account with a supplier it buys from."""

from __future__ import annotations

import ibis.expr.types as ir

from supervision.expressions import (
    inner_join,
    left_join,
    number,
    outcome,
    subject,
    sweep_rows,
)
from supervision.facts import Facts
from supervision.placed_orders import orders_behind, recently_placed
from supervision.rule import Evidence, Parameter, Rule, Words
from supervision.values import Values

#: what ties a person to a firm; an address is shared by too many
KINDS = ("legal_person", "phone", "bank_account", "certificate")
_EVIDENCE = (
    Evidence("link_kind", "text", Words("相同的信息", "What is shared")),
    Evidence("link_count", "count", Words("相同的项数", "How many are shared")),
    Evidence("staff_count", "count", Words("涉及人数", "People of the unit")),
    Evidence("order_count", "count", Words("订单数", "Orders")),
)


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per unit and supplier that traded in the window."""
    traded = (
        _lines(facts, values)
        .group_by(["unit_id", "region_code", "supplier_id"])
        .aggregate(
            amount_fen=lambda t: number(t.amount_fen.sum()),
            order_count=lambda t: number(t.order_id.nunique()),
            day=lambda t: number(t.submitted_day.max()),
        )
    )
    keys = facts.identity_key
    keys = keys.filter(keys.kind.isin(KINDS) & (keys.key != ""))
    held = keys.group_by(["kind", "key"]).aggregate(holders=lambda t: number(t.party_id.count()))
    private = held.filter(held.holders <= values["holders_max"])
    of_suppliers = keys.filter(keys.party == "supplier").select("kind", "key", supplier_id="party_id")
    of_staff = keys.filter(keys.party == "staff").select("kind", "key", "unit_id", staff_id="party_id")
    suppliers_known = of_suppliers.group_by("supplier_id").aggregate(supplier_keys=lambda t: number(t.count()))
    units_known = of_staff.group_by("unit_id").aggregate(staff_keys=lambda t: number(t.count()))

    shared = inner_join(inner_join(of_staff, private, ["kind", "key"]), of_suppliers, ["kind", "key"])
    links = shared.group_by(["unit_id", "supplier_id"]).aggregate(
        link_kind=lambda t: t.kind.min(),
        link_count=lambda t: number(t.key.nunique()),
        staff_count=lambda t: number(t.staff_id.nunique()),
    )
    judged = left_join(traded, links, ("unit_id", "supplier_id"))
    judged = left_join(judged, suppliers_known, ("supplier_id",))
    judged = left_join(judged, units_known, ("unit_id",))
    return sweep_rows(
        judged,
        subject=subject("unit", judged.unit_id, judged.supplier_id),
        outcome=outcome(
            not_computable=(judged.supplier_keys == 0) | (judged.staff_keys == 0), hit=judged.link_count > 0
        ),
        evidence=[one.name for one in _EVIDENCE],
    )


def documents(facts: Facts, values: Values) -> ir.Table:
    """The orders between the two."""
    lines = _lines(facts, values)
    lines = lines.mutate(subject=subject("unit", lines.unit_id, lines.supplier_id))
    return orders_behind(lines)


def _lines(facts: Facts, values: Values) -> ir.Table:
    return recently_placed(facts, facts.order_line, days=values["window_days"])


RULE = Rule(
    id="suppliers.staff_link",
    version=1,
    name=Words("采购人员与供应商疑似关联", "Suspected link between buyer's staff and supplier"),
    family="suppliers",
    stages=("nightly",),
    severity=3,
    action="case",
    subject="unit",
    formula=Words(
        "近一年有交易的单位与供应商，单位工作人员与供应商的法定代表人身份、联系电话、银行账号或数字证书相同"
        "（仅比对加密摘要；被多方共用的不计）",
        "A unit bought from a supplier within a year, and one of its staff has the identity of the supplier's legal"
        " person, or the same phone, bank account or certificate (only keyed digests are compared; what many share"
        " does not count)",
    ),
    accepted=Words("没有相同信息，或相关人员已回避", "Nothing shared, or the person stood aside"),
    answer=Words("说明关系及回避情况；信息登记有误的，更正登记",
                 "Explain the relation and who stood aside, or correct what is registered"),
    source="《政府采购法》第十二条；《政府采购法实施条例》第九条",
    legal_basis="《政府采购法》第十二条",
    parameters=(
        Parameter("window_days", 365, "days", Words("回看天数", "Days looked back"), lowest=30, highest=1_500,
                  source="本系统设定，待确认"),
        Parameter("holders_max", 5, "count", Words("共用方数上限", "Most parties that share a key"),
                  tightens="higher", lowest=2, highest=20, source="本系统设定，待确认"),
    ),
    evidence=_EVIDENCE,
    exclusions=(Words("被多方共用的电话等信息", "Keys that many share, such as a public phone"),
                Words("仅地址相同的", "The same address alone"),
                Words("已取消的订单", "Cancelled orders")),
    tables=("order_line", "identity_key"),
    find=find,
    documents=documents,
)  # fmt: skip
