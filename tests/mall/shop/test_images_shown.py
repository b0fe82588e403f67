"""Thumbnails in search results, comparison and cart; the icon of the category where there is none."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from mall.catalogue.add_listing_image import add_listing_image
from mall.catalogue.listing import Listing
from mall.database import close_reading, session
from mall.ordering.edit_cart import add_to_cart
from mall.search.keep_index import IndexKeeper
from tests.form_browser import FormBrowser, Page, page_of
from tests.mall.images.pictures import kept
from tests.world import World


@pytest.fixture
def pictured(app: Flask, keeper: IndexKeeper, world: World, tmp_path: Path) -> Flask:
    """The dearer offer of paper has two images, the printer none."""
    for colour in ("red", "blue"):
        add_listing_image(
            actor=world.actor("supplier2"),
            listing_id=world.listings["paper2"],
            image=kept(tmp_path, colour, size=(480, 320)),
        )
    return app


def product_of(world: World, key: str) -> int:
    found = session().get_one(Listing, world.listings[key]).product_id
    close_reading()
    return found


def thumbnails(page: Page) -> list[tuple[str, str, str]]:
    """(width, height, loading) of every thumbnail, whose addresses must be our own."""
    found = page.tree.xpath("//div[contains(@class, 'has-image')]/img")
    assert all(image.get("src").startswith("/images/") and "/thumbnail.webp" in image.get("src") for image in found)
    return [(image.get("width"), image.get("height"), image.get("loading")) for image in found]


def test_search_results_show_the_first_image_of_any_offer_of_the_product(pictured: Flask) -> None:
    page = page_of(pictured.test_client().get("/search?q=得力复印纸"))

    assert ("240", "160", "lazy") in thumbnails(page)


def test_goods_without_image_show_the_icon_of_their_category(pictured: Flask) -> None:
    page = page_of(pictured.test_client().get("/search?q=打印机"))

    assert thumbnails(page) == []
    assert page.tree.xpath("//li[@class='good']//div[contains(@class, 'tone-')]//i[contains(@class, 'bi-printer')]")


def test_the_comparison_shows_thumbnails(pictured: Flask, world: World) -> None:
    ids = ",".join(str(product_of(world, key)) for key in ("paper", "printer"))

    page = page_of(pictured.test_client().get(f"/compare?ids={ids}"))

    assert thumbnails(page) == [("240", "160", "lazy")]


def test_the_cart_shows_the_image_of_the_very_offer(pictured: Flask, world: World) -> None:
    for key in ("paper", "paper2"):
        add_to_cart(actor=world.actor("handler"), unit_id=world.school_id, listing_id=world.listings[key], quantity=1)

    page = FormBrowser(pictured.test_client(), "handler").get("/cart")

    assert thumbnails(page) == [("240", "160", "lazy")]
