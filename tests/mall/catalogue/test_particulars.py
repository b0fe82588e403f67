"""What goods must say of themselves: certificates, mandatory attributes, and how complete they are."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from mall import clock
from mall.catalogue.category import Category
from mall.catalogue.category_attributes import attributes_of, fits, missing_attributes
from mall.catalogue.completeness import WEIGHTS, completeness
from mall.catalogue.listing import Listing
from mall.catalogue.product import Product
from mall.catalogue.submit_listing import submit_listing
from mall.reference.read_reference import categories, category_attributes, compulsory_green
from tests.mall.catalogue.conftest import Shelf

DAY = date(2026, 11, 27)
PAPER = {"规格": "A4", "克重": "70g", "张数": "500张/包"}


def paper(**changes: object) -> tuple[Listing, Product, Category]:
    category = Category(code="A05040101", name="复印纸", kind="goods", is_asset=False)
    product = Product(
        brand="得力", model="7402", gtin="6921734934239", category_code=category.code, specification=PAPER
    )
    listing = Listing(market_price_fen=2500, origin="中国", description_html="得力复印纸，A4，70克，500张一包，高白。")
    for name, value in changes.items():
        setattr(product if hasattr(Product, name) else listing, name, value)
    return listing, product, category


def test_the_reference_names_categories_that_are_sold_and_kinds_that_exist() -> None:
    sold = {category.code for category in categories() if category.in_mall}

    assert {one.category_prefix for one in category_attributes()} <= sold
    assert {one.category_code for one in compulsory_green()} <= sold
    assert {one.kind for one in category_attributes()} == {"text", "number", "choice"}
    assert all(bool(one.choices) == (one.kind == "choice") for one in category_attributes())


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("克重", "70g", True),
        ("克重", "约70克", True),
        ("克重", "薄", False),
        ("克重", "", False),
        ("规格", "A4", True),
    ],
)
def test_an_attribute_fits_its_kind(name: str, text: str, expected: bool) -> None:
    (attribute,) = (one for one in attributes_of("A05040101") if one.name == name)

    assert fits(attribute, text) is expected


def test_suppliers_call_attributes_by_other_names() -> None:
    missing = missing_attributes("A05040101", {"幅面": "A4", "定量": "80g", "数量": "500"}, mandatory_only=True)

    assert missing == ()


def test_complete_particulars_have_all_points_but_for_what_is_optional() -> None:
    judged = completeness(*paper(), on=DAY, image_count=3)

    assert judged.missing == ("attributes",)
    assert [one.name for one in judged.attributes] == ["白度"]
    assert judged.score == 95


def test_the_score_falls_by_the_weight_of_what_is_missing() -> None:
    whole = completeness(*paper(specification={**PAPER, "白度": "高白"}), on=DAY, image_count=5)
    without = completeness(
        *paper(specification={**PAPER, "白度": "高白"}, description_html="", gtin=None), on=DAY, image_count=3
    )

    assert (whole.score, whole.missing) == (100, ())
    assert without.missing == ("description", "gtin")
    weights = sum(WEIGHTS[part] for part in WEIGHTS if part not in ("warranty", "certificate"))
    assert without.score == 100 - -(-(WEIGHTS["description"] + WEIGHTS["gtin"]) * 100 // weights)


@pytest.mark.parametrize(("image_count", "share"), [(0, 0), (1, 33), (2, 66), (3, 100), (5, 100)])
def test_three_images_are_wanted_of_goods(image_count: int, share: int) -> None:
    judged = completeness(*paper(specification={**PAPER, "白度": "高白"}), on=DAY, image_count=image_count)

    weights = sum(WEIGHTS[part] for part in WEIGHTS if part not in ("warranty", "certificate"))
    assert judged.score == 100 - -(-WEIGHTS["images"] * (100 - share) // weights)
    assert judged.missing == (("images",) if share < 100 else ())


def test_a_service_needs_no_brand_and_no_barcode() -> None:
    category = Category(code="C23090199", name="其他印刷服务", kind="services", is_asset=False)
    product = Product(brand="", model="", gtin=None, category_code=category.code, specification={})
    listing = Listing(market_price_fen=900, origin="", description_html="宣传册印刷，A4铜版纸，16页，500本起印。")

    assert completeness(listing, product, category, on=DAY, image_count=0).score == 100


def test_compulsory_green_goods_are_refused_without_certificate(shelf: Shelf) -> None:
    shelf.rule("listing.require_certificate", 1)
    listing_id = shelf.put(price_fen=400_000, like="computer")

    state = submit_listing(actor=shelf.actor("supplier"), listing_id=listing_id)

    facts = shelf.facts(f"listing:{listing_id}", "refuse")
    assert state == "rejected"
    assert facts["reasons"] == ["certificate_missing"]
    assert facts["source"].startswith("财库〔2019〕19号")


@pytest.mark.parametrize(("days", "state"), [(0, "checked"), (-1, "rejected")])
def test_a_certificate_holds_up_to_its_last_day(shelf: Shelf, days: int, state: str) -> None:
    shelf.rule("listing.require_certificate", 1)
    listing_id = shelf.put(price_fen=400_000, like="computer")
    until = clock.today() + timedelta(days=days)
    shelf.write(
        "update listing set certificate_number = 'CQC-1', certificate_until = %s where id = %s", until, listing_id
    )

    assert submit_listing(actor=shelf.actor("supplier"), listing_id=listing_id) == state


def test_goods_of_other_categories_need_none(shelf: Shelf) -> None:
    shelf.rule("listing.require_certificate", 1)
    listing_id = shelf.put()

    assert submit_listing(actor=shelf.actor("supplier"), listing_id=listing_id) == "checked"


def test_goods_without_mandatory_attributes_are_refused_and_told_which(shelf: Shelf) -> None:
    shelf.rule("listing.require_attributes", 1)
    listing_id = shelf.put()

    state = submit_listing(actor=shelf.actor("supplier"), listing_id=listing_id)

    facts = shelf.facts(f"listing:{listing_id}", "refuse")
    assert state == "rejected"
    assert (facts["reasons"], facts["attributes"]) == (["attribute_missing"], ["规格", "克重", "张数"])
