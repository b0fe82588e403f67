"""The year-end worksheet in a real browser, with rows in it: drawn up, changed, signed and approved, at two widths."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from mall import clock
from tests.browser.running_mall import RunningMall
from tests.browser.visitor import NARROW, WIDE, Visitor
from tests.world import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

#: a folder in which to keep what the pages look like
_PICTURES = os.environ.get("SUNMALL_SCREENSHOTS_OF_TESTS", "")
#: how long a process of the mall goes by the rules it has read
RULES_ARE_KEPT_SECONDS = 2.5


def keep(visitor: Visitor, name: str) -> None:
    if _PICTURES:
        path = Path(_PICTURES) / f"year-end-{name}-{visitor.size[0]}.png"
        visitor.page.screenshot(path=path, full_page=True)


@pytest.fixture(scope="module")
def orders(mall: RunningMall) -> dict[str, str]:
    """Orders that stand in the books in four ways; the worksheet may be drawn up on any day of the year."""
    with psycopg.connect(mall.database.admin, autocommit=True) as connection:
        connection.execute("update regional_rule set value = 366 where code = 'year_end.draw_up_days'")
    found = {}
    for name, until in (("submitted", 0), ("approved", 1), ("contracted", 4), ("accepted", 7)):
        line = {"listing_id": mall.world.listings["paper"], "quantity": 10, "budget_line_id": mall.world.office_line}
        body = {"lines": [line], "delivery": {"address": "教学楼一层", "contact": "张老师", "phone": "0371-66668888"}}
        found[name] = str(mall.api("handler", "/orders", body)["orders"][0]["number"])
        for who, action, facts in _ROAD[:until]:
            mall.api(who, f"/orders/{found[name]}/{action}", facts)
    time.sleep(RULES_ARE_KEPT_SECONDS)
    return found


_ROAD = [
    ("approver", "approve", {}),
    ("supplier", "confirm", {}),
    ("handler", "sign", {"password": PASSWORD}),
    ("supplier", "sign", {"password": PASSWORD}),
    ("supplier", "ship", {}),
    ("receiver", "receive", {}),
    ("receiver", "accept", {}),
]


def test_a_worksheet_is_drawn_up_changed_signed_and_approved(
    arrive: Callable[..., Visitor], mall: RunningMall, orders: dict[str, str]
) -> None:
    accountant = arrive("accountant", size=NARROW)
    accountant.go("/year-end")
    keep(accountant, "index")
    accountant.press("生成清理表")
    number = accountant.page.url.rpartition("/")[2].partition("?")[0]
    words = accountant.words()
    assert all(order in words for order in orders.values()), words
    keep(accountant, "draft")
    accountant.resize(WIDE)
    accountant.look_over()
    keep(accountant, "draft")
    accountant.resize(NARROW)

    # The treatment of the contracted order is chosen anew, and the page says so after the round trip.
    row = accountant.page.locator("tr", has_text=orders["contracted"])
    row.locator("select").select_option(label="收回")
    accountant.press("只保存")
    assert (
        accountant.page.locator("section", has=accountant.page.locator("#group-lapse"))
        .inner_text()
        .count(orders["contracted"])
    )
    accountant.press("保存并提交")

    for who, deed in (("finance", "签署"), ("budget-city", "批准")):
        other = arrive(who, size=WIDE)
        other.go(f"/year-end/{number}")
        other.press(deed)
        keep(other, deed)
    assert f"{clock.today().year + 1} 年 1 月 1 日起可以执行" in other.words()
    other.go("/year-end")
    keep(other, "overview")
    assert number in other.words()
