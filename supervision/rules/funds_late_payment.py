"""逾期支付: what was accepted and invoiced is not paid in time; the interest is reckoned to the fen."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from supervision.expressions import left_join, literal, number, outcome, subject, sweep_rows, whole
from supervision.facts import Facts
from supervision.rule import UNCONFIRMED, Evidence, Parameter, Rule, Words
from supervision.values import Values

_EVIDENCE = (
    Evidence("payable_day", "day", Words("应付日期", "Due on")),
    Evidence("late_days", "days", Words("逾期天数", "Days late")),
    Evidence("owed_fen", "fen", Words("尚未支付金额", "Not paid yet")),
    Evidence("late_paid_fen", "fen", Words("逾期后支付金额", "Paid late")),
    Evidence("interest_fen", "fen", Words("逾期利息", "Late interest")),
)


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per order accepted in the window.

    The interest is the sum over late payments of amount x days late, and of what is still owed x days until today,
    times the daily rate, rounded half up once at the end.
    """
    orders = facts.purchase_order
    orders = orders.filter(
        (orders.accepted_day > facts.on_day - values["look_back_days"]) & (orders.accepted_day <= facts.on_day)
    )
    orders = _with_payable_day(orders, values)
    orders = left_join(orders, _paid_late(facts, orders), ("order_id",))
    owed = orders.accepted_fen - orders.withheld_fen - orders.refunded_fen - orders.order_paid_fen
    is_due = orders.payable_day < facts.on_day
    orders = orders.mutate(
        owed_fen=ibis.ifelse(is_due, ibis.greatest(owed, literal(0)), literal(0)),
        open_days=ibis.greatest(literal(facts.on_day) - orders.payable_day, literal(0)),
    )
    suppliers = facts.supplier.select("supplier_id", "is_small_firm")
    orders = left_join(orders, suppliers, ("supplier_id",))
    fen_days = orders.late_fen_days + orders.owed_fen * orders.open_days
    rate = values.by_region("interest_basis_points_per_day", orders.region_code)
    orders = orders.mutate(
        interest_fen=whole(fen_days * rate * orders.is_small_firm + 5_000, 10_000),
        late_days=ibis.ifelse(orders.owed_fen > 0, orders.open_days, orders.latest_days),
    )
    return sweep_rows(
        orders,
        subject=subject("order", orders.order_id),
        outcome=outcome(
            not_applicable=(orders.invoiced_day == 0) & (orders.due_day == 0),
            not_computable=orders.accepted_fen <= 0,
            hit=(orders.owed_fen > 0) | (orders.late_paid_fen > 0),
        ),
        document=orders.number,
        day=orders.payable_day,
        amount_fen=orders.owed_fen + orders.late_paid_fen,
        evidence=[one.name for one in _EVIDENCE],
    )


def _with_payable_day(orders: ir.Table, values: Values) -> ir.Table:
    """The day the order knows, else so many days from acceptance and invoice, whichever came later; in no case later
    than the longest term that a contract may agree on."""
    begins_day = ibis.greatest(orders.accepted_day, orders.invoiced_day)
    usual_day = begins_day + values.by_region("due_days", orders.region_code)
    latest_day = begins_day + values.by_region("longest_days", orders.region_code)
    agreed_day = ibis.ifelse(orders.due_day > 0, orders.due_day, usual_day)
    return orders.mutate(payable_day=ibis.least(agreed_day, latest_day))


def _paid_late(facts: Facts, orders: ir.Table) -> ir.Table:
    """By order: `order_paid_fen`, and of it `late_paid_fen`, `latest_days` and `late_fen_days` after the due day."""
    paid = facts.payment
    paid = paid.filter((paid.order_id > 0) & (paid.amount_fen > 0) & (paid.day <= facts.on_day))
    due = orders.select(due_order_id=orders.order_id, due_on_day=orders.payable_day)
    paid = paid.join(due, [paid.order_id == due.due_order_id])
    paid = paid.mutate(days_late=ibis.greatest(paid.day - paid.due_on_day, literal(0)))
    return paid.group_by("order_id").aggregate(
        order_paid_fen=lambda t: number(t.amount_fen.sum()),
        late_paid_fen=lambda t: number(ibis.ifelse(t.days_late > 0, t.amount_fen, literal(0)).sum()),
        latest_days=lambda t: number(t.days_late.max()),
        late_fen_days=lambda t: number((t.amount_fen * t.days_late).sum()),
    )


RULE = Rule(
    id="funds.late_payment",
    version=1,
    name=Words("疑似逾期支付", "Suspected late payment"),
    family="funds",
    stages=("nightly",),
    severity=2,
    action="warn",
    subject="order",
    formula=Words(
        "验收合格并收到发票后，超过应付日期仍未支付，或逾期支付；对中小企业按日利率逐笔计算逾期利息，最后四舍五入到分",
        "After acceptance and invoice the payment is not made by the day it is due, or was made later; to small and"
        " medium firms the interest runs by the day on each amount and is rounded half up to the fen at the end",
    ),
    accepted=Words("在应付日期当天或之前付清", "All paid on the day it is due or before"),
    answer=Words("尽快支付并结算利息，或说明争议、退款、质保金等情况",
                 "Pay with the interest, or show the dispute, refund or retention"),
    source="《保障中小企业款项支付条例》（国务院令第802号）",
    legal_basis="《保障中小企业款项支付条例》第九条、第十七条（条号待确认）",
    parameters=(
        Parameter("due_days", 30, "days", Words("付款期限", "Days to pay"), tightens="lower", highest=60,
                  regional_rule="payment.due_days", by_region=True, source="《保障中小企业款项支付条例》"),
        Parameter("longest_days", 60, "days", Words("合同约定付款期限上限", "Longest agreed term"), tightens="lower",
                  highest=60, regional_rule="payment.max_days", by_region=True, source="《保障中小企业款项支付条例》"),
        Parameter("interest_basis_points_per_day", 5, "basis_points",
                  Words("逾期日利率", "Daily rate of late interest"),
                  tightens="higher", regional_rule="payment.late_interest_bp_per_day", by_region=True,
                  source="《保障中小企业款项支付条例》：未约定的按日利率万分之五"),
        Parameter("look_back_days", 730, "days", Words("回看天数", "Days looked back"), source=UNCONFIRMED),
    ),
    evidence=_EVIDENCE,
    exclusions=(Words("尚未开具发票且无约定付款日期的", "Neither invoiced nor with an agreed day"),
                Words("合同约定的质保金和争议金额", "Retention and disputed amounts"),
                Words("已退款金额", "What was refunded")),
    tables=("purchase_order", "payment", "supplier"),
    find=find,
)  # fmt: skip
