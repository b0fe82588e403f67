"""A case at a real browser: a regulator asks, the unit explains, it is confirmed, and two people hold an order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest

from mall import clock
from mall.database import connect, disconnect
from supervision.cases.sweep_cases import sweep_cases
from tests.browser.running_mall import RunningMall
from tests.browser.visitor import AT_390, WIDE_IN_LONG_TESTS, Visitor
from tests.supervision.cases.case_story import CaseStory

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.fixture
def story(mall: RunningMall) -> Iterator[CaseStory]:
    """A case of the school and an order of its own, put there behind the back of the running mall."""
    connect(mall.database.app)
    try:
        told = CaseStory(mall.world).found(day=clock.today(), category_code="A0504010101")
        told.order_number = told.order(("paper", 10))
        yield told
    finally:
        disconnect()


def _wait_for(visitor: Visitor, path: str, words: str) -> None:
    """Come again until the worker has done what the words say."""
    for _ in range(40):
        visitor.go(path)
        if words in visitor.words():
            return
        visitor.page.wait_for_timeout(250)
    raise AssertionError(f"{words} never stood on {path}")


@pytest.mark.parametrize("size", [AT_390, WIDE_IN_LONG_TESTS])
def test_a_case_from_the_question_to_the_hold(
    story: CaseStory, arrive: Callable[..., Visitor], size: tuple[int, int], tmp_path: object
) -> None:
    case, order = f"/watch/cases/{story.number}", f"/orders/{story.order_number}"

    city = arrive("regulator-city", size=size).go("/watch/cases").go(case)
    city.press("受理，或改交他人")
    city.page.get_by_label("请谁说明").select_option("unit")
    city.page.get_by_label("请说明什么").fill("请说明分次购买的原因")
    city.page.get_by_label("为什么问").fill("全年累计超过标准")
    city.press("请当事人说明")

    leader = arrive("leader", size=size).go("/watch/our-cases").press(story.number)
    assert "请说明分次购买的原因" in leader.words()
    leader.page.get_by_label("情况说明").fill("各部门分别申报，没有合并。")
    leader.press("说明情况")

    city.go(case)
    city.page.get_by_label("认定的事实和理由（当事人会看到）").fill("事实清楚，理由不足。")
    city.press("认定属实")
    city.page.get_by_text("提议暂停订单、付款或商品").click()
    city.page.get_by_label("暂停什么").select_option("order")
    city.page.get_by_label("订单（暂停订单或付款时选）").select_option(story.order_number)
    city.page.get_by_label("原因（当事人会看到）").fill("数量有争议")
    city.page.get_by_label("最后一天").fill((date.today() + timedelta(days=5)).isoformat())
    city.press("提议暂停")

    province = arrive("regulator", size=size).go("/watch/cases")
    hold = province.page.get_by_role("link", name="ZT-").first.inner_text()
    province.press(hold).press("同意暂停")

    approver = arrive("approver", size=size)
    _wait_for(approver, order, "整单暂停付款至")
    _wait_for(leader, case, "暂停订单：")
    with approver.expecting(409):
        approver.press("审批通过")
    assert "已由监管部门暂停付款至" in approver.words()

    with clock.frozen(clock.now() + timedelta(days=6)):
        sweep_cases()
    _wait_for(approver, order, "您可以做的")
    assert "整单暂停付款至" not in approver.words()
    approver.press("审批通过")
    assert "待供应商确认" in approver.words()
