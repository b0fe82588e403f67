"""The books in a real browser: from the trial balance to posting and order, at two widths and without script."""

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


def keep(visitor: Visitor, name: str) -> None:
    if _PICTURES:
        path = Path(_PICTURES) / f"{name}-{visitor.size[0]}.png"
        visitor.page.screenshot(path=path, full_page=True)


@pytest.fixture(scope="module")
def order(mall: RunningMall) -> str:
    """Ten packs of paper, 215.00, approved."""
    line = {"listing_id": mall.world.listings["paper"], "quantity": 10, "budget_line_id": mall.world.office_line}
    body = {"lines": [line], "delivery": {"address": "教学楼一层", "contact": "张老师", "phone": "0371-66668888"}}
    number = str(mall.api("handler", "/orders", body)["orders"][0]["number"])
    mall.api("approver", f"/orders/{number}/approve", {})
    return number


@pytest.mark.parametrize(
    ("size", "with_script"),
    [
        (NARROW, True),
        (WIDE, False),
        *[pytest.param(*case, marks=pytest.mark.long) for case in ((WIDE, True), (NARROW, False))],
    ],
)
def test_an_accountant_goes_from_the_sums_to_the_order(
    arrive: Callable[..., Visitor], order: str, size: tuple[int, int], with_script: bool
) -> None:
    visitor = arrive("accountant", size=size, with_script=with_script)

    visitor.go("/books")
    keep(visitor, "books-trial")
    visitor.press("B230 合同承诺")
    keep(visitor, "books-account")
    visitor.press(" 号", exact=False)
    keep(visitor, "books-txn")
    assert "审批通过，转为承诺" in visitor.words() and "借贷相等" in visitor.words()
    visitor.press(order)

    assert visitor.page.url.endswith(f"/orders/{order}")


@pytest.mark.parametrize("size", [AT_390, WIDE_IN_LONG_TESTS])
def test_a_regulator_steps_down_from_the_province_to_a_line(
    arrive: Callable[..., Visitor], order: str, size: tuple[int, int]
) -> None:
    visitor = arrive("regulator", size=size)

    visitor.go("/books/execution")
    visitor.press("郑州市").press("郑州市阳光中学")
    keep(visitor, "books-execution")
    visitor.press("按经济分类").press("30201 办公费")
    keep(visitor, "books-lines")
    visitor.press("215.00")

    assert "解释" in visitor.words() or "每一分在哪里" in visitor.words()


def test_in_english_the_reports_have_english_words(arrive: Callable[..., Visitor], order: str) -> None:
    visitor = arrive("finance").go("/").press("English", within="header", exact=False)

    left = {}
    for path in ("/books", "/books/accounts/1300", "/books/execution"):
        visitor.go(path)
        assert visitor.page.locator("html").get_attribute("lang") == "en"
        for part in ("h1", "h2", "thead th", ".btn", ".pill", ".form-label"):
            words = visitor.page.locator(f"main {part}").all_inner_texts()
            left |= {f"{path} {part} {one}": one for one in words if CHINESE.search(one)}
    visitor.press("中文", within="header")

    assert left == {}
