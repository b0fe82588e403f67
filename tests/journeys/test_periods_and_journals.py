"""Closing months for good, and the rare postings that people draw up by hand."""

from __future__ import annotations

from typing import Any

import pytest

from ledger import fiscal_year
from ledger.chart_of_accounts import Account
from ledger.expenditure import spent_by_class, spent_by_line
from ledger.reports import Scope
from mall import clock
from mall.database import close_reading, session
from mall.errors import Refusal
from mall.finance.chart_mapping import account_title
from mall.finance.close_period import checklist, close_period
from mall.finance.draw_up_journal import approve_journal, costs_of, draw_up_journal, draw_up_reversal, return_journal
from mall.ordering.order import order_numbered
from tests.journeys.story import Story
from tests.journeys.year_end_story import on
from tests.world import COUNTY_REGION, SCHOOL_REGION, World

YEAR = clock.today().year


def close(world: World, who: str, month: int, *, confirmation: str | None = None, region: int = SCHOOL_REGION) -> str:
    typed = f"{YEAR}-{month:02d}" if confirmation is None else confirmation
    period = close_period(actor=world.actor(who), region_code=region, year=YEAR, month=month, confirmation=typed)
    return period.state


def refused(world: World, who: str, month: int, **more: Any) -> str:
    with pytest.raises(Refusal) as raised:
        close(world, who, month, **more)
    return raised.value.code


def test_a_month_is_closed_in_order_once_and_for_good(world: World) -> None:
    assert refused(world, "budget-city", 6) == "period.not_over"
    assert refused(world, "budget-city", 2) == "period.earlier_open"
    assert refused(world, "budget-city", 1, confirmation=f"{YEAR}-1") == "period.not_confirmed"
    assert refused(world, "accountant", 1) == "access.denied"
    assert refused(world, "budget2", 1) == "access.denied"

    assert close(world, "budget-city", 1) == "closed"

    assert refused(world, "budget", 1) == "period.closed"
    assert close(world, "budget", 2) == "closed"
    try:
        assert fiscal_year.open_months(session(), region_code=SCHOOL_REGION, year=YEAR) == list(range(3, 13))
        assert fiscal_year.open_months(session(), region_code=COUNTY_REGION, year=YEAR) == list(range(1, 13))
    finally:
        close_reading()


def test_december_waits_for_the_units_and_for_the_treasury(story: Story) -> None:
    world = story.world
    number = story.place(story.wanted("paper", 10, "school_office"))
    story.walk(number, until="approve_payment")
    with on(YEAR + 1, 1, 3):
        for month in range(1, 12):
            close(world, "budget-city", month)
        assert refused(world, "budget-city", 12) == "period.unsettled"
        try:
            found = {one.code: one.count for one in checklist(region_code=SCHOOL_REGION, year=YEAR, month=12)}
        finally:
            close_reading()
        assert found == {
            "not_over": 0, "earlier_open": 0, "findings": 0, "unsettled": 1, "year_not_cleared": 1, "unsealed": 0,
        }  # fmt: skip
        story.pay(number)
        assert refused(world, "budget-city", 12) == "period.year_not_cleared"


def accepted(story: Story, goods: str = "paper", line: str = "school_office") -> str:
    number = story.place(story.wanted(goods, 1, line))
    story.walk(number, until="accept")
    return number


def costs(number: str) -> dict[str, int]:
    """{cost account: fen} of an order."""
    try:
        return {cost.account: cost.amount_fen for cost in costs_of(order_numbered(number))}
    finally:
        close_reading()


def test_a_journal_moves_a_cost_and_its_reversal_undoes_it_once(story: Story) -> None:
    world, number = story.world, accepted(story)
    asked = {"order_number": number, "budget_line_id": world.office_line, "debit": "inventory", "credit": "expense"}
    journal = draw_up_journal(actor=world.actor("accountant"), **asked, amount_fen=2_000, reason="应列库存")
    assert (journal.state, costs(number)) == ("submitted", {"expense": 2_150})

    approve_journal(actor=world.actor("finance"), number=journal.number)
    assert costs(number) == {"expense": 150, "inventory": 2_000}

    undone = draw_up_reversal(actor=world.actor("accountant"), number=journal.number, reason="原列无误")
    with pytest.raises(Refusal) as again:
        draw_up_reversal(actor=world.actor("accountant"), number=journal.number, reason="原列无误")
    assert again.value.code == "journal.already_reversed"
    approve_journal(actor=world.actor("finance"), number=undone.number)
    assert costs(number) == {"expense": 2_150}
    with pytest.raises(Refusal) as reversal_of_reversal:
        draw_up_reversal(actor=world.actor("accountant"), number=undone.number, reason="再改回去")
    assert reversal_of_reversal.value.code == "journal.not_reversible"


def test_who_draws_up_a_journal_does_not_approve_it_with_another_post(story: Story) -> None:
    world, number = story.world, accepted(story)
    story.alter(
        "insert into user_post (user_id, organisation_id, role, granted_at) values (%s, %s, 'finance', now())",
        world.users["accountant"], world.school_id,
    )  # fmt: skip
    asked = {"order_number": number, "budget_line_id": world.office_line, "debit": "inventory", "credit": "expense"}
    journal = draw_up_journal(actor=world.actor("accountant"), **asked, amount_fen=2_000, reason="应列库存")

    with pytest.raises(Refusal) as raised:
        approve_journal(actor=world.actor("accountant"), number=journal.number)

    assert raised.value.code == "journal.maker_approves"
    assert costs(number) == {"expense": 2_150}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"amount_fen": 2_151}, "journal.not_enough"),
        ({"debit": "fixed_assets"}, "journal.bad_accounts"),
        ({"credit": "payable"}, "journal.bad_accounts"),
        ({"debit": "expense"}, "journal.bad_accounts"),
        ({"budget_line_id": 4}, "journal.not_enough"),
        ({"reason": " "}, "order.reason_needed"),
        ({"order_number": "DD-410100-2026-999999"}, "order.unknown"),
    ],
)
def test_nothing_else_is_journalled(story: Story, change: dict[str, Any], code: str) -> None:
    number = accepted(story)
    asked = {"order_number": number, "budget_line_id": story.world.office_line, "debit": "inventory"}
    asked |= {"credit": "expense", "amount_fen": 100, "reason": "应列库存"} | change

    with pytest.raises(Refusal) as raised:
        draw_up_journal(actor=story.world.actor("accountant"), **asked)

    assert raised.value.code == code


def test_an_asset_whose_card_waits_is_not_moved_and_a_returned_journal_posts_nothing(story: Story) -> None:
    world = story.world
    number = accepted(story, "printer", "school_machines")
    asked = {"order_number": number, "budget_line_id": world.lines["school_machines"], "debit": "expense"}
    with pytest.raises(Refusal) as raised:
        draw_up_journal(
            actor=world.actor("accountant"), **asked, credit="accepted_assets", amount_fen=1, reason="不是资产"
        )
    assert raised.value.code == "journal.not_enough"

    other = accepted(story)
    asked = {"order_number": other, "budget_line_id": world.office_line, "debit": "inventory", "credit": "expense"}
    journal = draw_up_journal(actor=world.actor("accountant"), **asked, amount_fen=100, reason="应列库存")
    assert return_journal(actor=world.actor("finance"), number=journal.number, reason="依据不足").state == "returned"
    assert costs(other) == {"expense": 2_150}


def test_expenditure_tells_paid_from_accrued_and_this_month_from_the_year(story: Story) -> None:
    first = story.place(story.wanted("paper", 10, "school_office"))
    story.walk(first, until="approve_payment")
    story.pay(first)
    with on(YEAR, 7, 20):
        accepted(story)
        scope = Scope(YEAR, SCHOOL_REGION, SCHOOL_REGION)
        try:
            [total] = spent_by_class(session(), scope, by="economic", until=clock.today())
            lines = spent_by_line(session(), scope, by="economic", code="30201", until=clock.today())
        finally:
            close_reading()

    assert (total.code, total.paid_month_fen, total.paid_year_fen, total.paid_before_fen) == ("30201", 0, 21_500, 0)
    assert (total.accrued_month_fen, total.accrued_year_fen, total.accrued_before_fen) == (2_150, 23_650, 0)
    assert {line.name: line.accrued_year_fen for line in lines if line.accrued_year_fen} == {"办公费": 23_650}


def test_accounts_are_called_as_the_region_calls_them_from_its_day_on(story: Story) -> None:
    story.alter(
        "insert into chart_mapping (region_code, account, valid_from, official_code, name, name_en, legal_source,"
        " is_confirmed) values (410100, 'expense', %s, '500101', '业务活动费用—日常', 'Expense: daily', 'test', true)",
        f"{YEAR}-07-01",
    )
    june, july = clock.today().replace(month=6, day=30), clock.today().replace(month=7, day=1)
    try:
        codes = [
            account_title(Account.EXPENSE, region_code=region, on=day).official_code
            for region, day in ((410100, june), (410100, july), (410324, july))
        ]
        of_province = account_title(Account.ACCEPTED_ASSETS, region_code=410324, on=june).official_code
    finally:
        close_reading()

    assert codes == ["5001", "500101", "5001"]
    assert of_province == "160199"
