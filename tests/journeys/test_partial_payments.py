"""Several invoices and payments of one order; retention, cuts, returns, refunds, offsets, bounces, to the fen."""

from __future__ import annotations

from datetime import timedelta
from threading import Thread
from typing import Any

import pytest

from ledger.cash_plan import plan_balances
from mall import clock
from mall.database import atomic, close_reading, session
from mall.errors import Refusal
from mall.finance.payment_clock import payment_clocks
from mall.finance.payment_request import payment_of
from mall.finance.settle_payment import settle_bounced
from mall.ordering.order import order_numbered
from mall.ordering.order_states import ORDER_STATES
from tests.journeys.story import Book, Story

PACKS = "教室打印用，先付一部分"


def lines(**quantities: int) -> list[dict[str, int]]:
    return [{"line_no": int(name[1:]), "quantity": quantity} for name, quantity in quantities.items()]


def cut(amount_fen: int) -> list[dict[str, int]]:
    return [{"line_no": 1, "amount_fen": amount_fen}]


def ordered(story: Story, *, packs: int = 10) -> str:
    """Ten packs of paper at 21.50 under contract."""
    number = story.place(story.wanted("paper", packs, "school_office"))
    story.act("approver", "approve", number)
    story.act("supplier", "confirm", number)
    story.sign(number)
    return number


def delivered(story: Story, number: str, packs: int) -> None:
    story.act("supplier", "ship", number, lines=lines(n1=packs))
    story.act("receiver", "receive", number)
    story.act("receiver", "accept", number)


def invoiced(story: Story, number: str, amount_fen: int, **more: Any) -> dict[str, Any]:
    return story.act("supplier", "invoice", number, **story.invoice_of(number) | {"amount_fen": amount_fen} | more)


def requested(story: Story, number: str, amount_fen: int | None = None) -> str:
    story.act("accountant", "request_payment", number, amount_fen=amount_fen, reason=PACKS)
    return story.payment_of(number)


def approved(story: Story, number: str, payment: str) -> None:
    story.act("finance", "approve_payment", number, payment=payment)


def paid(story: Story, payment: str, amount_fen: int, result: str = "OK") -> None:
    story.batch()
    story.treasury_says((payment, result, amount_fen, f"GK{payment[-6:]}", "账号不符"), name=f"{payment}.csv")


def agreed(story: Story, number: str, who: str, ask: str, **body: Any) -> dict[str, Any]:
    story.act(who, ask, number, reason="双方当面商定", **body)
    return story.act("supplier", "agree_change", number)


def retained(story: Story, number: str, amount_fen: int, *, days: int = 100) -> dict[str, Any]:
    due_on = (clock.today() + timedelta(days=days)).isoformat()
    return agreed(story, number, "accountant", "ask_retention", amount_fen=amount_fen, due_on=due_on)


def money(story: Story, number: str) -> dict[str, int]:
    return {name: fen for name, fen in story.order(number)["settlement"].items() if fen}


def state(story: Story, number: str) -> str:
    return story.order(number)["state"]


@atomic
def bounced(payment: str, number: str) -> None:
    order = order_numbered(number, lock=True)
    settle_bounced(payment_of(order.id, payment, states=("paid",)), order, reference="TP1", reason="收款人账户已销户")


def test_two_acceptances_are_invoiced_and_paid_apart_while_the_second_is_still_to_come(story: Story) -> None:
    number = ordered(story)
    delivered(story, number, 4)
    assert state(story, number) == "received"

    invoiced(story, number, 8_600)
    first = requested(story, number)
    approved(story, number, first)
    assert story.book() == Book(available=9_978_500, committed=12_900, in_payment=8_600)
    paid(story, first, 8_600)
    assert (state(story, number), story.book()) == (
        "received", Book(available=9_978_500, committed=12_900, paid=8_600),
    )  # fmt: skip

    delivered(story, number, 6)
    assert state(story, number) == "accepted"
    assert invoiced(story, number, 12_900)["state"] == "invoiced"
    second, third = requested(story, number, 10_000), requested(story, number)
    assert state(story, number) == "payment_requested"
    problem = story.refused("finance", "approve_payment", number)
    assert problem["code"] == "payment.which"
    approved(story, number, second)
    assert state(story, number) == "payment_requested"
    approved(story, number, third)
    assert state(story, number) == "in_payment"
    assert story.book() == Book(available=9_978_500, in_payment=12_900, paid=8_600)

    story.batch()
    story.treasury_says((second, "REFUSED", 10_000, "GK2", "账号不符"), (third, "OK", 2_900, "GK3", ""), name="b.csv")
    assert (state(story, number), story.book()) == (
        "invoiced", Book(available=9_978_500, accrued=10_000, paid=11_500),
    )  # fmt: skip
    last = requested(story, number)
    approved(story, number, last)
    paid(story, last, 10_000)
    assert (state(story, number), story.book()) == ("paid", Book(available=9_978_500, paid=21_500))


def test_nobody_asks_for_more_than_is_accepted_invoiced_and_not_yet_asked_for(story: Story) -> None:
    number = ordered(story)
    delivered(story, number, 4)
    assert story.refused("accountant", "request_payment", number)["code"] == "state.not_possible"
    invoiced(story, number, 8_600)

    assert story.refused("accountant", "request_payment", number, amount_fen=8_601)["code"] == "payment.too_much"
    assert story.refused("accountant", "request_payment", number, amount_fen=100)["code"] == "order.reason_needed"
    requested(story, number, 8_000)
    assert story.refused("accountant", "request_payment", number, amount_fen=601)["code"] == "payment.too_much"


def test_an_invoice_can_be_for_one_sheet_of_several(story: Story) -> None:
    number = ordered(story)
    delivered(story, number, 4)
    delivered(story, number, 6)
    sheets = [paper["number"] for paper in story.order(number)["documents"] if paper["kind"] == "acceptance"]

    wrong = story.invoice_of(number) | {"amount_fen": 12_900, "acceptances": [sheets[0]]}
    assert story.refused("supplier", "invoice", number, **wrong)["code"] == "invoice.not_matching"
    assert invoiced(story, number, 8_600, acceptances=[sheets[0]])["state"] == "accepted"
    again = story.invoice_of(number) | {"amount_fen": 8_600, "acceptances": [sheets[0]]}
    assert story.refused("supplier", "invoice", number, **again)["code"] == "invoice.unknown_sheet"
    assert invoiced(story, number, 12_900)["state"] == "invoiced"


def test_two_requests_at_once_cannot_ask_for_the_same_money(story: Story) -> None:
    number = ordered(story)
    delivered(story, number, 10)
    invoiced(story, number, 21_500)
    answers: list[int] = []
    body = {"amount_fen": 15_000, "reason": PACKS}
    story.token("accountant")

    def ask() -> None:
        answers.append(story.send("accountant", "POST", f"/orders/{number}/request_payment", body).status_code)
        close_reading()

    threads = [Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == [200, 409, 409]
    assert money(story, number)["requested_fen"] == 15_000


def test_money_held_back_is_due_on_its_own_day_and_released_by_a_later_request(story: Story) -> None:
    number = ordered(story)
    delivered(story, number, 10)
    due_on = clock.today() + timedelta(days=100)
    too_much = {"amount_fen": 1_076, "due_on": due_on.isoformat(), "reason": "合同第九条"}
    assert story.refused("accountant", "ask_retention", number, **too_much)["code"] == "retention.too_much"
    too_long = {
        "amount_fen": 1_075,
        "due_on": (clock.today() + timedelta(days=731)).isoformat(),
        "reason": "合同第九条",
    }
    assert story.refused("accountant", "ask_retention", number, **too_long)["code"] == "retention.too_long"

    retained(story, number, 1_075)
    invoiced(story, number, 21_500)
    first = requested(story, number)
    approved(story, number, first)
    paid(story, first, 20_425)
    assert (state(story, number), money(story, number)["retained_fen"]) == ("retained", 1_075)
    assert story.refused("accountant", "request_payment", number)["code"] == "state.not_possible"
    marks = {"goods": 5, "delivery": 5, "service": 5}
    assert story.act("handler", "rate", number, **marks)["state"] == "retained"

    clock.advance_frozen(timedelta(days=90))
    close_reading()
    seen = payment_clocks([order_numbered(number)])[order_numbered(number).id]
    assert (seen.due_on, seen.owed_fen, seen.days_late) == (due_on, 1_075, 0)
    clock.advance_frozen(timedelta(days=20))
    assert story.wait_until(clock.now().isoformat()) >= 1
    assert state(story, number) == "invoiced"
    last = requested(story, number)
    approved(story, number, last)
    paid(story, last, 1_075)
    assert (state(story, number), story.book()) == ("closed", Book(available=9_978_500, paid=21_500))


def test_a_price_cut_after_the_invoice_waits_for_the_credit_note(story: Story) -> None:
    number = ordered(story)
    delivered(story, number, 10)
    order = invoiced(story, number, 21_500)
    invoice = next(paper["number"] for paper in order["documents"] if paper["kind"] == "invoice")
    story.act("handler", "ask_price_cut", number, lines=cut(1_500), reason="包装受潮，双方商定减价")
    assert story.book() == Book(available=9_978_500, accrued=21_500), "asking moves nothing"

    story.act("supplier", "agree_change", number)

    assert story.book() == Book(available=9_980_000, accrued=20_000)
    assert story.counted("A05040101") == 20_000
    assert money(story, number)["credit_due_fen"] == 1_500
    problem = story.refused("accountant", "request_payment", number)
    assert (problem["code"], problem["facts"]["amount_fen"]) == ("payment.credit_note_due", 1_500)
    note = {**story.invoice_of(number), "invoice": invoice, "amount_fen": 1_500, "reason": "减价"}
    assert story.refused("supplier", "credit_note", number, **note | {"amount_fen": 21_501})["code"] == (
        "invoice.credit_too_much"
    )
    story.act("supplier", "credit_note", number, **note)
    payment = requested(story, number)
    approved(story, number, payment)
    paid(story, payment, 20_000)
    assert (state(story, number), story.book()) == ("paid", Book(available=9_980_000, paid=20_000))


def test_the_supplier_declines_and_the_unit_withdraws_and_nothing_moves(story: Story) -> None:
    number = ordered(story)
    delivered(story, number, 10)
    story.act("handler", "ask_price_cut", number, lines=cut(1_500), reason="包装受潮")
    assert story.refused("handler", "ask_price_cut", number, lines=cut(1), reason="再减")["code"] == "change.pending"
    story.act("supplier", "decline_change", number, reason="货物完好")
    story.act("handler", "ask_return", number, lines=lines(n1=2), reason="不需要了")
    assert story.refused("accountant", "withdraw_change", number)["code"] == "access.denied"
    story.act("handler", "withdraw_change", number)

    assert story.book() == Book(available=9_978_500, accrued=21_500)
    states = [
        paper["state"] for paper in story.order(number)["documents"] if paper["kind"].startswith(("price", "return"))
    ]
    assert states == ["declined", "withdrawn"]


def test_goods_that_go_back_unpaid_free_the_money_or_come_again(story: Story) -> None:
    number = ordered(story)
    delivered(story, number, 10)
    agreed(story, number, "handler", "ask_return", lines=lines(n1=2))
    assert story.book() == Book(available=9_982_800, accrued=17_200)

    order = agreed(story, number, "handler", "ask_return", lines=lines(n1=3), to_replace=True)

    assert (order["state"], story.book()) == ("received", Book(available=9_982_800, committed=6_450, accrued=10_750))
    delivered(story, number, 3)
    assert (state(story, number), story.book()) == ("accepted", Book(available=9_982_800, accrued=17_200))
    assert story.order(number)["total_fen"] == 17_200


def test_an_asset_that_goes_back_takes_its_card_along(story: Story) -> None:
    number = story.place(story.wanted("printer", 2, "school_machines"))
    story.walk(number, until="accept")
    story.act("accountant", "register_asset", number)

    agreed(story, number, "handler", "ask_return", lines=lines(n1=1))

    assert [row[0] for row in story.ask("select state from asset_card order by id")] == ["registered", "returned"]
    fixed = story.ask("select sum(balance_fen * normal)::bigint from ledger.account where coa = 2030")
    value = story.ask("select value_fen from asset_card where state = 'registered'")
    assert fixed == value


def paid_order(story: Story, *, packs: int = 10) -> str:
    number = ordered(story, packs=packs)
    delivered(story, number, packs)
    invoiced(story, number, packs * 2_150)
    payment = requested(story, number)
    approved(story, number, payment)
    paid(story, payment, packs * 2_150)
    assert state(story, number) == "paid"
    return number


def test_a_refund_of_the_same_year_goes_back_to_the_line_and_to_this_months_plan(story: Story) -> None:
    number = paid_order(story)
    story.act("handler", "rate", number, goods=3, delivery=3, service=3)
    assert state(story, number) == "closed"
    too_many = {"lines": lines(n1=11), "reason": "受潮"}
    assert story.refused("handler", "claim_refund", number, **too_many)["code"] == "refund.too_many"

    story.act("handler", "claim_refund", number, lines=lines(n1=2), reason="两包受潮不能用")
    assert (state(story, number), story.book().paid) == ("paid", 21_500)
    story.act("supplier", "dispute_refund", number, reason="出库时完好")
    story.act("handler", "insist_refund", number, reason="有验货照片")
    story.act("supplier", "agree_refund", number)
    assert money(story, number)["refund_due_fen"] == 4_300
    assert story.book() == Book(available=9_978_500, paid=21_500)

    line_id = story.world.lines["school_office"]
    before = plan_balances(session(), [line_id])[line_id]
    close_reading()
    story.act("finance", "receive_refund", number, reference="TK2026061500001")

    after = plan_balances(session(), [line_id])[line_id]
    close_reading()
    assert story.book() == Book(available=9_982_800, paid=17_200)
    month = clock.today().month
    assert after.months.get(month, 0) - before.months.get(month, 0) == 4_300
    assert before.paid_fen - after.paid_fen == 4_300
    invoice = next(paper["number"] for paper in story.order(number)["documents"] if paper["kind"] == "invoice")
    note = {**story.invoice_of(number), "invoice": invoice, "amount_fen": 4_300, "reason": "退货两包"}
    assert story.act("supplier", "credit_note", number, **note)["state"] == "closed"
    assert story.counted("A05040101") == 17_200


def test_a_claim_withdrawn_or_given_up_leaves_the_line_as_it_was(story: Story) -> None:
    number = paid_order(story)
    story.act("handler", "claim_refund", number, lines=cut(500), reason="少张")
    story.act("handler", "withdraw_refund", number)
    story.act("handler", "claim_refund", number, lines=cut(500), reason="少张")
    story.act("supplier", "dispute_refund", number, reason="没有少")
    story.act("handler", "withdraw_refund", number)
    story.act("accountant", "claim_refund", number, lines=cut(700), reason="差价")
    story.act("supplier", "agree_refund", number)

    story.act("finance", "give_up_refund", number, reason="供应商已注销，收不回来")

    assert story.book() == Book(available=9_978_500, paid=21_500)
    assert story.ask("select sum(balance_fen)::bigint from ledger.account where coa in (2050, 4040)") == [(0,)]


def test_a_refund_of_an_earlier_years_payment_goes_to_the_treasury(story: Story) -> None:
    number = paid_order(story)
    clock.advance_frozen(timedelta(days=300))
    year = clock.today().year
    story.alter(
        "insert into ledger.budget_line (region, year, unit_id, code, name, function_code, function_name,"
        " economic_code, economic_name, project, fund_source, is_procurement, category_scope, note, created_at)"
        " select region, year + 1, unit_id, code || '-next', name, function_code, function_name, economic_code,"
        " economic_name, project, fund_source, is_procurement, category_scope, note, created_at"
        " from ledger.budget_line where id = %s",
        story.world.lines["school_office"],
    )
    story.alter(
        "insert into ledger.period (region, year, month, state, opened_at, opened_by)"
        " select distinct region, year + 1, month, 'open', opened_at, opened_by from ledger.period"
        " on conflict do nothing"
    )
    ((line_id,),) = story.ask("select id from ledger.budget_line where code like '%%-next'")
    claim = {"lines": lines(n1=2), "reason": "质保期内损坏"}
    assert story.refused("accountant", "claim_refund", number, **claim)["code"] == "refund.line_needed"
    old_line = {"budget_line_id": story.world.lines["school_office"]}
    assert story.refused("accountant", "claim_refund", number, **claim | old_line)["code"] == "refund.wrong_line"

    story.act("accountant", "claim_refund", number, **claim, budget_line_id=line_id)
    story.act("supplier", "agree_refund", number)
    story.act("finance", "receive_refund", number, reference="JK0001")

    sums = dict(
        story.ask(
            "select coa, sum(balance_fen * normal)::bigint from ledger.account where year = %s and balance_fen <> 0"
            " group by coa",
            year,
        )
    )
    assert sums == {2330: 4_300, 4050: 4_300}, "surrendered, and collected for the treasury; no line of the year moved"


def test_a_refund_is_kept_from_another_payable_in_one_transaction(story: Story) -> None:
    old = paid_order(story)
    story.act("handler", "claim_refund", old, lines=lines(n1=2), reason="受潮")
    story.act("supplier", "agree_refund", old)
    number = ordered(story)
    delivered(story, number, 10)
    invoiced(story, number, 21_500)
    refund = next(paper["number"] for paper in story.order(old)["documents"] if paper["kind"] == "refund")

    story.act("accountant", "offset_refund", number, refund=refund)
    twice = story.refused("accountant", "offset_refund", number, refund=refund)
    assert twice["code"] == "refund.offset_pending"
    payment = story.payment_of(number)
    story.act("finance", "approve_payment", number)

    assert money(story, number)["paid_fen"] == 4_300
    assert money(story, old)["refunded_fen"] == 4_300
    assert story.book() == Book(available=9_961_300, accrued=17_200, paid=21_500)
    assert (state(story, number), state(story, old)) == ("invoiced", "paid")
    rest = requested(story, number)
    approved(story, number, rest)
    assert story.batch().payment_count == 1, "what was kept never goes out"
    assert story.ask("select state, treasury_reference from payment_request where number = %s", payment) == [
        ("paid", refund)
    ]


def test_money_that_comes_back_is_owed_again_even_of_a_closed_order(story: Story) -> None:
    number = paid_order(story)
    payment = story.payment_of(number)
    story.act("handler", "rate", number, goods=4, delivery=4, service=4)
    assert state(story, number) == "closed"

    bounced(payment, number)
    close_reading()

    assert (state(story, number), story.book()) == ("invoiced", Book(available=9_978_500, accrued=21_500))
    again = requested(story, number)
    approved(story, number, again)
    paid(story, again, 21_500)
    assert (state(story, number), story.book()) == ("closed", Book(available=9_978_500, paid=21_500))


def test_an_approved_request_is_taken_back_before_it_leaves(story: Story) -> None:
    number = ordered(story)
    delivered(story, number, 10)
    invoiced(story, number, 21_500)
    payment = requested(story, number)
    approved(story, number, payment)

    story.act("finance", "return_payment", number, reason="收款账号要改")

    assert (state(story, number), story.book()) == ("invoiced", Book(available=9_978_500, accrued=21_500))
    with pytest.raises(AssertionError, match="nothing waits"):
        story.batch()


def test_a_wrong_invoice_is_credited_and_written_anew(story: Story) -> None:
    number = ordered(story)
    delivered(story, number, 10)
    order = invoiced(story, number, 21_500)
    invoice = next(paper["number"] for paper in order["documents"] if paper["kind"] == "invoice")
    note = {**story.invoice_of(number), "invoice": invoice, "amount_fen": 21_500, "reason": "抬头写错"}

    assert story.act("supplier", "credit_note", number, **note)["state"] == "accepted"
    assert invoiced(story, number, 21_500)["state"] == "invoiced"


# What one line of the table of moves needs: how far the part of 86.00 has come before the rest of 129.00 falls away.
_FAR = ("", "requested", "approved", "paid", "retained")


@pytest.mark.parametrize(
    ("before", "far", "after"),
    [
        ("accepted", "", "invoiced"),
        ("accepted", "requested", "payment_requested"),
        ("accepted", "approved", "in_payment"),
        ("accepted", "retained", "retained"),
        ("accepted", "paid", "paid"),
        ("invoiced", "requested", "payment_requested"),
        ("invoiced", "approved", "in_payment"),
        ("invoiced", "retained", "retained"),
        ("invoiced", "paid", "paid"),
    ],
)
def test_when_the_rest_falls_away_the_order_is_where_its_part_is(
    story: Story, before: str, far: str, after: str
) -> None:
    number = ordered(story)
    delivered(story, number, 4)
    delivered(story, number, 6)
    sheet = next(paper["number"] for paper in story.order(number)["documents"] if paper["kind"] == "acceptance")
    if far == "retained":
        retained(story, number, 600)
    if before == "accepted":
        invoiced(story, number, 8_600, acceptances=[sheet])
    else:
        invoiced(story, number, 21_500)
    if far:
        amount_fen = 8_000 if far == "retained" else 8_600
        payment = requested(story, number, amount_fen)
        if far != "requested":
            approved(story, number, payment)
        if far in ("paid", "retained"):
            paid(story, payment, amount_fen)
    assert state(story, number) == before

    agreed(story, number, "handler", "ask_price_cut", lines=cut(12_900))

    assert state(story, number) == after
    assert story.order(number)["total_fen"] == 8_600


@pytest.mark.parametrize("before", ["payment_requested", "in_payment", "retained"])
@pytest.mark.parametrize("after", ["invoiced", "paid", "received"])
def test_money_held_back_can_be_released_cut_or_its_goods_replaced(story: Story, before: str, after: str) -> None:
    number = ordered(story, packs=20)
    delivered(story, number, 20)
    retained(story, number, 2_150)
    invoiced(story, number, 43_000)
    payment = requested(story, number)
    if before != "payment_requested":
        approved(story, number, payment)
    if before == "retained":
        paid(story, payment, 40_850)
    assert state(story, number) == before

    if after == "invoiced":
        story.act("accountant", "release_retention", number, reason="质保提前结束")
    elif after == "paid":
        agreed(story, number, "handler", "ask_price_cut", lines=cut(2_150))
    else:
        agreed(story, number, "handler", "ask_return", lines=lines(n1=1), to_replace=True)

    expected = before if after == "paid" and before != "retained" else after
    assert state(story, number) == expected


@pytest.mark.parametrize("before", ["accepted", "invoiced"])
@pytest.mark.parametrize("to_replace", [False, True], ids=["for good", "to come again"])
def test_all_goods_can_go_back_before_anything_is_paid(story: Story, before: str, to_replace: bool) -> None:
    number = ordered(story)
    delivered(story, number, 10)
    if before == "invoiced":
        invoiced(story, number, 21_500)

    order = agreed(story, number, "handler", "ask_return", lines=lines(n1=10), to_replace=to_replace)

    if to_replace:
        assert (order["state"], story.book()) == ("received", Book(available=9_978_500, committed=21_500))
        delivered(story, number, 10)
        assert state(story, number) == before
    else:
        assert (order["state"], story.book()) == ("cancelled", Book(available=10_000_000))


def test_every_move_of_the_settlement_is_in_the_table_by_one_name() -> None:
    moves = {(step.before, step.after) for step in ORDER_STATES.steps if step.action.startswith("reckon_")}

    assert len(moves) == 16
    assert ("paid", "invoiced") in moves and ("invoiced", "accepted") in moves


def test_a_bounce_of_one_part_takes_the_order_back_while_others_are_under_way(story: Story) -> None:
    number = ordered(story)
    delivered(story, number, 10)
    invoiced(story, number, 21_500)
    first = requested(story, number, 8_600)
    approved(story, number, first)
    paid(story, first, 8_600)
    second = requested(story, number)
    approved(story, number, second)
    assert state(story, number) == "in_payment"

    bounced(first, number)
    close_reading()

    assert (state(story, number), story.book()) == (
        "invoiced", Book(available=9_978_500, accrued=8_600, in_payment=12_900),
    )  # fmt: skip
    with pytest.raises(Refusal, match=r"payment\.unknown"):
        bounced(second, number)


def test_lines_of_two_channels_become_two_requests(story: Story) -> None:
    story.alter("alter table ledger.budget_line disable trigger user")
    other = "update ledger.budget_line set fund_source = '单位资金' where id = %s"
    story.alter(other, story.world.lines["school_machines"])
    number = story.place(story.wanted("paper", 10, "school_office"), story.wanted("printer", 1, "school_machines"))
    story.walk(number, until="invoice")

    story.act("accountant", "request_payment", number)

    rows = story.ask("select channel, state from payment_request order by id")
    assert sorted(rows) == [("real_account", "requested"), ("treasury_direct", "requested")]
    for payment in [row[0] for row in story.ask("select number from payment_request order by id")]:
        approved(story, number, payment)
    story.batch()
    settled = story.ask("select number, amount_fen from payment_request order by id")
    story.treasury_says(*((one, "OK", fen, f"GK{one[-3:]}", "") for one, fen in settled), name="two.csv")
    assert state(story, number) == "paid"
    credited = dict(
        story.ask("select coa, -sum(amount_fen)::bigint from ledger.entry where coa in (2210, 2230) group by coa")
    )
    assert credited == {2210: 21_500, 2230: sum(fen for _, fen in settled) - 21_500}


def test_each_acceptance_has_its_own_day_of_payment(story: Story) -> None:
    number = ordered(story)
    delivered(story, number, 4)
    first_day = clock.today() + timedelta(days=30)
    clock.advance_frozen(timedelta(days=10))
    delivered(story, number, 6)
    clock.advance_frozen(timedelta(days=25))
    close_reading()

    seen = payment_clocks([order_numbered(number)])[order_numbered(number).id]

    assert (seen.due_on, seen.owed_fen, seen.overdue_fen, seen.days_late) == (first_day, 21_500, 8_600, 5)
    assert seen.interest_fen == 22, "8,600 fen x 5 days x 0.05 % = 21.5"
