"""Pages of the year end and of the books around it: two clicks for a unit, what was typed stays, figures lead on."""

from __future__ import annotations

import io
from datetime import datetime
from zipfile import ZipFile

from flask import Flask

from mall import clock
from mall.database import close_reading, session
from mall.notices.notice import Notice
from mall.ordering.place_order import Wanted, place_order
from mall.outbox.deliver import deliver_waiting
from tests.form_browser import FormBrowser
from tests.world import World

YEAR = clock.today().year
LAST = YEAR - 1


def browser(app: Flask, username: str) -> FormBrowser:
    return FormBrowser(app.test_client(), username)


def test_a_unit_clears_its_year_in_two_clicks_and_finance_executes_it(app: Flask, world: World) -> None:
    accountant = browser(app, "accountant")
    page = accountant.get(f"/year-end?year={LAST}")
    assert "¥100,000.00" in page.words
    page = accountant.send(page, "/year-end", deed="submit")
    assert "已提交，等本单位财务审核人签署。" in page.words
    number = page.path.rpartition("/")[2]

    finance = browser(app, "finance")
    assert number in finance.get("/desk").words
    page = finance.send(finance.get(f"/year-end/{number}"), f"{number}/sign", note="属实")
    assert "已签署，等财政部门的预算岗批准。" in page.words

    officer = browser(app, "budget-city")
    assert "待财政批准" in officer.get(f"/year-end?year={LAST}").words
    officer.send(officer.get(f"/year-end/{number}"), f"{number}/approve")
    page = officer.send(officer.get(f"/year-end?year={LAST}"), "/year-end/execute")
    assert "已执行 1 份清理表。" in page.words
    assert "没有人需要再做什么" in accountant.get(f"/year-end/{number}").words
    sheet = ZipFile(io.BytesIO(officer.client.get(f"/year-end/{number}.xlsx").data))
    assert "年末清理表" in sheet.read("xl/workbook.xml").decode()
    regulator = browser(app, "regulator")
    assert regulator.client.get(f"/year-end/overview.xlsx?year={LAST}").status_code == 200
    txn = regulator.get(f"/books/accounts/1120?unit={world.school_id}&year={LAST}")
    assert f"年末清理表 {number}" in txn.words
    assert f"/year-end/{number}" in txn.text


def test_the_worksheet_names_what_blocks_it_and_keeps_what_was_chosen(app: Flask, world: World) -> None:
    with clock.frozen(datetime(YEAR, 12, 20, 10, tzinfo=clock.SHANGHAI)):
        wanted = Wanted(listing_id=world.listings["paper"], quantity=10, budget_line_id=world.office_line)
        order = place_order(actor=world.actor("handler"), unit_id=world.school_id, wanted=[wanted])["orders"][0]
        close_reading()
        accountant = browser(app, "accountant")
        page = accountant.send(accountant.get(f"/year-end?year={YEAR}"), "/year-end", deed="draw_up")
        number = page.path.rpartition("/")[2]
        assert order in page.words
        page = accountant.send(page, f"{number}/edit", deed="save", row_1="lapse", note="不再需要")
        assert "先取消订单，或按少交结清余下的部分" in page.words
        assert page.value("row_1") == "lapse"

        refused = accountant.client.post(f"/year-end/{number}/edit", data={"row_1": "burn", "note": "写了一半"})
        assert refused.status_code in (400, 403, 422)
        english = accountant.client.get(f"/year-end/{number}", headers={"Accept-Language": "en"})
        assert english.status_code == 200


def test_notices_go_to_whoever_is_next(app: Flask, world: World) -> None:
    accountant = browser(app, "accountant")
    accountant.send(accountant.get(f"/year-end?year={LAST}"), "/year-end", deed="submit")
    deliver_waiting()
    finance = browser(app, "finance")

    words = finance.get("/notices").words

    assert "等您签署" in words
    assert session().query(Notice).filter_by(code="sign_year_end").count() == 1
    close_reading()


def test_an_officer_closes_a_month_after_writing_it_out(app: Flask, world: World) -> None:
    officer = browser(app, "budget-city")
    page = officer.get(f"/books/periods?region=410100&year={LAST}&month=1")
    assert "账簿核对没有发现" in page.words

    page = officer.send(page, "/books/periods/close", confirmation=f"{LAST}-02")
    assert "没有写对要结账的月份" in page.words
    assert page.value("confirmation") == f"{LAST}-02"
    page = officer.send(page, "/books/periods/close", confirmation=f"{LAST}-01")

    assert f"{LAST}-01 已结账" in page.words
    assert browser(app, "regulator").get("/books/periods?region=410100").status == 200


def test_expenditure_pages_lead_from_class_to_line_to_postings(app: Flask, world: World) -> None:
    accountant = browser(app, "accountant")
    page = accountant.get("/books/expenditure?by=economic")
    assert "30201 办公费" in page.words
    page = accountant.get("/books/expenditure?by=economic&code=30201")
    links = page.tree.xpath("//a[contains(@href, '/books/accounts/1600')]/@href")
    assert links
    assert accountant.get(links[0]).status == 200
    links = page.tree.xpath("//td//a[contains(@href, '/books?line=')]/@href")
    assert accountant.get(links[0]).status == 200
    assert accountant.client.get("/books/expenditure.xlsx?by=function").status_code == 200
    assert accountant.get("/books/expenditure?by=economic&code=nothing").status == 404


def test_a_journal_is_drawn_up_on_pages_and_nothing_typed_is_lost(app: Flask, world: World) -> None:
    accountant = browser(app, "accountant")

    page = accountant.get("/books/journals/new?order=DD-410100-2026-999999")

    assert "没有" in page.words
    assert page.value("order") == "DD-410100-2026-999999"
    assert "还没有手工凭证" in accountant.get("/books/journals").words
