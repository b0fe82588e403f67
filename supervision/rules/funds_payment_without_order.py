"""有支付无订单: a payment beside the mall to one of its suppliers, with no order that fits it."""

from __future__ import annotations

import ibis.expr.types as ir

from supervision.expressions import left_join, outcome, stacked, subject, sweep_rows
from supervision.facts import Facts
from supervision.outside_payments import outside_payments, to_mall_suppliers
from supervision.rule import UNCONFIRMED, Evidence, Parameter, Rule, Words
from supervision.values import Values

_EVIDENCE = (
    Evidence("admitted_day", "day", Words("供应商入驻日期", "Supplier admitted on")),
    Evidence("invoice_number", "text", Words("发票号码", "Invoice")),
    Evidence("economic_code", "text", Words("经济分类科目", "Economic item")),
)


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per payment beside the mall whose payee is a supplier of the mall, or is not known."""
    from_day = facts.on_day - values["look_back_days"]
    paid = to_mall_suppliers(
        facts,
        from_day=from_day,
        days_before=values["days_before"],
        days_after=values["days_after"],
        tolerance_basis_points=values["tolerance_basis_points"],
    )
    unknown = outside_payments(facts, from_day=from_day)
    unknown = unknown.filter((unknown.supplier_id == 0) & (unknown.payee_key == "") & (unknown.order_id == 0))
    unknown = unknown.mutate(fitting_orders=unknown.order_id)
    paid = stacked(paid, unknown)
    paid = left_join(paid, facts.supplier.select("supplier_id", "admitted_day"), ("supplier_id",))
    is_before = (paid.day < values.by_region("go_live_day", paid.region_code)) | (paid.day < paid.admitted_day)
    return sweep_rows(
        paid,
        subject=subject("payment", paid.payment_id),
        outcome=outcome(
            not_applicable=(paid.is_recurring > 0) | (paid.is_procured_elsewhere > 0) | is_before,
            not_computable=paid.supplier_id == 0,
            hit=paid.fitting_orders == 0,
        ),
        document=paid.voucher,
        evidence=[one.name for one in _EVIDENCE],
    )


RULE = Rule(
    id="funds.payment_without_order",
    version=1,
    name=Words("疑似有支付无订单", "Suspected payment to a mall supplier without an order"),
    family="funds",
    stages=("nightly",),
    severity=3,
    action="case",
    subject="payment",
    formula=Words(
        "在商城以外向商城供应商付款，没有关联订单，且付款前后规定天数内该单位与该供应商没有金额相近的订单",
        "A payment beside the mall to a supplier of the mall, tied to no order, while the unit has no order of like"
        " amount with that supplier within the set days before and after",
    ),
    accepted=Words("有对应订单的支付", "A payment with an order behind it"),
    answer=Words("补充关联订单，或说明合同、审批情况", "Name the order, or the contract and its approval"),
    source="《政府采购法》第六十四条；无采购不支付",
    legal_basis="《政府采购法》第六十四条",
    parameters=(
        Parameter("days_before", 120, "days", Words("付款前查找订单的天数", "Days before the payment"), highest=400,
                  source=UNCONFIRMED),
        Parameter("days_after", 5, "days", Words("付款后查找订单的天数", "Days after the payment"), highest=60,
                  source=UNCONFIRMED),
        Parameter("tolerance_basis_points", 100, "basis_points", Words("金额相近的允许差", "Tolerance of like amounts"),
                  highest=2_000, source=UNCONFIRMED),
        Parameter("go_live_day", 0, "days",
                  Words("商城上线日（自1970-01-01起的天数）", "Day of going live, counted from 1970-01-01"),
                  by_region=True, source=UNCONFIRMED),
        Parameter("look_back_days", 365, "days", Words("回看天数", "Days looked back"), source=UNCONFIRMED),
    ),
    evidence=_EVIDENCE,
    exclusions=(Words("经常性支出", "Recurring dues"),
                Words("财政部门已认可其他采购方式说明的", "Explained as another procurement, and accepted by finance"),
                Words("商城上线前或供应商入驻前的支付", "Before the mall went live or the supplier was admitted")),
    tables=("payment", "purchase_order", "supplier"),
    find=find,
)  # fmt: skip
