"""Credit, measures, reports, inspections and prices at a real browser, on a wide screen and on a phone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from mall import clock
from mall.access.actor import SYSTEM
from mall.audit.record import record
from mall.database import atomic, connect, disconnect, session
from mall.documents.history import DocumentStep
from supervision.credit.reckon_credit import reckon_all
from supervision.inspection.draw_inspection import draw_inspection
from tests.browser.running_mall import RunningMall
from tests.browser.visitor import AT_390, NARROW, WIDE_IN_LONG_TESTS, Visitor

CASE = "JG-410100-2026-000001"

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def watched(mall: RunningMall) -> None:
    """Scores, a draw and a confirmed case, put there behind the back of the running mall."""
    connect(mall.database.app)
    try:
        reckon_all(actor=SYSTEM)
        draw_inspection(actor=SYSTEM, region_code=410100, anchor=("ledger-2026-11-28.json", "ab" * 32))
        _confirm_case()
    finally:
        disconnect()


@atomic
def _confirm_case() -> None:
    session().add(
        DocumentStep(
            document=f"watch_case:{CASE}", action="confirm", before="explained", after="confirmed", at=clock.now(),
            user_id=None, actor_name="测试", note="", facts={},
        )
    )  # fmt: skip
    record(actor=SYSTEM, action="test.case", subject=f"watch_case:{CASE}")


@pytest.mark.parametrize("size", [AT_390, WIDE_IN_LONG_TESTS])
def test_a_stranger_reports_and_follows_and_reads_how_it_is_scored(
    arrive: Callable[..., Visitor], watched: None, size: tuple[int, int]
) -> None:
    visitor = arrive(size=size).go("/open/credit").go("/open/inspections").go("/report")
    page = visitor.page
    page.get_by_label("问题发生在哪个地区").select_option("410100")
    page.get_by_label("哪类问题").select_option("price")
    page.get_by_label("涉及谁或什么").fill("某供应商的打印机")
    page.get_by_label("情况", exact=True).fill("同一型号别处便宜三成，请核查。")
    visitor.press("提交举报")
    code = page.locator("main code").inner_text()
    visitor.press("查询办理情况")
    page.get_by_label("查询码（16 位）").fill(code)
    visitor.press("查询")

    assert "某供应商的打印机" in page.locator("main").inner_text()


@pytest.mark.parametrize("size", [AT_390, WIDE_IN_LONG_TESTS])
def test_regulators_walk_their_rooms(arrive: Callable[..., Visitor], watched: None, size: tuple[int, int]) -> None:
    desk = arrive("regulator-city", size=size)
    for path in ("/watch/credit", "/watch/reports", "/watch/prices", "/watch/prices/new", "/watch/approvals"):
        desk.go(path)
    desk.go("/watch/inspections?state=open")
    desk.page.locator("main tbody a").first.click()
    desk.press("领取并固定快照")
    desk.go("/watch/measures/new")
    page = desk.page
    page.get_by_label("认定属实的线索编号").fill(CASE)
    page.get_by_label("供应商或采购单位的统一社会信用代码").fill("91410100MA00000011")
    page.get_by_label("记分", exact=True).fill("1")
    page.get_by_label("截止日期").fill((clock.today() + timedelta(days=10)).isoformat())
    page.get_by_label("理由").fill("多次抬高价格")
    desk.press("提出，请另一人批准")

    assert "等另一位监管人员批准" in page.locator("main").inner_text()


def test_a_supplier_reads_his_score_on_a_phone(arrive: Callable[..., Visitor], watched: None) -> None:
    supplier = arrive("supplier", size=NARROW).go("/watch/credit/mine").go("/watch/measures")

    assert "监管处理" in supplier.page.locator("main").inner_text()
