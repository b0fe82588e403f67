"""Bringing a year's budget in from a workbook: the difference first, then one document, and never twice."""

from __future__ import annotations

import hashlib
import io
import zipfile
from typing import Any

import psycopg
import pytest
import xlsxwriter
from flask import Flask

from ledger.budget_lines import balances, find_line_by_code, lines_of_region, moved_by
from mall import clock
from mall.database import close_reading, session
from mall.errors import Refusal
from mall.finance.apply_budget_file import apply_budget_file, look_at_budget_file
from mall.finance.budget_document import BudgetDocument
from mall.finance.budget_document_actions import perform, possible
from mall.finance.budget_effects import effects_of
from mall.finance.budget_file_columns import COLUMNS, csv_template, xlsx_template
from mall.finance.keep_attachment import KeptFile
from mall.finance.read_budget_file import ROWS_MAX, read_budget_file
from tests.conftest import Clone
from tests.form_browser import FormBrowser
from tests.world import SCHOOL_REGION, World

SCHOOL = "12410100MB00000018"
TITLES = (
    "统一社会信用代码",
    "指标编号",
    "指标名称",
    "功能分类",
    "经济分类",
    "资金来源",
    "政府采购",
    "品目范围",
    "批复金额（元）",
)


def sheet(*rows: tuple[str, ...]) -> bytes:
    """A CSV with our columns and these rows."""
    return "\n".join(",".join(row) for row in (TITLES, *rows)).encode("utf-8-sig")


def row(code: str, name: str, yuan: str, *, unit: str = SCHOOL, scope: str = "", flag: str = "是") -> tuple[str, ...]:
    return (unit, code, name, "205", "30201", "一般公共预算", flag, scope, yuan)


def line_row(world: World, line: str, name: str, yuan: str, *, scope: str = "") -> tuple[str, ...]:
    """The row of one of the world's lines."""
    number = {"school_office": "01", "school_machines": "02", "school_small": "03"}[line]
    return row(f"{world.school_id}-{clock.today().year}-{number}", name, yuan, scope=scope)


@pytest.fixture
def workbook(world: World) -> bytes:
    """One new line, one supplement, one reduction and one line as it is."""
    return sheet(
        row("NEW-01", "图书购置", "300.00", scope="A05"),
        line_row(world, "school_office", "办公费", '"110,000"'),
        line_row(world, "school_machines", "办公设备购置", "400000.00", scope="A02"),
        line_row(world, "school_small", "小额办公费", "100"),
    )


def place() -> dict[str, int]:
    return {"region_code": SCHOOL_REGION, "year": clock.today().year}


def kept(content: bytes) -> KeptFile:
    return KeptFile(hashlib.sha256(content).hexdigest(), "预算.csv", "text/csv", len(content))


def applied(world: World, content: bytes, *, who: str = "budget-city", **more: Any) -> BudgetDocument:
    grounds = {"reason": "年初批复", "basis": "郑财预〔2026〕1号"}
    return apply_budget_file(actor=world.actor(who), content=content, file=kept(content), **place(), **grounds, **more)


def outcomes(world: World, content: bytes) -> list[str]:
    judged = look_at_budget_file(actor=world.actor("budget-city"), content=content, **place())
    close_reading()
    return [one.outcome for one in judged.rows]


def appropriation(line_id: int) -> int:
    close_reading()
    return balances(session(), [line_id])[line_id].appropriation_fen


def test_the_difference_is_shown_and_nothing_is_written(world: World, workbook: bytes) -> None:
    assert outcomes(world, workbook) == ["new", "supplement", "reduction", "unchanged"]
    assert find_line_by_code(session(), **place(), code="NEW-01") is None
    assert appropriation(world.office_line) == 10_000_000


def test_the_document_moves_the_money_when_a_second_officer_approves(world: World, workbook: bytes) -> None:
    document = applied(world, workbook)
    assert (document.kind, document.state, document.amount_fen) == ("appropriation", "submitted", 11_030_000)
    assert find_line_by_code(session(), **place(), code="NEW-01") is None
    close_reading()
    with pytest.raises(Refusal) as refused:
        perform("approve", actor=world.actor("budget-city"), number=document.number, body={})
    assert refused.value.code == "budget.maker_decides"

    approved = perform("approve", actor=world.actor("budget"), number=document.number, body={})

    new = find_line_by_code(session(), **place(), code="NEW-01")
    assert new is not None
    assert (new.name, new.unit_id, new.category_scope) == ("图书购置", world.school_id, ("A05",))
    assert appropriation(new.id) == 30_000
    assert appropriation(world.office_line) == 11_000_000
    assert appropriation(world.lines["school_machines"]) == 40_000_000
    assert appropriation(world.lines["school_small"]) == 10_000
    effects = {effect.code: effect for effect in effects_of(approved, approved.lines)}
    assert effects["NEW-01"].before == {"appropriation": 0, "available": 0}
    assert effects["NEW-01"].after == {"appropriation": 30_000, "available": 30_000}


def test_all_lines_of_a_document_are_one_posting(world: World, workbook: bytes) -> None:
    document = applied(world, workbook)
    perform("approve", actor=world.actor("budget"), number=document.number, body={})

    moved = moved_by(session(), **place(), source_type="budget_document", source_id=document.number)

    assert len({one.line_id for one in moved}) == 3
    assert sum(one.after_fen - one.before_fen for one in moved if one.account.name == "APPROPRIATION") == -8_970_000


def test_the_same_file_again_is_nothing(world: World, workbook: bytes) -> None:
    first = applied(world, workbook)
    assert applied(world, workbook, who="budget").number == first.number
    perform("approve", actor=world.actor("budget"), number=first.number, body={})

    again = applied(world, workbook)

    assert (again.number, again.state) == (first.number, "approved")
    assert outcomes(world, workbook) == ["unchanged"] * 4
    with pytest.raises(Refusal, match=r"workbook\.nothing_to_do"):
        applied(world, workbook + b"\n")


def test_a_withdrawn_import_may_be_sent_again(world: World, workbook: bytes) -> None:
    first = applied(world, workbook)
    assert "edit" not in possible(first, world.actor("budget-city"))
    perform("withdraw", actor=world.actor("budget-city"), number=first.number, body={})

    assert applied(world, workbook).number != first.number


def test_a_line_that_came_into_being_meanwhile_is_refused_at_the_approval(world: World) -> None:
    first = applied(world, sheet(row("NEW-01", "图书购置", "300")))
    second = applied(world, sheet(row("NEW-01", "图书购置", "301")))
    perform("approve", actor=world.actor("budget"), number=first.number, body={})

    with pytest.raises(Refusal) as refused:
        perform("approve", actor=world.actor("budget"), number=second.number, body={})

    assert refused.value.code == "ledger.line_code_taken"


def test_a_difference_is_not_approved_when_its_line_changed_since(world: World) -> None:
    first = applied(world, sheet(line_row(world, "school_office", "办公费", "120000")))
    corrected = applied(world, sheet(line_row(world, "school_office", "办公费", "130000")))
    perform("approve", actor=world.actor("budget"), number=first.number, body={})

    with pytest.raises(Refusal) as refused:
        perform("approve", actor=world.actor("budget"), number=corrected.number, body={})

    assert refused.value.code == "budget.line_changed"
    assert (refused.value.facts["before_fen"], refused.value.facts["appropriation_fen"]) == (10_000_000, 12_000_000)
    assert appropriation(world.office_line) == 12_000_000


def test_the_same_file_after_other_changes_is_refused_in_words(world: World) -> None:
    wanted = sheet(line_row(world, "school_office", "办公费", "120000"))
    for content in (wanted, sheet(line_row(world, "school_office", "办公费", "130000"))):
        document = applied(world, content)
        perform("approve", actor=world.actor("budget"), number=document.number, body={})

    with pytest.raises(Refusal) as refused:
        applied(world, wanted)

    assert refused.value.code == "workbook.already_sent"
    assert appropriation(world.office_line) == 13_000_000


def test_whoever_sees_a_part_of_a_document_is_not_given_its_workbook(
    app: Flask, world: World, own_database: Clone
) -> None:
    content = sheet(row("NEW-01", "图书购置", "300"), line_row(world, "school_office", "办公费", "120000"))
    document = applied(world, content)
    path = f"/budget/documents/{document.number}"
    with psycopg.connect(own_database.admin, autocommit=True) as connection:
        (attachment_id,) = connection.execute("select id from budget_attachment").fetchone()
        whole = FormBrowser(app.test_client(), "accountant").get(path).words
        connection.execute("alter table budget_document_line disable trigger all")
        connection.execute(
            "update budget_document_line set unit_id = %s where new_line is not null", (world.county_id,)
        )

    in_part = FormBrowser(app.test_client(), "accountant")

    assert "预算.csv" in whole
    assert "预算.csv" not in in_part.get(path).words
    assert in_part.get(f"{path}/attachments/{attachment_id}").status == 404
    assert "预算.csv" in FormBrowser(app.test_client(), "budget").get(path).words


def test_a_cell_far_out_is_refused_before_a_table_is_made_of_it() -> None:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        page = book.add_worksheet()
        page.write("A1", "单位")
        page.write("XFD1048576", "远")

    with pytest.raises(Refusal) as refused:
        read_budget_file(made.getvalue())

    assert refused.value.code == "workbook.not_readable"


@pytest.mark.parametrize(
    "path",
    [
        "/budget/documents?unit=100000000000000000000&year=100000000000000000000&page=-3",
        "/budget/documents/new?unit=100000000000000000000",
        "/budget/documents/%00",
        "/budget?unit=100000000000000000000",
        "/books?unit=100000000000000000000",
    ],
)
def test_what_cannot_be_meant_is_no_error_of_ours(app: Flask, world: World, path: str) -> None:
    assert FormBrowser(app.test_client(), "accountant").get(path).status in (200, 404)


def test_a_units_people_see_only_their_lines_of_it(app: Flask, world: World, workbook: bytes) -> None:
    document = applied(world, workbook)

    school = FormBrowser(app.test_client(), "accountant").get(f"/budget/documents/{document.number}")
    county = FormBrowser(app.test_client(), "accountant2").get(f"/budget/documents/{document.number}")

    assert "图书购置" in school.words
    assert county.status == 404


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        (row("NEW-01", "图书", "1", unit="999"), "unknown_unit"),
        (row("NEW-01", "图书", "1", unit="12410324MB0000002X"), "unknown_unit"),
        (row("=1+1", "图书", "1"), "bad_code"),
        (row("", "图书", "1"), "bad_code"),
        (row("NEW-01", "=HYPERLINK(1)", "1"), "looks_like_formula"),
        (row("NEW-01", "@SUM", "1"), "looks_like_formula"),
        (row("NEW-01", "", "1"), "no_name"),
        (row("NEW-01", "图书", "=1+1"), "bad_amount"),
        (row("NEW-01", "图书", "1.234"), "bad_amount"),
        (row("NEW-01", "图书", "-5"), "bad_amount"),
        (row("NEW-01", "图书", ""), "bad_amount"),
        (row("NEW-01", "图书", "110,000"), "row_too_wide"),
        (row("NEW-01", "图书", "0"), "nothing_for_new"),
        (row("NEW-01", "图书", "1", scope="Z99"), "unknown_category"),
        (row("NEW-01", "图书", "1", flag="也许"), "bad_flag"),
    ],
)
def test_a_faulty_row_says_why(world: World, given: tuple[str, ...], fault: str) -> None:
    judged = look_at_budget_file(actor=world.actor("budget-city"), content=sheet(given), **place())

    assert judged.rows[0].outcome == "faulty"
    assert fault in [one.code for one in judged.rows[0].faults]


def test_a_line_never_changes_and_gives_back_only_what_is_free(world: World) -> None:
    judged = look_at_budget_file(
        actor=world.actor("budget-city"),
        content=sheet(
            line_row(world, "school_office", "改了名", "1"),
            row("TWICE", "图书", "1"),
            row("TWICE", "图书", "1"),
        ),
        **place(),
    )

    assert judged.rows[0].faults[0].facts == {"columns": ["name"]}
    assert [one.faults[0].code for one in judged.rows] == ["line_never_changes", "code_twice", "code_twice"]


def test_with_one_faulty_row_nothing_is_imported(world: World) -> None:
    with pytest.raises(Refusal) as refused:
        applied(world, sheet(row("NEW-01", "图书", "1"), row("NEW-02", "图书", "x")))

    assert (refused.value.code, refused.value.facts["rows"]) == ("workbook.faulty_rows", 1)


@pytest.mark.parametrize("who", ["budget2", "regulator", "accountant"])
def test_only_officers_of_the_region_and_above_import(world: World, workbook: bytes, who: str) -> None:
    with pytest.raises(Refusal, match=r"access\.denied"):
        applied(world, workbook, who=who)


def test_a_workbook_of_excel_reads_like_its_csv(world: World) -> None:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    page = book.add_worksheet()
    page.write_string(0, 0, "郑州市 2026 年预算")
    for position, title in enumerate(TITLES):
        page.write_string(1, position, title)
    for position, cell in enumerate(row("NEW-01", "图书购置", "")):
        page.write_string(2, position, cell)
    page.write_number(2, len(TITLES) - 1, 300.5)
    for position, cell in enumerate(row("NEW-02", "formula", "")):
        page.write_string(3, position, cell)
    page.write_formula(3, len(TITLES) - 1, "=1+1", None, "")
    book.close()

    judged = look_at_budget_file(actor=world.actor("budget-city"), content=target.getvalue(), **place())

    assert [(one.row_number, one.outcome, one.after_fen) for one in judged.rows] == [
        (3, "new", 30_050),
        (4, "faulty", 0),
    ]


def test_the_templates_are_read_by_the_reader() -> None:
    example = {column.name: column.example for column in COLUMNS}

    for content in (csv_template(), xlsx_template()):
        assert [one.cells for one in read_budget_file(content)] == [example]


def bomb() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (200 << 20))
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"PK\x03\x04 broken", "workbook.not_readable"),
        (b"\xff\xfe\x00\x00", "workbook.not_readable"),
        (b'a,b\n"open', "workbook.not_readable"),
        (b"a,b\n1,2\n", "workbook.columns_missing"),
        (b"", "workbook.columns_missing"),
        (sheet(), "workbook.empty"),
        (b"x" * (4 * 1024 * 1024 + 1), "workbook.too_big"),
        (sheet(*[row(f"N{number}", "n", "1") for number in range(ROWS_MAX + 1)]), "workbook.too_many_rows"),
    ],
)
def test_what_cannot_be_read_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_budget_file(content)

    assert refused.value.code == code


def test_a_bomb_is_refused_before_it_is_read() -> None:
    with pytest.raises(Refusal, match=r"workbook\.not_readable"):
        read_budget_file(bomb())


def test_an_officer_looks_and_applies_on_pages(app: Flask, world: World, workbook: bytes) -> None:
    officer = FormBrowser(app.test_client(), "budget-city")
    form = officer.get("/budget/import")
    files = {"file": (io.BytesIO(workbook), "预算.csv")}

    page = officer.send(form, "/budget/import", files=files, deed="look", region=str(SCHOOL_REGION))
    assert "新指标 1" in page.words
    assert "合计增加 ¥10,300.00，减少 ¥100,000.00。" in page.words
    apply_form = page.tree.xpath("//form[@aria-labelledby='apply-heading']")[0]
    fields = {**dict(apply_form.form_values()), "deed": "apply", "reason": "年初批复", "basis": "郑财预〔2026〕1号"}
    answer = officer.client.post("/budget/import", data=fields, follow_redirects=True)

    assert answer.status_code == 200
    text = answer.get_data(as_text=True)
    assert "预算批复 TZ-410100-" in text
    assert "预算.csv" in text
    assert "图书购置" in text


def test_faulty_rows_are_named_on_the_page_and_cannot_be_applied(app: Flask, world: World) -> None:
    officer = FormBrowser(app.test_client(), "budget-city")
    files = {"file": (io.BytesIO(sheet(row("NEW-01", "图书", "x"))), "预算.csv")}

    page = officer.send(officer.get("/budget/import"), "/budget/import", files=files, deed="look",
                        region=str(SCHOOL_REGION))  # fmt: skip

    assert "金额“x”看不懂" in page.words
    assert not page.tree.xpath("//form[@aria-labelledby='apply-heading']")
    assert {line.code for line in lines_of_region(session(), **place())}.isdisjoint({"NEW-01"})
