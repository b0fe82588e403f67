"""未验收先支付: money of an order went before anything was accepted, beyond the contract's prepayment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis.expr.types as ir

from supervision.expressions import outcome, subject, sweep_rows
from supervision.facts import Facts
from supervision.order_payments import paid_orders, payments_of_orders
from supervision.rule import CLEAR, HIT, NOT_COMPUTABLE, UNCONFIRMED, Evidence, Parameter, Rule, Verdict, Words
from supervision.values import Values

_EVIDENCE = (
    Evidence("paid_early_fen", "fen", Words("验收前支付金额", "Paid before acceptance")),
    Evidence("prepayment_fen", "fen", Words("合同约定预付款", "Prepayment of the contract")),
    Evidence("accepted_day", "day", Words("验收日期", "Accepted on")),
)


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per order with a payment in the window."""
    orders = paid_orders(facts, from_day=facts.on_day - values["look_back_days"])
    return sweep_rows(
        orders,
        subject=subject("order", orders.order_id),
        outcome=outcome(not_computable=orders.is_order_known == 0, hit=orders.paid_early_fen > orders.prepayment_fen),
        document=orders.number,
        day=orders.last_paid_day,
        amount_fen=orders.paid_early_fen - orders.prepayment_fen,
        evidence=[one.name for one in _EVIDENCE],
    )


def documents(facts: Facts, values: Values) -> ir.Table:
    """The payments of each order."""
    return payments_of_orders(facts)


def check(given: Mapping[str, Any], values: Values) -> Verdict:
    """Whether nothing is accepted yet and the contract's prepayment does not bear the payment."""
    if any(given[name] is None for name in ("accepted_day", "prepayment_fen", "paid_before_fen", "amount_fen")):
        return Verdict(NOT_COMPUTABLE)
    early_fen = 0 if given["accepted_day"] else given["paid_before_fen"] + given["amount_fen"]
    facts = {
        "paid_early_fen": early_fen,
        "prepayment_fen": given["prepayment_fen"],
        "accepted_day": given["accepted_day"],
    }
    beyond_fen = early_fen - given["prepayment_fen"]
    return Verdict(HIT if beyond_fen > 0 else CLEAR, amount_fen=max(beyond_fen, 0), facts=facts)


RULE = Rule(
    id="funds.paid_before_acceptance",
    version=1,
    name=Words("疑似未验收先支付", "Suspected payment before acceptance"),
    family="funds",
    stages=("payment", "nightly"),
    severity=3,
    action="hold",
    subject="order",
    formula=Words(
        "订单首次验收之前支付的金额，大于合同约定的预付款（货物一般为零）",
        "What was paid of an order before its first acceptance is more than the contract's prepayment (none for goods)",
    ),
    accepted=Words("验收后支付，或在合同约定的预付款以内",
                   "Payment after acceptance, or within the contract's prepayment"),
    answer=Words("补充验收记录，或附约定预付款的合同",
                 "Record the acceptance, or attach the contract that agrees on a prepayment"),
    source="《政府采购法实施条例》第四十五条、第五十一条；财库〔2016〕205号（待确认）",
    legal_basis="《政府采购法实施条例》第五十一条",
    parameters=(
        Parameter("look_back_days", 365, "days", Words("回看天数", "Days looked back"), source=UNCONFIRMED),
    ),
    evidence=_EVIDENCE,
    exclusions=(Words("合同约定的预付款以内", "Within the contract's prepayment"),),
    tables=("payment", "purchase_order"),
    needs=("accepted_day", "prepayment_fen", "paid_before_fen", "amount_fen"),
    find=find,
    documents=documents,
    check=check,
)  # fmt: skip
