"""重复支付: one invoice paid beyond its total, or one payee paid one amount twice with one order or none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis
import ibis.expr.types as ir

from supervision.expressions import before, literal, number, outcome, running_sum, subject, sweep_rows
from supervision.facts import Facts
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
    Evidence("invoice_number", "text", Words("发票号码", "Invoice")),
    Evidence("invoice_paid_fen", "fen", Words("该发票累计支付", "Paid on that invoice together")),
    Evidence("earlier_day", "day", Words("此前同额支付日期", "Earlier payment of this amount on")),
)
_CHECKED = (
    Evidence("alike_of_order_count", "count", Words("同一订单同额支付笔数", "Payments of this amount for the order")),
    Evidence("alike_outside_count", "count", Words("无订单同额支付笔数", "Payments of this amount without an order")),
)
_ORDER = ("day", "payment_id")


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per payment of the window; it is the later one of a pair that is found."""
    paid = facts.payment
    window_days = values["window_days"]
    from_day = facts.on_day - values["look_back_days"]
    paid = paid.filter((paid.amount_fen > 0) & (paid.day >= from_day - window_days) & (paid.day <= facts.on_day))
    paid = paid.filter(paid.is_recurring == 0).mutate(loose_day=ibis.ifelse(paid.order_id == 0, paid.day, literal(0)))
    invoice, alike = ("unit_id", "payee_key", "invoice_number"), ("unit_id", "payee_key", "amount_fen")
    earlier = ibis.window(group_by=list(alike), order_by=list(_ORDER), preceding=(None, 1))
    paid = paid.mutate(
        running_fen=running_sum(paid, "amount_fen", by=invoice, order=_ORDER),
        same_invoice_day=before(paid, "day", by=(*invoice, "amount_fen"), order=_ORDER),
        any_day=before(paid, "day", by=alike, order=_ORDER),
        order_day=before(paid, "day", by=(*alike, "order_id"), order=_ORDER),
        order_fen=running_sum(paid, "amount_fen", by=("order_id",), order=_ORDER),
        earlier_loose_day=number(paid.loose_day.max().over(earlier)),
    )
    has_invoice = (paid.invoice_number != "") & (paid.payee_key != "")
    is_over_invoice = (paid.invoice_fen > 0) & (paid.running_fen > paid.invoice_fen)
    # Without the invoice's total an instalment cannot be told from a second payment, unless the amounts are equal.
    is_same_again = (paid.invoice_fen == 0) & (paid.same_invoice_day > 0)
    is_invoice_twice = has_invoice & (is_over_invoice | is_same_again)
    # Two equal instalments of one order are no duplicate as long as what was accepted bears both.
    order_day = ibis.ifelse((paid.order_id > 0) & (paid.order_fen > paid.accepted_fen), paid.order_day, literal(0))
    earlier_day = ibis.ifelse(paid.order_id == 0, paid.any_day, ibis.greatest(paid.earlier_loose_day, order_day))
    paid = paid.mutate(
        is_invoice_twice=is_invoice_twice,
        earlier_day=ibis.ifelse((paid.payee_key != "") & (earlier_day > 0), earlier_day, literal(0)),
        invoice_paid_fen=ibis.ifelse(has_invoice, paid.running_fen, literal(0)),
    )
    paid = paid.filter(paid.day >= from_day)
    is_near = (paid.earlier_day > 0) & (paid.day - paid.earlier_day <= window_days)
    return sweep_rows(
        paid,
        subject=subject("payment", paid.payment_id),
        outcome=outcome(not_computable=paid.payee_key == "", hit=paid.is_invoice_twice | is_near),
        document=paid.voucher,
        evidence=[one.name for one in _EVIDENCE],
    )


def check(given: Mapping[str, Any], values: Values) -> Verdict:
    """Whether the invoice is paid already, or the same amount went to the payee for this order or for none."""
    asked = (
        "is_recurring", "amount_fen", "invoice_fen", "invoice_paid_fen", "alike_of_order_count", "alike_outside_count",
        "paid_before_fen", "accepted_fen",
    )  # fmt: skip
    if any(given[name] is None for name in asked):
        return Verdict(NOT_COMPUTABLE)
    if given["is_recurring"]:
        return Verdict(NOT_APPLICABLE)
    amount_fen = given["amount_fen"]
    invoice_paid_fen = given["invoice_paid_fen"] + amount_fen
    is_over_invoice = 0 < given["invoice_fen"] < invoice_paid_fen
    is_over_order = given["paid_before_fen"] + amount_fen > given["accepted_fen"]
    is_order_twice = given["alike_of_order_count"] > 0 and is_over_order
    is_hit = is_over_invoice or is_order_twice or given["alike_outside_count"] > 0
    facts = {
        "invoice_paid_fen": invoice_paid_fen,
        "alike_of_order_count": given["alike_of_order_count"],
        "alike_outside_count": given["alike_outside_count"],
    }
    return Verdict(HIT if is_hit else CLEAR, amount_fen=amount_fen, facts=facts)


RULE = Rule(
    id="funds.duplicate_payment",
    version=1,
    name=Words("疑似重复支付", "Suspected duplicate payment"),
    family="funds",
    stages=("payment", "nightly"),
    severity=3,
    action="hold",
    subject="payment",
    formula=Words(
        "同一收款人的同一发票累计支付超过发票金额（金额不详时为同额再付）；或规定天数内向同一收款人支付相同金额，"
        "且属于同一订单（超过验收金额）或其中有一笔没有订单",
        "One invoice of one payee is paid beyond its total (where that is not known: the same amount again); or within"
        " the set days one payee got the same amount twice for one order (beyond what was accepted), or once without"
        " any",
    ),
    accepted=Words("每笔支付有各自的订单和发票", "An order and an invoice of its own behind each payment"),
    answer=Words("说明两笔支付的各自依据；确属重复的办理退款",
                 "Say what each payment was for; claim back what was paid twice"),
    source="《政府采购法实施条例》第五十一条；《会计法》关于原始凭证的规定",
    parameters=(
        Parameter("window_days", 30, "days", Words("同额支付的间隔天数", "Days between payments of one amount"),
                  lowest=1, highest=120, source=UNCONFIRMED),
        Parameter("look_back_days", 365, "days", Words("回看天数", "Days looked back"), source=UNCONFIRMED),
    ),
    evidence=(*_EVIDENCE, *_CHECKED),
    exclusions=(Words("房租、按月服务等经常性支出", "Recurring dues such as rent and services by the month"),
                Words("各有订单的同额支付", "Equal payments each with an order of its own"),
                Words("验收金额以内的分期支付", "Instalments within what was accepted")),
    tables=("payment",),
    needs=("is_recurring", "amount_fen", "invoice_fen", "invoice_paid_fen", "alike_of_order_count",
           "alike_outside_count", "paid_before_fen", "accepted_fen"),
    find=find,
    check=check,
)  # fmt: skip
