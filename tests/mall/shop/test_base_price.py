"""Prices per base unit, marks and changes as text; never a float."""

from __future__ import annotations

import pytest

from mall.shop.base_price import base_price_hundredths, change_text, rating_text, yuan_text


@pytest.mark.parametrize(
    ("price_fen", "pack_size", "text"),
    [
        (2150, 1, "21.50"),
        (12360, 5, "24.72"),
        (1999, 100, "0.1999"),
        (1000, 3, "3.3333"),
        (2000, 3, "6.6667"),
        (1, 8, "0.0013"),
        (123456700, 1, "1,234,567.00"),
    ],
)
def test_the_price_of_one_base_unit_is_exact_to_a_hundredth_of_a_fen(price_fen: int, pack_size: int, text: str) -> None:
    assert yuan_text(base_price_hundredths(price_fen, pack_size)) == text


@pytest.mark.parametrize(
    ("rating_sum", "rating_count", "text"),
    [(0, 0, ""), (14, 3, "4.7"), (15, 3, "5.0"), (9, 2, "4.5"), (425, 100, "4.3")],
)
def test_marks_have_one_decimal(rating_sum: int, rating_count: int, text: str) -> None:
    assert rating_text(rating_sum, rating_count) == text


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [(11642, 10758, "-7.6%"), (10758, 11170, "+3.8%"), (100, 100, "0.0%"), (1000, 2000, "+100.0%"), (3, 2, "-33.3%")],
)
def test_a_change_has_its_sign(old: int, new: int, text: str) -> None:
    assert change_text(old, new) == text
