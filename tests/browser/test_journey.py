"""The whole road in a real browser: a school's four people, a supplier and finance, through pages only."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from mall.exchange.return_file import IN_HEAD, IN_LINE, tail_line
from tests.browser.running_mall import RunningMall
from tests.browser.visitor import AT_390, WIDE_IN_LONG_TESTS, Visitor
from tests.world import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

PAPER, PRINTER = "得力 7402 A4复印纸 70g 500张", "惠普 M1136w A4黑白激光打印机"


@pytest.mark.parametrize("size", [AT_390, WIDE_IN_LONG_TESTS])
def test_paper_and_a_printer_are_bought_and_paid_to_the_last_fen(
    arrive: Callable[..., Visitor], mall: RunningMall, size: tuple[int, int], tmp_path: Path
) -> None:
    handler = arrive("handler", size=size)
    _find_and_compare(handler)
    _fill_cart(handler)
    number = _submit(handler)

    approver = arrive("approver", size=size)
    _take_up(approver, number, deed="审批")
    _do(approver, "approve", {"审批意见（可不填）": "同意采购"})
    assert "等审批人审批" not in approver.words()

    supplier = arrive("supplier", size=size)
    _take_up(supplier, number, deed="确认")
    _do(supplier, "confirm")
    _take_up(handler, number, deed="签署")
    _do(handler, "sign", {"输入您的登录密码，作为签署确认": PASSWORD})
    _take_up(supplier, number, deed="签署")
    _do(supplier, "sign", {"输入您的登录密码，作为签署确认": PASSWORD})
    _do(supplier, "ship", {"承运人": "自送", "运单号": "SY-001"})

    receiver = arrive("receiver", size=size)
    _take_up(receiver, number, deed="收货")
    _do(receiver, "receive")
    _do(receiver, "accept", {"验收意见（可不填）": "货物完好"})

    _take_up(supplier, number, deed="发票")
    invoice_number = "2441200000000000" + number[-4:]
    _do(supplier, "invoice", {re.compile("发票号码"): invoice_number})

    accountant = arrive("accountant", size=size)
    _take_up(accountant, number, deed="申请付款")
    _do(accountant, "request_payment")
    finance = arrive("finance", size=size)
    _take_up(finance, number, deed="审核付款")
    _do(finance, "approve_payment")

    _treasury_pays(mall, amount_fen=139_500, folder=tmp_path)

    _take_up(receiver, number, deed="资产")
    _do(receiver, "register_asset", {"存放地点": "教务处 203", "保管人": "李老师"})
    _take_up(handler, number, deed="评价")
    _do(handler, "rate", {"商品": "5 分", "送货": "4 分", "服务": "5 分"})

    assert "这张订单已经结束" in handler.words()
    book = handler.page.locator("#book").inner_text()
    assert "拿出 1,395.00" in " ".join(book.split()) or "¥1,395.00" in book
    assert _paid_in_book(handler) == ["215.00", "1,180.00"]


def _find_and_compare(handler: Visitor) -> None:
    """Suggestions as she types, a facet, and two goods side by side."""
    page = handler.go("/").page
    page.get_by_role("combobox", name="搜索商品").press_sequentially("fuyin", delay=30)
    expect(page.get_by_role("option").first).to_be_visible()
    handler.look_over()
    page.get_by_role("combobox", name="搜索商品").fill("复印纸")
    handler.press("搜索", within="main, header")
    assert "得力 7402" in handler.words() and "晨光" in handler.words()
    for name in ("得力 7402", "晨光"):
        page.locator("li.good", has_text=name).get_by_role("checkbox").check()
    handler.press("开始对比")
    assert "型号" in handler.words() and "≠" in page.locator("tr.differs th").first.evaluate(
        "row => getComputedStyle(row, '::after').content"
    )
    handler.go("/search?q=复印纸")
    _open_filters(handler)
    handler.press("得力", within="aside", exact=False)
    assert "晨光" not in handler.page.locator("ul.goods").inner_text()


def _fill_cart(handler: Visitor) -> None:
    """Ten packs of paper and one printer from one supplier, each on its budget line; the lines move at once."""
    page = handler.page
    handler.press(PAPER)
    offer = page.locator("tr", has_text="郑州晴天办公用品有限公司")
    offer.get_by_label("数量", exact=False).fill("10")
    with page.expect_navigation():
        offer.get_by_role("button", name="加入购物车").click()
    handler.look_over()
    handler.go("/search?q=打印机").press(PRINTER)
    handler.press("加入购物车")
    _choose_line(handler, PAPER, "办公费")
    _choose_line(handler, PRINTER, "办公设备购置")
    expect(page.locator("dd", has_text="¥99,785.00")).to_be_visible()
    expect(page.locator("dd", has_text="¥498,820.00")).to_be_visible()
    handler.look_over()


def _choose_line(handler: Visitor, goods: str, line: str) -> None:
    item = handler.page.locator(".list-group-item", has_text=goods)
    choice = item.get_by_label("用哪条预算指标")
    wanted = choice.locator("option", has_text=line).first.get_attribute("value")
    with handler.page.expect_response(re.compile("/cart/update")):
        choice.select_option(wanted)
    expect(handler.page.locator("#budget-heading")).to_be_visible()
    expect(item.get_by_label("用哪条预算指标")).to_have_value(wanted)


def _submit(handler: Visitor) -> str:
    """Order; the number of the one order that came of it."""
    page = handler.page
    page.get_by_label("联系电话").fill("0371-66668888")
    handler.press("提交订单")
    assert "已提交 1 张订单" in handler.words()
    number = page.locator("a[href*='/orders/']", has_text="DD").first.inner_text().split()[0]
    handler.go("/cart")
    assert "购物车是空的" in handler.words()
    return number


def _open_filters(handler: Visitor) -> None:
    """On a phone the filters are folded."""
    summary = handler.page.locator("details.facets > summary")
    if summary.is_visible():
        summary.click()
        handler.look_over()


def _take_up(person: Visitor, number: str, *, deed: str) -> None:
    """She finds the deed on the to-do list of her desk and opens it."""
    person.go("/desk")
    item = person.page.locator("#todo-heading ~ ul > li", has_text=number).filter(has_text=deed)
    expect(item).to_be_visible()
    with person.page.expect_navigation():
        item.get_by_role("link", name=re.compile(number)).click()
    person.look_over()


def _do(person: Visitor, action: str, typed: dict[str | re.Pattern[str], str] | None = None) -> None:
    """Fill in the form of an action on the order's page and send it; the page says that it is done."""
    form = person.page.locator(f"#form-{action}")
    if not form.is_visible():
        person.page.locator("details", has=form).locator("> summary").click()
    for label, words in (typed or {}).items():
        field = form.get_by_label(label)
        if field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(label=words)
        else:
            field.fill(words)
    person.look_over()
    with person.page.expect_navigation():
        form.locator("button[type=submit]").last.click()
    person.look_over()
    expect(person.page.locator(".flash.is-good")).to_be_visible()


def _treasury_pays(mall: RunningMall, *, amount_fen: int, folder: Path) -> None:
    """The batch leaves as a file, and the treasury's answer comes back as one."""
    mall.console("treasury", "export", "--folder", str(folder))
    batch = max(folder.glob("pay-*.csv"))
    payments = re.findall(rf"^PAY,([^,]+),[^,]*,{amount_fen},", batch.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert len(payments) == 1
    body = f"{IN_HEAD},1,1,1\n{IN_LINE},{payments[0]},OK,{amount_fen},GK00000000000001,\n"
    answer = folder / "return.csv"
    answer.write_text(body + tail_line(body), encoding="utf-8")
    assert "paid 1" in mall.console("treasury", "import", str(answer))


def _paid_in_book(person: Visitor) -> list[str]:
    """The last column, paid, of the book's table by budget line."""
    rows = person.page.locator("#book table").first.locator("tbody tr")
    return sorted((row.locator("td").last.inner_text() for row in rows.all()), key=len)
