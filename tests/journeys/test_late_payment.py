"""Paying late: the clock of the law, the interest, who is shown it, and the list everybody may read."""

from __future__ import annotations

from datetime import date, timedelta

from mall import clock
from mall.database import close_reading
from mall.finance.payment_clock import PaymentClock, late_interest_fen, payment_clocks
from mall.ordering.order import order_numbered
from tests.form_browser import FormBrowser
from tests.journeys.story import Story


def clock_of(number: str) -> PaymentClock:
    close_reading()
    order = order_numbered(number)
    return payment_clocks([order])[order.id]


def accepted_order(story: Story) -> str:
    """Ten packs of paper, 215.00, accepted on 15 June: to be paid by 15 July."""
    number = story.place(story.wanted("paper", 10, "school_office"))
    story.walk(number, until="accept")
    return number


def page(story: Story, who: str, path: str) -> str:
    close_reading()
    return FormBrowser(story.app.test_client(), who).get(path).words


def public_page(story: Story, path: str) -> str:
    close_reading()
    return story.app.test_client().get(path).get_data(as_text=True)


def test_interest_is_rounded_half_up_to_the_fen() -> None:
    assert late_interest_fen(21_500, days_late=1, rate_bp_per_day=5) == 11
    assert late_interest_fen(21_500, days_late=10, rate_bp_per_day=5) == 108
    assert late_interest_fen(999, days_late=1, rate_bp_per_day=5) == 0
    assert late_interest_fen(21_500, days_late=0, rate_bp_per_day=5) == 0


def test_the_clock_begins_to_tell_on_the_day_after_the_thirtieth(story: Story) -> None:
    number = accepted_order(story)
    year = clock.today().year

    clock.advance_frozen(timedelta(days=30))
    on_the_day = clock_of(number)
    clock.advance_frozen(timedelta(days=1))
    a_day_late = clock_of(number)

    assert (on_the_day.due_on, on_the_day.is_late, on_the_day.interest_fen) == (date(year, 7, 15), False, 0)
    assert (a_day_late.days_late, a_day_late.owed_fen, a_day_late.interest_fen) == (1, 21_500, 11)


def test_both_sides_and_the_regulator_see_the_same_days_and_interest(story: Story) -> None:
    number = accepted_order(story)
    clock.advance_frozen(timedelta(days=40))

    seen = {
        who: page(story, who, "/late-payments") for who in ("accountant", "supplier", "regulator", "regulator-city")
    }
    foreign = {who: page(story, who, "/late-payments") for who in ("accountant2", "supplier2", "regulator-county")}

    for words in seen.values():
        assert number in words and "逾期 10 天" in words and "逾期利息 ¥1.08" in words
    for words in foreign.values():
        assert number not in words and "没有逾期的付款" in words


def test_the_public_list_names_the_unit_until_it_has_paid(story: Story) -> None:
    number = accepted_order(story)
    before = public_page(story, "/open/overdue")
    clock.advance_frozen(timedelta(days=33))
    during = public_page(story, "/open/overdue")
    as_data = story.app.test_client().get("/open/overdue.json").json
    story.act("supplier", "invoice", number, **story.invoice_of(number))
    story.act("accountant", "request_payment", number)
    story.act("finance", "approve_payment", number)
    story.pay(number)
    after = public_page(story, "/open/overdue")

    assert "郑州市阳光中学" not in before
    assert "郑州市阳光中学" in during and "¥215.00" in during and "3 天" in during
    assert as_data["items"] == [
        {"unit": "郑州市阳光中学", "region_code": 410100, "orders": 1, "owed_fen": 21_500, "longest_days": 3}
    ]
    assert "郑州市阳光中学" not in after
    assert "逾期 3 天" in page(story, "supplier", "/late-payments"), "what was paid late stays on record"


def test_a_region_without_late_units_has_an_empty_list(story: Story) -> None:
    accepted_order(story)
    clock.advance_frozen(timedelta(days=33))

    assert "郑州市阳光中学" in public_page(story, "/open/overdue?region=410100")
    assert "郑州市阳光中学" not in public_page(story, "/open/overdue?region=410300")
    assert story.app.test_client().get("/open/overdue?region=999999").status_code == 404


def test_the_statement_says_where_the_money_is_and_whom_it_waits_for(story: Story) -> None:
    number = story.place(story.wanted("paper", 10, "school_office"))
    hidden = page(story, "supplier", "/statement")
    story.walk(number, until="invoice")
    invoiced = page(story, "supplier", "/statement?place=invoiced")
    elsewhere = page(story, "supplier", "/statement?place=paid")
    foreign = page(story, "supplier2", "/statement")
    (accountant,) = story.ask("select name from user_account where username = 'accountant'")[0]

    assert number not in hidden, "what is not approved is the unit's own affair"
    assert number in invoiced and "已开票，待申请支付" in invoiced and "¥215.00" in invoiced
    assert f"会计 {accountant}" in invoiced
    assert number not in elsewhere and number not in foreign


def test_the_statement_leaves_as_a_file_without_formulas(story: Story) -> None:
    number = accepted_order(story)
    story.alter("update organisation set name = '=HYPERLINK(\"x\")' where id = %s", story.world.school_id)
    clock.advance_frozen(timedelta(days=35))
    close_reading()

    answer = FormBrowser(story.app.test_client(), "supplier").client.get("/statement.csv")
    lines = answer.get_data(as_text=True).lstrip("\ufeff").splitlines()

    assert answer.mimetype == "text/csv"
    assert lines[0].startswith("订单,采购单位,")
    assert lines[1].split(",")[0] == number
    assert "\"'=HYPERLINK(" in lines[1] and ",215.00," in lines[1]
    assert lines[1].endswith(",5,0.54")


def test_an_order_before_acceptance_has_no_clock(story: Story) -> None:
    number = story.place(story.wanted("paper", 10, "school_office"))

    close_reading()
    assert payment_clocks([order_numbered(number)]) == {}
