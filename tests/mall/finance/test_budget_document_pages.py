"""Pages of budget documents: the form that forgets nothing, the document with its buttons, links and attachments."""

from __future__ import annotations

import io

from flask import Flask

from ledger.budget_lines import balances
from mall import clock
from mall.database import close_reading, session
from mall.finance.check_budget_document import AmountOnLine
from mall.finance.draw_up_budget_document import draw_up_budget_document
from tests.form_browser import FormBrowser, Page
from tests.world import World

PDF = b"%PDF-1.7\n1 0 obj <<>> endobj\n%%EOF\n"


def browser(app: Flask, username: str) -> FormBrowser:
    return FormBrowser(app.test_client(), username)


def supplement(world: World, *, amount_fen: int = 500_000, who: str = "accountant") -> str:
    """The number of a submitted supplement of the school's office line."""
    document = draw_up_budget_document(
        actor=world.actor(who), unit_id=world.school_id, year=clock.today().year, kind="supplement",
        lines=[AmountOnLine(world.office_line, amount_fen)], reason="开学用品", basis="郑财预〔2026〕15号",
        is_submitted=True,
    )  # fmt: skip
    close_reading()
    return document.number


def available_fen(world: World, line: str = "school_office") -> int:
    close_reading()
    return balances(session(), [world.lines[line]])[world.lines[line]].available_fen


def sent(page: Page, person: FormBrowser, **typed: str) -> Page:
    return person.send(page, "/budget/documents", reason="开学用品", basis="郑财预〔2026〕15号", **typed)


def test_an_accountant_asks_and_the_budget_officer_approves_on_pages(app: Flask, world: World) -> None:
    accountant = browser(app, "accountant")
    form = accountant.get("/budget/documents/new?kind=supplement")
    assert "¥100,000.00" in form.words
    page = sent(form, accountant, deed="submit", **{f"amount_{world.office_line}": "5,000.00"})
    assert "文件已填制。" in page.words
    assert "现在轮到财政部门的预算岗" in page.words
    number = page.path.rpartition("/")[2]

    officer = browser(app, "budget-city")
    assert number in officer.get("/desk").words
    page = officer.get(f"/budget/documents/{number}")
    assert "¥100,000.00 → ¥105,000.00" in page.words
    page = officer.send(page, f"{number}/approve", note="同意")

    assert "已批复，指标已经变动并记入账簿。" in page.words
    assert "¥100,000.00 → ¥105,000.00" in page.words
    assert available_fen(world) == 10_500_000


def test_a_transfer_is_typed_as_money_out_and_money_in(app: Flask, world: World) -> None:
    accountant = browser(app, "accountant")
    form = accountant.get("/budget/documents/new?kind=transfer")
    out, into = f"take_{world.lines['school_machines']}", f"give_{world.office_line}"

    page = sent(form, accountant, deed="submit", **{out: "300", into: "300.00"})

    assert "调剂 TZ-410100-" in page.words
    assert "-¥300.00" in page.words


def test_nothing_typed_is_lost_when_the_form_is_refused(app: Flask, world: World) -> None:
    accountant = browser(app, "accountant")
    form = accountant.get("/budget/documents/new?kind=transfer")
    out, into = f"take_{world.lines['school_machines']}", f"give_{world.office_line}"
    files = {"attachments": (io.BytesIO(PDF), "批文.pdf")}

    page = sent(form, accountant, deed="submit", files=files, **{out: "300", into: "299"})

    assert page.status == 422
    assert "两边不相等" in page.words
    assert (page.value(out), page.value(into), page.value("reason")) == ("300", "299", "开学用品")
    assert "已收下：批文.pdf" in page.words

    page = accountant.send(page, "/budget/documents", deed="submit", **{into: "300"})
    assert page.status == 200
    assert "批文.pdf" in page.words


def test_faulty_amounts_are_named_beside_their_fields(app: Flask, world: World) -> None:
    accountant = browser(app, "accountant")
    form = accountant.get("/budget/documents/new?kind=supplement")
    field = f"amount_{world.office_line}"

    page = sent(form, accountant, deed="submit", **{field: "=1+1"})

    assert page.status == 422
    assert page.value(field) == "=1+1"
    assert "金额请填写为元" in page.tree.get_element_by_id(f"fault-{field}").text_content()


def test_more_than_is_there_is_refused_in_words_and_kept(app: Flask, world: World) -> None:
    accountant = browser(app, "accountant")
    form = accountant.get("/budget/documents/new?kind=reduction")
    field = f"amount_{world.lines['school_small']}"

    page = sent(form, accountant, deed="submit", **{field: "100.01"})

    assert page.status == 409
    assert "小额办公费" in page.words
    assert "需要 ¥100.01，现有 ¥100.00" in page.words
    assert page.value(field) == "100.01"


def test_a_draft_is_changed_on_its_form_and_submitted(app: Flask, world: World) -> None:
    accountant = browser(app, "accountant")
    form = accountant.get("/budget/documents/new?kind=supplement")
    field = f"amount_{world.office_line}"
    page = sent(form, accountant, deed="draft", **{field: "50"})
    assert "草稿" in page.words
    number = page.path.rpartition("/")[2]

    form = accountant.get(f"/budget/documents/{number}/edit")
    assert form.value(field) == "50.00"
    page = accountant.send(form, f"{number}/edit", deed="submit", **{field: "60"})

    assert "待批复" in page.words
    assert "¥60.00" in page.words


def test_the_makers_page_shows_who_decides_and_no_button_for_herself(app: Flask, world: World) -> None:
    number = supplement(world, who="budget-city")

    page = browser(app, "budget-city").get(f"/budget/documents/{number}")
    refused = browser(app, "budget-city")
    refused_page = refused.client.post(
        f"/budget/documents/{number}/approve",
        data={"csrf_token": refused.get(f"/budget/documents/{number}").value("csrf_token")},
    )

    assert not page.has_form(f"{number}/approve")
    assert "测试budget" in page.words
    assert refused_page.status_code == 409
    assert "由上级财政部门的预算岗批复" in refused_page.get_data(as_text=True)


def test_a_return_without_a_reason_is_refused_on_the_page(app: Flask, world: World) -> None:
    number = supplement(world)
    officer = browser(app, "budget")

    page = officer.send(officer.get(f"/budget/documents/{number}"), f"{number}/return", reason=" ")
    assert page.status == 422
    page = officer.send(page, f"{number}/return", reason="金额不符")

    assert "已退回，指标没有变动。" in page.words
    assert "金额不符" in page.words
    assert "被退回：修改后重新提交，或撤回" in browser(app, "accountant").get("/desk").words


def test_list_is_narrowed_by_unit_kind_state_and_year(app: Flask, world: World) -> None:
    number = supplement(world)
    officer, year = browser(app, "budget"), clock.today().year

    def shows(query: str) -> bool:
        return number in officer.get(f"/budget/documents?{query}").words

    assert shows(f"unit={world.school_id}&kind=supplement&state=submitted&year={year}")
    assert not shows(f"unit={world.county_id}")
    assert not shows("kind=freeze")
    assert not shows("state=approved")
    assert not shows(f"year={year - 1}")


def test_the_lines_page_leads_to_the_documents_that_moved_its_money(app: Flask, world: World) -> None:
    number = supplement(world)
    officer = browser(app, "budget")
    officer.send(officer.get(f"/budget/documents/{number}"), f"{number}/approve")

    page = officer.get(f"/budget/{world.office_line}")
    unit = browser(app, "accountant").get("/budget")

    assert f"/budget/documents/{number}" in page.text
    assert "动过这条指标的预算文件" in page.words
    assert f"/budget/documents/new?unit={world.school_id}" in unit.text


def test_an_attachment_is_a_download_of_its_own_type_for_those_who_may_see_the_document(
    app: Flask, world: World
) -> None:
    accountant = browser(app, "accountant")
    form = accountant.get("/budget/documents/new?kind=supplement")
    files = {"attachments": (io.BytesIO(PDF), "../批文.html")}
    page = sent(form, accountant, deed="submit", files=files, **{f"amount_{world.office_line}": "1"})
    address = next(link for link in page.tree.xpath("//a/@href") if "/attachments/" in link)

    answer = accountant.client.get(address)
    foreign = browser(app, "accountant2").client.get(address)

    assert answer.get_data() == PDF
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "html" not in answer.headers["Content-Disposition"]
    assert foreign.status_code == 404


def test_what_is_no_document_is_not_attached_whatever_its_name(app: Flask, world: World) -> None:
    accountant = browser(app, "accountant")
    form = accountant.get("/budget/documents/new?kind=supplement")
    files = {"attachments": (io.BytesIO(b"<html><script>alert(1)</script>"), "批文.pdf")}

    page = sent(form, accountant, deed="submit", files=files, **{f"amount_{world.office_line}": "1"})

    assert page.status == 422
    assert "不是 PDF、PNG、JPEG 或 OFD 文件" in page.words
    assert page.value(f"amount_{world.office_line}") == "1"


def test_another_persons_kept_file_is_not_taken(app: Flask, world: World) -> None:
    accountant = browser(app, "accountant")
    form = accountant.get("/budget/documents/new?kind=transfer")
    files = {"attachments": (io.BytesIO(PDF), "批文.pdf")}
    refused = sent(form, accountant, deed="submit", files=files)
    officer = browser(app, "budget")
    form = officer.get(f"/budget/documents/new?kind=supplement&unit={world.school_id}")

    page = sent(form, officer, deed="draft", kept=refused.value("kept"), **{f"amount_{world.office_line}": "1"})

    assert page.status == 200
    assert "批文.pdf" not in page.words
