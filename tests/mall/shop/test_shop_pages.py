"""The shop's pages as a visitor and a county's clerk see them."""

from __future__ import annotations

import re
from datetime import date

import pytest
from flask import Flask
from lxml import html
from sqlalchemy import event, update

from mall import database
from mall.catalogue.listing import Listing
from mall.database import atomic, close_reading, session
from mall.search import search_catalogue
from mall.search.engine import EngineUnavailable
from mall.search.keep_index import IndexKeeper
from mall.suppliers.supplier import Supplier
from tests.form_browser import FormBrowser, Page, page_of
from tests.world import World

ADDRESSES = (
    "/",
    "/search?q=复印纸",
    "/search?q=复印纸&brand=得力&price=0-100&price_min=1&price_max=500&green=0&sort=price_desc&region=410122&compare=1",
    "/search?q=nothing-like-this",
    "/search?page=200",
    "/suggest?q=da",
    "/categories",
    "/compare",
    "/compare?ids=1,2,3",
    "/products/1",
)


@pytest.fixture
def visitor(app: Flask, keeper: IndexKeeper):  # type: ignore[no-untyped-def]
    return app.test_client()


@pytest.fixture
def county_handler(app: Flask, keeper: IndexKeeper) -> FormBrowser:
    return FormBrowser(app.test_client(), "handler2")


def _read(client, path: str) -> Page:  # type: ignore[no-untyped-def]
    return page_of(client.get(path))


def _product_of(listing_id: int) -> int:
    found = session().get(Listing, listing_id)
    close_reading()
    assert found is not None
    return found.product_id


@atomic(housekeeping="a test's own change")
def _change(table: type, row_id: int, **values: object) -> None:
    session().execute(update(table).where(table.id == row_id).values(**values))


def test_every_page_is_open_to_visitors_and_writes_nothing(visitor) -> None:  # type: ignore[no-untyped-def]
    written: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:  # type: ignore[no-untyped-def]
        if re.match(r"\s*(insert|update|delete)\b", statement, re.IGNORECASE):
            written.append(statement)

    event.listen(database.engine(), "before_cursor_execute", note)
    statuses = {address: visitor.get(address).status_code for address in ADDRESSES}
    event.remove(database.engine(), "before_cursor_execute", note)

    assert statuses == dict.fromkeys(ADDRESSES, 200)
    assert written == []


def test_no_page_has_inline_script_or_style(visitor) -> None:  # type: ignore[no-untyped-def]
    for address in ADDRESSES:
        tree = _read(visitor, address).tree

        assert tree.xpath("//script[not(@src)]") == [], address
        assert tree.xpath("//style | //*[@style]") == [], address
        assert tree.xpath("//@*[starts-with(name(), 'on')]") == [], address


def test_fields_have_labels_ids_are_unique_and_tables_have_headers(visitor) -> None:  # type: ignore[no-untyped-def]
    for address in ADDRESSES:
        tree = _read(visitor, address).tree
        fields = tree.xpath("//input[not(@type='hidden')] | //select | //textarea")
        ids = tree.xpath("//*/@id")

        assert [field.get("name") for field in fields if not _has_label(field, tree)] == [], address
        assert sorted(ids) == sorted(set(ids)), address
        assert [table for table in tree.xpath("//table") if not table.xpath("./caption")] == [], address
        assert [table for table in tree.xpath("//table") if not table.xpath(".//th[@scope]")] == [], address


def _has_label(field: html.HtmlElement, tree: html.HtmlElement) -> bool:
    if field.get("aria-label") or field.get("aria-labelledby") or field.xpath("ancestor::label"):
        return True
    return bool(tree.xpath("//label[@for=$id]", id=field.get("id", "")))


def test_a_clerk_finds_paper_by_word_pinyin_and_traditional_characters(county_handler: FormBrowser) -> None:
    for words in ("复印纸", "fuyinzhi", "複印紙"):
        page = county_handler.get(f"/search?q={words}")

        assert "得力 7402 A4复印纸 70g 500张" in page.words
        assert page.has_form("/cart/add")


def test_one_product_of_two_suppliers_is_one_card(visitor, world: World) -> None:  # type: ignore[no-untyped-def]
    page = _read(visitor, "/search?q=得力 7402")

    assert len(page.tree.xpath("//li[@class='good']")) == 1
    assert "共 2 个在售报价" in page.words
    assert page.tree.xpath("//span[@class='price']")[0].text_content() == "¥21.50 / 包"


def test_filters_are_chips_that_can_be_taken_away(visitor) -> None:  # type: ignore[no-untyped-def]
    page = _read(visitor, "/search?q=复印纸&brand=得力&price_max=25")

    chips = {chip.text_content().strip(): chip.get("href") for chip in page.tree.xpath("//a[contains(@class,'chip')]")}
    assert set(chips) == {"取消条件：品牌：得力", "取消条件：不高于 25 元"}
    assert "brand=" not in chips["取消条件：品牌：得力"]
    assert "price_max=25" in chips["取消条件：品牌：得力"]


def test_a_bad_price_is_said_and_not_guessed(visitor) -> None:  # type: ignore[no-untyped-def]
    page = _read(visitor, "/search?q=复印纸&price_min=abc")

    assert "价格区间请填写数字" in page.words
    assert "共 3 个在售报价" in page.words


def test_nothing_found_leads_on(county_handler: FormBrowser) -> None:
    page = county_handler.get("/search?q=没有这种东西xyz&brand=得力")

    assert "没有找到符合条件的商品" in page.words
    assert "去掉全部筛选条件再查" in page.words
    assert "查看不配送到本地区的商品" in page.words


class _LostEngine:
    def search(self, query: object) -> None:
        raise EngineUnavailable("gone")

    def suggest(self, text: str, **_: object) -> None:
        raise EngineUnavailable("gone")


def test_pages_go_on_without_the_engine(visitor) -> None:  # type: ignore[no-untyped-def]
    search_catalogue.use_engine(_LostEngine())  # type: ignore[arg-type]

    pages = [_read(visitor, address) for address in ("/", "/search?q=复印纸", "/categories", "/products/1")]

    assert [page.status for page in pages] == [200, 200, 200, 200]
    assert ["搜索服务暂时不可用" in page.words for page in pages] == [True, True, False, False]
    assert visitor.get("/suggest?q=da").status_code == 200


def test_the_product_page_shows_every_offer_and_says_why_one_cannot_be_ordered(
    county_handler: FormBrowser, world: World
) -> None:
    _change(Supplier, world.moon_id, state="suspended", silent_declines=2)

    page = county_handler.get(f"/products/{_product_of(world.listings['paper'])}")

    rows = {row.get("id"): re.sub(r"\s+", " ", row.text_content()) for row in page.tree.xpath("//tr[@id]")}
    assert "本单位不能订购" not in rows[f"offer-{world.listings['paper']}"]
    assert "供应商“洛阳月光商贸有限公司”已被暂停供货资格" in rows[f"offer-{world.listings['paper2']}"]
    assert "逾期未答复 2 单" in rows[f"offer-{world.listings['paper2']}"]
    assert page.tree.xpath(f"//tr[@id='offer-{world.listings['paper2']}']//form") == []
    assert len(page.tree.xpath(f"//tr[@id='offer-{world.listings['paper']}']//form")) == 1


def test_an_offer_that_does_not_reach_the_county_says_so_only_to_the_county(
    county_handler: FormBrowser, visitor, world: World
) -> None:  # type: ignore[no-untyped-def]
    address = f"/products/{_product_of(world.listings['city_only'])}"

    assert "不配送到本单位所在地区" in county_handler.get(address).words
    assert "不配送到本单位所在地区" not in _read(visitor, address).words


def test_the_chart_has_its_table(visitor, world: World) -> None:  # type: ignore[no-untyped-def]
    page = _read(visitor, f"/products/{_product_of(world.listings['paper'])}")

    assert page.tree.xpath("//*[local-name()='svg'][@role='img']")
    history = page.tree.xpath("//table[.//caption[contains(., '价格变动明细')]]//tbody/tr")
    assert len(history) == 2
    assert {"首次上架"} == {row.xpath("./td")[2].text_content().strip() for row in history}


def test_a_description_is_cleaned_before_it_is_shown(visitor, world: World) -> None:  # type: ignore[no-untyped-def]
    hostile = (
        '<p onclick="x()">原装<b>正品</b></p><script>alert(1)</script>'
        '<img src=x onerror=alert(2)><a href="javascript:x">去</a>'
    )
    _change(Listing, world.listings["printer"], description_html=hostile)

    page = _read(visitor, f"/products/{_product_of(world.listings['printer'])}")

    description = page.tree.xpath("//div[@class='description']")[0]
    assert html.tostring(description, encoding="unicode").strip() == (
        '<div class="description"><p>原装<b>正品</b></p>去</div>'
    )


def test_the_address_of_an_offer_leads_to_its_place_on_the_products_page(visitor, world: World) -> None:  # type: ignore[no-untyped-def]
    listing_id = world.listings["paper2"]

    answer = visitor.get(f"/listings/{listing_id}")

    assert (answer.status_code, answer.location) == (302, f"/products/{_product_of(listing_id)}#offer-{listing_id}")


def test_unknown_goods_are_not_found(visitor) -> None:  # type: ignore[no-untyped-def]
    assert visitor.get("/products/999999").status_code == 404
    assert visitor.get("/listings/999999").status_code == 404


def test_comparison_marks_the_lines_that_differ(visitor, world: World) -> None:  # type: ignore[no-untyped-def]
    ids = [_product_of(world.listings[key]) for key in ("computer", "dear_computer")]

    page = _read(visitor, f"/compare?ids={ids[0]},{ids[1]},999999")

    rows = {row.xpath("./th")[0].text_content(): row.get("class") for row in page.tree.xpath("//tbody/tr")}
    assert (rows["最低价"], rows["型号"], rows["品牌"]) == ("differs", "differs", None)
    assert len(page.tree.xpath("//thead//th")) == 2


def test_suggestions_are_options_that_lead_to_a_search(visitor) -> None:  # type: ignore[no-untyped-def]
    page = _read(visitor, "/suggest?q=dayin")

    options = page.tree.xpath("//a[@role='option']")
    assert any("打印机" in option.text_content() for option in options)
    assert all(option.get("href").startswith("/search?") for option in options)


def test_an_expired_licence_is_told_with_its_date(visitor, world: World) -> None:  # type: ignore[no-untyped-def]
    _change(Supplier, world.sunny_id, licence_expires_on=date(2026, 1, 31))

    page = _read(visitor, f"/products/{_product_of(world.listings['printer'])}")

    assert "营业执照已于 2026-01-31 到期" in page.words
    assert "目前没有供应商供应这件商品" in page.words


def test_a_county_is_told_how_many_offers_are_not_delivered_there(
    county_handler: FormBrowser, visitor, world: World
) -> None:
    page = county_handler.get("/search?q=晨光 复印纸")

    assert re.search(r"另有 \d+ 个报价不配送到这个地区", page.words)
    assert "不配送到这个地区" not in _read(visitor, "/search?q=晨光 复印纸").words
    everywhere = county_handler.get("/search?q=晨光 复印纸&region=all")
    assert "不配送到这个地区" not in everywhere.words
