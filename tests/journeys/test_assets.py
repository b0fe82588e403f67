"""Asset cards from acceptance to disposal: registered by a person, answered by the asset system, checked both ways."""

from __future__ import annotations

import csv
import hashlib
import io
from datetime import timedelta
from typing import Any

import pytest

from ledger.chart_of_accounts import Account
from ledger.document_balances import document_balances
from mall import clock
from mall.access.actor import SYSTEM
from mall.assets.check_cards import AssetFault, asset_faults
from mall.assets.list_asset_cards import overdue_before, register_by
from mall.assets.register_cards import LineOfCards, amend_card, register_cards, waiting_lines
from mall.assets.remind_of_cards import tell_units
from mall.assets.return_cards import return_cards
from mall.assets.send_cards import send_cards
from mall.assets.take_card_file import take_card_file
from mall.database import atomic, close_reading, session
from mall.errors import Refusal
from mall.ordering.order import order_numbered
from mall.outbox.deliver import deliver_waiting
from tests.form_browser import FormBrowser
from tests.journeys.story import Story

SHOP_FLOOR = {"place": "教务处 203", "keeper": "李老师"}


def accepted(story: Story, quantity: int = 2, goods: str = "computer") -> str:
    """An accepted order of machines; every piece has a waiting card."""
    number = story.place(story.wanted(goods, quantity, "school_machines"))
    story.walk(number, until="accept")
    return number


def cards_of(story: Story, number: str) -> list[tuple[str, str]]:
    """(number, state) of the order's cards."""
    query = (
        "select c.number, c.state from asset_card c join purchase_order o on o.id = c.order_id"
        " where o.number = %s order by c.id"
    )
    return story.ask(query, number)


def registered(story: Story, quantity: int = 2, *, serials: tuple[str, ...] = ()) -> list[str]:
    """Numbers of cards just registered."""
    number = accepted(story, quantity)
    line = waiting_lines(story.world.school_id)[-1]
    close_reading()
    register_cards(
        actor=story.world.actor("receiver"),
        unit_id=story.world.school_id,
        lines=[LineOfCards(line.line.id, quantity, serials)],
        **SHOP_FLOOR,
    )
    return [card for card, _ in cards_of(story, number)]


def sent(story: Story, quantity: int = 2) -> tuple[str, list[str]]:
    """(file, cards) that have gone to the asset system."""
    cards = registered(story, quantity)
    file = send_cards(actor=story.world.actor("accountant"), unit_id=story.world.school_id)
    return file, cards


def report(
    story: Story, *reports: dict[str, Any], who: str = "accountant", key: str | None = None
) -> list[dict[str, Any]]:
    """The outcomes of reports over the API."""
    answer = story.send(who, "POST", "/asset-cards/reports", {"reports": list(reports)}, key=key)
    assert answer.status_code == 200, answer.json
    return answer.json["outcomes"]


def acknowledged(story: Story, quantity: int = 2) -> list[str]:
    _, cards = sent(story, quantity)
    entries = [
        {"card": card, "kind": "acknowledge", "system_number": f"XT-{place}"} for place, card in enumerate(cards, 1)
    ]
    assert [one["outcome"] for one in report(story, *entries)] == ["done"] * quantity
    return cards


def card(story: Story, number: str) -> dict[str, Any]:
    answer = story.send("accountant", "GET", f"/asset-cards/{number}")
    assert answer.status_code == 200, answer.json
    return answer.json


def taken(story: Story, *rows: tuple[str, ...], titles: str, unit: str = "school_id", who: str = "accountant") -> Any:
    """The kept file of rows read back from the asset system: (outcomes, rows)."""
    text = "\r\n".join([titles, *(",".join(row) for row in rows)])
    number = take_card_file(
        actor=story.world.actor(who), unit_id=getattr(story.world, unit), content=text.encode(), file_name="回执.csv"
    )
    return story.ask("select outcomes, rows, number from asset_file where number = %s", number)[0]


def faults(story: Story) -> list[AssetFault]:
    found = asset_faults(SYSTEM)
    close_reading()
    return found


def test_from_acceptance_to_disposal_with_the_books_beside_every_step(story: Story) -> None:
    number = accepted(story, 2)
    order = order_numbered(number)
    line_id = order.lines[0].budget_line_id

    def books() -> tuple[int, int]:
        accounts = (Account.ACCEPTED_ASSETS, Account.FIXED_ASSETS)
        found = document_balances(
            session(), [line_id], region_code=order.region_code, year=order.year, accounts=accounts
        )
        close_reading()
        return tuple(found.get((order.reference, account), 0) for account in accounts)

    assert books() == (939_800, 0)
    assert cards_of(story, number)[0][1] == "waiting"

    cards = [found for found, _ in cards_of(story, number)]
    line = waiting_lines(story.world.school_id)[0]
    close_reading()
    register_cards(
        actor=story.world.actor("receiver"), unit_id=story.world.school_id,
        lines=[LineOfCards(line.line.id, 2, ("SN-1", "SN-2"))], **SHOP_FLOOR,
    )  # fmt: skip
    assert books() == (0, 939_800)
    send_cards(actor=story.world.actor("accountant"), unit_id=story.world.school_id)
    report(story, {"card": cards[0], "kind": "acknowledge", "system_number": "XT-1"})
    today = clock.today().isoformat()
    report(story, {"card": cards[0], "kind": "change", "place": "图书馆", "happened_on": today})
    report(story, {"card": cards[0], "kind": "dispose", "disposal_kind": "scrap", "happened_on": today})

    whole = card(story, cards[0])
    assert [step["action"] for step in whole["history"]] == ["register", "send", "acknowledge", "change", "dispose"]
    assert (whole["state"], whole["place"], whole["serial_number"]) == ("disposed", "图书馆", "SN-1")
    assert (whole["disposal_kind"], whole["system_number"], whole["useful_years"]) == ("scrap", "XT-1", 6)
    assert card(story, cards[1])["state"] == "sent"
    page = _browser(story, "receiver").get(f"/orders/{number}").words
    assert "已处置" in page
    assert "已送资产系统" in page
    assert "等待登记存放地点" not in page
    # A disposal is the unit's own affair: nothing moves in the books of the budget.
    assert books() == (0, 939_800)
    assert faults(story) == []


def test_a_cheap_desk_makes_a_card_and_a_dear_box_of_paper_makes_none(story: Story) -> None:
    recode = "update product set category_code = %s where id = (select product_id from listing where id = %s)"
    story.alter(recode, "A05010201", story.world.listings["paper"])
    story.alter(recode, "A05040101", story.world.listings["computer"])
    desk = story.place(story.wanted("paper", 1, "school_office"))
    paper = story.place(story.wanted("computer", 1, "school_office"))

    assert [line["is_asset"] for line in story.order(desk)["lines"]] == [True]
    assert [line["is_asset"] for line in story.order(paper)["lines"]] == [False]


def test_serial_numbers_are_as_many_as_pieces_and_never_twice(story: Story) -> None:
    accepted(story, 3)
    line = waiting_lines(story.world.school_id)[0].line.id
    close_reading()

    def refused(count: int, *serials: str) -> str:
        with pytest.raises(Refusal) as raised:
            register_cards(
                actor=story.world.actor("receiver"), unit_id=story.world.school_id,
                lines=[LineOfCards(line, count, serials)], **SHOP_FLOOR,
            )  # fmt: skip
        return raised.value.code

    assert refused(3, "A", "B") == "asset.serials_differ"
    assert refused(4) == "asset.too_few_waiting"
    assert refused(3, "A", "B", "A") == "asset.serial_repeated"
    register_cards(
        actor=story.world.actor("receiver"), unit_id=story.world.school_id, lines=[LineOfCards(line, 1, ("A",))],
        **SHOP_FLOOR,
    )  # fmt: skip
    assert refused(1, "A") == "asset.serial_repeated"
    assert [state for _, state in story.ask("select id, state from asset_card order by id")] == [
        "registered", "waiting", "waiting",
    ]  # fmt: skip


def test_a_registered_card_is_mended_until_it_is_sent(story: Story) -> None:
    cards = registered(story, 1, serials=("SN-0",))
    keeper = story.world.actor("receiver")

    amend_card(actor=keeper, number=cards[0], place="一楼", keeper="王老师", serial_number="SN-9")
    send_cards(actor=story.world.actor("accountant"), unit_id=story.world.school_id)

    whole = card(story, cards[0])
    assert (whole["place"], whole["serial_number"]) == ("一楼", "SN-9")
    assert whole["history"][1]["facts"]["before"]["place"] == SHOP_FLOOR["place"]
    with pytest.raises(Refusal, match="not_possible"):
        amend_card(actor=keeper, number=cards[0], place="二楼", keeper="王老师", serial_number="")


def test_the_file_that_goes_out_comes_back_as_acknowledgement(story: Story) -> None:
    file, cards = sent(story, 2)
    content, sha256, workbook, workbook_sha256 = story.ask(
        "select content, sha256, workbook, workbook_sha256 from asset_file where number = %s", file
    )[0]
    rows = list(csv.reader(io.StringIO(bytes(content).decode("utf-8-sig"))))

    assert [row[0] for row in rows[1:]] == cards
    assert rows[1][7] == "4699.00"
    assert hashlib.sha256(content).hexdigest() == sha256
    assert hashlib.sha256(workbook).hexdigest() == workbook_sha256
    with pytest.raises(Refusal, match="none_to_send"):
        send_cards(actor=story.world.actor("accountant"), unit_id=story.world.school_id)

    rows[1][-1], rows[2][-1] = "XT-1", "XT-2"
    back = [tuple(row) for row in rows[1:]]
    outcomes, _, _ = taken(story, *back, titles=",".join(rows[0]))
    again, _, _ = taken(story, *back, titles=",".join(rows[0]))

    assert outcomes == {"done": 2, "already": 0, "refused": 0}
    assert again == {"done": 0, "already": 2, "refused": 0}
    assert {card(story, number)["state"] for number in cards} == {"acknowledged"}


def test_refused_rows_are_named_mended_and_sent_again(story: Story, app: Any) -> None:
    _, cards = sent(story, 2)
    titles = "卡片号,事项,资产编号,处置方式,日期"

    outcomes, rows, number = taken(
        story, (cards[0], "回执", "XT-1", "", ""), ("ZC-000000-2026-999999", "回执", "XT-9", "", ""),
        (cards[1], "处置", "", "报废", "2020-01-01"), (cards[1], "回执", "XT-1", "", ""), titles=titles,
    )  # fmt: skip

    assert outcomes == {"done": 1, "already": 0, "refused": 3}
    assert [row.get("code") for row in rows] == [
        None, "asset.card_unknown", "asset.date_needed", "asset.number_taken",
    ]  # fmt: skip
    browser = _browser(story, "accountant")
    mended = browser.client.get(f"/assets/files/{number}/refused.csv").get_data(as_text=True)
    assert "已经用在卡片" in mended
    assert "没有办成 3 行" in browser.get(f"/assets/files/{number}").words
    text = mended.replace("XT-1", "XT-2").encode()
    second = take_card_file(
        actor=story.world.actor("accountant"), unit_id=story.world.school_id, content=text, file_name="again.csv"
    )
    assert story.ask("select outcomes from asset_file where number = %s", second)[0][0] == {
        "done": 1, "already": 0, "refused": 2,
    }  # fmt: skip
    assert card(story, cards[1])["system_number"] == "XT-2"


def test_what_was_said_before_changes_nothing_even_after_a_later_change(story: Story) -> None:
    cards = acknowledged(story, 1)
    day = clock.today()
    first = {"card": cards[0], "kind": "change", "place": "一楼", "happened_on": day.isoformat(), "document": "BD-1"}
    second = {"card": cards[0], "kind": "change", "place": "二楼", "happened_on": day.isoformat(), "document": "BD-2"}
    older = {**first, "document": "BD-0", "place": "地下室", "happened_on": day.isoformat()}
    clock.advance_frozen(timedelta(days=2))
    later = {**second, "happened_on": clock.today().isoformat(), "place": "三楼"}

    assert [one["outcome"] for one in report(story, first, second, first)] == ["done", "done", "already"]
    assert report(story, later)[0]["outcome"] == "done"
    assert report(story, older)[0]["code"] == "asset.older_report"
    assert report(story, first)[0]["outcome"] == "already"
    assert card(story, cards[0])["place"] == "三楼"
    scrap = {"card": cards[0], "kind": "dispose", "disposal_kind": "scrap", "happened_on": clock.today().isoformat()}
    assert [one["outcome"] for one in report(story, scrap, scrap)] == ["done", "already"]
    assert report(story, {**scrap, "disposal_kind": "sale"})[0]["code"] == "state.not_possible"
    assert report(story, {**later, "document": "BD-9", "place": "库房"})[0]["code"] == "state.not_possible"


def test_a_card_sent_back_is_mended_and_goes_with_the_next_file(story: Story) -> None:
    first, cards = sent(story, 1)

    assert report(story, {"card": cards[0], "kind": "reject"})[0]["code"] == "asset.report_reason_needed"
    report(story, {"card": cards[0], "kind": "reject", "reason": "缺出厂编号"})
    assert card(story, cards[0])["state"] == "registered"
    amend_card(actor=story.world.actor("receiver"), number=cards[0], serial_number="SN-7", **SHOP_FLOOR)
    second = send_cards(actor=story.world.actor("accountant"), unit_id=story.world.school_id)

    assert second != first
    assert card(story, cards[0])["state"] == "sent"


def test_the_api_lists_page_by_page_and_answers_a_key_once(story: Story) -> None:
    cards = registered(story, 3)

    first = story.send("accountant", "GET", "/asset-cards?state=registered&limit=2").json
    second = story.send("accountant", "GET", f"/asset-cards?state=registered&limit=2&cursor={first['next']}").json
    assert [item["number"] for item in first["items"] + second["items"]] == cards
    assert second["next"] is None
    entry = {"reports": [{"card": cards[0], "kind": "acknowledge", "system_number": "XT-1"}]}
    answers = [story.send("accountant", "POST", "/asset-cards/reports", entry, key="reports-0001") for _ in range(2)]
    assert [answer.json for answer in answers] == [answers[0].json] * 2
    assert answers[1].headers["Idempotency-Replayed"] == "true"
    wrong = story.send("accountant", "POST", "/asset-cards/reports", {"reports": [{"card": "x", "kind": "burn"}]})
    assert (wrong.status_code, wrong.json["code"]) == (422, "request.invalid")


def test_a_foreign_units_cards_are_unknown(story: Story) -> None:
    cards = registered(story, 1)

    assert story.send("accountant2", "GET", f"/asset-cards/{cards[0]}").status_code == 404
    assert story.send("regulator-county", "GET", "/asset-cards").json["items"] == []
    assert story.send("regulator-city", "GET", f"/asset-cards/{cards[0]}").status_code == 200
    assert report(story, {"card": cards[0], "kind": "acknowledge", "system_number": "1"}, who="accountant2")[0][
        "code"
    ] == "asset.card_unknown"  # fmt: skip
    assert story.send("supplier", "GET", "/asset-cards").status_code == 403


def test_cards_go_back_with_the_goods_and_tell_where_their_value_stood(story: Story) -> None:
    number = accepted(story, 3)
    line = waiting_lines(story.world.school_id)[0]
    close_reading()
    register_cards(
        actor=story.world.actor("receiver"), unit_id=story.world.school_id, lines=[LineOfCards(line.line.id, 2)],
        **SHOP_FLOOR,
    )  # fmt: skip

    @atomic
    def go_back(pieces: int) -> tuple[int, int]:
        found = return_cards(order_numbered(number, lock=True), {"1": pieces}, reason="退货")
        return sum(found.accepted_fen.values()), sum(found.fixed_fen.values())

    assert go_back(2) == (469_900, 469_900)
    assert sorted(state for _, state in cards_of(story, number)) == ["registered", "returned", "returned"]
    with pytest.raises(Refusal, match="too_few_cards"):
        go_back(2)


def test_a_card_is_overdue_on_the_day_after_its_term(story: Story) -> None:
    accepted(story, 1)
    day = clock.today()
    last_day = register_by(day, days=10)

    clock.advance_frozen(timedelta(days=(last_day - day).days))
    assert faults(story) == []
    assert overdue_before(story.ask("select region_code from asset_card")[0][0]) <= day
    clock.advance_frozen(timedelta(days=1))
    found = faults(story)

    assert [(fault.kind, fault.due_on) for fault in found] == [("not_registered", last_day)]
    assert story.send("accountant", "GET", "/asset-cards?overdue=true").json["items"][0]["number"] == found[0].card


@pytest.mark.parametrize(
    ("spoil", "kind", "expected", "found"),
    [
        ("delete from asset_card where piece_no = 2", "count_differs", 2, 1),
        ("update order_line set accepted = 0, received = 0, shipped = 0", "not_accepted", 0, 2),
        ("update asset_card set value_fen = value_fen - 100 where piece_no = 1", "value_differs", 939_800, 939_700),
        ("update asset_card set state = 'registered' where piece_no = 1", "value_differs", 0, 469_900),
    ],
)
def test_each_check_finds_its_broken_case(story: Story, spoil: str, kind: str, expected: int, found: int) -> None:
    number = accepted(story, 2)
    assert faults(story) == []

    story.alter(spoil)

    assert (kind, number, expected, found) in {
        (fault.kind, fault.order, fault.expected, fault.found) for fault in faults(story)
    }


def test_a_card_without_an_order_is_a_finding_until_somebody_explains_it(story: Story) -> None:
    report(story, {"card": "OLD-77", "kind": "acknowledge", "system_number": "XT-77"})
    assert [(fault.kind, fault.card) for fault in faults(story)] == [("no_order", "OLD-77")]

    keeper, foreign = _browser(story, "accountant"), _browser(story, "accountant2")
    page = keeper.get("/assets/checks")
    assert "OLD-77" in page.words
    assert "OLD-77" not in foreign.get("/assets/checks").words
    strange = story.ask("select id from strange_card")[0][0]
    assert keeper.send(page, f"/assets/checks/{strange}/explain", reason="").status == 422
    done = keeper.send(page, f"/assets/checks/{strange}/explain", reason="商城外购置，已核实")

    assert "已经销去" in done.words
    assert faults(story) == []


def test_the_accountant_is_told_once_of_the_same_faults_and_again_of_new_ones(story: Story) -> None:
    report(story, {"card": "OLD-1", "kind": "acknowledge", "system_number": "XT-1"})

    def notices() -> list[tuple[Any, ...]]:
        while deliver_waiting(limit=200):
            pass
        query = "select facts->>'count', read_at is null from notice where code = 'asset_faults' order by id"
        return story.ask(query)

    assert (tell_units(), tell_units()) == (1, 0)
    assert notices() == [("1", True)]
    report(story, {"card": "OLD-2", "kind": "acknowledge", "system_number": "XT-2"})
    assert tell_units() == 1
    assert notices() == [("1", False), ("2", True)]
    assert "2 项资产卡片与订单、账簿对不上" in _browser(story, "accountant").get("/notices").words


def _browser(story: Story, who: str) -> Any:
    return FormBrowser(story.app.test_client(), who)
