"""Months of a budget year: opened once, closed for good."""

from datetime import date

import pytest
from ledger_scenes import NOON, REGION, YEAR, new_line, write

from ledger import fiscal_year, movements
from ledger.errors import LedgerRefusal

COUNTY = {"region_code": 410122, "year": YEAR}


def test_a_year_opens_with_twelve_months(session):
    fiscal_year.open_year(session, **COUNTY, opened_at=NOON, actor="财政局")

    assert fiscal_year.open_months(session, **COUNTY) == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]


def test_opening_again_changes_nothing(session):
    fiscal_year.open_period(session, **COUNTY, month=5, opened_at=NOON, actor="甲")
    fiscal_year.open_period(session, **COUNTY, month=5, opened_at=NOON, actor="乙")

    assert [period.opened_by for period in fiscal_year.periods(session, **COUNTY)] == ["甲"]


def test_a_closed_month_takes_nothing_and_others_go_on(session):
    line_id = new_line(session, amount_fen=1_000)
    fiscal_year.close_period(session, region_code=REGION, year=YEAR, month=4, closed_at=NOON, actor="财政局")
    write(session, "submit", movements.reserve({line_id: 1}, document="order:may"), on=date(2026, 5, 1))

    with pytest.raises(LedgerRefusal) as refused:
        write(session, "approve", movements.reserve({line_id: 1}, document="order:april"), on=date(2026, 4, 30))

    assert refused.value.code == "ledger.period_closed"
    assert refused.value.facts == {"region_code": 410100, "year": 2026, "month": 4}


def test_a_replay_is_answered_even_when_its_month_has_been_closed(session):
    line_id = new_line(session, amount_fen=1_000)
    entries = movements.reserve({line_id: 1}, document="order:april")
    first = write(session, "submit", entries, on=date(2026, 4, 30))
    fiscal_year.close_period(session, region_code=REGION, year=YEAR, month=4, closed_at=NOON, actor="财政局")

    again = write(session, "submit", entries, on=date(2026, 4, 30))

    assert (again.txn_id, again.replayed) == (first.txn_id, True)


def test_a_closed_month_is_neither_closed_nor_opened_again(session):
    fiscal_year.open_period(session, **COUNTY, month=5, opened_at=NOON, actor="财政局")
    fiscal_year.close_period(session, **COUNTY, month=5, closed_at=NOON, actor="财政局")

    for deed in ("close", "open"):
        savepoint = session.begin_nested()
        with pytest.raises(LedgerRefusal, match=r"ledger\.period_closed"):
            if deed == "close":
                fiscal_year.close_period(session, **COUNTY, month=5, closed_at=NOON, actor="财政局")
            else:
                fiscal_year.open_period(session, **COUNTY, month=5, opened_at=NOON, actor="财政局")
        savepoint.rollback()


def test_a_month_never_opened_takes_nothing(session):
    line_id = new_line(session)

    with pytest.raises(LedgerRefusal, match=r"ledger\.period_closed"):
        fiscal_year.close_period(session, **COUNTY, month=6, closed_at=NOON, actor="财政局")

    assert line_id
