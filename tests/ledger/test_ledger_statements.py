"""Statements add up, and an independent program agrees with the books."""

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from ledger_scenes import ORDER, REGION, YEAR, in_march, new_line, write

from ledger import movements
from ledger.chart_of_accounts import BOOKS, Account
from ledger.export import export_beancount
from ledger.statements import Execution, budget_execution, trial_balance

A = Account


def buy(session, line_id, document=ORDER, amount_fen=60_000):
    by_line = {line_id: amount_fen}
    write(session, "submit", movements.reserve(by_line, document=document), source=document)
    write(session, "approve", movements.commit(by_line, document=document), source=document)
    write(session, "accept", movements.accrue(by_line, document=document, cost=A.EXPENSE), source=document)
    write(
        session,
        "request",
        movements.request_payment(by_line, document=document, plan=in_march(by_line)),
        source=document,
    )
    write(session, "send", movements.send(by_line, document=document), source=document)
    write(session, "confirm", movements.confirm(by_line, document=document), source=document, on=date(2026, 4, 1))


def test_execution_sums_the_lines_of_each_unit(session):
    first, second = (
        new_line(session, amount_fen=90_000, unit_id=901, is_planned=True),
        new_line(session, amount_fen=90_000, unit_id=901, is_planned=True),
    )
    new_line(session, unit_id=902)
    buy(session, first)
    write(session, "submit", movements.reserve({second: 5}, document="order:2"), source="order:2")

    rows = budget_execution(session, region_code=REGION, year=YEAR, unit_ids=[901, 902])

    empty = ("carried_in", "frozen", "lapsed", "carried_out", "committed", "accrued", "in_payment")
    zeros = {f"{name}_fen": 0 for name in empty}
    assert rows == [
        Execution(901, 2, appropriation_fen=180_000, available_fen=119_995, reserved_fen=5, paid_fen=60_000, **zeros),
        Execution(902, 1, appropriation_fen=0, available_fen=0, reserved_fen=0, paid_fen=0, **zeros),
    ]
    assert [row.paid_bp for row in rows] == [3_333, 0]
    assert {row.unit_id for row in budget_execution(session, region_code=REGION, year=YEAR)} >= {901, 902}
    assert budget_execution(session, region_code=REGION, year=YEAR, unit_ids=[]) == []


def test_a_trial_balance_adds_up_in_every_book(session):
    buy(session, new_line(session, amount_fen=90_000, unit_id=903, is_planned=True))

    for book in BOOKS:
        rows = trial_balance(session, region_code=REGION, year=YEAR, book=book)
        assert sum(row.debit_fen for row in rows) == sum(row.credit_fen for row in rows) > 0
        assert sum(row.balance_fen for row in rows) == 0


def test_a_trial_balance_knows_its_unit_and_its_day(session):
    buy(session, new_line(session, amount_fen=90_000, unit_id=903, is_planned=True))
    scope = {"region_code": REGION, "year": YEAR, "book": "financial", "unit_id": 903}

    march = trial_balance(session, **scope, until=date(2026, 3, 31))
    april = trial_balance(session, **scope, until=date(2026, 4, 1))

    assert [(r.account, r.debit_fen, r.credit_fen, r.balance_fen) for r in march] == [
        (A.EXPENSE, 60_000, 0, 60_000),
        (A.PAYABLE, 0, 60_000, -60_000),
    ]
    assert [(r.account, r.debit_fen, r.credit_fen, r.balance_fen) for r in april] == [
        (A.EXPENSE, 60_000, 0, 60_000),
        (A.PAYABLE, 60_000, 60_000, 0),
        (A.FISCAL_REVENUE, 0, 60_000, -60_000),
    ]


def bean_check(lines, folder) -> subprocess.CompletedProcess:
    book = folder / "books.beancount"
    book.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return subprocess.run(
        [str(Path(sys.executable).with_name("bean-check")), "--no-cache", str(book)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_the_export_is_readable_text(session):
    line_id = new_line(session, amount_fen=90_005, is_planned=True)
    write(session, "submit", movements.reserve({line_id: 60_003}, document='order:"甲"'), source='order:"甲"')

    text = "\n".join(export_beancount(session, region_code=REGION, year=YEAR))

    assert '2026-03-02 * "submit" "order:\\"甲\\""' in text
    assert f"  Liabilities:Budget:Available:R410100:L{line_id}  600.03 CNY.BUDGET" in text
    assert f"  Liabilities:Budget:Reserved:R410100:L{line_id}:D-order-x3a--x22--x7532--x22-  -600.03 CNY.BUDGET" in text
    assert f"2027-01-01 balance Liabilities:Budget:Available:R410100:L{line_id}  -300.02 ~ 0 CNY.BUDGET" in text


def test_beancount_finds_the_exported_books_sound(session, tmp_path):
    line_id = new_line(session, amount_fen=90_005, is_planned=True)
    buy(session, line_id)
    buy(session, line_id, document="order:零", amount_fen=7)

    checked = bean_check(export_beancount(session, region_code=REGION, year=YEAR), tmp_path)

    assert (checked.returncode, checked.stderr) == (0, "")


@pytest.mark.parametrize(
    ("sound", "broken"),
    [("600.00 CNY.FINANCIAL", "600.01 CNY.FINANCIAL"), ("-300.05 ~ 0 CNY.BUDGET", "-300.04 ~ 0 CNY.BUDGET")],
)
def test_beancount_would_see_a_txn_or_a_balance_that_is_off_by_a_fen(session, tmp_path, sound, broken):
    buy(session, new_line(session, amount_fen=90_005, is_planned=True))
    text = "\n".join(export_beancount(session, region_code=REGION, year=YEAR))
    assert sound in text

    checked = bean_check([text.replace(sound, broken, 1)], tmp_path)

    assert checked.returncode != 0
