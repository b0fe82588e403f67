"""疑似场外交易: signs that a unit and a supplier met in the mall and dealt beside it."""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir

from supervision.expressions import left_join, literal, number, outcome, stacked, subject, sweep_rows, text
from supervision.facts import Facts
from supervision.outside_payments import is_alike, outside_payments, to_mall_suppliers
from supervision.rule import UNCONFIRMED, Evidence, Parameter, Rule, Words
from supervision.values import Values

_EVIDENCE = (
    Evidence("signs", "count", Words("迹象数", "Signs")),
    Evidence("has_payment", "count", Words("有支付或发票而无订单", "Payment or invoice without an order")),
    Evidence(
        "has_attempt",
        "count",
        Words("撤销的订单或未成的询价金额相近", "Cancelled order or failed quotation of like amount"),
    ),
    Evidence("has_card", "count", Words("金额相近的资产卡片无订单", "Asset card of like value without an order")),
)
_PARTIES = ("unit_id", "supplier_id", "region_code")


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per unit and supplier with a payment without order, a cancelled order or a failed quotation."""
    deals = _deals(facts, values)
    pairs = deals.group_by(list(_PARTIES)).aggregate(
        signs=lambda t: number(t.signs.max()),
        has_payment=lambda t: number(t.has_payment.max()),
        has_attempt=lambda t: number(t.has_attempt.max()),
        has_card=lambda t: number(t.has_card.max()),
        day=lambda t: number(t.day.max()),
        # One deal may show as a payment and as the attempt before it: the larger of both sums is at stake, not both.
        paid_fen=lambda t: number((t.amount_fen * t.has_payment * t.is_deal).sum()),
        attempted_fen=lambda t: number((t.amount_fen * (1 - t.has_payment) * t.is_deal).sum()),
    )
    return sweep_rows(
        pairs,
        subject=subject("unit", pairs.unit_id, "supplier", pairs.supplier_id),
        outcome=outcome(not_computable=pairs.supplier_id == 0, hit=pairs.signs >= values["least_signs"]),
        amount_fen=ibis.greatest(pairs.paid_fen, pairs.attempted_fen),
        evidence=[one.name for one in _EVIDENCE],
    )


def documents(facts: Facts, values: Values) -> ir.Table:
    """The payments, cancelled orders and failed quotations that are signs together with another."""
    deals = _deals(facts, values)
    deals = deals.filter((deals.is_deal > 0) & (deals.document != ""))
    return deals.select(
        "document", "day", "amount_fen", subject=subject("unit", deals.unit_id, "supplier", deals.supplier_id)
    )


def _deals(facts: Facts, values: Values) -> ir.Table:
    """Payments and attempts, each with the signs that go with it; `is_deal`: there are enough of them."""
    payments, attempts = _payments(facts, values), _attempts(facts, values)
    cards = facts.asset_card.filter((facts.asset_card.order_id == 0) & (facts.asset_card.value_fen > 0))
    cards = cards.select(owner_id=cards.unit_id, card_fen=cards.value_fen, card_day=cards.day)
    before_days, card_days = values["attempt_days"], values["card_days"]
    tolerance = values["tolerance_basis_points"]

    tried = attempts.select(
        trying_unit_id=attempts.unit_id,
        tried_supplier_id=attempts.supplier_id,
        tried_fen=attempts.amount_fen,
        tried_day=attempts.day,
    )
    after = payments.join(
        tried, [payments.unit_id == tried.trying_unit_id, payments.supplier_id == tried.tried_supplier_id]
    )
    after = after.filter(
        (after.tried_day <= after.day)
        & (after.tried_day >= after.day - before_days)
        & is_alike(after.amount_fen, after.tried_fen, tolerance)
    )
    payments = _flag(payments, after, "has_attempt")
    with_card = payments.join(cards, [payments.unit_id == cards.owner_id])
    near = (with_card.card_day >= with_card.day - card_days) & (with_card.card_day <= with_card.day + card_days)
    payments = _flag(
        payments, with_card.filter(near & is_alike(with_card.amount_fen, with_card.card_fen, tolerance)), "has_card"
    )
    carded = attempts.join(cards, [attempts.unit_id == cards.owner_id])
    later = (carded.card_day >= carded.day) & (carded.card_day <= carded.day + card_days)
    attempts = _flag(
        attempts, carded.filter(later & is_alike(carded.amount_fen, carded.card_fen, tolerance)), "has_card"
    )
    attempts = attempts.mutate(has_payment=literal(0), has_attempt=literal(1))
    deals = stacked(payments.mutate(has_payment=literal(1)), attempts)
    deals = deals.mutate(signs=deals.has_payment + deals.has_attempt + deals.has_card)
    return deals.mutate(is_deal=ibis.ifelse(deals.signs >= values["least_signs"], literal(1), literal(0)))


def _flag(deeds: ir.Table, pairs: ir.Table, name: str) -> ir.Table:
    """`deeds` with a flag: whether it has a partner among `pairs`."""
    return left_join(deeds, pairs.select("key").distinct().mutate(**{name: literal(1)}), ("key",))


def _payments(facts: Facts, values: Values) -> ir.Table:
    """Payments to mall suppliers with no order that fits, and those to nobody known."""
    from_day = facts.on_day - values["look_back_days"]
    paid = to_mall_suppliers(
        facts,
        from_day=from_day,
        days_before=values["order_days"],
        days_after=5,
        tolerance_basis_points=values["tolerance_basis_points"],
    )
    paid = paid.filter((paid.fitting_orders == 0) & _counts(paid))
    unknown = outside_payments(facts, from_day=from_day)
    unknown = unknown.filter(
        (unknown.supplier_id == 0) & (unknown.payee_key == "") & (unknown.order_id == 0) & _counts(unknown)
    )
    return stacked(
        _deeds(paid, "payment", paid.payment_id, paid.voucher),
        _deeds(unknown, "payment", unknown.payment_id, unknown.voucher),
    )


def _counts(paid: ir.Table) -> Any:
    return (paid.is_recurring == 0) & (paid.is_procured_elsewhere == 0)


def _attempts(facts: Facts, values: Values) -> ir.Table:
    """Cancelled orders and the quotes of failed quotations that no later order of the unit and supplier took up."""
    from_day = facts.on_day - values["look_back_days"] - values["attempt_days"]
    orders = facts.purchase_order
    cancelled = orders.filter((orders.cancelled_day >= from_day) & (orders.cancelled_day <= facts.on_day))
    cancelled = cancelled.filter(cancelled.cancelled_day > 0).mutate(
        day=cancelled.cancelled_day, amount_fen=cancelled.total_fen
    )
    failed = facts.sourcing.filter(facts.sourcing.state == "failed").select("sourcing_number", failed=literal(1))
    quotes = facts.quote
    quotes = quotes.filter(
        (quotes.line_no == 0) & (quotes.closed_day >= from_day) & (quotes.closed_day <= facts.on_day)
    )
    quotes = left_join(quotes, failed.distinct(), ("sourcing_number",))
    quotes = quotes.filter((quotes.failed > 0) & (quotes.is_valid > 0)).mutate(
        day=quotes.closed_day, amount_fen=quotes.price_fen
    )
    attempts = stacked(
        _deeds(cancelled, "order", cancelled.order_id, cancelled.number),
        _deeds(quotes, "quote", quotes.quote_id, quotes.sourcing_number),
    )
    placed = orders.filter((orders.cancelled_day == 0) & (orders.submitted_day > 0)).select(
        placing_unit_id=orders.unit_id,
        placed_supplier_id=orders.supplier_id,
        placed_fen=orders.total_fen,
        placed_day=orders.submitted_day,
    )
    again = attempts.join(
        placed, [attempts.unit_id == placed.placing_unit_id, attempts.supplier_id == placed.placed_supplier_id]
    )
    again = again.filter(
        (again.placed_day >= again.day)
        & (again.placed_day <= again.day + values["attempt_days"])
        & is_alike(again.amount_fen, again.placed_fen, values["tolerance_basis_points"])
    )
    attempts = _flag(attempts, again, "is_placed_again")
    return attempts.filter(attempts.is_placed_again == 0).drop("is_placed_again")


def _deeds(table: ir.Table, kind: str, unique: Any, document: Any) -> ir.Table:
    """Payments, orders and quotes in one shape."""
    return table.select(*_PARTIES, "day", "amount_fen", key=text(kind + ":") + unique.cast("string"), document=document)


RULE = Rule(
    id="funds.off_platform",
    version=1,
    name=Words("疑似场外交易", "Suspected deal beside the mall"),
    family="funds",
    stages=("nightly",),
    severity=3,
    action="case",
    subject="unit and supplier",
    formula=Words(
        "同一单位与同一供应商，金额相近的迹象中至少有两项：在商城以外付款或取得发票而无订单；此前撤销订单或询价未成；"
        "登记了没有订单的资产卡片",
        "Of one unit and one supplier at least two signs of like amount: a payment or invoice beside the mall without"
        " an order; an order cancelled or a quotation failed before it; an asset card without an order",
    ),
    accepted=Words("撤销后重新下单，或另有采购手续", "The cancelled order placed again, or another procurement"),
    answer=Words("说明撤销原因和付款依据，附合同与审批文件",
                 "Say why it was cancelled and what was paid, with contract and approval"),
    source="《政府采购法》第六十四条；多迹象合并判断",
    legal_basis="《政府采购法》第六十四条",
    parameters=(
        Parameter("least_signs", 2, "count", Words("最少迹象数", "Fewest signs"), lowest=2, highest=3,
                  source=UNCONFIRMED),
        Parameter("tolerance_basis_points", 1_500, "basis_points",
                  Words("金额相近的允许差", "Tolerance of like amounts"),
                  highest=3_000, source=UNCONFIRMED),
        Parameter("attempt_days", 60, "days", Words("撤销至付款的天数", "Days from cancellation to payment"),
                  highest=200,
                  source=UNCONFIRMED),
        Parameter("card_days", 60, "days", Words("资产卡片前后的天数", "Days around the asset card"), highest=200,
                  source=UNCONFIRMED),
        Parameter("order_days", 120, "days",
                  Words("付款前查找订单的天数", "Days before a payment in which an order fits"),
                  highest=400, source=UNCONFIRMED),
        Parameter("look_back_days", 180, "days", Words("回看天数", "Days looked back"), source=UNCONFIRMED),
    ),
    evidence=_EVIDENCE,
    exclusions=(Words("撤销后以相近金额重新下单的", "Placed again for a like amount"),
                Words("经常性支出", "Recurring dues"),
                Words("财政部门已认可其他采购方式说明的", "Explained as another procurement, and accepted by finance")),
    tables=("payment", "purchase_order", "sourcing", "quote", "asset_card"),
    find=find,
    documents=documents,
)  # fmt: skip
