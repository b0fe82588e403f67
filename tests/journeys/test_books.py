"""The books as pages and workbooks: a paid order read back in all of them, by the unit and by the offices above it."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from decimal import Decimal
from zipfile import ZipFile

import fastexcel
import pytest
from lxml import html

from ledger.chart_of_accounts import Account
from ledger.posting import reverse
from mall import clock
from mall.access.actor import SYSTEM
from mall.audit.record import record
from mall.database import atomic, close_reading, session
from mall.finance import book_pages
from mall.finance.book_files import Column, SheetRow
from mall.finance.book_files import workbook as workbook_of
from tests.form_browser import FormBrowser, Page
from tests.journeys.story import Story

READERS = ("accountant", "finance", "regulator-city", "regulator", "budget")
MAY_READ_OTHERS = ("accountant2", "regulator-county", "budget2")
FOREIGN = (*MAY_READ_OTHERS, "supplier", "centre", "auditor", "sysadmin")


def paid_order(story: Story) -> str:
    """Ten packs of paper, 215.00, accepted on 15 June and paid on the 25th."""
    number = story.place(story.wanted("paper", 10, "school_office"))
    story.walk(number, until="accept")
    clock.advance_frozen(timedelta(days=10))
    story.act("supplier", "invoice", number, **story.invoice_of(number))
    story.act("accountant", "request_payment", number)
    story.act("finance", "approve_payment", number)
    story.pay(number)
    return number


def browser(story: Story, who: str) -> FormBrowser:
    close_reading()
    return FormBrowser(story.app.test_client(), who)


def table(page: Page, heading: str) -> dict[str, list[str]]:
    """{first cell: the others} of the table in the section with this heading."""
    (section,) = page.tree.xpath(f"//section[.//h2[normalize-space()='{heading}']]")
    found = {}
    for row in section.xpath(".//tbody/tr"):
        cells = _cells(row)
        found[cells[0]] = cells[1:]
    return found


def link(page: Page, words: str) -> str:
    """The address behind the first link with these words in it."""
    found = page.tree.xpath(f"//main//a[contains(normalize-space(), '{words}')]/@href")
    assert found, f"no link “{words}” on {page.path}"
    return str(found[0])


def workbook(reader: FormBrowser, page: Page) -> list[list[str]]:
    """The rows of the workbook that the page offers."""
    answer = reader.client.get(link(page, "下载 XLSX"))
    assert answer.status_code == 200
    name = answer.headers["Content-Disposition"]
    assert re.fullmatch(r'attachment; filename="[a-z0-9-]+\.xlsx"', name), name
    assert "<f>" not in _sheet_xml(answer.data)
    return _rows(answer.data)


def _rows(content: bytes, *, codes: int = 2) -> list[list[str]]:
    """The rows as another program than the one that wrote them reads them.

    Behind the first `codes` columns numbers are amounts, written as pages write them.
    """
    sheet = fastexcel.read_excel(content).load_sheet(0, header_row=None)
    rows = [["" if cell is None else str(cell) for cell in row] for row in sheet.to_polars().rows()]
    return [[*row[:codes], *(_as_on_pages(text) for text in row[codes:])] for row in rows]


def _as_on_pages(text: str) -> str:
    return f"{Decimal(text):,.2f}" if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text) else text


def _sheet_xml(content: bytes) -> str:
    return ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml").decode()


def _cells(row: html.HtmlElement) -> list[str]:
    return [" ".join(" ".join(cell.itertext()).split()) for cell in row.xpath("./th|./td")]


def test_a_paid_order_stands_in_the_trial_balance_of_all_who_may_read_it(story: Story) -> None:
    paid_order(story)

    read = {who: browser(story, who).get(f"/books?unit={story.world.school_id}") for who in READERS}

    for page in read.values():
        budget, financial = table(page, "预算指标控制账"), table(page, "财务会计")
        assert budget["B260 已支付"] == ["平 0.00", "0.00", "215.00", "贷 215.00"]
        assert budget["B100 批复预算"] == ["平 0.00", "600,100.00", "0.00", "借 600,100.00"]
        assert financial["2302 应付账款"] == ["平 0.00", "215.00", "215.00", "平 0.00"]
        assert table(page, "预算会计")["7201 事业支出"][-1] == "借 215.00"
        assert table(page, "国库对账")["T300 国库回单确认"][-1] == "借 215.00"
        assert page.words.count("借贷相等，余额合计为零") == 5


def test_a_day_in_between_shows_what_was_owed_then(story: Story) -> None:
    paid_order(story)
    year, reader = clock.today().year, browser(story, "accountant")

    owed = reader.get(f"/books?since={year}-06-01&until={year}-06-20")
    after = reader.get(f"/books?since={year}-06-21")

    assert table(owed, "财务会计")["2302 应付账款"] == ["平 0.00", "0.00", "215.00", "贷 215.00"]
    assert "国库对账" not in owed.words
    assert table(after, "财务会计")["2302 应付账款"] == ["贷 215.00", "215.00", "0.00", "平 0.00"]
    for nonsense in ("since=gestern", f"until={year - 1}-06-01", f"since={year}-06-02&until={year}-06-01"):
        page = reader.get(f"/books?{nonsense}")
        assert page.status == 200
        assert page.tree.xpath("//*[@id='days-error']"), nonsense


def test_an_office_steps_down_from_its_region_to_the_unit_and_to_the_order(story: Story) -> None:
    number = paid_order(story)
    reader = browser(story, "regulator")

    province = reader.get("/books")
    city = reader.get(link(province, "郑州市"))
    school = reader.get(link(city, "郑州市阳光中学"))
    ledger = reader.get(link(school, "B260 已支付"))
    txn = reader.get(link(ledger, " 号"))
    order = reader.get(link(txn, number))

    assert "河南省全部单位" in province.words and "栾川县" not in city.words
    assert table(province, "预算指标控制账")["B100 批复预算"][-1] == "借 650,100.00"
    assert table(city, "预算指标控制账") == table(school, "预算指标控制账")
    assert (order.status, order.path) == (200, f"/orders/{number}")
    assert reader.get(link(school, "河南省")).words == province.words


def test_the_ledger_of_an_account_leads_to_postings_and_papers(story: Story) -> None:
    number = paid_order(story)
    reader = browser(story, "accountant")

    page = reader.get(f"/books/accounts/{int(Account.PAYABLE)}")

    rows = [_cells(row) for row in page.tree.xpath("//tbody/tr")]
    assert [row[3:] for row in rows] == [
        ["", "", "平 0.00"], ["—", "215.00", "贷 215.00"], ["215.00", "—", "平 0.00"],
    ]  # fmt: skip
    assert [row[2].partition(" ")[0] for row in rows[1:]] == ["验收合格，成为应付", "国库已支付"]
    assert page.tree.xpath(f"//tbody//a[@href='/orders/{number}']")
    assert reader.get("/books/accounts/1").status == 404


def test_one_posting_shows_all_its_books_and_who_made_it(story: Story) -> None:
    number = paid_order(story)
    reader = browser(story, "accountant")
    ledger = reader.get(f"/books/accounts/{int(Account.RESERVED)}")

    page = reader.get(link(ledger, " 号"))
    paid = reader.get(link(reader.get(f"/books/accounts/{int(Account.PAID)}"), " 号"))

    assert "提交订单，占用预算" in page.words and "测试handler" in page.words
    assert list(table(page, "预算指标控制账")) == ["B210 可用指标", "B220 占用", "合计"]
    assert table(page, "预算指标控制账")["合计"][-2:] == ["215.00", "215.00"]
    assert link(page, number) == f"/orders/{number}"
    assert [heading.text_content() for heading in paid.tree.xpath("//main//h2")] == [
        "国库已支付", "预算指标控制账", "用款计划账", "财务会计", "预算会计", "国库对账",
    ]  # fmt: skip
    assert paid.words.count("借贷相等") == 5


def test_a_reversal_and_its_original_lead_to_each_other(story: Story) -> None:
    story.place(story.wanted("paper", 10, "school_office"))
    reader = browser(story, "accountant")
    address = link(reader.get(f"/books/accounts/{int(Account.RESERVED)}"), " 号")
    original = int(address.rpartition("/")[2])

    second = _reverse(original)
    page = reader.get(address)
    reversal = reader.get(link(page, f"第 {second} 号"))

    assert "已冲正" in page.words and "被哪张凭证冲正" in page.words
    assert "冲正：提交订单，占用预算" in reversal.words
    assert link(reversal, f"第 {original} 号") == address
    # The order still stands as submitted; undone, its money is back where the order expects it.
    _reverse(second)


@atomic
def _reverse(txn_id: int) -> int:
    year = clock.today().year
    record(actor=SYSTEM, action="test.reverse", subject=f"txn:{txn_id}")
    return reverse(
        session(),
        txn_id,
        region_code=410100,
        year=year,
        effective_on=clock.today(),
        posted_at=clock.now(),
        actor="system",
    ).txn_id


def test_the_execution_of_the_budget_leads_from_class_to_line_to_account(story: Story) -> None:
    paid_order(story)
    reader = browser(story, "regulator-city")
    code = f"{story.world.school_id}-{clock.today().year}-01 办公费"
    figures = ["600,100.00", "599,885.00", "0.00", "0.00", "215.00", "0.03%"]

    for by, heading, name in (("function", "按功能分类", "205 教育支出"), ("economic", "按经济分类", "30201 办公费")):
        page = reader.get(f"/books/execution?by={by}&unit={story.world.school_id}")
        lines = reader.get(link(page, name))
        account = reader.get(link(lines, "215.00"))

        assert table(page, heading) == {f"{name} 3 条指标": figures, "合计": figures}
        assert table(lines, name)[code] == ["100,000.00", "99,785.00", "0.00", "0.00", "215.00", "0.21%"]
        assert table(lines, name)["合计"] == figures
        assert "明细账：B260 已支付" in account.words and "国库已支付" in account.words


@pytest.mark.parametrize("who", ["accountant", "regulator"])
def test_every_workbook_says_what_its_page_says(story: Story, who: str) -> None:
    paid_order(story)
    reader, unit = browser(story, who), story.world.school_id
    trial = reader.get(f"/books?unit={unit}")
    ledger = reader.get(link(trial, "2302 应付账款"))
    txn = reader.get(link(ledger, " 号"))
    execution = reader.get(f"/books/execution?by=economic&unit={unit}")
    lines = reader.get(link(execution, "30201 办公费"))

    in_trial = workbook(reader, trial)
    assert in_trial[0][0] == "科目余额表"
    assert in_trial[1][:2] == ["单位", "郑州市阳光中学"]
    for heading in ("预算指标控制账", "财务会计", "预算会计", "国库对账"):
        on_page = [" ".join((*name.split(), *cells)) for name, cells in table(trial, heading).items()]
        assert _joined(in_trial, heading) == on_page
    assert _balances(workbook(reader, ledger)) == [["", "", "平", "0.00"], *_balances_on(ledger), _sums_on(ledger)]
    assert [row[-2:] for row in workbook(reader, txn) if row[0] == "财务会计"] == [["215.00", ""], ["", "215.00"]]
    assert [row[2:8] for row in workbook(reader, execution) if row[0] == "30201"] == [
        ["3.00", "600,100.00", "599,885.00", "0.00", "0.00", "215.00"],
    ]  # fmt: skip
    assert [row[3:8] for row in workbook(reader, lines) if row[1] in ("办公费", "办公设备购置", "小额办公费")] == [
        cells[:-1] for name, cells in table(lines, "30201 办公费").items() if name != "合计"
    ]


def _joined(rows: list[list[str]], book: str) -> list[str]:
    """The rows of one book as one text each, without the book's name."""
    return [" ".join(cell for cell in row[1:] if cell) for row in rows if row[0] == book]


def _balances(rows: list[list[str]]) -> list[list[str]]:
    """Debit, credit, side and balance of every row below the titles."""
    first = next(number for number, row in enumerate(rows) if row[:2] == ["日期", "凭证号"])
    return [row[-4:] for row in rows[first + 1 :]]


def _balances_on(page: Page) -> list[list[str]]:
    found = [_cells(row)[3:] for row in page.tree.xpath("//tbody/tr")[1:]]
    return [[*("" if cell == "—" else cell for cell in row[:2]), *row[2].split()] for row in found]


def _sums_on(page: Page) -> list[str]:
    """Debit, credit and closing from the figures above the table."""
    figures = [" ".join(" ".join(one.itertext()).split()) for one in page.tree.xpath("//main//dl/div/dd")]
    return [figures[1], figures[2], *figures[3].split()]


def test_what_begins_like_a_formula_stays_text_in_a_workbook() -> None:
    rows = [SheetRow(("=1+1", -5)), SheetRow(("http://example.org", 29)), SheetRow(("007", 10**15 - 1))]

    content = workbook_of(
        name="表", heading=[("单位", "=2+2")], columns=[Column("甲"), Column("乙", "amount")], rows=rows
    )

    assert _rows(content, codes=1)[4:] == [
        ["=1+1", "-0.05"],
        ["http://example.org", "0.29"],
        ["007", "9,999,999,999,999.99"],
    ]
    assert "<f>" not in _sheet_xml(content) and "hyperlink" not in _sheet_xml(content)


@pytest.mark.parametrize("fen", [1, 29, 57, 1_005, 10**15 - 1, -123_456_789_012_345])
def test_amounts_in_a_workbook_are_exact_to_the_fen(fen: int) -> None:
    content = workbook_of(name="表", heading=[], columns=[Column("乙", "amount")], rows=[SheetRow((fen,))])

    assert [
        Decimal(value) for value in re.findall(r"<v>(-?[0-9.]+)</v></c></row></sheetData>", _sheet_xml(content))
    ] == [Decimal(fen) / 100]


def test_foreign_books_look_like_missing_ones(story: Story) -> None:
    number = paid_order(story)
    world = story.world
    txn_id, line_id, year = _txn_of(story, number), world.lines["school_office"], clock.today().year
    pairs = (
        (f"/books?unit={world.school_id}", "/books?unit=999999"),
        ("/books?region=410100", "/books?region=419900"),
        (f"/books/accounts/1600?line={line_id}", "/books/accounts/1600?line=999999"),
        (f"/books/execution.xlsx?unit={world.school_id}", "/books/execution.xlsx?unit=999999"),
        (f"/books/410100/{year}/txns/{txn_id}", f"/books/410100/{year}/txns/999999"),
        (f"/books/410100/{year}/txns/{txn_id}.xlsx", f"/books/410100/{year}/txns/999999.xlsx"),
    )

    for who in FOREIGN:
        reader = browser(story, who)
        for own, missing in pairs:
            foreign, nothing = reader.get(own), reader.get(missing)
            assert foreign.status == nothing.status == (404 if who in MAY_READ_OTHERS else 403), (who, own)
            assert _words_of(foreign) == _words_of(nothing)


def test_a_long_ledger_is_read_page_by_page(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book_pages, "PAGE_ROWS", 2)
    paid_order(story)
    reader = browser(story, "accountant")

    pages = [reader.get(f"/books/accounts/{int(Account.AVAILABLE)}")]
    while "下一页" in pages[-1].words:
        pages.append(reader.get(link(pages[-1], "下一页")))

    balances = [[_cells(row)[-1] for row in page.tree.xpath("//tbody/tr")] for page in pages]
    assert balances == [
        ["平 0.00", "贷 100,000.00", "贷 600,000.00"], ["贷 600,000.00", "贷 600,100.00", "贷 599,885.00"],
    ]  # fmt: skip
    assert "承前页" in pages[1].words
    assert reader.get(link(pages[1], "回到第一页")).words == pages[0].words


def test_a_workbook_that_would_be_too_long_is_refused_with_a_way_out(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(book_pages, "FILE_ROWS", 2)
    reader, year = browser(story, "accountant"), clock.today().year
    address = f"/books/accounts/{int(Account.AVAILABLE)}.xlsx"

    too_long = reader.get(address)
    short = reader.client.get(f"{address}?until={year}-01-01")

    assert too_long.status == 422
    assert "这段时间有 3 行，一个文件最多写 2 行" in too_long.words and "缩短日期范围" in too_long.words
    assert short.status_code == 200


def test_a_unit_does_not_read_the_sums_of_its_region(story: Story) -> None:
    reader = browser(story, "accountant")

    assert reader.get("/books?region=410100").status == 404
    assert reader.get("/books?region=410000").status == 404
    assert reader.get(f"/books?year={clock.today().year + 200}").status == 404
    assert "还没有入账" in reader.get(f"/books?year={clock.today().year + 1}").words


def _txn_of(story: Story, number: str) -> int:
    return int(story.ask("select min(id) from ledger.txn where source_type = 'order' and source_id = %s", number)[0][0])


def _words_of(page: Page) -> str:
    main = page.tree.xpath("//main")[0]
    return re.sub(r"[0-9a-f-]{16,}", "ID", " ".join(html.tostring(main, encoding="unicode").split()))
