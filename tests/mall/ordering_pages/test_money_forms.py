"""Numbers as people type them."""

from __future__ import annotations

from datetime import date

import pytest

from mall.ordering.money_forms import date_of, fen_of, whole_number_of, yuan_of


@pytest.mark.parametrize(
    ("typed", "fen"),
    [
        ("12", 1200),
        ("12.5", 1250),
        ("0.01", 1),
        ("1,234.56", 123456),
        (" ¥1234 ", 123400),
        ("１２．３０", 1230),
        ("99元", 9900),
        ("0", 0),
    ],
)
def test_yuan_become_fen(typed: str, fen: int) -> None:
    assert fen_of(typed) == fen


@pytest.mark.parametrize("typed", ["", "-1", "1.234", "1e3", "NaN", "1_000", "١٢", "12.", ".5", "1 2", "99999999999"])
def test_what_is_no_amount_is_none(typed: str) -> None:
    assert fen_of(typed) is None


def test_fen_become_yuan_for_a_field() -> None:
    assert yuan_of(123405) == "1234.05"


@pytest.mark.parametrize(("typed", "number"), [("0", 0), (" 12 ", 12), ("１２", 12), ("1,000", 1000)])
def test_whole_numbers(typed: str, number: int) -> None:
    assert whole_number_of(typed) == number


@pytest.mark.parametrize("typed", ["", "-1", "1.5", "十", "12345678", "1_0"])
def test_what_is_no_whole_number_is_none(typed: str) -> None:
    assert whole_number_of(typed) is None


@pytest.mark.parametrize("typed", ["2026-03-02", "2026/3/2", "2026.03.02", "2026年3月2日"])
def test_days_are_read(typed: str) -> None:
    assert date_of(typed) == date(2026, 3, 2)


@pytest.mark.parametrize("typed", ["", "2026-13-01", "2026-02-30", "26-03-02", "tomorrow"])
def test_what_is_no_day_is_none(typed: str) -> None:
    assert date_of(typed) is None
