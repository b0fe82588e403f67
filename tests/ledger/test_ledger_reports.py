"""Reports of the books: golden figures up to a day, every book at zero, and the same closing as the stored balances."""

from datetime import date

import pytest
from ledger_scenes import DAY, NOON, REGION, YEAR, in_march, new_line, write
from sqlalchemy import text

from ledger import budget_lines, movements
from ledger.chart_of_accounts import BOOKS, CHART_BY_ACCOUNT, Account
from ledger.posting import reverse
from ledger.reports import (
    Cursor,
    Executed,
    Scope,
    account_page,
    execution_by_class,
    execution_by_line,
    find_txn,
    trial_balance_of,
)

A = Account
UNIT = 911
OF_UNIT = Scope(YEAR, REGION, REGION, unit_id=UNIT)
NEW_YEAR, MARCH_END, YEAR_END = date(YEAR, 1, 1), date(YEAR, 3, 31), date(YEAR, 12, 31)


def buy(session, line_id, *, document="order:1", amount_fen=60_000, paid_on=date(YEAR, 4, 1)):
    """Accepted on 2 March, paid in April."""
    by_line = {line_id: amount_fen}
    write(session, "submit", movements.reserve(by_line, document=document), source=document)
    write(session, "approve", movements.commit(by_line, document=document), source=document)
    write(session, "accept", movements.accrue(by_line, document=document, cost=A.EXPENSE), source=document)
    write(
        session,
        "request",
        movements.request_payment(by_line, document=document, plan=in_march(by_line)),
        source=document,
        on=paid_on,
    )
    write(session, "send", movements.send(by_line, document=document), source=document, on=paid_on)
    return write(session, "confirm", movements.confirm(by_line, document=document), source=document, on=paid_on)


def classed_line(session, code, *, function, economic, amount_fen, unit_id=UNIT):
    line_id = budget_lines.create_line(
        session, region_code=REGION, year=YEAR, unit_id=unit_id, code=code, name=f"指标{code}", created_at=NOON,
        function_code=function, function_name=f"功能{function}",
        economic_code=economic, economic_name=f"经济{economic}",
    )  # fmt: skip
    budget_lines.appropriate(
        session, line_id, amount_fen=amount_fen, source_type="budget", source_id=code, effective_on=DAY, posted_at=NOON,
        actor="预算处",
    )  # fmt: skip
    budget_lines.plan_line(
        session, line_id, months={DAY.month: amount_fen}, source_type="fund_plan", source_id=code, effective_on=DAY,
        posted_at=NOON, actor="国库处",
    )  # fmt: skip
    return line_id


def rows_of(found):
    return {
        row.account: (row.opening_fen, row.debit_fen, row.credit_fen, row.closing_fen)
        for book in found
        for row in book.accounts
    }


def test_a_trial_balance_knows_what_was_before_its_first_day(session):
    buy(session, new_line(session, amount_fen=90_000, unit_id=UNIT, is_planned=True))

    april = trial_balance_of(session, OF_UNIT, since=date(YEAR, 4, 1), until=YEAR_END)

    assert rows_of(april) == {
        A.APPROPRIATION: (90_000, 0, 0, 90_000),
        A.AVAILABLE: (-30_000, 0, 0, -30_000),
        A.RESERVED: (0, 0, 0, 0),
        A.COMMITTED: (0, 0, 0, 0),
        A.ACCRUED: (-60_000, 60_000, 0, 0),
        A.IN_PAYMENT: (0, 60_000, 60_000, 0),
        A.PAID: (0, 0, 60_000, -60_000),
        A.EXPENSE: (60_000, 0, 0, 60_000),
        A.PAYABLE: (-60_000, 60_000, 0, 0),
        A.FISCAL_REVENUE: (0, 0, 60_000, -60_000),
        A.EXPENDITURE: (0, 60_000, 0, 60_000),
        A.BUDGET_REVENUE: (0, 0, 60_000, -60_000),
        A.TO_SEND: (0, 60_000, 60_000, 0),
        A.OUTSTANDING: (0, 60_000, 60_000, 0),
        A.CONFIRMED: (0, 60_000, 0, 60_000),
        A.INSTRUCTED: (0, 0, 60_000, -60_000),
        A.CEILING: (90_000, 0, 0, 90_000),
        A.UNPLANNED: (0, 0, 0, 0),
        A.PLAN_AVAILABLE: (-90_000, 60_000, 0, -30_000),
        A.PLAN_REQUESTED: (0, 60_000, 60_000, 0),
        A.PLAN_PAID: (0, 0, 60_000, -60_000),
    }
    assert [book.book for book in april] == list(BOOKS)


def test_what_takes_effect_after_the_last_day_is_not_in_it(session):
    buy(session, new_line(session, amount_fen=90_000, unit_id=UNIT, is_planned=True))

    march = trial_balance_of(session, OF_UNIT, since=NEW_YEAR, until=MARCH_END)

    assert [book.book for book in march] == ["budget", "cash_plan", "financial"]
    assert rows_of(march)[A.PAYABLE] == (0, 0, 60_000, -60_000)
    assert A.PAID not in rows_of(march)
    assert trial_balance_of(session, OF_UNIT, since=NEW_YEAR, until=date(YEAR, 3, 1)) == []


@pytest.mark.parametrize("scope", [OF_UNIT, Scope(YEAR, REGION, REGION), Scope(YEAR, 410000, 419999)])
def test_every_book_sums_to_zero_on_every_day(session, scope):
    buy(session, new_line(session, amount_fen=90_000, unit_id=UNIT, is_planned=True))
    buy(session, new_line(session, amount_fen=70_001, unit_id=912, is_planned=True), document="order:2", amount_fen=7)

    for until in (DAY, MARCH_END, date(YEAR, 4, 1), YEAR_END):
        found = trial_balance_of(session, scope, since=DAY, until=until)
        assert found
        for book in found:
            assert (book.opening_fen, book.closing_fen, book.debit_fen - book.credit_fen) == (0, 0, 0)
            assert book.is_balanced


def test_a_book_that_is_off_by_a_fen_does_not_say_that_it_is_balanced(owner_session):
    line_id = new_line(owner_session, amount_fen=90_000, unit_id=UNIT, is_planned=True)
    owner_session.execute(text("alter table ledger.entry disable trigger all"))
    owner_session.execute(
        text("update ledger.entry set amount_fen = amount_fen + 1 where line_id = :line_id and coa = 1000"),
        {"line_id": line_id},
    )

    budget, plan = trial_balance_of(owner_session, OF_UNIT, since=NEW_YEAR, until=YEAR_END)

    assert (budget.closing_fen, budget.is_balanced) == (1, False)
    assert (plan.closing_fen, plan.is_balanced) == (0, True)


def test_the_closing_of_guarded_accounts_is_what_is_stored(session):
    first, second = (
        new_line(session, amount_fen=90_000, unit_id=UNIT, is_planned=True),
        new_line(session, amount_fen=50, unit_id=UNIT),
    )
    buy(session, first)
    write(session, "submit", movements.reserve({second: 5}, document="order:2"), source="order:2")
    query = text(
        "select a.coa, sum(a.balance_fen)::bigint from ledger.account a"
        " join ledger.budget_line l on l.region = a.region and l.year = a.year and l.id = a.line_id"
        " where l.unit_id = :unit_id group by a.coa"
    )

    stored = {A(coa): balance_fen for coa, balance_fen in session.execute(query, {"unit_id": UNIT})}
    found = rows_of(trial_balance_of(session, OF_UNIT, since=NEW_YEAR, until=YEAR_END))

    guarded = {account: row[3] for account, row in found.items() if CHART_BY_ACCOUNT[account].guarded}
    assert guarded == stored
    assert (stored[A.AVAILABLE], stored[A.RESERVED], stored[A.PAID]) == (-30_045, -5, -60_000)


def test_the_ledger_of_an_account_runs_from_its_opening_to_its_closing(session):
    line_id = new_line(session, amount_fen=90_000, unit_id=UNIT, is_planned=True)
    buy(session, line_id)
    buy(session, line_id, document="order:2", amount_fen=7, paid_on=date(YEAR, 3, 20))

    page = account_page(session, OF_UNIT, A.PAYABLE, since=date(YEAR, 3, 3), until=YEAR_END)

    assert (page.opening_fen, page.forward_fen, page.debit_fen, page.credit_fen) == (-60_007, -60_007, 60_007, 0)
    assert (page.closing_fen, page.count, page.next) == (0, 2, None)
    assert [(e.effective_on, e.document, e.event, e.amount_fen, e.balance_fen) for e in page.entries] == [
        (date(YEAR, 3, 20), "order:2", "confirm", 7, -60_000),
        (date(YEAR, 4, 1), "order:1", "confirm", 60_000, 0),
    ]
    assert {(e.unit_id, e.line_id, e.line_name, e.actor) for e in page.entries} == {
        (UNIT, line_id, "办公设备购置", "经办人")
    }


def test_the_pages_of_an_account_join_without_gap_or_overlap(session):
    line_id = new_line(session, amount_fen=90_000, unit_id=UNIT, is_planned=True)
    for number in range(7):
        day = date(YEAR, 3, 9 - number % 3)
        entries = movements.reserve({line_id: 1 + number}, document=f"order:{number}")
        write(session, "submit", entries, source=f"order:{number}", on=day)
    span = {"since": NEW_YEAR, "until": YEAR_END}

    whole = account_page(session, OF_UNIT, A.AVAILABLE, **span)
    pages = [account_page(session, OF_UNIT, A.AVAILABLE, **span, limit=3)]
    while pages[-1].next is not None:
        pages.append(account_page(session, OF_UNIT, A.AVAILABLE, **span, limit=3, after=pages[-1].next))

    assert [len(page.entries) for page in pages] == [3, 3, 2]
    assert [entry for page in pages for entry in page.entries] == list(whole.entries)
    assert [page.forward_fen for page in pages[1:]] == [page.entries[-1].balance_fen for page in pages[:-1]]
    assert [entry.effective_on for entry in whole.entries] == sorted(entry.effective_on for entry in whole.entries)
    assert whole.entries[-1].balance_fen == whole.closing_fen == -89_972
    assert {(page.count, page.closing_fen) for page in pages} == {(8, -89_972)}


def test_a_page_behind_the_end_still_knows_the_sums(session):
    new_line(session, amount_fen=90_000, unit_id=UNIT, is_planned=True)
    end = Cursor(YEAR_END, 2**62, 1)

    page = account_page(session, OF_UNIT, A.AVAILABLE, since=NEW_YEAR, until=YEAR_END, after=end)

    assert (page.entries, page.next, page.forward_fen, page.count) == ((), None, -90_000, 1)


def test_one_line_is_read_alone(session):
    mine, other = (
        new_line(session, amount_fen=90_000, unit_id=UNIT, is_planned=True),
        new_line(session, amount_fen=50, unit_id=UNIT),
    )
    of_line = Scope(YEAR, REGION, REGION, unit_id=UNIT, line_id=mine)
    foreign = Scope(YEAR, REGION, REGION, unit_id=UNIT + 1, line_id=other)

    page = account_page(session, of_line, A.APPROPRIATION, since=NEW_YEAR, until=YEAR_END)

    assert [(entry.line_id, entry.amount_fen) for entry in page.entries] == [(mine, 90_000)]
    assert account_page(session, foreign, A.APPROPRIATION, since=NEW_YEAR, until=YEAR_END).entries == ()


def test_a_posting_is_read_whole_and_knows_its_reversal(session):
    line_id = new_line(session, amount_fen=90_000, unit_id=UNIT, is_planned=True)
    entries = movements.reserve({line_id: 5}, document="order:1")
    first = write(session, "submit", entries, source="order:1", memo="说明").txn_id
    where = {"region_code": REGION, "year": YEAR}
    second = reverse(session, first, **where, effective_on=MARCH_END, posted_at=NOON, actor="会计").txn_id

    original, reversal = find_txn(session, first, **where), find_txn(session, second, **where)

    assert (original.reverses, original.reversed_by, reversal.reverses, reversal.reversed_by) == (
        None, second, first, None,
    )  # fmt: skip
    assert (original.event, original.memo, original.actor, reversal.event) == (
        "submit", "说明", "经办人", "submit.reversal",
    )  # fmt: skip
    assert [(e.account, e.book, e.line_id, e.document, e.amount_fen) for e in original.entries] == [
        (A.AVAILABLE, "budget", line_id, "", 5),
        (A.RESERVED, "budget", line_id, "order:1", -5),
    ]
    assert find_txn(session, first, region_code=REGION, year=YEAR + 1) is None
    assert find_txn(session, first, region_code=410200, year=YEAR) is None


def test_execution_by_class_sums_its_lines_up_to_a_day(session):
    office = classed_line(session, "R1", function="205", economic="30201", amount_fen=90_000)
    machines = classed_line(session, "R2", function="205", economic="31002", amount_fen=50_000)
    classed_line(session, "R3", function="206", economic="30201", amount_fen=10_000)
    buy(session, office)
    write(session, "submit", movements.reserve({machines: 5}, document="order:2"), source="order:2")
    write(session, "freeze", movements.freeze({machines: 100}), source="budget_document:9")

    by_function = execution_by_class(session, OF_UNIT, by="function", until=YEAR_END)
    in_march = execution_by_class(session, OF_UNIT, by="economic", until=MARCH_END)

    assert by_function == [
        Executed("205", "功能205", 0, 0, 2, 140_000, 79_895, 100, 5, 60_000),
        Executed("206", "功能206", 0, 0, 1, 10_000, 10_000, 0, 0, 0),
    ]
    assert [row.paid_bp for row in by_function] == [4_285, 0]
    assert in_march == [
        Executed("30201", "经济30201", 0, 0, 2, 100_000, 40_000, 0, 60_000, 0),
        Executed("31002", "经济31002", 0, 0, 1, 50_000, 49_895, 100, 5, 0),
    ]


def test_the_lines_of_a_class_come_by_unit_and_in_pages(session):
    region = Scope(YEAR, REGION, REGION)
    second = classed_line(session, "R1", function="299", economic="30201", amount_fen=90_000, unit_id=922)
    first = classed_line(session, "R2", function="299", economic="30201", amount_fen=50_000, unit_id=921)
    classed_line(session, "R3", function="298", economic="30201", amount_fen=1)

    asked = {"by": "function", "code": "299", "until": YEAR_END}
    whole = execution_by_line(session, region, **asked)
    head = execution_by_line(session, region, **asked, limit=1)
    rest = execution_by_line(session, region, **asked, after=(head[0].unit_id, head[0].line_id))

    assert whole == [
        Executed("R2", "指标R2", first, 921, 1, 50_000, 50_000, 0, 0, 0),
        Executed("R1", "指标R1", second, 922, 1, 90_000, 90_000, 0, 0, 0),
    ]
    assert [*head, *rest] == whole
    assert execution_by_line(session, OF_UNIT, **asked) == []
