"""Pages of fund-use plans: the grid that forgets nothing, what is held and the ways out, the workbook, the report."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import fastexcel
import pytest
import xlsxwriter
from flask import Flask

from ledger.budget_lines import create_line
from ledger.cash_plan import plan_balances
from mall import clock
from mall.access.actor import SYSTEM
from mall.audit.record import record
from mall.database import atomic, close_reading, session
from mall.finance.budget_document_actions import perform as perform_on_document
from mall.finance.check_budget_document import AmountOnLine
from mall.finance.draw_up_budget_document import draw_up_budget_document
from tests.conftest import Clone
from tests.form_browser import FormBrowser
from tests.journeys.story import Story
from tests.world import World

YEAR = 2026


@pytest.fixture(autouse=True)
def in_october() -> Iterator[None]:
    with clock.frozen(datetime(YEAR, 10, 12, 2, tzinfo=UTC)):
        yield


@pytest.fixture
def story(app: Flask, world: World, own_database: Clone, tmp_path: Path) -> Story:
    return Story(app, world=world, admin_url=own_database.admin, folder=tmp_path)


@pytest.fixture
def money(world: World) -> int:
    """A line of the school that is not budgeted for procurement, with 9,000.00 yuan that nobody has planned."""
    line_id = _line(world)
    document = draw_up_budget_document(
        actor=world.actor("accountant"), unit_id=world.school_id, year=YEAR, kind="supplement",
        lines=[AmountOnLine(line_id, 900_000)], reason="增加", basis="测试文号", is_submitted=True,
    )  # fmt: skip
    perform_on_document("approve", actor=world.actor("budget-city"), number=document.number)
    return line_id


@atomic
def _line(world: World) -> int:
    line_id = create_line(
        session(), region_code=410100, year=YEAR, unit_id=world.school_id, code="school-publicity", name="宣传费",
        created_at=clock.now(), fund_source="一般公共预算", is_procurement=False, economic_code="30299",
        economic_name="其他商品和服务支出",
    )  # fmt: skip
    record(actor=SYSTEM, action="test.line", subject="budget")
    return line_id


def months_of(line_id: int) -> dict[int, int]:
    close_reading()
    found = dict(plan_balances(session(), [line_id])[line_id].months)
    close_reading()
    return found


def browser(app: Flask, username: str) -> FormBrowser:
    return FormBrowser(app.test_client(), username)


def test_the_grid_spreads_adds_up_and_says_what_would_be_held(app: Flask, money: int) -> None:
    accountant = browser(app, "accountant")
    page = accountant.get("/budget/plans/new")
    assert "还没有计划 ¥9,000.00" in page.words

    page = accountant.send(page, "/budget/plans", deed=f"add-{money}", purpose_0="缴纳电费", total_0="100.01")
    page = accountant.send(page, "/budget/plans", deed="spread-0")
    assert [page.value(f"month_0_{month}") for month in (9, 10, 11, 12)] == ["", "33.00", "33.00", "34.01"]
    page = accountant.send(page, "/budget/plans", deed="look", purpose_1="购买办公用品", month_1_12="5000")
    assert "还没有计划 ¥3,899.99" in page.words
    assert "提交后这一行会暂缓" in page.words
    page = accountant.send(page, "/budget/plans", deed="submit", month_1_11="五百")

    assert page.status == 422
    assert "11月的金额请填写为元" in page.words
    assert (page.value("month_1_11"), page.value("purpose_0"), page.value("month_0_12")) == (
        "五百",
        "缴纳电费",
        "34.01",
    )
    page = accountant.send(page, "/budget/plans", deed="submit", month_1_11="")
    assert "用款计划已填制。" in page.words
    assert "暂缓的行：应列政府采购" in page.words


def test_a_held_line_is_settled_from_the_page(app: Flask, money: int, world: World) -> None:
    accountant, officer = browser(app, "accountant"), browser(app, "budget-city")
    form = accountant.get("/budget/plans/new")
    page = accountant.send(form, "/budget/plans", deed="submit", purpose_0="购买办公用品", month_0_11="50.00")
    number = page.path.rpartition("/")[2]
    assert "政府采购法" in page.words
    assert number in officer.get("/desk").words

    page = officer.get(f"/budget/plans/{number}")
    assert "单位没有说明例外理由" in page.words
    refused = officer.send(page, f"{number}/approve")
    assert (refused.status, "没有可以批复的" in refused.words) == (409, True)
    page = accountant.get(f"/budget/plans/{number}")
    page = accountant.send(page, f"{number}/plead", reason="省厅统一配发")
    page = officer.send(officer.get(f"/budget/plans/{number}"), f"{number}/exempt")
    page = officer.send(page, f"{number}/approve", note="同意")

    assert "已批复并记入账簿" in page.words
    assert months_of(money) == {11: 5_000}
    held = accountant.send(form, "/budget/plans", deed="submit", purpose_0="购买办公用品", month_0_11="60.00",
                           request_key="another-key-1")  # fmt: skip
    again = held.path.rpartition("/")[2]
    drafted = accountant.send(held, f"{again}/adjust", target=str(world.office_line))
    assert "已填好调剂文件的草稿" in drafted.words
    transfer = drafted.tree.xpath("//a[contains(@href, '/budget/documents/TZ')]")[0].get("href")
    assert "属于政府采购，调剂到政府采购指标" in accountant.get(transfer).words


def test_months_are_changed_on_what_they_have_now(app: Flask, world: World) -> None:
    accountant, officer = browser(app, "accountant"), browser(app, "budget-city")
    form = accountant.get("/budget/plans/new?kind=change")
    place = next(number for number in range(9) if form.value(f"line_{number}") == str(world.office_line))
    assert form.value(f"month_{place}_1") == "100000.00"
    typed = {f"month_{place}_1": "40000", f"month_{place}_12": "60000", "reason": "推迟采购", "deed": "submit"}

    number = accountant.send(form, "/budget/plans", **typed).path.rpartition("/")[2]
    officer.send(officer.get(f"/budget/plans/{number}"), f"{number}/approve")

    assert months_of(world.office_line) == {1: 4_000_000, 12: 6_000_000}
    budget = accountant.get(f"/budget?year={YEAR}")
    assert "到10月可以申请付款 ¥40,000.00" in budget.words
    explained = accountant.get(f"/budget/{world.office_line}")
    assert "计划总额度 ¥100,000.00" in explained.words and number in explained.words
    assert "txns/" in accountant.get(f"/books/accounts/5110?line={world.office_line}").text


def test_a_workbook_goes_out_filled_and_comes_back_as_a_plan(app: Flask, money: int) -> None:
    accountant = browser(app, "accountant")
    answer = accountant.client.get(f"/budget/plan-workbook/template.xlsx?year={YEAR}")
    sheet = fastexcel.read_excel(answer.data).load_sheet(0).to_polars()
    titles = sheet.columns
    assert [sheet[title][0] for title in titles[:3]] == ["school-publicity", "宣传费", 9000]

    page = accountant.get("/budget/plan-workbook")
    faulty = filled(titles, "缴纳电费", {"9月（元）": 1, "12月（元）": "很多"})
    page = accountant.send(
        page, "/budget/plan-workbook", files={"file": (io.BytesIO(faulty), "计划.xlsx")}, deed="look"
    )
    assert "9月已经过去" in page.words and "看不懂" in page.words and 'name="kept"' not in page.text
    good = filled(titles, "缴纳电费", {"11月（元）": 300, "12月（元）": 450.5})
    page = accountant.send(page, "/budget/plan-workbook", files={"file": (io.BytesIO(good), "计划.xlsx")}, deed="look")
    assert "¥750.50" in page.words and "¥8,249.50" in page.words
    apply = next(form for form in page.tree.forms if form.xpath(".//input[@name='kept']"))
    fields = {**dict(apply.form_values()), "deed": "apply"}
    shown = accountant.client.post("/budget/plan-workbook", data=fields, follow_redirects=True)
    again = accountant.client.post(
        "/budget/plan-workbook", data={**fields, "request_key": "again-again"}, follow_redirects=True
    )

    assert shown.request.path == again.request.path
    number = shown.request.path.rpartition("/")[2]
    officer = browser(app, "budget-city")
    officer.send(officer.get(f"/budget/plans/{number}"), f"{number}/approve")
    assert months_of(money) == {11: 30_000, 12: 45_050}


def filled(titles: list[str], purpose: str, cells: dict[str, object]) -> bytes:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    sheet = book.add_worksheet()
    given = {"指标编号": "school-publicity", "用途": purpose, **cells}
    for position, title in enumerate(titles):
        sheet.write(0, position, title)
        sheet.write(1, position, given.get(title, ""))
    book.close()
    return target.getvalue()


def test_the_order_page_says_what_the_plan_lacks_before_payment_is_requested(app: Flask, story: Story) -> None:
    world = story.world
    accountant, officer = browser(app, "accountant"), browser(app, "budget-city")
    form = accountant.get("/budget/plans/new?kind=change")
    place = next(number for number in range(9) if form.value(f"line_{number}") == str(world.office_line))
    typed = {f"month_{place}_1": "100", f"month_{place}_12": "99900", "reason": "推迟采购", "deed": "submit"}
    number = accountant.send(form, "/budget/plans", **typed).path.rpartition("/")[2]
    officer.send(officer.get(f"/budget/plans/{number}"), f"{number}/approve")
    order = story.place(story.wanted("paper", 10, "school_office"))
    story.walk(order, until="invoice")

    page = accountant.get(f"/orders/{order}")

    assert "到10月的用款计划还有 ¥100.00，这笔付款要 ¥215.00" in page.words
    assert "还差 ¥115.00" in page.words and "可以报“月份调整”提前" in page.words
    assert "应付 ¥215.00，计划还有 ¥100.00" in accountant.get("/desk").words
    assert "郑州市阳光中学" in officer.get("/desk").words
    report = accountant.get(f"/budget/plan-execution?year={YEAR}")
    assert "到10月为止" in report.words
    answer = officer.client.get(f"/budget/plan-execution/months.xlsx?year={YEAR}")
    assert (
        "郑州市阳光中学" in fastexcel.read_excel(answer.data).load_sheet(0, header_row=None).to_polars()[:, 0].to_list()
    )
