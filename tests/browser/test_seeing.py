"""The pages of figures in a real browser: down to the order, charts with their tables, at two widths, in English."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.running_mall import RunningMall
from tests.browser.visitor import AT_390, NARROW, WIDE, WIDE_IN_LONG_TESTS, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

#: a folder in which to keep what the pages look like
_PICTURES = os.environ.get("SUNMALL_SCREENSHOTS_OF_TESTS", "")
CHINESE = re.compile(r"[\u4e00-\u9fff]")

PAGES = (
    "/watch/places", "/watch/rows/orders", "/watch/rows/late", "/watch/rows/findings", "/watch/rows/cases",
    "/watch/products", "/watch/price-index", "/watch/months", "/watch/limits", "/watch/network", "/watch/effect",
    "/open/watch",
)  # fmt: skip


def keep(visitor: Visitor, name: str) -> None:
    if _PICTURES:
        visitor.page.screenshot(path=Path(_PICTURES) / f"{name}-{visitor.size[0]}.png", full_page=True)


@pytest.fixture(scope="module")
def order(mall: RunningMall) -> str:
    """Ten packs of paper, 215.00."""
    line = {"listing_id": mall.world.listings["paper"], "quantity": 10, "budget_line_id": mall.world.office_line}
    body = {"lines": [line], "delivery": {"address": "教学楼一层", "contact": "张老师", "phone": "0371-66668888"}}
    return str(mall.api("handler", "/orders", body)["orders"][0]["number"])


@pytest.mark.parametrize(
    ("size", "with_script"), [(NARROW, True), (WIDE, False), pytest.param(WIDE, True, marks=pytest.mark.long)]
)
def test_a_regulator_steps_down_from_the_province_to_the_order(
    arrive: Callable[..., Visitor], order: str, size: tuple[int, int], with_script: bool
) -> None:
    visitor = arrive("regulator", size=size, with_script=with_script)

    visitor.go("/watch/places")
    keep(visitor, "seeing-province")
    visitor.press("郑州市").press("郑州市本级").press("郑州市阳光中学")
    keep(visitor, "seeing-unit")
    visitor.press("1")
    assert "¥215.00" in visitor.words()
    visitor.press(order)

    assert visitor.page.url.endswith(f"/orders/{order}")


@pytest.mark.parametrize("size", [AT_390, WIDE_IN_LONG_TESTS])
def test_every_page_of_figures_is_in_order(
    arrive: Callable[..., Visitor], mall: RunningMall, order: str, size: tuple[int, int]
) -> None:
    visitor = arrive("regulator", size=size)

    for path in (*PAGES, f"/watch/units/{mall.world.school_id}/peers"):
        visitor.go(path)
        assert visitor.page.url.endswith(path)
        keep(visitor, path.strip("/").replace("/", "-"))


def test_a_chart_is_drawn_above_its_table_and_only_the_table_without_script(
    arrive: Callable[..., Visitor], order: str
) -> None:
    drawn, plain = arrive("regulator"), arrive("regulator", with_script=False)

    for visitor in (drawn, plain):
        visitor.go("/watch/months")
        assert "¥215.00" in visitor.words()

    assert drawn.page.locator(".drawn-chart canvas").count() == 2
    assert plain.page.locator(".drawn-chart:visible").count() == 0


def test_in_english_the_pages_of_figures_have_english_words(arrive: Callable[..., Visitor], order: str) -> None:
    visitor = arrive("regulator").go("/").press("English", within="header", exact=False)

    left = {}
    for path in PAGES:
        visitor.go(path)
        assert visitor.page.locator("html").get_attribute("lang") == "en"
        for part in ("h2", "thead th", ".btn", ".form-label", "p", "summary", "figcaption"):
            for one in visitor.page.locator(f"main {part}").all_inner_texts():
                # Names of units and goods are Chinese everywhere.
                if CHINESE.search(one.replace("郑州市阳光中学", "")):
                    left[f"{path} {part}"] = one
    visitor.go("/desk").press("中文", within="header")

    assert left == {}
