"""A rule is changed by two regulators in a real browser, and a finding is reviewed, at two widths."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tests.browser.running_mall import RunningMall
from tests.browser.visitor import NARROW, WIDE, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(420)]

RULE_ID = "splitting.statutory"
RULE_NAME = "疑似化整为零（年度累计）"
#: a folder in which to keep what the pages look like
_PICTURES = os.environ.get("SUNMALL_SCREENSHOTS_OF_TESTS", "")
BACK_TEST_WITHIN_SECONDS = 90


def keep(visitor: Visitor, name: str) -> None:
    """The page at both widths, looked over at each."""
    for size in (WIDE, NARROW):
        visitor.resize(size)
        visitor.look_over()
        if _PICTURES:
            path = Path(_PICTURES) / f"watch-{name}-{size[0]}.png"
            visitor.page.screenshot(path=path, full_page=True)
    visitor.resize(NARROW)


@pytest.fixture(scope="module")
def orders(mall: RunningMall) -> list[str]:
    """Two orders of the school for one kind of goods under one budget item, 9,398 yuan together; and the history."""
    body = {
        "lines": [
            {"listing_id": mall.world.listings["computer"], "quantity": 1,
             "budget_line_id": mall.world.lines["school_machines"]},
        ],
        "delivery": {"address": "教学楼一层", "contact": "张老师", "phone": "0371-66668888"},
    }  # fmt: skip
    numbers = [str(mall.api("handler", "/orders", body)["orders"][0]["number"]) for _ in range(2)]
    mall.console("watch", "export")
    return numbers


def test_a_change_is_drawn_up_tested_shadowed_proposed_and_switched_on(
    arrive: Callable[..., Visitor], mall: RunningMall, orders: list[str]
) -> None:
    maker = arrive("regulator-city", size=NARROW)
    maker.go("/watch/rules")
    keep(maker, "catalogue")
    maker.press(RULE_NAME)
    keep(maker, "rule")
    maker.press("起草变更")
    maker.page.get_by_label("新的数值（元）").fill("9000")
    maker.page.get_by_label("依据（文号或条款）").fill("郑财购〔2026〕1号")
    maker.page.get_by_label("理由").fill("办公设备分批采购较多，试行从严。")
    keep(maker, "form")
    maker.press("保存草案")
    path = maker.page.url.removeprefix(mall.address).partition("?")[0]
    maker.press("用历史订单回测")
    _wait_for_the_worker(maker, path)
    assert "¥9,398.00" in maker.words()
    keep(maker, "tested")
    maker.press("影子运行")
    mall.console("watch", "night", "--rule", RULE_ID)
    maker.go(path)
    keep(maker, "shadow")
    maker.press("提请启用")
    assert "您参与了这项变更" in maker.words()

    decider = arrive("regulator", size=NARROW)
    decider.go(path)
    decider.press("启用")
    keep(decider, "in-force")
    assert "已启用" in decider.words()
    # Tomorrow has come.
    with psycopg.connect(mall.database.admin, autocommit=True) as connection:
        connection.execute("update rule_parameter set valid_from = valid_from - 1")
    maker.go(f"/watch/rules/{RULE_ID}")
    assert "¥9,000.00" in maker.page.locator("section", has=maker.page.locator("#parameters-heading")).inner_text()
    maker.page.locator("summary", has_text="公开招标数额标准").click()
    keep(maker, "rule-in-force")


def test_a_finding_is_drawn_and_reviewed_and_the_precision_changes(
    arrive: Callable[..., Visitor], mall: RunningMall, orders: list[str]
) -> None:
    mall.console("watch", "night", "--rule", RULE_ID)
    with psycopg.connect(mall.database.admin, autocommit=True) as connection:
        connection.execute("update finding set standing = 'shadow'")
    reviewer = arrive("regulator-city", size=NARROW)
    reviewer.go("/watch/findings")
    keep(reviewer, "findings")
    reviewer.go(f"/watch/rules/{RULE_ID}")
    reviewer.press("抽取一个待审核的疑点")
    words = reviewer.words()
    assert all(number in words for number in orders), words
    assert "相符" in words
    reviewer.page.get_by_label("您的判断").select_option(label="属实")
    reviewer.page.get_by_label("说明").fill("同一批设备分两单下达")
    keep(reviewer, "finding")
    reviewer.press("记下判断")
    assert "都已审核" in reviewer.words()
    reviewer.go(f"/watch/rules/{RULE_ID}")
    assert "1 / 1 属实" in reviewer.words()

    visitor = arrive(size=NARROW)
    visitor.go("/open/rules")
    keep(visitor, "open")


def _wait_for_the_worker(visitor: Visitor, path: str) -> None:
    until = time.monotonic() + BACK_TEST_WITHIN_SECONDS
    while "回测在后台进行" in visitor.words():
        assert time.monotonic() < until, "the worker ran no back-test"
        time.sleep(2)
        visitor.go(path)
