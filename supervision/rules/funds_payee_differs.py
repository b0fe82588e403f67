"""收款人与供应商不符: a payment of an order goes to another than its supplier, or to an account he did not register."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis.expr.types as ir

from supervision.expressions import outcome, subject, sweep_rows
from supervision.facts import Facts
from supervision.order_payments import order_payments
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

_SWEPT = (
    Evidence("order_supplier_id", "supplier", Words("订单供应商", "Supplier of the order")),
    Evidence("is_registered_account", "count", Words("是否登记账户", "Registered account")),
)
_CHECKED = (Evidence("payee_supplier_id", "supplier", Words("收款账户所属供应商", "Supplier of the payee's account")),)


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per payment of an order."""
    paid = order_payments(facts, from_day=facts.on_day - values["look_back_days"])
    return sweep_rows(
        paid,
        subject=subject("payment", paid.payment_id),
        outcome=outcome(
            not_applicable=paid.is_payee_approved > 0,
            not_computable=(paid.is_order_known == 0) | (paid.payee_key == ""),
            hit=(paid.supplier_id != paid.order_supplier_id) | (paid.is_registered_account == 0),
        ),
        supplier_id=paid.order_supplier_id,
        document=paid.voucher,
        evidence=[one.name for one in _SWEPT],
    )


def check(given: Mapping[str, Any], values: Values) -> Verdict:
    """Whether the money goes to the order's supplier, to the account that he registered."""
    asked = ("supplier_id", "payee_supplier_id", "is_registered_account", "is_payee_approved", "amount_fen")
    if any(given[name] is None for name in asked):
        return Verdict(NOT_COMPUTABLE)
    if given["is_payee_approved"]:
        return Verdict(NOT_APPLICABLE)
    is_hit = given["payee_supplier_id"] != given["supplier_id"] or not given["is_registered_account"]
    facts = {
        "order_supplier_id": given["supplier_id"],
        "payee_supplier_id": given["payee_supplier_id"],
        "is_registered_account": given["is_registered_account"],
    }
    return Verdict(HIT if is_hit else CLEAR, amount_fen=given["amount_fen"], facts=facts)


RULE = Rule(
    id="funds.payee_differs",
    version=1,
    name=Words("收款人与供应商疑似不符", "Payee is not the supplier"),
    family="funds",
    stages=("payment", "nightly"),
    severity=4,
    action="block",
    subject="payment",
    formula=Words(
        "订单支付的收款人不是订单的供应商，或收款账户不是该供应商登记的账户",
        "A payment of an order goes to another than the order's supplier, or to an account that he did not register",
    ),
    accepted=Words("付至订单供应商登记的账户，或有批准的收款人变更",
                   "The supplier's registered account, or an approved change of the payee"),
    answer=Words("更正收款账户，或附债权转让、司法协助等批准文件",
                 "Correct the account, or attach the approved assignment or court order"),
    source="《政府采购法实施条例》第五十一条：按照合同规定及时向中标或者成交供应商支付采购资金",
    legal_basis="《政府采购法实施条例》第五十一条",
    parameters=(
        Parameter("look_back_days", 365, "days", Words("回看天数", "Days looked back"), source=UNCONFIRMED),
    ),
    evidence=(*_SWEPT, *_CHECKED),
    exclusions=(Words("经批准变更收款人的", "A change of the payee was approved"),),
    tables=("payment", "purchase_order"),
    needs=("supplier_id", "payee_supplier_id", "is_registered_account", "is_payee_approved", "amount_fen"),
    find=find,
    check=check,
)  # fmt: skip
