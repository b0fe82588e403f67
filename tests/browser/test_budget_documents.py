"""Budget documents in a real browser: asked for, returned, approved and imported, at two widths, and without script."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from mall import clock
from tests.browser.running_mall import RunningMall
from tests.browser.visitor import AT_390, NARROW, WIDE, WIDE_IN_LONG_TESTS, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

#: a folder in which to keep what the pages look like
_PICTURES = os.environ.get("SUNMALL_SCREENSHOTS_OF_TESTS", "")


def keep(visitor: Visitor, name: str) -> None:
    if _PICTURES:
        path = Path(_PICTURES) / f"{name}-{visitor.size[0]}.png"
        visitor.page.screenshot(path=path, full_page=True)


def fill_in(visitor: Visitor, amounts: dict[str, str]) -> None:
    """Amounts by the names of their fields, and the grounds."""
    for field, amount in amounts.items():
        visitor.page.locator(f"#{field}").fill(amount)
    visitor.page.locator("#basis").fill("郑财预〔2026〕15号")
    visitor.page.locator("#reason").fill("开学用品采购")


@pytest.mark.parametrize(
    ("size", "with_script"),
    [pytest.param(WIDE, True, marks=pytest.mark.long), (NARROW, True), (NARROW, False)],
    ids=["1280", "390", "without script"],
)
def test_a_transfer_is_asked_for_and_approved(
    arrive: Callable[..., Visitor], mall: RunningMall, size: tuple[int, int], with_script: bool
) -> None:
    office, machines = mall.world.office_line, mall.world.lines["school_machines"]
    accountant = arrive("accountant", size=size, with_script=with_script)
    accountant.go("/budget").press("申请调整")
    accountant.page.get_by_label("种类").select_option("transfer")
    accountant.press("换表")
    keep(accountant, "form")
    fill_in(accountant, {f"take_{machines}": "300", f"give_{office}": "299"})
    with accountant.expecting(422):
        accountant.press("提交批复")
    assert "两边不相等" in accountant.words()
    accountant.page.locator(f"#give_{office}").fill("300.00")
    accountant.press("提交批复")
    number = accountant.page.url.rpartition("/")[2].partition("?")[0]

    officer = arrive("budget-city", size=size, with_script=with_script)
    keep(officer, "desk")
    assert number in officer.words()
    officer.go(f"/budget/documents/{number}")
    keep(officer, "waiting")
    officer.page.locator("form[action$='/approve'] input[name=note]").fill("同意")
    with officer.page.expect_navigation():
        officer.page.locator("form[action$='/approve'] button").click()
    officer.look_over()
    assert "已批复，指标已经变动并记入账簿。" in officer.words()
    keep(officer, "approved")

    officer.go("/budget/documents")
    keep(officer, "list")
    assert number in officer.words()
    accountant.go(f"/budget/{office}")
    assert number in accountant.words()
    keep(accountant, "line")


@pytest.mark.parametrize("size", [AT_390, WIDE_IN_LONG_TESTS])
def test_a_workbook_is_looked_at_and_submitted(
    arrive: Callable[..., Visitor], mall: RunningMall, size: tuple[int, int], tmp_path: Path
) -> None:
    code = f"NEW-{size[0]}"
    path = tmp_path / "budget.csv"
    path.write_text(
        "统一社会信用代码,指标编号,指标名称,资金来源,批复金额（元）\n"
        f"12410100MB00000018,{code},图书购置,一般公共预算,300.00\n"
        f"12410100MB00000018,{mall.world.school_id}-{clock.today().year}-03,改了名,一般公共预算,1.00\n",
        encoding="utf-8",
    )
    officer = arrive("budget-city", size=size)
    officer.go("/budget/documents").press("导入预算表")
    officer.page.get_by_label("预算表（XLSX 或 CSV，不超过 4 MB）").set_input_files(path)
    officer.press("看差异")
    keep(officer, "difference")
    assert "指标下达后这些栏不再改变" in officer.words()

    path.write_text(path.read_text(encoding="utf-8").rpartition("12410100")[0], encoding="utf-8")
    officer.page.get_by_label("预算表（XLSX 或 CSV，不超过 4 MB）").set_input_files(path)
    officer.press("看差异")
    officer.page.locator("#basis").fill("郑财预〔2026〕1号")
    officer.page.locator("#reason").fill("年初批复")
    officer.press("提交批复")

    assert "预算批复 TZ-410100-" in officer.words()
    assert code in officer.words()
    keep(officer, "imported")
