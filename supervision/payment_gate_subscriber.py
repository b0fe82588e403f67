"""Rules when a payment is asked for: what they find is kept as findings, before the money can have left.

Nothing is refused here: the unit's finance and a regulator see the finding while the request still waits, and a
regulator with a case may hold the disputed lines.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select

from mall import clock
from mall.access.actor import SYSTEM
from mall.audit.record import record
from mall.database import session
from mall.finance.payment_request import PaymentRequest
from mall.ordering.order import OrderLine
from mall.outbox.event import Event, subscribes
from supervision.gather_payment import payment_facts
from supervision.keep_findings import Found, keep_findings
from supervision.rule import HIT
from supervision.rule_precision import precisions, standing_of
from supervision.rule_shelf import rules, rules_at
from supervision.values_in_force import Rows, all_rows_in_force, mode_in_force, values_for


@subscribes("payment.request")
def judge_payment(event: Event) -> None:
    """Judge the request by every rule of the stage. A second delivery finds the findings written."""
    number = event.document.partition(":")[2]
    payment = session().scalar(select(PaymentRequest).where(PaymentRequest.number == number))
    if payment is None:
        return
    on = clock.local(payment.requested_at).date()
    in_force, known = all_rows_in_force(on=on), precisions()
    category_code = _category_of(payment)
    hits = 0
    known_facts = payment_facts(payment, alike_days=_alike_days(payment, on, in_force))
    for rule in rules_at("payment"):
        assert rule.check is not None
        rows = in_force.get(rule.id, {})
        mode = mode_in_force(rule, region_code=payment.region_code, on=on, rows=rows)
        if mode == "off":
            continue
        values = values_for(rule, region_code=payment.region_code, on=on, rows=rows)
        given = {name: known_facts.get(name) for name in rule.needs}
        verdict = rule.check(given, values)
        if verdict.outcome != HIT:
            continue
        precision = known.of(rule.id, version=rule.version, category_code=category_code)
        found = Found(
            subject=f"payment:{payment.number}",
            standing=standing_of(rule, mode, precision),
            region_code=payment.region_code,
            unit_id=payment.unit_id,
            supplier_id=payment.supplier_id,
            category_code=category_code,
            product_id=0,
            document=payment.order_number,
            day=on,
            amount_fen=verdict.amount_fen or payment.amount_fen,
            evidence={**verdict.facts, "given": given},
            documents=[],
            parameters=dict(values.here),
        )
        hits += keep_findings(rule, [found], stage="payment", run_id=None, on=on, is_whole=False)
    record(actor=SYSTEM, action="payment.watch", subject=event.document, facts={"new": hits})


def _alike_days(payment: PaymentRequest, on: date, in_force: Mapping[str, Rows]) -> int:
    rule = rules()["funds.duplicate_payment"]
    rows = in_force.get(rule.id, {})
    return values_for(rule, region_code=payment.region_code, on=on, rows=rows)["window_days"]


def _category_of(payment: PaymentRequest) -> str:
    """Of the order's dearest line."""
    query = (
        select(OrderLine.category_code)
        .where(OrderLine.order_id == payment.order_id)
        .order_by((OrderLine.quantity * OrderLine.price_fen).desc(), OrderLine.line_no)
        .limit(1)
    )
    return session().scalar(query) or ""
