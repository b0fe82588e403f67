"""The end of a budget year: the worksheet from the proposal to the books of both years, and what must not happen."""

from __future__ import annotations

import threading
from datetime import date
from typing import Any

import pytest

from ledger import fiscal_year
from ledger.cash_plan import plan_balances
from ledger.chart_of_accounts import Account
from mall import clock
from mall.access.actor import SYSTEM
from mall.audit.record import record
from mall.database import atomic, close_reading, session
from mall.errors import Refusal
from mall.finance.budget_document_actions import perform as perform_on_document
from mall.finance.check_budget_document import AmountOnLine
from mall.finance.draw_up_budget_document import draw_up_budget_document
from mall.ordering.order import order_numbered
from mall.ordering.order_file import postings_of_order
from tests.journeys.story import Story
from tests.journeys.year_end_story import (
    act,
    approved,
    drawn_up,
    line_with_money,
    next_line,
    on,
    orders_in_every_standing,
    plan_for_now,
    read_again,
    refusal_of,
    rows_of,
    stand,
)
from tests.world import SCHOOL_REGION

YEAR = clock.today().year


def test_a_year_ends_and_its_orders_go_on_in_the_next(story: Story) -> None:
    world = story.world
    orders = orders_in_every_standing(story)
    special = line_with_money(world, code="08", fund_source="专项资金", amount_fen=500_000)
    office, machines = world.lines["school_office"], world.lines["school_machines"]

    with on(YEAR, 12, 20):
        worksheet = drawn_up(world, YEAR)
        rows = rows_of(worksheet)
        assert rows == {
            (orders["reserved"], "reserved"): (21_500, "carry"),
            (orders["committed"], "committed"): (43_000, "carry"),
            (orders["accrued"], "accrued"): (118_000, "pay"),
            (orders["accrued"], "accepted_assets"): (118_000, "carry"),
            (orders["in_payment"], "in_payment"): (64_500, "pay"),
            (orders["lapsing"], "committed"): (10_750, "carry"),
            (orders["paid"], "accepted_assets"): (118_000, "carry"),
            ("01", "available"): (9_860_250, "lapse"),
            ("02", "available"): (49_764_000, "lapse"),
            ("03", "available"): (10_000, "lapse"),
            ("08", "available"): (500_000, "carry"),
        }
        act(world, "finance", "return", worksheet.number, reason="验收过的改为结转")
        row_no = {row.document + row.standing: str(row.row_no) for row in worksheet.rows}
        changed = {
            row_no[f"order:{orders['accrued']}accrued"]: "carry",
            row_no[f"order:{orders['lapsing']}committed"]: "lapse",
        }
        act(world, "accountant", "edit", worksheet.number, treatments=changed, is_submitted=True)
        worksheet = act(world, "finance", "sign", worksheet.number, edition=2)
        assert (worksheet.carry_fen, worksheet.lapse_fen, worksheet.pay_fen) == (682_500, 59_645_000, 64_500)
        act(world, "budget-city", "approve", worksheet.number)
        assert refusal_of(world, "budget-city", "execute", worksheet.number).code == "worksheet.not_over"

    with on(YEAR + 1, 1, 3):
        assert refusal_of(world, "budget-city", "execute", worksheet.number).code == "worksheet.not_settled"
        assert story.refused("approver", "approve", orders["reserved"])["code"] == "worksheet.waits"
        batch_of_last_year(story, orders["in_payment"])
        story.act("supplier", "decline", orders["lapsing"], reason="厂家停产")
        act(world, "budget-city", "execute", worksheet.number)
        assert refusal_of(world, "budget-city", "execute", worksheet.number).code == "state.not_possible"

    left = stand(office)
    assert (left.available_fen, left.lapsed_fen, left.carried_out_fen, left.paid_fen) == (0, 9_871_000, 64_500, 64_500)
    assert (left.reserved_fen, left.committed_fen, left.accrued_fen, left.in_payment_fen) == (0, 0, 0, 0)
    came = stand(next_line(office))
    assert (came.carried_in_fen, came.reserved_fen, came.committed_fen) == (64_500, 21_500, 43_000)
    came = stand(next_line(machines))
    assert (came.carried_in_fen, came.accrued_fen, came.available_fen) == (118_000, 118_000, 0)
    came = stand(next_line(special))
    assert (came.carried_in_fen, came.available_fen, came.appropriation_fen) == (500_000, 500_000, 0)

    with on(YEAR + 1, 2, 10):
        the_carried_order_is_accepted_and_paid(story, orders["committed"])
        number = orders["accrued"]
        assert story.act("receiver", "register_asset", number)["state"] == "accepted"
        assert story.act("receiver", "register_asset", orders["paid"])["number"] == orders["paid"]
        story.act("approver", "return", orders["reserved"], reason="价格已变")
    assert stand(next_line(office)).available_fen == 21_500
    assert story.counted("A05040101") == 43_000 + 64_500


def batch_of_last_year(story: Story, number: str) -> None:
    """The treasury's answer of January about a payment of December: booked in December, which is open."""
    story.batch()
    payment, amount_fen = story.payment_of(number), story.order(number)["total_fen"]
    story.treasury_says((payment, "OK", amount_fen, "GK00000000000099", ""), name="january.csv")
    try:
        days = {entry.effective_on for entry in postings_of_order(order_numbered(number)) if entry.event == "confirm"}
    finally:
        close_reading()
    assert days == {date(YEAR, 12, 31)}


def the_carried_order_is_accepted_and_paid(story: Story, number: str) -> None:
    for who, action in (("supplier", "ship"), ("receiver", "receive"), ("receiver", "accept")):
        story.act(who, action, number)
    story.act("supplier", "invoice", number, **story.invoice_of(number))
    assert story.refused("accountant", "request_payment", number)["code"] == "plan.not_enough"
    plan_for_now(next_line(story.world.lines["school_office"]))
    story.act("accountant", "request_payment", number)
    story.act("finance", "approve_payment", number)
    story.batch()
    story.treasury_says((story.payment_of(number), "OK", 43_000, "GK00000000000100", ""), name="february.csv")
    assert story.order(number)["year"] == YEAR + 1
    assert stand(next_line(story.world.lines["school_office"])).paid_fen == 43_000
    answer = story.send("accountant", "GET", f"/orders/{number}/postings").json
    both = {item["effective_on"][:4]: item["event"].partition(".")[0] for item in answer["items"]}
    assert sorted(both) == [str(YEAR), str(YEAR + 1)]
    events = [item["event"].partition(".")[0] for item in answer["items"]]
    assert list(dict.fromkeys(events)) == [
        "submit", "approve", "carry_out", "carry_in", "accept", "request", "send", "confirm",
    ]  # fmt: skip


def test_what_changed_after_the_signature_is_never_carried(story: Story) -> None:
    world = story.world
    number = story.place(story.wanted("paper", 10, "school_office"))
    with on(YEAR, 12, 28):
        worksheet = approved(world, YEAR)
        story.act("approver", "approve", number)

    with on(YEAR + 1, 1, 3):
        refusal = refusal_of(world, "budget-city", "execute", worksheet.number)
        assert (refusal.code, refusal.facts["count"]) == ("worksheet.books_changed", 2)
        assert stand(world.office_line).lapsed_fen == 0
        again = act(world, "accountant", "propose", worksheet.number)
        assert (again.state, again.edition, again.signer_id, again.decider_id) == ("draft", 2, None, None)
        assert rows_of(again)[number, "committed"] == (21_500, "carry")
        act(world, "accountant", "submit", worksheet.number)
        act(world, "finance", "sign", worksheet.number)
        act(world, "budget-city", "approve", worksheet.number)
        act(world, "budget-city", "execute", worksheet.number)

    assert stand(next_line(world.office_line)).committed_fen == 21_500


def test_goods_of_a_year_that_is_over_go_back_and_get_cheaper(story: Story) -> None:
    world = story.world
    office = world.lines["school_office"]
    paper, printer = (
        story.place(story.wanted("paper", 10, "school_office")),
        story.place(story.wanted("printer", 2, "school_machines")),
    )
    for number in (paper, printer):
        story.walk(number, until="accept")
    story.act("receiver", "register_asset", printer)
    year_ends(story)

    with on(YEAR + 1, 2, 10):
        agreed(story, paper, "ask_return", lines=[{"line_no": 1, "quantity": 4}], to_replace=True)
        agreed(story, paper, "ask_price_cut", lines=[{"line_no": 1, "amount_fen": 900}])
        agreed(story, printer, "ask_return", lines=[{"line_no": 1, "quantity": 1}])

    came = stand(next_line(office))
    assert (came.committed_fen, came.accrued_fen, came.available_fen) == (8_600, 12_000, 900)
    machines = stand(next_line(world.lines["school_machines"]))
    assert (machines.accrued_fen, machines.available_fen) == (118_000, 118_000)
    assert costs_of(story, YEAR + 1) == {Account.PRIOR_COSTS: -127_500}

    with on(YEAR + 1, 2, 11):
        for who, action in (("supplier", "ship"), ("receiver", "receive"), ("receiver", "accept")):
            story.act(who, action, paper)
        # What came in the new year is a cost of the new year, and leaves it first.
        agreed(story, paper, "ask_return", lines=[{"line_no": 1, "quantity": 5}])
    assert costs_of(story, YEAR + 1) == {Account.PRIOR_COSTS: -129_650 + 900 * 5 // 10}


def test_what_was_paid_of_a_line_before_the_years_end_is_not_asked_for_again(story: Story) -> None:
    world = story.world
    office, machines = world.lines["school_office"], world.lines["school_machines"]
    number = story.place(story.wanted("paper", 10, "school_office"), story.wanted("printer", 1, "school_machines"))
    story.walk(number, until="invoice")
    story.act("accountant", "request_payment", number, amount_fen=10_000, reason="先付一部分")
    story.act("finance", "approve_payment", number)
    story.batch()
    story.treasury_says((story.payment_of(number), "OK", 10_000, "GK00000000000001", ""), name="first.csv")
    year_ends(story)

    with on(YEAR + 1, 2, 10):
        for line_id in (office, machines):
            plan_for_now(next_line(line_id))
        story.act("accountant", "request_payment", number)
        story.act("finance", "approve_payment", number)
        story.batch()
        story.treasury_says((story.payment_of(number), "OK", 129_500, "GK00000000000002", ""), name="rest.csv")

    assert story.order(number)["state"] == "paid"
    assert [stand(next_line(line_id)).paid_fen for line_id in (office, machines)] == [11_500, 118_000]


def year_ends(story: Story) -> None:
    """Everything that is accepted is carried."""
    world = story.world
    with on(YEAR, 12, 20):
        worksheet = drawn_up(world, YEAR, is_submitted=False)
        rows = {str(row.row_no): "carry" for row in worksheet.rows if row.standing in ("accrued", "accepted_assets")}
        act(world, "accountant", "edit", worksheet.number, treatments=rows, is_submitted=True)
        act(world, "finance", "sign", worksheet.number)
        act(world, "budget-city", "approve", worksheet.number)
    with on(YEAR + 1, 1, 3):
        act(world, "budget-city", "execute", worksheet.number)


def agreed(story: Story, number: str, ask: str, **body: Any) -> None:
    story.act("handler", ask, number, reason="双方当面商定", **body)
    story.act("supplier", "agree_change", number)


def costs_of(story: Story, year: int) -> dict[Account, int]:
    """{cost account: fen, debit positive} of all the school's goods in one year's books, without zeros."""
    costs = [int(account) for account in (Account.PRIOR_COSTS, Account.EXPENSE, Account.FIXED_ASSETS)]
    rows = story.ask(
        "select coa, sum(amount_fen)::bigint from ledger.entry where year = %s and coa = any(%s)"
        " group by coa having sum(amount_fen) <> 0", year, costs,
    )  # fmt: skip
    return {Account(coa): amount_fen for coa, amount_fen in rows}


def test_a_refund_that_is_still_due_at_the_years_end_goes_to_the_treasury(story: Story) -> None:
    world = story.world
    number = story.place(story.wanted("paper", 10, "school_office"))
    story.walk(number, until="approve_payment")
    story.pay(number)
    story.act("handler", "claim_refund", number, lines=[{"line_no": 1, "quantity": 2}], reason="受潮")
    story.act("supplier", "agree_refund", number)
    year_ends(story)

    with on(YEAR + 1, 1, 20):
        left, came = stand(world.office_line), next_line(world.office_line)
        assert (left.paid_fen, left.available_fen) == (21_500, 0)
        order = story.act("finance", "receive_refund", number, reference="TK20270120")

    assert order["settlement"]["refunded_fen"] == 4_300
    assert stand(came).available_fen == 0, "it is not the unit's to spend again"
    kept = story.ask(
        "select coa, sum(amount_fen)::bigint from ledger.entry where line_id = %s group by coa"
        " having sum(amount_fen) <> 0", came,
    )  # fmt: skip
    assert dict(kept) == {
        Account.SURRENDERED: 4_300, Account.COLLECTED_FOR_TREASURY: 4_300,
        Account.PRIOR_YEARS: -4_300, Account.PRIOR_CLAIMS: -4_300,
    }  # fmt: skip


def test_nothing_to_carry_is_two_clicks_and_a_lapse(story: Story) -> None:
    world = story.world
    with on(YEAR, 12, 31):
        worksheet = drawn_up(world, YEAR, who="accountant2")
        act(world, "finance2", "sign", worksheet.number)
        act(world, "budget2", "approve", worksheet.number)
    with on(YEAR + 1, 1, 1):
        act(world, "budget2", "execute", worksheet.number)

    left = stand(world.lines["county_office"])
    assert (left.available_fen, left.lapsed_fen) == (0, 5_000_000)
    plan = plan_balances(session(), [world.lines["county_office"]])[world.lines["county_office"]]
    assert (plan.planned_fen, plan.cancelled_fen) == (0, 5_000_000)
    close_reading()


def test_frozen_money_lapses_and_a_second_worksheet_takes_up_what_comes_later(story: Story) -> None:
    world = story.world
    freeze(story, 1_000_000)
    with on(YEAR + 1, 1, 5):
        worksheet = approved(world, YEAR)
        act(world, "budget-city", "execute", worksheet.number)
        assert (stand(world.office_line).frozen_fen, stand(world.office_line).lapsed_fen) == (0, 10_000_000)

        second = approved(world, YEAR)
        assert second.rows == ()
        act(world, "budget-city", "execute", second.number)


def freeze(story: Story, amount_fen: int) -> None:
    world = story.world
    document = draw_up_budget_document(
        actor=world.actor("budget-city"), unit_id=world.school_id, year=YEAR, kind="freeze",
        lines=[AmountOnLine(world.office_line, amount_fen)], reason="审计冻结", basis="测试文号", is_submitted=True,
    )  # fmt: skip
    perform_on_document("approve", actor=world.actor("budget"), number=document.number)


def test_a_closed_december_takes_nothing(story: Story) -> None:
    world = story.world
    with on(YEAR + 1, 1, 3):
        worksheet = approved(world, YEAR)
        close_december()

        assert refusal_of(world, "budget-city", "execute", worksheet.number).code == "worksheet.december_closed"
    assert stand(world.office_line).available_fen == 10_000_000


@atomic
def close_december() -> None:
    december = {"region_code": SCHOOL_REGION, "year": YEAR, "month": 12}
    fiscal_year.close_period(session(), **december, closed_at=clock.now(), actor="test")
    record(actor=SYSTEM, action="test.close", subject="period")


def test_two_executions_at_once_post_once(story: Story) -> None:
    world = story.world
    story.place(story.wanted("paper", 10, "school_office"))
    outcomes: list[str] = []
    with on(YEAR + 1, 1, 3):
        worksheet = approved(world, YEAR)
        moment = clock.now()

        def execute() -> None:
            with clock.frozen(moment):
                try:
                    outcomes.append(act(world, "budget-city", "execute", worksheet.number).state)
                except Refusal as refusal:
                    outcomes.append(refusal.code)
                finally:
                    close_reading()

        threads = [threading.Thread(target=execute) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert sorted(outcomes) == ["executed", "state.not_possible"]
    assert stand(next_line(world.office_line)).carried_in_fen == 21_500


def test_seasons_hands_and_open_documents(story: Story) -> None:
    world = story.world
    with on(YEAR, 11, 30), pytest.raises(Refusal) as early:
        drawn_up(world, YEAR)
    assert early.value.code == "worksheet.too_early"
    with on(YEAR, 12, 1):
        worksheet = drawn_up(world, YEAR)
        with pytest.raises(Refusal) as second:
            drawn_up(world, YEAR)
        assert second.value.code == "worksheet.exists"
        assert refusal_of(world, "accountant", "sign", worksheet.number).code == "access.denied"
        assert refusal_of(world, "finance2", "sign", worksheet.number).code == "worksheet.unknown"
        assert refusal_of(world, "finance", "sign", worksheet.number, edition=7).code == "worksheet.changed_meanwhile"
        act(world, "finance", "sign", worksheet.number)
        assert refusal_of(world, "budget2", "approve", worksheet.number).code == "worksheet.unknown"
        act(world, "budget", "approve", worksheet.number)
        draw_up_budget_document(
            actor=world.actor("accountant"), unit_id=world.school_id, year=YEAR, kind="reduction",
            lines=[AmountOnLine(world.office_line, 100)], reason="年末核减", basis="测试文号", is_submitted=True,
        )  # fmt: skip
    with on(YEAR + 1, 1, 2):
        assert refusal_of(world, "budget", "execute", worksheet.number).code == "worksheet.documents_open"
    assert read_again(world, worksheet.number).state == "approved"


def test_a_returned_order_is_submitted_anew_in_the_new_year(story: Story) -> None:
    number = story.place(story.wanted("paper", 10, "school_office"))
    story.act("approver", "return", number, reason="请等新年度预算")
    with on(YEAR + 1, 1, 8):
        assert story.refused("handler", "submit", number)["code"] == "budget.wrong_year"
        line_id = line_with_money(story.world, code="01", fund_source="一般公共预算", amount_fen=100_000)
        story.act("handler", "edit", number, lines=[{"line_no": 1, "quantity": 10, "budget_line_id": line_id}])
        order = story.act("handler", "submit", number)

    assert order["year"] == YEAR + 1
    assert stand(line_id).reserved_fen == 21_500
