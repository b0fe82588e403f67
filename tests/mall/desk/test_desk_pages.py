"""Start pages, budget pages, the region's overview and a supplier's own goods."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from mall import clock
from mall.catalogue.listing import Listing
from mall.catalogue.price_history import PriceChange
from mall.database import session
from mall.ordering.order_actions import perform
from mall.ordering.place_order import Wanted, place_order
from tests.form_browser import FormBrowser
from tests.world import World


@pytest.fixture
def number(world: World) -> str:
    placed = place_order(
        actor=world.actor("handler"),
        unit_id=world.school_id,
        wanted=[Wanted(listing_id=world.listings["paper"], quantity=10, budget_line_id=world.office_line)],
        delivery={"address": "教学楼"},
    )
    return placed["orders"][0]


def test_the_approver_finds_the_order_with_its_deadline(app: Flask, world: World, number: str) -> None:
    desk = FormBrowser(app.test_client(), "approver").get("/desk")

    assert "等您处理的（1）" in desk.words
    assert number in desk.words
    assert "系统再次提醒审批人" in desk.words


def test_nothing_to_do_says_so(app: Flask, world: World, number: str) -> None:
    desk = FormBrowser(app.test_client(), "accountant").get("/desk")

    assert "现在没有事情等您处理" in desk.words


def test_the_supplier_reads_that_silence_declines(app: Flask, world: World, number: str) -> None:
    perform("approve", actor=world.actor("approver"), number=number, body={})

    desk = FormBrowser(app.test_client(), "supplier").get("/desk")

    assert "确认接单" in desk.words
    assert "视为供应商谢绝接单" in desk.words
    assert "在架 4" in desk.words


@pytest.mark.parametrize("officer", ["sysadmin", "secadmin", "auditor"])
def test_officers_see_no_business(app: Flask, world: World, number: str, officer: str) -> None:
    browser = FormBrowser(app.test_client(), officer)

    assert "看不到订单、预算和商品业务" in browser.get("/desk").words
    assert number not in browser.get("/desk").words
    assert browser.get("/orders").status == 403
    assert browser.get("/budget").status == 403
    assert browser.get("/region").status == 403


def test_budget_line_is_explained_to_the_last_fen(app: Flask, world: World, number: str) -> None:
    browser = FormBrowser(app.test_client(), "finance")

    listed = browser.get("/budget")
    page = browser.get(f"/budget/{world.office_line}")

    assert "¥99,785.00" in listed.words
    assert "批复 ¥100,000.00，其中可用 ¥99,785.00" in page.words
    assert number in page.words
    assert "与批复分文不差" in page.words


def test_budget_line_is_shown_as_it_stood_on_a_past_day(app: Flask, world: World, number: str) -> None:
    browser = FormBrowser(app.test_client(), "finance")
    yesterday = (clock.today() - timedelta(days=1)).isoformat()
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()

    past = browser.get(f"/budget/{world.office_line}?on={yesterday}")
    future = browser.get(f"/budget/{world.office_line}?on={tomorrow}")
    nonsense = browser.get(f"/budget/{world.office_line}?on=31.8.")

    assert "还没有任何入账" in past.words
    assert number not in past.words
    assert "还没有到" in future.words and number in future.words
    assert "“31.8.”不是日期" in nonsense.words and number in nonsense.words


def test_a_foreign_units_budget_is_denied(app: Flask, world: World, number: str) -> None:
    browser = FormBrowser(app.test_client(), "handler2")

    assert browser.get(f"/budget/{world.office_line}").status == 404
    assert browser.get(f"/budget?unit={world.school_id}").status == 404
    assert browser.get("/budget/999999").status == 404


def test_regulators_see_their_own_region_only(app: Flask, world: World, number: str) -> None:
    province = FormBrowser(app.test_client(), "regulator")
    city = FormBrowser(app.test_client(), "regulator-city")
    county = FormBrowser(app.test_client(), "regulator-county")

    assert "郑州市阳光中学" in province.get("/region").words
    assert "栾川县阳光小学" in province.get("/region").words
    assert "郑州市阳光中学" in city.get("/region").words
    assert "栾川县阳光小学" not in city.get("/region").words
    assert "郑州市阳光中学" not in county.get("/region").words
    assert county.get(f"/budget/{world.office_line}").status == 404
    assert city.get(f"/budget/{world.office_line}").status == 200


def test_the_centre_reads_the_suppliers(app: Flask, world: World) -> None:
    page = FormBrowser(app.test_client(), "centre").get("/suppliers?text=晴天")

    assert "郑州晴天办公用品有限公司" in page.words
    assert "洛阳月光商贸有限公司" not in page.words


def test_a_supplier_takes_a_listing_off_and_puts_it_on(app: Flask, world: World) -> None:
    browser = FormBrowser(app.test_client(), "supplier")
    listing_id = world.listings["paper"]

    off = browser.send(browser.get("/supplier/listings?text=SKU-paper"), f"/{listing_id}/shelf")
    on = browser.send(browser.get("/supplier/listings?state=off_shelf"), f"/{listing_id}/shelf")

    assert "已下架，单位不能再买" in off.words
    assert "已上架。" in on.words
    assert session().get(Listing, listing_id).version == 3


def test_a_new_price_keeps_the_old_one_in_its_history(app: Flask, world: World) -> None:
    browser = FormBrowser(app.test_client(), "supplier")
    listing_id = world.listings["paper"]

    page = browser.get("/supplier/listings?text=SKU-paper")
    done = browser.send(page, f"/{listing_id}/price", price="20.80", reason="促销")

    assert "价格已改" in done.words
    last = session().query(PriceChange).filter_by(listing_id=listing_id).order_by(PriceChange.id.desc()).first()
    assert (last.old_price_fen, last.new_price_fen, last.reason) == (2150, 2080, "促销")


@pytest.mark.parametrize("typed", ["", "abc", "-5", "0", "12.345", "NaN", "1e5"])
def test_a_price_that_is_none_is_refused_and_kept_in_the_field(app: Flask, world: World, typed: str) -> None:
    browser = FormBrowser(app.test_client(), "supplier")
    listing_id = world.listings["paper"]

    refused = browser.send(browser.get("/supplier/listings"), f"/{listing_id}/price", price=typed)

    assert refused.status == 422
    assert "单价请填写为元" in refused.words
    assert session().get(Listing, listing_id).price_fen == 2150


def test_a_foreign_listing_is_neither_shown_nor_changed(app: Flask, world: World) -> None:
    browser = FormBrowser(app.test_client(), "supplier2")
    page = browser.get("/supplier/listings")
    token = page.form(f"/{world.listings['paper2']}/price").fields["csrf_token"]
    listing_id = world.listings["paper"]

    answer = browser.client.post(f"/supplier/listings/{listing_id}/price", data={"price": "1.00", "csrf_token": token})

    assert "SKU-printer" not in page.words
    assert answer.status_code == 404
    assert session().get(Listing, listing_id).price_fen == 2150
