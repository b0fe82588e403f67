"""The cart's pages: filling, budget lines, lists, changed prices, ordering."""

from __future__ import annotations

import io

import pytest
from flask import Flask

from mall.catalogue.change_price import change_price
from mall.catalogue.shelve_listing import shelve_listing
from mall.database import session
from mall.ordering.cart import CartLine
from tests.form_browser import FormBrowser, Page
from tests.world import World


@pytest.fixture
def handler(app: Flask, world: World) -> FormBrowser:
    return FormBrowser(app.test_client(), "handler")


def put(browser: FormBrowser, listing_id: int, quantity: int = 1) -> Page:
    """Put goods into the cart as the button on the product page does."""
    empty = browser.get("/cart")
    token = empty.form("/cart/list").fields["csrf_token"]
    data = {"listing_id": listing_id, "quantity": quantity, "csrf_token": token}
    browser.client.post("/cart/add", data=data)
    return browser.get("/cart")


def line_id_in(page: Page) -> str:
    return page.tree.xpath("//*[starts-with(@name, 'quantity_')]/@name")[0].partition("_")[2]


def test_cart_shows_how_the_budget_line_moves(handler: FormBrowser, world: World) -> None:
    page = put(handler, world.listings["paper"], quantity=10)

    chosen = handler.send(page, "/cart/update", **{f"budget_line_{line_id_in(page)}": world.office_line})

    assert "现在可用 ¥100,000.00" in chosen.words
    assert "本次购物车 − ¥215.00" in chosen.words
    assert "下单后剩余 ¥99,785.00" in chosen.words


def test_one_budget_line_is_chosen_for_the_whole_cart(handler: FormBrowser, world: World) -> None:
    put(handler, world.listings["paper"], quantity=2)
    page = put(handler, world.listings["paper2"], quantity=3)

    handler.send(page, "/cart/update", press="budget_line_for_all", budget_line_for_all=world.office_line)

    lines = session().query(CartLine).order_by(CartLine.id).all()
    assert [line.budget_line_id for line in lines] == [world.office_line, world.office_line]


def test_only_lines_that_cover_the_category_are_offered(handler: FormBrowser, world: World) -> None:
    page = put(handler, world.listings["paper"])

    options = page.tree.xpath(f"//select[@name='budget_line_{line_id_in(page)}']/option/@value")

    assert str(world.lines["school_office"]) in options
    assert str(world.lines["school_machines"]) not in options


def test_typed_delivery_is_kept_when_quantities_are_updated(handler: FormBrowser, world: World) -> None:
    page = put(handler, world.listings["paper"])

    typed = {f"quantity_{line_id_in(page)}": 7, "address": "教学楼三层总务处", "note": "请上午送"}
    updated = handler.send(page, "/cart/update", **typed)

    assert updated.value(f"quantity_{line_id_in(page)}") == "7"
    assert updated.value("address") == "教学楼三层总务处"
    assert updated.value("note") == "请上午送"


def test_a_quantity_that_is_no_number_is_explained_at_its_field(handler: FormBrowser, world: World) -> None:
    page = put(handler, world.listings["paper"], quantity=4)

    answer = handler.send(page, "/cart/update", **{f"quantity_{line_id_in(page)}": "十包"})

    assert "数量请填写 1 以上的整数" in answer.words
    assert session().query(CartLine).one().quantity == 4


def test_removing_a_line_empties_the_cart(handler: FormBrowser, world: World) -> None:
    page = put(handler, world.listings["paper"])

    emptied = handler.send(page, "/cart/update", remove=line_id_in(page))

    assert "购物车是空的" in emptied.words


def test_changed_price_is_named_and_blocks_until_it_is_accepted(handler: FormBrowser, world: World) -> None:
    put(handler, world.listings["paper"])
    change_price(actor=world.actor("supplier"), listing_id=world.listings["paper"], price_fen=1950)

    page = handler.get("/cart")
    accepted = handler.send(page, "/cart/update", press="accept_changes")

    assert "¥21.50 → ¥19.50" in page.words
    assert page.tree.xpath("//button[@formaction='/cart/submit']/@disabled")
    assert "→ ¥19.50" not in accepted.words
    assert not accepted.tree.xpath("//button[@formaction='/cart/submit']/@disabled")


def test_listing_off_the_shelf_is_shown_with_its_way_out(handler: FormBrowser, world: World) -> None:
    put(handler, world.listings["paper"])
    shelve_listing(actor=world.actor("supplier"), listing_id=world.listings["paper"], action="take_off")

    page = handler.get("/cart")

    assert "还有" in page.words
    assert "个问题没有解决" in page.words


def test_order_is_placed_one_per_supplier(handler: FormBrowser, world: World) -> None:
    put(handler, world.listings["paper"], quantity=2)
    page = put(handler, world.listings["paper2"], quantity=1)
    page = handler.send(page, "/cart/update", press="budget_line_for_all", budget_line_for_all=world.office_line)

    placed = handler.send(page, "/cart/submit", address="校门口", contact="张老师", phone="0371-1")

    assert placed.status == 200
    assert "已提交 2 张订单" in placed.words
    assert "购物车是空的" in handler.get("/cart").words


def test_submitting_twice_shows_one_result(handler: FormBrowser, world: World) -> None:
    page = put(handler, world.listings["paper"], quantity=2)
    page = handler.send(page, "/cart/update", press="budget_line_for_all", budget_line_for_all=world.office_line)
    typed = {"address": "校门口", "contact": "张老师", "phone": "0371-1"}

    first = handler.send(page, "/cart/submit", **typed)
    second = handler.send(page, "/cart/submit", **typed)

    assert "已提交 1 张订单" in first.words
    assert second.path == first.path
    assert "已提交 1 张订单" in second.words
    assert "共 1 张订单" in handler.get("/orders").words


def test_a_stale_page_of_the_cart_orders_nothing(handler: FormBrowser, world: World) -> None:
    page = put(handler, world.listings["paper"], quantity=2)
    page = handler.send(page, "/cart/update", press="budget_line_for_all", budget_line_for_all=world.office_line)
    stale = handler.get("/cart")
    typed = {"address": "校门口", "contact": "张老师", "phone": "0371-1"}

    handler.send(page, "/cart/submit", **typed)
    answer = handler.send(stale, "/cart/submit", **typed)

    assert "购物车与您刚才看到的不同了" in answer.words
    assert "共 1 张订单" in handler.get("/orders").words


def test_somebody_elses_result_is_not_shown(app: Flask, handler: FormBrowser, world: World) -> None:
    page = put(handler, world.listings["paper"], quantity=2)
    page = handler.send(page, "/cart/update", press="budget_line_for_all", budget_line_for_all=world.office_line)
    done = handler.send(page, "/cart/submit", address="校门口", contact="张老师", phone="0371-1")

    assert FormBrowser(app.test_client(), "handler2").get(done.path).status == 404


def test_without_a_budget_line_nothing_is_ordered(handler: FormBrowser, world: World) -> None:
    page = put(handler, world.listings["paper"])

    refused = handler.send(page, "/cart/submit", address="校门口", contact="张老师", phone="0371-1")

    assert refused.status == 422
    assert "还没有选择预算指标" in refused.words
    assert refused.value("address") == "校门口"


def test_missing_phone_is_asked_for_and_the_rest_is_kept(handler: FormBrowser, world: World) -> None:
    page = put(handler, world.listings["paper"])
    page = handler.send(page, "/cart/update", press="budget_line_for_all", budget_line_for_all=world.office_line)

    refused = handler.send(page, "/cart/submit", address="校门口", contact="张老师", phone="")

    assert refused.status == 422
    assert "请填写联系电话" in refused.words
    assert refused.value("contact") == "张老师"


def test_over_the_line_the_refusal_is_shown_and_the_cart_stays(handler: FormBrowser, world: World) -> None:
    page = put(handler, world.listings["paper"], quantity=20)
    small = world.lines["school_small"]
    page = handler.send(page, "/cart/update", press="budget_line_for_all", budget_line_for_all=small)

    refused = handler.send(page, "/cart/submit", address="校门口", contact="张老师", phone="0371-1")

    assert "还差 ¥330.00" in page.words
    assert refused.status == 409
    assert "没有下单，预算没有动" in refused.words
    assert session().query(CartLine).one().quantity == 20


def test_pasted_list_takes_good_lines_and_leaves_the_others_in_the_box(handler: FormBrowser, world: World) -> None:
    page = handler.get("/cart")

    listed = handler.send(page, "/cart/list", list="SKU-paper,5\nNO-SUCH,2\nSKU-printer;1\nSKU-paper2 x")

    assert "清单中的 2 行已放入购物车" in listed.words
    assert "第 2 行 NO-SUCH" in listed.words
    assert listed.value("list").split("\n") == ["NO-SUCH,2", "SKU-paper2 x"]


def test_uploaded_list_in_gb18030_is_read(handler: FormBrowser, world: World) -> None:
    page = handler.get("/cart")
    content = "货号,数量\r\nSKU-paper,5\r\n".encode("gb18030")

    listed = handler.send(page, "/cart/list", files={"file": (io.BytesIO(content), "清单.csv")})

    assert "清单中的 1 行已放入购物车" in listed.words


def test_uploaded_file_that_is_no_text_is_refused_in_words(handler: FormBrowser, world: World) -> None:
    page = handler.get("/cart")

    refused = handler.send(page, "/cart/list", files={"file": (io.BytesIO(b"\x00\x01\x02" * 50), "x.csv")})

    assert refused.status == 422
    assert "文件读不出来" in refused.words


def test_a_foreign_unit_is_no_choice(handler: FormBrowser, world: World) -> None:
    page = handler.get(f"/cart?unit={world.county_id}")

    assert page.status == 403


def test_buying_again_fills_the_cart_at_todays_price(handler: FormBrowser, world: World) -> None:
    page = put(handler, world.listings["paper"], quantity=2)
    page = handler.send(page, "/cart/update", press="budget_line_for_all", budget_line_for_all=world.office_line)
    handler.send(page, "/cart/submit", address="校门口", contact="张老师", phone="0371-1")
    change_price(actor=world.actor("supplier"), listing_id=world.listings["paper"], price_fen=2000)

    again = handler.send(handler.get("/desk"), "/cart/buy-again")

    assert "1 种商品已按今天的价格放入购物车" in again.words
    assert "小计 ¥40.00" in again.words
