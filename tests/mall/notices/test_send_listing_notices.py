"""What a supplier's people are told of the decisions about their goods, once each, with the way there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask

from mall import clock
from mall.catalogue.change_price import change_price
from mall.catalogue.enter_ceiling import decide_ceiling, enter_ceiling
from mall.catalogue.hold_listing import delist_listing, freeze_listing
from mall.catalogue.submit_listing import submit_listing
from mall.database import atomic, close_reading, session
from mall.listing_review.give_verdicts import give_verdicts
from mall.notices.notice import Notice
from mall.notices.send_listing_notices import OF_CHANGES, OF_LISTINGS, tell_of_changes, tell_of_listings
from mall.outbox.deliver import deliver_waiting
from mall.outbox.event import Event
from tests.conftest import Clone
from tests.form_browser import FormBrowser
from tests.mall.catalogue.conftest import Shelf
from tests.world import World


@pytest.fixture
def shelf(own_database: Clone, world: World) -> Iterator[Shelf]:
    found = Shelf(world=world, admin=own_database.admin)
    found.rule("listing.require_attributes", 0)
    found.rule("listing.require_certificate", 0)
    yield found
    close_reading()


def submitted(shelf: Shelf, *skus: str, price_fen: int = 2000) -> list[str]:
    ids = [shelf.put(sku, price_fen=price_fen) for sku in skus]
    for listing_id in ids:
        submit_listing(actor=shelf.actor("supplier"), listing_id=listing_id)
    return [f"listing:{listing_id}" for listing_id in ids]


def judge(shelf: Shelf, *documents: str, verdict: str = "pass", reasons: tuple[str, ...] = (), note: str = "") -> None:
    for who in ("centre", "monitor"):
        give_verdicts(actor=shelf.actor(who), documents=documents, verdict=verdict, reasons=reasons, note=note)
    deliver_waiting()


def ceiling(shelf: Shelf, ceiling_fen: int) -> None:
    entered = enter_ceiling(
        actor=shelf.actor("centre"), ceiling_fen=ceiling_fen, valid_from=clock.today(), source="框架协议〔2026〕12号",
        category_code="A05040101",
    )  # fmt: skip
    decide_ceiling(actor=shelf.actor("monitor"), ceiling_id=entered.id, action="confirm")


def notices(shelf: Shelf, who: str = "supplier") -> list[Notice]:
    close_reading()
    return session().query(Notice).filter_by(user_id=shelf.world.users[who]).order_by(Notice.id).all()


def codes(shelf: Shelf, who: str = "supplier") -> list[str]:
    return [notice.code for notice in notices(shelf, who)]


def deliver_all_again(shelf: Shelf) -> None:
    """Every event of goods once more, oldest first, as after a worker that forgot how far it came."""
    rows = shelf.rows("select id, name, document, payload, happened_at from outbox_event order by id")
    for row in rows:
        event = Event(*row)
        for names, subscriber in ((OF_LISTINGS, tell_of_listings), (OF_CHANGES, tell_of_changes)):
            if event.name in names:
                atomic(housekeeping="an event as the worker delivers it")(subscriber)(event)
    close_reading()


def test_what_is_accepted_is_told_to_its_supplier_alone(shelf: Shelf, app: Flask) -> None:
    [document] = submitted(shelf, "A-1")

    judge(shelf, document)

    assert codes(shelf) == ["listing_accepted"] and codes(shelf, "supplier2") == []
    page = FormBrowser(app.test_client(), "supplier").get("/notices")
    assert "A-1”（A-1）通过审核，已经上架" in page.words


def test_a_rejection_names_its_reasons_and_leads_to_the_listing(shelf: Shelf, app: Flask) -> None:
    [document] = submitted(shelf, "A-1")
    judge(shelf, document, verdict="reject", reasons=("name_misleading", "duplicate"), note="与 7402 重复")
    supplier = FormBrowser(app.test_client(), "supplier")

    page = supplier.get("/notices")
    opened = supplier.send(page, "/notices/read", notice_id=page.value("notice_id"), order=document, go=1)

    assert "没有通过审核：名称有误导；重复上架；与 7402 重复。请修改后重新提交。" in page.words
    assert opened.path == f"/listings/{document.partition(':')[2]}/life"
    assert codes(shelf, "centre") == codes(shelf, "monitor") == []


def test_the_words_are_english_too(shelf: Shelf, app: Flask) -> None:
    ceiling(shelf, 1_000)
    submitted(shelf, "A-1")
    deliver_waiting()
    supplier = FormBrowser(app.test_client(), "supplier")
    supplier.send(supplier.get("/notices"), "/language", language="en")

    words = supplier.get("/notices").words

    assert "(A-1), ¥20.00, is above the ceiling ¥10.00/包 (框架协议〔2026〕12号). Cut it and submit again." in words


def test_submitting_again_takes_the_task_away(shelf: Shelf) -> None:
    [document] = submitted(shelf, "A-1")
    judge(shelf, document, verdict="reject", reasons=("duplicate",))
    before = [notice.read_at for notice in notices(shelf)]

    submit_listing(actor=shelf.actor("supplier"), listing_id=int(document.partition(":")[2]))
    deliver_waiting()

    assert before == [None]
    assert all(notice.read_at for notice in notices(shelf))


def test_an_intercepted_listing_has_its_ceiling(shelf: Shelf) -> None:
    ceiling(shelf, 1_500)
    submitted(shelf, "A-1")
    deliver_waiting()

    [notice] = notices(shelf)

    assert notice.code == "listing_intercepted"
    assert {name: notice.facts[name] for name in ("price_fen", "ceiling_fen", "base_unit", "source")} == {
        "price_fen": 2000, "ceiling_fen": 1500, "base_unit": "包", "source": "框架协议〔2026〕12号",
    }  # fmt: skip


def test_holds_and_ends_name_day_and_reason(shelf: Shelf, app: Flask) -> None:
    paper, printer = shelf.world.listings["paper"], shelf.world.listings["printer"]
    until = clock.today() + timedelta(days=3)
    freeze_listing(actor=shelf.actor("centre"), listing_id=paper, reason="抽检不合格", until=until)
    delist_listing(actor=shelf.actor("centre"), listing_id=printer, reason="假冒商品")
    deliver_waiting()

    words = FormBrowser(app.test_client(), "supplier").get("/notices").words

    assert f"暂停销售至 {until.isoformat()}：抽检不合格。" in words
    assert "已被清退：假冒商品。" in words


def test_terms_that_were_asked_for_are_told_with_old_and_new_price(shelf: Shelf, app: Flask) -> None:
    for listing, price_fen in (("paper", 2_300), ("printer", 120_000)):
        change_price(
            actor=shelf.actor("supplier"), listing_id=shelf.world.listings[listing], price_fen=price_fen, reason="涨价"
        )
    documents = [f"listing_change:{row[0]}" for row in shelf.rows("select id from listing_change order by id")]
    judge(shelf, documents[0])
    judge(shelf, documents[1], verdict="reject", reasons=("price_not_explained",))
    ceiling(shelf, 2_400)
    change_price(
        actor=shelf.actor("supplier"), listing_id=shelf.world.listings["paper"], price_fen=2_500, reason="再涨"
    )
    deliver_waiting()

    words = FormBrowser(app.test_client(), "supplier").get("/notices").words

    assert codes(shelf) == ["change_accepted", "change_rejected", "change_intercepted"]
    assert "的新价格 ¥23.00 通过审核，已经生效" in words
    assert "的新价格 ¥1,200.00 没有通过审核，仍按 ¥1,180.00 销售：涨价没有说明理由" in words
    assert "的新价格 ¥25.00 超过限价 ¥24.00/包（框架协议〔2026〕12号），仍按 ¥23.00 销售" in words


def test_a_decision_about_many_is_one_line_that_counts_on_until_it_is_read(shelf: Shelf, app: Flask) -> None:
    judge(shelf, *submitted(shelf, "A-1", "A-2", "A-3"))
    judge(shelf, *submitted(shelf, "A-4", "A-5"))
    counted = [(notice.code, notice.facts["count"]) for notice in notices(shelf)]
    supplier = FormBrowser(app.test_client(), "supplier")
    page = supplier.get("/notices")
    opened = supplier.send(page, "/notices/read", notice_id=page.value("notice_id"), order="listings:on_shelf", go=1)
    judge(shelf, *submitted(shelf, "A-6", "A-7"))

    assert counted == [("listing_accepted_many", 5)]
    assert "5 个商品通过审核，已经上架，其中有" in page.words
    assert opened.path == "/supplier/listings"
    assert [notice.facts["count"] for notice in notices(shelf)] == [5, 2]


def test_events_delivered_twice_say_nothing_twice(shelf: Shelf) -> None:
    judge(shelf, *submitted(shelf, "A-1", "A-2", "A-3"))
    judge(shelf, *submitted(shelf, "A-4", "A-5"))
    judge(shelf, *submitted(shelf, "A-6"), verdict="reject", reasons=("duplicate",))
    change_price(
        actor=shelf.actor("supplier"), listing_id=shelf.world.listings["paper"], price_fen=2_300, reason="涨价"
    )
    [change] = shelf.rows("select id from listing_change")
    judge(shelf, f"listing_change:{change[0]}")
    told = [(notice.code, notice.document, notice.facts, notice.event_id) for notice in notices(shelf)]
    close_reading()

    deliver_all_again(shelf)
    deliver_all_again(shelf)

    again = [(notice.code, notice.document, notice.facts, notice.event_id) for notice in notices(shelf)]
    assert [code for code, *_ in told] == ["listing_accepted_many", "listing_rejected", "change_accepted"]
    assert again == told


def test_an_address_out_of_a_form_leads_nowhere_else(shelf: Shelf, app: Flask) -> None:
    supplier = FormBrowser(app.test_client(), "supplier")
    judge(shelf, *submitted(shelf, "A-1"))
    page = supplier.get("/notices")

    opened = supplier.send(
        page, "/notices/read", notice_id=page.value("notice_id"), order="listing://evil.example", go=1
    )

    assert opened.path.startswith("/supplier/listings")
