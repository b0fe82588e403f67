"""超额支付: the payments of an order are together more than what was accepted of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis.expr.types as ir

from supervision.expressions import outcome, subject, sweep_rows
from supervision.facts import Facts
from supervision.order_payments import paid_orders, payments_of_orders
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

_EVIDENCE = (
    Evidence("paid_together_fen", "fen", Words("累计支付金额", "Paid together")),
    Evidence("accepted_fen", "fen", Words("验收金额", "Accepted")),
)


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per order with a payment in the window; what was refunded of it counts as not paid."""
    orders = paid_orders(facts, from_day=facts.on_day - values["look_back_days"])
    orders = orders.mutate(paid_together_fen=orders.all_paid_fen - orders.refunded_fen)
    return sweep_rows(
        orders,
        subject=subject("order", orders.order_id),
        outcome=outcome(
            not_applicable=(orders.is_order_known > 0) & (orders.accepted_day == 0),
            not_computable=orders.is_order_known == 0,
            hit=orders.paid_together_fen > orders.accepted_fen,
        ),
        document=orders.number,
        day=orders.last_paid_day,
        amount_fen=orders.paid_together_fen - orders.accepted_fen,
        evidence=[one.name for one in _EVIDENCE],
    )


def documents(facts: Facts, values: Values) -> ir.Table:
    """The payments of each order."""
    return payments_of_orders(facts)


def check(given: Mapping[str, Any], values: Values) -> Verdict:
    """Whether what was accepted bears this payment beside the earlier ones."""
    if any(given[name] is None for name in ("accepted_day", "accepted_fen", "paid_before_fen", "amount_fen")):
        return Verdict(NOT_COMPUTABLE)
    if not given["accepted_day"]:
        return Verdict(NOT_APPLICABLE)
    together_fen = given["paid_before_fen"] + given["amount_fen"]
    facts = {"paid_together_fen": together_fen, "accepted_fen": given["accepted_fen"]}
    beyond_fen = together_fen - given["accepted_fen"]
    return Verdict(HIT if beyond_fen > 0 else CLEAR, amount_fen=max(beyond_fen, 0), facts=facts)


RULE = Rule(
    id="funds.paid_over_accepted",
    version=1,
    name=Words("疑似超验收金额支付", "Paid more than accepted"),
    family="funds",
    stages=("payment", "nightly"),
    severity=4,
    action="block",
    subject="order",
    formula=Words(
        "同一订单的累计支付金额（含本次，扣除已退款）大于验收金额",
        "The payments of one order, this one included and refunds taken off, are together more than what was accepted",
    ),
    accepted=Words("累计支付不超过验收金额", "Payments within what was accepted"),
    answer=Words("核减本次支付金额，或补充验收记录；已多付的办理退款",
                 "Ask for less, record the acceptance, or claim back what was overpaid"),
    source="《政府采购法实施条例》第五十一条：按照合同规定支付采购资金",
    legal_basis="《政府采购法实施条例》第五十一条",
    parameters=(
        Parameter("look_back_days", 365, "days", Words("回看天数", "Days looked back"), source=UNCONFIRMED),
    ),
    evidence=_EVIDENCE,
    exclusions=(Words("尚未验收的订单，由“未验收先支付”判断",
                      "Orders not accepted yet, which are judged as paid before acceptance"),),
    tables=("payment", "purchase_order"),
    needs=("accepted_day", "accepted_fen", "paid_before_fen", "amount_fen"),
    find=find,
    documents=documents,
    check=check,
)  # fmt: skip
