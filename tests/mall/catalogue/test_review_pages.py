"""The review desk, the page of a listing's life and the ceilings, as people see them; none of it needs a script."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from mall.catalogue.change_price import change_price
from mall.catalogue.submit_listing import submit_listing
from mall.listing_review.give_verdicts import give_verdicts
from tests.form_browser import FormBrowser, Page, page_of
from tests.mall.catalogue.conftest import Shelf


@pytest.fixture
def app(whole_app: Flask, shelf: Shelf) -> Flask:
    return whole_app


def browser(app: Flask, who: str) -> FormBrowser:
    return FormBrowser(app.test_client(), who)


def submitted(shelf: Shelf, sku: str = "NEW-1") -> int:
    listing_id = shelf.put(sku)
    submit_listing(actor=shelf.actor("supplier"), listing_id=listing_id)
    return listing_id


def judge(
    app: Flask, who: str, *listing_ids: int, verdict: str = "pass", reason: tuple[str, ...] = (), note: str = ""
) -> Page:
    """Tick the listings on the desk and press one of its two buttons."""
    desk = browser(app, who)
    form = desk.get("/review").form("/review/verdicts")
    for box in form.xpath(".//input[@type='checkbox']"):
        wanted = [f"listing:{listing_id}" for listing_id in listing_ids] if box.name == "document" else reason
        box.checked = box.get("value") in wanted
    form.fields["note"] = note
    data: dict[str, list[str]] = {}
    for name, value in [*form.form_values(), ("verdict", verdict)]:
        data.setdefault(name, []).append(value)
    answer = desk.client.post("/review/verdicts", data=data, follow_redirects=True)
    return page_of(answer)


def shop(app: Flask, product_id: int) -> Page:
    """The product's page as a visitor sees it."""
    return page_of(app.test_client().get(f"/products/{product_id}"))


def test_the_desk_shows_market_price_other_offers_and_completeness(app: Flask, shelf: Shelf) -> None:
    listing_id = submitted(shelf)
    shelf.write("update listing set market_price_fen = 2500 where id = %s", listing_id)

    page = browser(app, "centre").get("/review")

    assert "平台审核" in page.words
    assert "申报价为其 80%" in page.words
    assert "¥21.50 / 包" in page.words
    assert re.search(r"资料完整度 \d+ 分", page.words)


def test_two_reviewers_judge_on_their_desks(app: Flask, shelf: Shelf) -> None:
    listing_ids = [submitted(shelf, "NEW-1"), submitted(shelf, "NEW-2")]

    first = judge(app, "centre", *listing_ids)
    left = browser(app, "centre").get("/review")
    judge(app, "monitor", *listing_ids)

    assert "已给出 2 条意见" in first.words
    assert "没有等您审核的商品" in left.words
    assert [shelf.state(listing_id) for listing_id in listing_ids] == ["on_shelf", "on_shelf"]


def test_the_second_reviewer_sees_nothing_of_the_first_verdict(app: Flask, shelf: Shelf) -> None:
    listing_id = submitted(shelf)
    before = [browser(app, "monitor").get(path).words for path in ("/review", f"/listings/{listing_id}/life")]

    judge(app, "centre", listing_id, verdict="reject", reason=("name_misleading",), note="名称写大了")
    after = [browser(app, "monitor").get(path).words for path in ("/review", f"/listings/{listing_id}/life")]

    assert after == before


def test_a_rejection_without_reason_is_explained_and_keeps_what_was_ticked(app: Flask, shelf: Shelf) -> None:
    listing_id = submitted(shelf)

    page = judge(app, "centre", listing_id, verdict="reject", note="再看看")

    assert page.status == 422
    assert "不通过应选择至少一条理由" in page.words
    assert page.tree.xpath(f"//input[@name='document'][@value='listing:{listing_id}']/@checked")
    assert page.tree.xpath("//textarea[@name='note']")[0].text == "再看看"


def test_names_of_reviewers_stand_there_for_overseers_only(app: Flask, shelf: Shelf) -> None:
    listing_id = submitted(shelf)
    for who in ("centre", "monitor"):
        judge(app, who, listing_id, verdict="reject", reason=("other",), note=f"意见来自{who}")

    overseer, supplier = (
        browser(app, who).get(f"/listings/{listing_id}/life").words for who in ("regulator", "supplier")
    )

    assert "测试monitor" in overseer
    assert "平台审核：不通过，意见来自centre" in overseer
    assert "测试monitor" not in supplier
    assert "意见来自centre" in supplier
    assert "测试supplier" in supplier


def test_a_stopped_listing_names_ceiling_source_and_equivalent(app: Flask, shelf: Shelf) -> None:
    desk = browser(app, "centre")
    form = {"category_code": "A05040101", "ceiling": "22", "valid_from": "2026-01-01", "source": "框架协议第3号"}
    desk.send(desk.get("/ceilings"), "/ceilings", **form)
    second = browser(app, "monitor")
    (ceiling_id,) = shelf.rows("select id from price_ceiling")[0]
    second.send(second.get("/ceilings"), f"/ceilings/{ceiling_id}", action="confirm")
    listing_id = shelf.put(price_fen=2600)

    supplier = browser(app, "supplier")
    supplier.send(supplier.get(f"/listings/{listing_id}/life"), f"/listings/{listing_id}/life", action="submit")
    page = supplier.get(f"/listings/{listing_id}/life")

    assert "超限价拦截" in page.words
    assert "依据：框架协议第3号" in page.words
    assert "同款在售最低价" in page.words
    assert page.tree.xpath("//a[contains(@href, '/products/')]")


def test_a_supplier_sees_and_withdraws_the_change_that_waits(app: Flask, shelf: Shelf) -> None:
    paper = shelf.world.listings["paper"]
    change_price(actor=shelf.actor("supplier"), listing_id=paper, price_fen=2300)
    supplier = browser(app, "supplier")

    page = supplier.get("/supplier/listings")
    supplier.send(page, f"/listings/{paper}/life", action="withdraw_change")

    assert "待审核：¥23.00 / 包" in page.words or "待审核：23.00" in page.words
    assert shelf.rows("select state from listing_change") == [("withdrawn",)]


def test_the_centre_holds_goods_and_the_shop_says_why(app: Flask, shelf: Shelf) -> None:
    paper = shelf.world.listings["paper"]
    (product_id,) = shelf.rows("select product_id from listing where id = %s", paper)[0]
    desk = browser(app, "centre")
    page = desk.get(f"/listings/{paper}/life")

    refused = desk.send(page, f"/listings/{paper}/life", action="freeze", reason="抽检不合格", until="morgen")
    shelf.write("update regional_rule set value = 36500 where code = 'listing.hold_days'")
    desk.send(desk.get(f"/listings/{paper}/life"), f"/listings/{paper}/life", action="freeze", reason="抽检不合格",
              until="2099-12-31")  # fmt: skip
    offered = shop(app, product_id)

    assert refused.status == 422
    assert shelf.state(paper) == "frozen"
    assert "抽检不合格" in offered.words
    assert "测试centre" not in offered.words


def test_what_was_never_on_the_shelf_is_not_on_the_product_page(app: Flask, shelf: Shelf) -> None:
    listing_id = submitted(shelf, "SECRET-77")
    (product_id,) = shelf.rows("select product_id from listing where id = %s", listing_id)[0]

    assert "SECRET-77" not in shop(app, product_id).words


def test_the_desk_speaks_english(app: Flask, shelf: Shelf) -> None:
    listing_id = submitted(shelf)
    for who in ("centre", "monitor"):
        give_verdicts(actor=shelf.actor(who), documents=[f"listing:{listing_id}"], verdict="reject",
                      reasons=("duplicate",))  # fmt: skip
    supplier = browser(app, "supplier")
    page = supplier.get(f"/listings/{listing_id}/life")
    supplier.send(page, "/language", language="en", next=f"/listings/{listing_id}/life")

    english = supplier.get(f"/listings/{listing_id}/life")

    assert "Listed twice" in english.words
    assert "Rejected" in english.words
