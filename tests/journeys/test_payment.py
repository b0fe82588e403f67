"""Side roads of payment: invoices that do not fit, returned requests, a treasury that refuses, repeats and errs."""

from __future__ import annotations

from datetime import timedelta

import psycopg
import pytest

from mall import clock
from mall.access.actor import SYSTEM
from mall.errors import Refusal
from mall.finance.exchange_treasury import import_returns
from tests.journeys.story import Book, Story


def order_in_payment(story: Story) -> str:
    """Ten packs of paper, 215.00, approved for payment and sent to the treasury."""
    number = story.place(story.wanted("paper", 10, "school_office"))
    story.walk(number, until="approve_payment")
    story.batch()
    return number


def test_an_invoice_must_be_what_was_accepted_to_the_fen(story: Story) -> None:
    number = story.place(story.wanted("paper", 10, "school_office"))
    story.walk(number, until="accept")

    for amount_fen in (21_499, 21_501):
        problem = story.refused("supplier", "invoice", number, **story.invoice_of(number) | {"amount_fen": amount_fen})
        assert problem["code"] == "invoice.not_matching"
        assert (problem["facts"]["accepted_fen"], problem["facts"]["ordered_fen"]) == (21_500, 21_500)


def test_an_invoice_number_is_used_once_in_the_province(story: Story) -> None:
    school = story.place(story.wanted("paper", 10, "school_office"))
    story.walk(school, until="accept")
    invoice = story.invoice_of(school)
    story.act("supplier", "invoice", school, **invoice)
    other = story.place(story.wanted("paper", 10, "school_office"))
    story.walk(other, until="accept")

    problem = story.refused("supplier", "invoice", other, **invoice)

    assert problem["code"] == "invoice.number_used"


def test_an_invoice_of_tomorrow_is_refused(story: Story) -> None:
    number = story.place(story.wanted("paper", 10, "school_office"))
    story.walk(number, until="accept")
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()

    problem = story.refused("supplier", "invoice", number, **story.invoice_of(number) | {"issued_on": tomorrow})

    assert problem["code"] == "invoice.in_future"


def test_finance_returns_a_request_and_the_accountant_asks_again(story: Story) -> None:
    number = story.place(story.wanted("paper", 10, "school_office"))
    story.walk(number, until="request_payment")

    assert story.act("finance", "return_payment", number, reason="摘要不完整")["state"] == "invoiced"
    assert story.book() == Book(available=9_978_500, accrued=21_500)

    story.act("accountant", "request_payment", number)
    assert story.act("finance", "approve_payment", number)["state"] == "in_payment"
    assert story.book() == Book(available=9_978_500, in_payment=21_500)
    states = [paper["state"] for paper in story.order(number)["documents"] if paper["kind"] == "payment"]
    assert states == ["returned", "approved"]


def test_a_payment_the_treasury_refuses_goes_back_and_is_paid_the_second_time(story: Story) -> None:
    number = order_in_payment(story)
    first = story.payment_of(number)

    report = story.treasury_says((first, "REFUSED", 21_500, "GK1", "收款人账号与户名不符"))
    assert report.outcomes == {"refused": 1}
    assert story.order(number)["state"] == "invoiced"
    assert story.book() == Book(available=9_978_500, accrued=21_500)
    with psycopg.connect(story.admin_url) as connection:
        query = "select state, refusal_reason from payment_request where number = %s"
        assert connection.execute(query, (first,)).fetchone() == ("refused", "收款人账号与户名不符")

    story.act("accountant", "request_payment", number)
    story.act("finance", "approve_payment", number)
    second = story.payment_of(number)
    assert second != first
    assert story.book() == Book(available=9_978_500, in_payment=21_500)
    assert story.batch().sequence_no == 2
    assert story.treasury_says((second, "OK", 21_500, "GK2", ""), name="2.csv").outcomes == {"paid": 1}
    assert story.order(number)["state"] == "paid"
    assert story.book() == Book(available=9_978_500, paid=21_500)


def test_the_same_file_again_changes_nothing(story: Story) -> None:
    number = order_in_payment(story)
    path = story.return_file((story.payment_of(number), "OK", 21_500, "GK1", ""))
    import_returns(actor=SYSTEM, path=path)
    before = story.everything()

    again = import_returns(actor=SYSTEM, path=path)

    assert again.already_imported
    assert again.outcomes == {"already": 1}
    assert story.everything() == before
    assert story.book() == Book(available=9_978_500, paid=21_500)


def test_the_same_result_in_another_file_is_a_repetition(story: Story) -> None:
    number = order_in_payment(story)
    line = (story.payment_of(number), "OK", 21_500, "GK1", "")
    story.treasury_says(line, name="first.csv")

    again = story.treasury_says(line, ("ZF-410100-2026-999999", "OK", 1, "GK9", ""), name="second.csv")

    assert again.outcomes == {"repeated": 1, "unknown": 1}
    assert story.book() == Book(available=9_978_500, paid=21_500)


def test_a_payment_nobody_sent_is_a_finding_and_does_not_hold_up_the_rest(story: Story) -> None:
    number = order_in_payment(story)

    report = story.treasury_says(
        ("ZF-410100-2026-999999", "OK", 500, "GK7", ""), (story.payment_of(number), "OK", 21_500, "GK8", "")
    )

    assert report.outcomes == {"unknown": 1, "paid": 1}
    assert report.findings == ["return.csv:2 ZF-410100-2026-999999 unknown"]
    assert story.order(number)["state"] == "paid"


def test_a_wrong_amount_settles_nothing(story: Story) -> None:
    number = order_in_payment(story)

    report = story.treasury_says((story.payment_of(number), "OK", 21_499, "GK1", ""))

    assert report.outcomes == {"mismatch": 1}
    assert story.order(number)["state"] == "in_payment"
    assert story.book() == Book(available=9_978_500, in_payment=21_500)


def test_a_paid_payment_is_not_refused_afterwards(story: Story) -> None:
    number = order_in_payment(story)
    payment = story.payment_of(number)
    story.treasury_says((payment, "OK", 21_500, "GK1", ""), name="1.csv")

    report = story.treasury_says((payment, "REFUSED", 21_500, "GK2", "账户异常"), name="2.csv")

    assert report.outcomes == {"conflict": 1}
    assert story.book() == Book(available=9_978_500, paid=21_500)


def test_a_payment_that_was_never_sent_is_not_paid(story: Story) -> None:
    number = story.place(story.wanted("paper", 10, "school_office"))
    story.walk(number, until="approve_payment")

    report = story.treasury_says((story.payment_of(number), "OK", 21_500, "GK1", ""))

    assert report.outcomes == {"early": 1}
    assert story.order(number)["state"] == "in_payment"


def test_a_file_whose_hash_does_not_fit_is_refused_whole(story: Story) -> None:
    number = order_in_payment(story)
    path = story.return_file((story.payment_of(number), "REFUSED", 21_500, "GK1", ""))
    path.write_text(path.read_text().replace("REFUSED", "OK"))
    before = story.everything()

    with pytest.raises(Refusal) as caught:
        import_returns(actor=SYSTEM, path=path)

    assert (caught.value.code, caught.value.facts["why"]) == ("treasury.bad_file", "hash")
    assert story.everything() == before
    assert story.book() == Book(available=9_978_500, in_payment=21_500)


@pytest.mark.parametrize(
    ("payment", "amount_fen", "why"),
    [
        ("ZF-1", 10**30, "line 2"),
        ("ZF\x001", 100, "encoding"),
    ],
    ids=["an amount beyond all money", "a character no text holds"],
)
def test_a_file_with_an_impossible_line_is_refused_whole(story: Story, payment: str, amount_fen: int, why: str) -> None:
    path = story.return_file((payment, "OK", amount_fen, "GK1", ""))

    with pytest.raises(Refusal) as caught:
        import_returns(actor=SYSTEM, path=path)

    assert (caught.value.code, caught.value.facts["why"]) == ("treasury.bad_file", why)


def test_days_of_silence_do_not_matter(story: Story) -> None:
    number = order_in_payment(story)
    clock.advance_frozen(timedelta(days=20))

    report = story.treasury_says((story.payment_of(number), "OK", 21_500, "GK1", ""))

    assert report.outcomes == {"paid": 1}
    assert story.book() == Book(available=9_978_500, paid=21_500)


def test_a_payment_goes_out_in_one_batch_only(story: Story) -> None:
    order_in_payment(story)

    with pytest.raises(AssertionError, match="nothing waits"):
        story.batch()


def test_without_a_rating_the_middle_mark_closes_the_order_and_counts_against_nobody(story: Story) -> None:
    number = order_in_payment(story)
    story.treasury_says((story.payment_of(number), "OK", 21_500, "GK1", ""))
    assert story.order(number)["state"] == "paid"

    assert story.wait_until(story.order(number)["due_at"]) == 1

    assert story.order(number)["state"] == "closed"
    with psycopg.connect(story.admin_url) as connection:
        marks = connection.execute("select goods, delivery, service, is_default from rating").fetchall()
        counted = connection.execute(
            "select rating_sum, rating_count from supplier where id = %s", (story.world.sunny_id,)
        ).fetchone()
    assert marks == [(3, 3, 3, True)]
    assert counted == (0, 0)


def test_a_rating_counts_for_the_supplier(story: Story) -> None:
    number = order_in_payment(story)
    story.treasury_says((story.payment_of(number), "OK", 21_500, "GK1", ""))

    assert story.act("handler", "rate", number, goods=5, delivery=4, service=3)["state"] == "closed"

    with psycopg.connect(story.admin_url) as connection:
        query = "select rating_sum, rating_count from supplier where id = %s"
        assert connection.execute(query, (story.world.sunny_id,)).fetchone() == (12, 3)


def test_an_order_with_an_unregistered_asset_stays_open_after_the_default_rating(story: Story) -> None:
    number = story.place(story.wanted("printer", 1, "school_machines"))
    story.walk(number, until="approve_payment")
    story.pay(number)

    assert story.wait_until(story.order(number)["due_at"]) == 1
    assert story.order(number)["state"] == "paid"

    assert story.act("accountant", "register_asset", number)["state"] == "closed"


def test_the_database_itself_takes_a_line_of_a_return_file_once(story: Story) -> None:
    number = story.place(story.wanted("paper", 10, "school_office"))
    story.walk(number, until="approve_payment")
    story.pay(number)

    with pytest.raises(psycopg.errors.UniqueViolation, match="file_id"):
        story.alter(
            "insert into treasury_return (file_id, line_no, treasury_reference, payment_number, result, amount_fen,"
            " outcome, at) select file_id, line_no, 'GK2', payment_number, result, amount_fen, outcome, at"
            " from treasury_return"
        )
