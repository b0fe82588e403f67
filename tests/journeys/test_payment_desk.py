"""The payment desk, the settlement on the order's page, and the supplier's statement, of payments in parts."""

from __future__ import annotations

import io
from datetime import timedelta
from zipfile import ZipFile

from mall import clock
from mall.database import close_reading
from tests.form_browser import FormBrowser
from tests.journeys.story import Story
from tests.journeys.test_partial_payments import approved, delivered, invoiced, ordered, paid, requested, retained


def words(story: Story, who: str, path: str) -> str:
    close_reading()
    return FormBrowser(story.app.test_client(), who).get(path).words


def in_many_places(story: Story) -> str:
    """20 packs, 430.00: 86.00 paid, of which 50.00 is claimed back, 100.00 requested, 21.50 held back."""
    number = ordered(story, packs=20)
    delivered(story, number, 20)
    retained(story, number, 2_150, days=20)
    invoiced(story, number, 43_000)
    first = requested(story, number, 8_600)
    approved(story, number, first)
    paid(story, first, 8_600)
    requested(story, number, 10_000)
    story.act("handler", "claim_refund", number, lines=[{"line_no": 1, "amount_fen": 5_000}], reason="差价")
    return number


def test_the_desk_shows_a_units_own_orders_and_where_their_money_is(story: Story) -> None:
    number = in_many_places(story)

    seen = words(story, "accountant", "/payment-desk")
    retention = words(story, "finance", "/payment-desk?view=retention")
    overdue = words(story, "finance", "/payment-desk?view=overdue")
    foreign = words(story, "accountant2", "/payment-desk")

    for told in (number, "可申请 ¥222.50", "待审核 ¥100.00", "已支付 ¥86.00", "质保金 ¥21.50", "待退款 ¥50.00"):
        assert told in seen, told
    assert number in retention and "快到期" in retention
    assert number not in overdue
    assert number not in foreign and "这里没有要办的付款" in foreign
    clock.advance_frozen(timedelta(days=35))
    assert number in words(story, "finance", "/payment-desk?view=overdue")


def test_the_desk_leaves_as_a_workbook(story: Story) -> None:
    number = in_many_places(story)
    close_reading()

    answer = FormBrowser(story.app.test_client(), "accountant").client.get("/payment-desk/rows.xlsx")

    with ZipFile(io.BytesIO(answer.data)) as book:
        assert number in book.read("xl/sharedStrings.xml").decode()


def test_the_statement_tells_every_part_and_whom_it_waits_for(story: Story) -> None:
    number = in_many_places(story)

    held = words(story, "supplier", "/statement?place=retained")
    asked = words(story, "supplier", "/statement?place=requested")
    (finance,) = story.ask("select name from user_account where username = 'finance'")[0]

    assert number in held and "¥21.50" in held and "到期后由单位申请支付" in held
    assert number in asked and "¥100.00" in asked and f"财务审批人 {finance}" in asked
    close_reading()
    lines = FormBrowser(story.app.test_client(), "supplier").client.get("/statement.csv").get_data(as_text=True)
    amounts = [line.split(",")[3] for line in lines.splitlines()[1:]]
    assert amounts == ["222.50", "100.00", "21.50", "86.00"]


def test_a_part_is_asked_for_and_a_change_answered_on_the_orders_page(story: Story) -> None:
    number = ordered(story)
    delivered(story, number, 10)
    invoiced(story, number, 21_500)
    close_reading()
    accountant = FormBrowser(story.app.test_client(), "accountant")

    bad = accountant.send(accountant.get(f"/orders/{number}"), "/request_payment", amount="120.00")
    assert "120.00" in bad.text, "what was typed stays"
    done = accountant.send(bad, "/request_payment", amount="120.00", reason="先付一半")
    assert "待审核" in done.words and "¥120.00" in done.words and "先付一半" in done.words

    story.act("handler", "ask_price_cut", number, lines=[{"line_no": 1, "amount_fen": 1_000}], reason="包装破损")
    close_reading()
    supplier = FormBrowser(story.app.test_client(), "supplier")
    page = supplier.get(f"/orders/{number}")
    assert "答复单位的协商" in page.words and "包装破损" in page.words
    agreed = supplier.send(page, "/agree_change")
    assert "双方已同意" in agreed.words and "开具红字发票" in agreed.words
