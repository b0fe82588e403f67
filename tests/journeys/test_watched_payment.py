"""A payment that is asked for is judged by the rules of supervision; what they find is kept with what they knew."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from mall import clock
from mall.database import atomic, close_reading, session
from mall.finance.payment_request import PaymentRequest
from mall.outbox.deliver import deliver_waiting
from mall.outbox.event import Event
from supervision.deed_facts import PAYMENT_FACTS
from supervision.finding import Finding
from supervision.gather_payment import payment_facts
from supervision.payment_gate_subscriber import judge_payment
from supervision.rule_shelf import rules, rules_at
from supervision.values import Values
from tests.journeys.story import Story

#: plans of the cash-plan book are held by the mall itself when money is asked for
NOT_TOLD = {"needs_plan", "plan_granted_fen", "plan_used_fen", "plan_charged_fen"}


def findings_of_payments() -> list[Finding]:
    try:
        return list(session().scalars(select(Finding).where(Finding.stage == "payment").order_by(Finding.id)))
    finally:
        close_reading()


@atomic(housekeeping="the outbox delivers inside a transaction")
def judged_again(number: str) -> None:
    judge_payment(Event(1, "payment.request", f"payment:{number}", {}, clock.now()))


def test_an_honest_payment_leaves_no_finding_and_every_fact_is_known(story: Story) -> None:
    number = story.place(story.wanted("paper", 10, "school_office"))
    story.walk(number, until="request_payment")
    deliver_waiting(limit=500)

    assert findings_of_payments() == []
    needed = {name for rule in rules_at("payment") for name in rule.needs}
    assert needed <= set(PAYMENT_FACTS)
    (payment,) = story.ask("select count(*) from audit_record where action = 'payment.watch'")[0]
    assert payment == 1


def test_money_to_another_account_is_found_before_it_leaves(story: Story) -> None:
    number = story.place(story.wanted("paper", 10, "school_office"))
    story.walk(number, until="request_payment")
    story.alter('update payment_request set payee = payee || \'{"bank_account": "9999000011112222"}\'')
    deliver_waiting(limit=500)

    (found,) = findings_of_payments()
    assert (found.rule_id, found.document, found.amount_fen) == ("funds.payee_differs", number, 21_500)
    assert found.standing == "block"
    check = rules()[found.rule_id].check
    assert check is not None
    assert check(found.evidence["given"], Values(found.parameters)).outcome == "hit"


def test_a_second_delivery_finds_the_finding_written(story: Story) -> None:
    number = story.place(story.wanted("paper", 10, "school_office"))
    story.walk(number, until="request_payment")
    story.alter('update payment_request set payee = payee || \'{"bank_account": "9999000011112222"}\'')
    deliver_waiting(limit=500)
    before = [(one.id, one.found_at) for one in findings_of_payments()]

    judged_again(story.payment_of(number))

    assert [(one.id, one.found_at) for one in findings_of_payments()] == before


@pytest.mark.parametrize("rule_id", [rule.id for rule in rules_at("payment")])
def test_every_rule_of_the_stage_can_be_computed_or_says_which_fact_is_missing(story: Story, rule_id: str) -> None:
    number = story.place(story.wanted("paper", 10, "school_office"))
    story.walk(number, until="request_payment")
    rule = rules()[rule_id]

    payment_id = story.ask("select id from payment_request")[0][0]
    facts = facts_of(payment_id, rule.needs)

    unknown = {name for name, value in facts.items() if value is None}
    assert unknown <= NOT_TOLD | {"credit_query_age_minutes"}
    assert number


def facts_of(payment_id: int, names: tuple[str, ...]) -> dict[str, object]:
    payment = session().get_one(PaymentRequest, payment_id)
    try:
        known = payment_facts(payment, alike_days=30)
        return {name: known.get(name) for name in names}
    finally:
        close_reading()
