"""Lines of the treasury that fit nothing: none is lost, none is doubled, and two people settle each."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from flask import Flask

from mall import clock
from mall.access.actor import SYSTEM
from mall.errors import Refusal
from mall.exchange.decide_suspense import act_on_suspense
from mall.exchange.return_file import ReturnLine
from mall.exchange.settle_return import cause_of, retry_waiting
from mall.finance.exchange_treasury import export_batch, take_returns
from mall.finance.payment_request import PaymentRequest
from tests.form_browser import FormBrowser
from tests.journeys.story import Book, Story
from tests.mall.exchange.conftest import Scene
from tests.mall.exchange.treasury import Said, Treasury, return_text
from tests.world import World

Payments = tuple[tuple[str, int], ...]
UNKNOWN = "ZF-410100-2026-999999"


def says(*lines: Said, number: int = 1) -> dict[str, int]:
    """The treasury's file with these lines; what became of them."""
    return take_returns(
        actor=SYSTEM, file_name=f"{number}.csv", content=return_text(*lines, number=number)
    ).outcomes  # fmt: skip


def items(story: Story) -> list[dict[str, Any]]:
    """Every suspense item, oldest first."""
    with psycopg.connect(story.admin_url) as connection:
        rows = connection.execute("select to_jsonb(s) from suspense_item s order by id").fetchall()
    return [row[0] for row in rows]


def suspended(story: Story) -> dict[str, int]:
    """{treasury reference: fen} in the books' suspense account, where something stands."""
    with psycopg.connect(story.admin_url) as connection:
        rows = connection.execute(
            "select sub, sum(balance_fen * normal) from ledger.account where coa = 4130"
            " group by sub having sum(balance_fen) <> 0"
        ).fetchall()
    return {sub.removeprefix("treasury:"): int(fen) for sub, fen in rows}


def states(story: Story) -> dict[str, str]:
    with psycopg.connect(story.admin_url) as connection:
        return dict(connection.execute("select number, state from payment_request").fetchall())


def act(world: World, who: str, action: str, number: str, **body: str) -> None:
    act_on_suspense(actor=world.actor(who), number=number, action=action, body=body)


@pytest.mark.parametrize(
    ("state", "result", "amount_fen", "has_parts", "cause"),
    [
        ("", "OK", 100, False, "unknown"),
        ("", "BOUNCED", 100, False, "unknown"),
        ("requested", "OK", 100, False, "early"),
        ("approved", "REFUSED", 99, False, "early"),
        ("sent", "OK", 100, False, ""),
        ("sent", "REFUSED", 100, False, ""),
        ("sent", "OK", 99, False, "amount_differs"),
        ("sent", "REFUSED", 101, False, "amount_differs"),
        ("sent", "OK", 0, False, "amount_differs"),
        ("sent", "PARTIAL", 40, False, "partial"),
        ("sent", "PARTIAL", 40, True, "partial"),
        ("sent", "PARTIAL", 100, False, "amount_differs"),
        ("sent", "PARTIAL", 0, False, "amount_differs"),
        ("sent", "OK", 100, True, "doubled"),
        ("sent", "REFUSED", 100, True, "refused_after_paid"),
        ("sent", "BOUNCED", 100, False, "contradicts"),
        ("paid", "OK", 100, False, "doubled"),
        ("paid", "REFUSED", 100, False, "refused_after_paid"),
        ("paid", "BOUNCED", 100, False, "bounced"),
        ("paid", "BOUNCED", 99, False, "amount_differs"),
        ("paid", "PARTIAL", 40, False, "contradicts"),
        ("refused", "OK", 100, False, "paid_after_refused"),
        ("refused", "BOUNCED", 100, False, "contradicts"),
    ],
)
def test_every_word_has_its_cause(state: str, result: str, amount_fen: int, has_parts: bool, cause: str) -> None:
    payment = PaymentRequest(state=state, amount_fen=100) if state else None

    assert cause_of(ReturnLine(2, "ZF", result, amount_fen, "GK", ""), payment, has_parts=has_parts) == cause


def test_unknown_payment_waits_in_suspense_on_the_line_of_the_provinces_finance(story: Story, sent: Payments) -> None:
    assert says((UNKNOWN, "OK", 500, "GK9", "")) == {"unknown": 1}

    (item,) = items(story)
    assert (item["state"], item["cause"], item["suspended_fen"], item["region_code"]) == (
        "open",
        "unknown",
        500,
        410100,
    )
    assert suspended(story) == {"GK9": 500}
    with psycopg.connect(story.admin_url) as connection:
        line = connection.execute(
            "select l.region, l.year, l.code, o.name from ledger.budget_line l join organisation o on o.id = l.unit_id"
            " where l.id = %s",
            (item["budget_line_id"],),
        ).fetchone()
    year = clock.today().year
    assert line == (410100, year, f"410100-{year}-SUSPENSE", "河南省财政厅(测试)")


def test_number_of_no_region_waits_with_the_province(story: Story, sent: Payments) -> None:
    says(("没有这样的编号", "OK", 500, "GK9", ""), ("ZF-999999-2026-1", "OK", 7, "GK8", ""))

    assert [(item["region_code"], item["suspended_fen"]) for item in items(story)] == [(410000, 500), (410000, 7)]


def test_refusal_of_an_unknown_payment_waits_without_money(story: Story, sent: Payments) -> None:
    says((UNKNOWN, "REFUSED", 500, "GK9", "账户异常"))

    assert [(item["suspended_fen"], item["budget_line_id"]) for item in items(story)] == [(0, None)]
    assert suspended(story) == {}


def test_same_word_in_many_files_waits_once(story: Story, sent: Payments) -> None:
    line = (UNKNOWN, "OK", 500, "GK9", "")

    outcomes = [says(line, line, number=number) for number in (1, 2, 3)]

    assert outcomes == [{"unknown": 1, "repeated": 1}, {"repeated": 2}, {"repeated": 2}]
    assert suspended(story) == {"GK9": 500}


def test_wrong_amount_waits_and_the_right_one_still_pays(story: Story, sent: Payments) -> None:
    number, fen = sent[0]
    assert says((number, "OK", fen - 1, "GK1", "")) == {"mismatch": 1}

    assert says((number, "OK", fen, "GK1", ""), number=2) == {"paid": 1}

    assert states(story)[number] == "paid"
    assert suspended(story) == {"GK1": fen - 1}


def test_parts_pay_when_they_are_whole_in_any_order_and_doubled(story: Story, sent: Payments) -> None:
    number, fen = sent[0]
    first, second = (number, "PARTIAL", 20_000, "GK1", ""), (number, "PARTIAL", 1_500, "GK2", "")

    assert says(second, second) == {"partial": 1, "repeated": 1}
    assert states(story)[number] == "sent"
    assert suspended(story) == {"GK2": 1_500}
    assert says(first, second, number=2) == {"partial": 1, "repeated": 1}

    assert states(story)[number] == "paid"
    assert suspended(story) == {}
    assert story.book().paid == fen
    assert [item["state"] for item in items(story)] == ["settled", "settled"]


def test_return_before_our_own_batch_waits_and_is_taken_up_when_it_is_sent(story: Story, scene: Scene) -> None:
    (paid, paid_fen), (refused, refused_fen), *_ = scene.payments
    lines = ((paid, "OK", paid_fen, "GK1", ""), (refused, "REFUSED", refused_fen, "GK2", "账户异常"))
    assert says(*lines) == {"early": 2}
    assert suspended(story) == {"GK1": paid_fen}
    assert retry_waiting(actor=SYSTEM) == 0

    export_batch(actor=SYSTEM)
    assert retry_waiting(actor=SYSTEM) == 2

    assert (states(story)[paid], states(story)[refused]) == ("paid", "refused")
    assert suspended(story) == {}
    assert says(*lines, number=2) == {"repeated": 2}


def test_number_given_out_later_is_not_paid_by_an_earlier_mistake(story: Story, sent: Payments) -> None:
    order = story.place(story.wanted("paper", 20, "school_office"))
    with psycopg.connect(story.admin_url) as connection:
        upcoming = connection.execute("select last_value + 1 from number_payment").fetchone()[0]
    number = f"ZF-410100-{clock.today().year}-{upcoming:06d}"
    says((number, "OK", 43_000, "GK9", ""))
    story.walk(order, until="approve_payment")
    assert story.payment_of(order) == number
    export_batch(actor=SYSTEM)

    assert retry_waiting(actor=SYSTEM) == 0

    assert states(story)[number] == "sent"
    assert suspended(story) == {"GK9": 43_000}


def test_second_payment_of_the_same_waits(story: Story, sent: Payments) -> None:
    number, fen = sent[0]
    says((number, "OK", fen, "GK1", ""))

    assert says((number, "OK", fen, "GK2", ""), number=2) == {"conflict": 1}

    assert [item["cause"] for item in items(story)] == ["doubled"]
    assert suspended(story) == {"GK2": fen}
    assert story.book().paid == fen


def test_paid_after_refused_waits(story: Story, sent: Payments) -> None:
    number, fen = sent[0]
    says((number, "REFUSED", fen, "GK1", "账户异常"))

    assert says((number, "OK", fen, "GK2", ""), (number, "REFUSED", fen, "GK3", ""), number=2) == {
        "conflict": 1,
        "repeated": 1,
    }
    assert [item["cause"] for item in items(story)] == ["paid_after_refused"]
    assert states(story)[number] == "refused"


def test_two_people_match_a_line_with_the_payment_it_meant(story: Story, world: World, sent: Payments) -> None:
    number, fen = sent[1]
    says((UNKNOWN, "OK", fen, "GK9", ""))
    (item,) = items(story)

    act(world, "budget-city", "propose", item["number"], decision="match", payment=number, note="国库抄错编号")
    assert suspended(story) == {"GK9": fen}
    with pytest.raises(Refusal) as caught:
        act(world, "budget-city", "approve", item["number"])
    assert caught.value.code == "suspense.maker_decides"
    act(world, "budget", "approve", item["number"])

    assert states(story)[number] == "paid"
    assert suspended(story) == {}
    assert story.book() == Book(available=9_879_600, in_payment=120_400 - fen, paid=fen)
    assert [(one["state"], one["decision_payment"]) for one in items(story)] == [("settled", number)]


def test_match_with_what_is_not_out_or_of_another_amount_is_refused(story: Story, world: World, sent: Payments) -> None:
    (paid, paid_fen), *_ = sent
    says((paid, "OK", paid_fen, "GK1", ""), (UNKNOWN, "OK", paid_fen + 1, "GK9", ""))
    (item,) = items(story)
    codes = {}

    for named in (paid, "ZF-1", "", sent[4][0]):
        with pytest.raises(Refusal) as caught:
            act(world, "budget-city", "propose", item["number"], decision="match", payment=named, note="核对")
        codes[named] = caught.value.code

    assert codes == {
        paid: "suspense.payment_not_sent",
        "ZF-1": "suspense.no_payment",
        "": "suspense.no_payment",
        sent[4][0]: "suspense.amount_differs",
    }
    assert items(story)[0]["state"] == "open"


@pytest.mark.parametrize("word", ["BOUNCED", "REFUSED"])
def test_money_that_came_back_is_owed_again_when_two_people_say_so(
    story: Story, world: World, sent: Payments, word: str
) -> None:
    number, fen = sent[0]
    says((number, "OK", fen, "GK1", ""))
    says((number, word, fen, "GK2", "账号有误"), number=2)
    (item,) = items(story)

    act(world, "budget-city", "propose", item["number"], decision="bounce", note="收款行退回")
    assert states(story)[number] == "paid"
    act(world, "budget", "approve", item["number"])

    assert states(story)[number] == "bounced"
    assert suspended(story) == {}
    assert story.book() == Book(available=9_879_600, accrued=fen, in_payment=120_400 - fen)
    assert items(story)[0]["decision_payment"] == number


def test_what_was_never_paid_does_not_bounce(story: Story, world: World, sent: Payments) -> None:
    number, fen = sent[0]
    says((number, "OK", fen, "GK1", ""))
    says((number, "BOUNCED", fen, "GK2", "账号有误"), number=2)
    (item,) = items(story)

    with pytest.raises(Refusal) as caught:
        act(world, "budget-city", "propose", item["number"], decision="bounce", payment=sent[1][0], note="核对")

    assert caught.value.code == "suspense.no_payment"
    assert items(story)[0]["state"] == "open"


def test_mistake_of_the_treasury_leaves_suspense_and_books_nothing(story: Story, world: World, sent: Payments) -> None:
    number, fen = sent[0]
    says((number, "OK", fen - 1, "GK1", ""))
    (item,) = items(story)

    act(world, "budget-city", "clarify", item["number"], note="电话询问国库科")
    act(world, "budget-city", "propose", item["number"], decision="mistake", note="国库更正，原回单作废")
    act(world, "budget", "return", item["number"], reason="请附更正函")
    act(world, "budget", "propose", item["number"], decision="mistake", note="更正函已收")
    act(world, "budget-city", "approve", item["number"])

    assert suspended(story) == {}
    assert states(story)[number] == "sent"
    assert says((number, "OK", fen, "GK1", ""), number=2) == {"paid": 1}


def test_foreign_item_looks_like_a_missing_one(story: Story, world: World, sent: Payments) -> None:
    says((UNKNOWN, "OK", 500, "GK9", ""))
    (item,) = items(story)
    told = []

    for number in (item["number"], "DC-410324-2026-999999"):
        with pytest.raises(Refusal) as caught:
            act(world, "budget2", "propose", number, decision="mistake", note="不是我的")
        told.append(caught.value.code)

    assert told == ["suspense.unknown", "suspense.unknown"]


def test_page_tells_the_cause_and_leads_to_the_payment_of_the_same_amount(
    app: Flask, story: Story, sent: Payments
) -> None:
    number, fen = sent[1]
    says((UNKNOWN, "OK", fen, "GK9", ""))
    (item,) = items(story)
    city, province = (FormBrowser(app.test_client(), name) for name in ("budget-city", "budget"))
    assert item["number"] in city.get("/desk").words
    assert item["number"] in city.get("/treasury/suspense").words

    page = city.get(f"/treasury/suspense/{item['number']}")
    assert "付款编号不存在" in page.words
    refused = city.send(page, "propose", decision="match", note="国")
    assert refused.status == 422
    page = city.send(refused, "propose", note="国库抄错编号")
    assert "已提交复核" in page.words
    assert number in page.words

    assert "复核待查款" in province.get("/desk").words
    page = province.send(province.get(f"/treasury/suspense/{item['number']}"), "approve")
    assert "已查明，款项已转出。" in page.words
    assert states(story)[number] == "paid"


def test_page_of_the_exchange_shows_batches_gaps_and_refused_files(
    app: Flask, treasury: Treasury, sent: Payments
) -> None:
    treasury.call("GET", "/batches", sequence_no=4)
    treasury.call("POST", "/returns", b"no return", sequence_no=6)
    province = FormBrowser(app.test_client(), "budget")

    page = province.get("/treasury")

    assert treasury.key.id in page.words
    assert treasury.key.secret not in page.text
    assert "pay-00000001.csv" in page.words
    assert "1 –3" in page.words or "1–3" in page.words
    assert "api-return.csv" in page.words
