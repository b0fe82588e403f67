"""Listings in the API: the shop's search and single offers."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from mall.access.actor import SYSTEM
from mall.audit.record import record
from mall.catalogue.listing import Listing
from mall.database import atomic, session
from tests.mall.api.conftest import Api


def found(api: Api, query: str, *, username: str | None = None) -> dict:
    caller = api.person(username) if username else api.visitor()
    response = caller.get(f"/listings?{query}")
    assert response.status_code == 200, response.get_json()
    return dict(response.get_json())


@atomic
def change_listing(listing_id: int, **values: object) -> None:
    session().execute(update(Listing).where(Listing.id == listing_id).values(**values))
    record(actor=SYSTEM, action="test.change", subject=f"listing:{listing_id}")


QUESTIONS_THAT_DO_NOT_FIT = (
    "sort=cheapest", "price_min=1.5", "price_min=1_0", "price=5-6", "region=4101", "q=" + "x" * 201, "supplier=a",
    "cursor=AAAA", "green=perhaps", "q=%00",
)  # fmt: skip


@pytest.mark.usefixtures("index")
class TestSearch:
    def test_words_find_offers_with_price_and_supplier(self, api: Api) -> None:
        page = found(api, "q=打印机")

        (printer,) = page["items"]
        assert (printer["sku"], printer["price_fen"], printer["unit"]) == ("SKU-printer", 118000, "台")
        assert printer["supplier"] == "郑州晴天办公用品有限公司"
        assert printer["category_code"] == "A02021003"
        assert page["total"] == 1
        assert page["next"] is None

    def test_facets_count_and_say_what_is_chosen(self, api: Api) -> None:
        facets = found(api, "brand=得力")["facets"]

        assert set(facets) == {"category", "brand", "supplier", "region", "green", "price"}
        brands = {value["value"]: (value["count"], value["selected"]) for value in facets["brand"]}
        assert brands == {"得力": (2, True), "联想": (2, False), "惠普": (1, False), "晨光": (1, False)}

    def test_filters_narrow_and_several_values_widen(self, api: Api) -> None:
        assert found(api, "brand=得力&brand=惠普")["total"] == 3
        assert found(api, f"brand=得力&supplier={api.world.moon_id}")["total"] == 1
        assert found(api, "category=A02010000")["total"] == 2
        assert found(api, "price=1000-3000")["total"] == 1
        assert found(api, "green=true")["total"] == 0

    def test_price_bounds_are_fen_and_included(self, api: Api) -> None:
        prices = [item["price_fen"] for item in found(api, "price_min=2150&price_max=2280&sort=price_asc")["items"]]

        assert prices == [2150, 2280]

    def test_pages_have_no_gap_and_no_repetition(self, api: Api) -> None:
        listed, address = [], "sort=price_asc&limit=1"
        while address:
            page = found(api, address)
            assert page["total"] == 6
            listed += [item["price_fen"] for item in page["items"]]
            address = f"sort=price_asc&limit=1&cursor={page['next']}" if page["next"] else ""

        assert listed == [2150, 2280, 2600, 118000, 469900, 899900]

    def test_cursor_of_another_question_is_refused(self, api: Api) -> None:
        cursor = found(api, "limit=1")["next"]

        response = api.visitor().get(f"/listings?limit=1&q=打印机&cursor={cursor}")

        assert response.status_code == 422
        assert response.get_json()["facts"]["errors"][0]["field"] == "cursor"

    def test_buyer_sees_what_is_delivered_to_her(self, api: Api) -> None:
        skus = {item["sku"] for item in found(api, "q=复印纸", username="handler2")["items"]}

        assert skus == {"SKU-paper", "SKU-paper2"}
        assert found(api, "q=复印纸&region=all", username="handler2")["total"] == 3
        assert found(api, "q=复印纸", username="handler")["total"] == 3
        assert found(api, "q=复印纸&region=410324")["total"] == 2

    def test_labels_come_in_the_language_asked_for(self, api: Api) -> None:
        chinese = api.visitor().get("/listings", headers={"Accept-Language": "zh"}).get_json()["facets"]["category"]
        english = api.visitor().get("/listings").get_json()["facets"]["category"]

        assert [value["value"] for value in chinese] == [value["value"] for value in english]
        assert [value["label"] for value in chinese] != [value["label"] for value in english]

    def test_question_that_does_not_fit_is_refused(self, api: Api) -> None:
        for query in QUESTIONS_THAT_DO_NOT_FIT:
            response = api.visitor().get(f"/listings?{query}")

            assert response.status_code == 422, query
            assert response.get_json()["code"] == "request.invalid"


def test_lost_engine_is_said_and_one_page_comes_from_the_database(api: Api) -> None:
    page = found(api, "q=打印机")

    assert page["degraded"] is True
    assert [item["sku"] for item in page["items"]] == ["SKU-printer"]
    assert (page["facets"], page["next"]) == ({}, None)


def test_listing_is_read_whole(api: Api) -> None:
    listing = api.visitor().get(f"/listings/{api.world.listings['printer']}").get_json()

    assert listing["name"] == "惠普 M1136w A4黑白激光打印机"
    assert (listing["brand"], listing["model"]) == ("惠普", "M1136w")
    assert (listing["price_fen"], listing["state"], listing["is_available"]) == (118000, "on_shelf", True)
    assert listing["specification"] == {"型号": "M1136w"}


def test_listing_says_why_this_unit_cannot_order_it(api: Api) -> None:
    listing = api.person("handler2").get(f"/listings/{api.world.listings['city_only']}").get_json()

    assert listing["is_available"] is False
    assert [reason["code"] for reason in listing["reasons"]] == ["listing.no_delivery"]
    assert listing["reasons"][0]["detail"]


def test_listing_off_the_shelf_is_shown_as_such(api: Api) -> None:
    change_listing(api.world.listings["paper"], state="off_shelf")

    listing = api.visitor().get(f"/listings/{api.world.listings['paper']}").get_json()

    assert listing["state"] == "off_shelf"
    assert [reason["code"] for reason in listing["reasons"]] == ["listing.off_shelf"]


def test_unknown_listing_is_404(api: Api) -> None:
    for listing_id in (999_999, 2**63, 2**64, 0):
        assert api.visitor().get(f"/listings/{listing_id}").status_code == 404


def test_listing_without_category_is_nobody_elses_affair(api: Api) -> None:
    change_listing(api.world.listings["paper"], state="needs_category")

    response = api.visitor().get(f"/listings/{api.world.listings['paper']}")

    assert response.status_code == 404
    assert response.get_json()["code"] == "listing.not_found"
