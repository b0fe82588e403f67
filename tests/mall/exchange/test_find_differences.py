"""Every cause of a difference, as a table: what the mall has, what the others say, and what it is called."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from mall.exchange.find_differences import (
    CAUSES,
    Difference,
    MallLine,
    MallPayment,
    Suspended,
    check_statements,
    compare_lines,
    compare_payments,
)
from mall.exchange.reconciliation_words import CAUSE_WORDS
from mall.exchange.statement_file import StatedLine, StatedPayment, Statement

JUNE_1, JUNE_10, JUNE_15, JUNE_20 = (date(2026, 6, day) for day in (1, 10, 15, 20))


def payment(state: str = "paid", amount_fen: int = 100, reference: str = "GK1", booked_fen: int = -1) -> MallPayment:
    """Sent on the 10th, settled on the 10th."""
    booked_fen = booked_fen if booked_fen >= 0 else amount_fen if state == "paid" else 0
    is_settled = state in ("paid", "refused")
    reference = reference if is_settled else ""
    return MallPayment("ZF-1", state, amount_fen, reference, JUNE_10, JUNE_10 if is_settled else None, booked_fen)


def row(amount_fen: int = 100, *, result: str = "PAID", reference: str = "GK1", number: str = "ZF-1", on=JUNE_10):
    return StatedPayment(result, on, number, reference, amount_fen)


def statement(
    *rows: StatedPayment, first_on: date = JUNE_1, last_on: date = JUNE_20, opening_fen: int = 0
) -> Statement:
    net_fen = sum(one.amount_fen if one.result == "PAID" else -one.amount_fen for one in rows)
    return Statement(
        "treasury", f"{first_on}", 410100, 2026, first_on, last_on, opening_fen, opening_fen + net_fen, payments=rows
    )


def compared(payments, *statements: Statement, suspended=(), on: date = JUNE_20) -> list[tuple[str, str, int]]:
    """(cause, subject, difference in fen) of everything found."""
    found = compare_payments(payments, statements, suspended=suspended, on=on, transit_days=3)
    return [(one.cause, one.subject, one.amount_fen) for one in found]


@pytest.mark.parametrize(
    ("ours", "rows", "cause", "amount_fen"),
    [
        ("paid", [row()], "", 0),
        ("refused", [], "", 0),
        ("approved", [], "", 0),
        ("refused", [row(), row(result="RETURNED", reference="TK1")], "", 0),
        ("paid", [row(), row(result="RETURNED", reference="TK1"), row(reference="GK1", on=JUNE_15)], "", 0),
        ("sent", [row()], "not_imported", 100),
        ("sent", [row(99)], "amount_differs", 99),
        ("paid", [row(99)], "amount_differs", -1),
        ("paid", [row(reference="GK9")], "reference_differs", 0),
        ("paid", [row(), row(reference="GK2")], "doubled", 100),
        ("paid", [row(), row()], "doubled", 100),
        ("refused", [row()], "refused_but_paid", 100),
        ("paid", [row(), row(result="RETURNED", reference="TK1")], "returned_at_treasury", -100),
        ("paid", [], "missing_at_treasury", -100),
        ("sent", [], "missing_at_treasury", -100),
    ],
)
def test_payment_and_statement(ours: str, rows: list[StatedPayment], cause: str, amount_fen: int) -> None:
    expected = [(cause, "ZF-1", amount_fen)] if cause else []

    assert compared([payment(ours)], statement(*rows)) == expected


def test_payment_that_is_out_is_in_transit_until_its_days_are_over_and_stated() -> None:
    out = payment("sent")

    assert compared([out], statement(), on=JUNE_10 + timedelta(days=2))[0][0] == "in_transit"
    assert compared([out], on=JUNE_20)[0][0] == "in_transit"
    assert compared([out], statement(last_on=JUNE_15), on=JUNE_20)[0][0] == "in_transit"
    assert compared([out], statement(), on=JUNE_20)[0][0] == "missing_at_treasury"


def test_paid_before_the_statements_reach_the_day_is_awaited() -> None:
    assert compared([payment()], statement(last_on=JUNE_1)) == [("statement_awaited", "ZF-1", -100)]
    assert compared([payment()]) == [("statement_awaited", "ZF-1", -100)]


def test_parts_together_are_the_payment() -> None:
    parts = payment(reference="GK1+GK2")

    assert compared([parts], statement(row(40), row(60, reference="GK2"))) == []
    assert compared([parts], statement(row(40), row(60, reference="GK2"), row(reference="GK3"))) == [
        ("doubled", "ZF-1", 100)
    ]


def test_row_of_two_statements_is_one_row() -> None:
    assert compared([payment()], statement(row(), last_on=JUNE_15), statement(row(), first_on=JUNE_10)) == []


def test_what_the_mall_does_not_know_is_missing_or_in_suspense() -> None:
    unknown = row(number="ZF-9", reference="GK9")
    waits = Suspended("DC-1", "ZF-9", "GK9", 100)

    assert compared([], statement(unknown)) == [("missing_in_mall", "ZF-9", 100)]
    assert compared([], statement(unknown), suspended=[waits]) == [("in_suspense", "ZF-9", 100)]
    assert compared([], statement(), suspended=[waits]) == [("in_suspense", "ZF-9", 100)]


def test_second_payment_that_waits_in_suspense_is_told_once() -> None:
    waits = Suspended("DC-1", "ZF-1", "GK2", 100)

    found = compare_payments(
        [payment()], [statement(row(), row(reference="GK2"))], suspended=[waits], on=JUNE_20, transit_days=3
    )

    assert [(one.cause, one.document) for one in found] == [("in_suspense", "DC-1")]


def test_book_that_differs_from_the_payment_is_told() -> None:
    assert compared([payment(booked_fen=99)], statement(row())) == [("ledger_differs", "ZF-1", 1)]
    assert compared([payment("refused", booked_fen=100)], statement()) == [("ledger_differs", "ZF-1", -100)]


YEAR_TO_MAY = statement(row(), first_on=date(2026, 1, 1), last_on=date(2026, 5, 31))
YEAR_TO_MAY_30 = statement(row(), first_on=date(2026, 1, 1), last_on=date(2026, 5, 30))


@pytest.mark.parametrize(
    ("statements", "missing"),
    [
        ([statement(first_on=date(2026, 1, 1))], []),
        ([statement(first_on=date(2026, 1, 1), opening_fen=5)], ["2026-01-01"]),
        ([statement(opening_fen=700)], ["2026-06-01"]),
        ([YEAR_TO_MAY, statement(opening_fen=100)], []),
        ([YEAR_TO_MAY_30, statement(opening_fen=100)], ["2026-06-01"]),
        ([YEAR_TO_MAY, statement(opening_fen=99)], ["2026-06-01"]),
    ],
)
def test_statement_that_does_not_join_the_one_before_tells_of_a_missing_one(
    statements: list[Statement], missing: list[str]
) -> None:
    assert [one.subject for one in check_statements(statements) if one.cause == "statement_missing"] == missing


@pytest.mark.parametrize(
    ("ours", "theirs", "cause", "amount_fen"),
    [
        ((1000, 400, 100, 0), (1000, 400), "", 0),
        ((1000, 400, 100, 0), (1000, 500), "under_way", 100),
        ((1000, 400, 100, 0), (1000, 390), "spent_elsewhere", -10),
        ((1000, 400, 100, 0), (1000, 450), "available_ahead", 50),
        ((1000, 400, 100, 200), (1200, 600), "appropriation_pending", 200),
        ((1000, 400, 100, -200), (800, 200), "appropriation_pending", -200),
        ((1000, 400, 100, 150), (1200, 600), "appropriation_not_imported", 200),
        ((1000, 400, 100, 0), (1200, 600), "appropriation_not_imported", 200),
        ((1000, 400, 100, 0), (900, 300), "appropriation_ahead", -100),
        ((1000, 400, 100, 0), None, "line_missing", -1000),
        ((0, 0, 0, 0), None, "", 0),
        (None, (1000, 400), "line_unknown", 1000),
    ],
)
def test_line_and_budget_system(
    ours: tuple[int, int, int, int] | None, theirs: tuple[int, int] | None, cause: str, amount_fen: int
) -> None:
    lines = [MallLine("L-1", 1, "办公费", *ours, pending_document="TZ-1")] if ours else []
    stated = [StatedLine("L-1", "办公费", *theirs)] if theirs else []

    found = compare_lines(lines, stated, on=JUNE_20)

    assert [(one.cause, one.subject, one.amount_fen) for one in found] == (
        [(cause, "L-1", amount_fen)] if cause else []
    )
    assert all(one.document == ("TZ-1" if cause == "appropriation_pending" else "") for one in found)


def test_every_cause_has_its_words_and_stands_in_a_table_above() -> None:
    assert set(CAUSES) == set(CAUSE_WORDS)


def test_key_of_a_difference_stays_the_same_every_night() -> None:
    def keys(on: date) -> list[Difference]:
        return compare_payments([payment("sent")], [statement(row())], on=on, transit_days=3)

    assert keys(JUNE_15) == keys(JUNE_20)
