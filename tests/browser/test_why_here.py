"""Each hit says why it stands there, also on a phone and without a script; what overflows is a finding."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.visitor import NARROW, WIDE, Visitor


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("with_script", [True, False], ids=["script", "plain"])
def test_a_hit_says_why_it_stands_there(
    arrive: Callable[..., Visitor], size: tuple[int, int], with_script: bool
) -> None:
    visitor = arrive(size=size, with_script=with_script)

    visitor.go("/search?q=复印纸")

    lines = visitor.page.locator("li.good .why")
    assert "同款 2 个报价中价格最低" in lines.first.inner_text()
    box, card = lines.first.bounding_box(), visitor.page.locator("li.good").first.bounding_box()
    assert box is not None and card is not None
    assert box["x"] >= card["x"] and box["x"] + box["width"] <= card["x"] + card["width"]
