"""The chained price index: medians of the ratios of the same listings, exact, and silent where nothing compares."""

from __future__ import annotations

from fractions import Fraction

from supervision.seeing.price_index import median, price_index
from supervision.seeing.weekly_prices import ListingWeeks


def listing(number: int, **prices: int) -> ListingWeeks:
    """Prices by week: w1=100 is the first week."""
    return ListingWeeks(number, number, 1, {int(name[1:]): price for name, price in prices.items()})


def test_index_chains_the_medians_of_the_ratios() -> None:
    points = price_index([
        listing(1, w1=100, w2=110, w3=110),
        listing(2, w1=200, w2=220, w3=242),
        listing(3, w1=300, w2=300, w3=330),
    ])  # fmt: skip

    # week 2: ratios 1.1, 1.1, 1 -> 1.1; week 3: 1, 1.1, 1.1 -> 1.1
    assert [(one.week, one.hundredths, one.listing_count, one.changed_count) for one in points] == [
        (1, 10_000, 3, 0), (2, 11_000, 3, 2), (3, 12_100, 3, 2),
    ]  # fmt: skip


def test_listing_that_comes_or_goes_does_not_move_the_index() -> None:
    points = price_index([listing(1, w1=100, w2=100, w3=100), listing(2, w2=9_000, w3=9_000), listing(3, w1=1, w2=1)])

    assert [one.hundredths for one in points] == [10_000, 10_000, 10_000]
    assert [one.listing_count for one in points] == [2, 2, 2]


def test_week_with_nothing_to_compare_waits_and_the_chain_goes_on() -> None:
    points = price_index([listing(1, w1=100, w2=120), listing(2, w4=50, w5=100)])

    assert [one.hundredths for one in points] == [10_000, 12_000, None, None, 24_000]
    assert [one.listing_count for one in points] == [1, 1, 0, 0, 1]


def test_chain_is_exact_and_only_what_is_shown_is_rounded() -> None:
    up_and_down = {f"w{week}": 3 if week % 2 else 7 for week in range(1, 62)}

    assert price_index([listing(1, **up_and_down)])[-1].hundredths == 10_000


def test_median_of_an_even_number_is_the_mean_of_the_two_in_the_middle() -> None:
    assert median([Fraction(4), Fraction(1), Fraction(2), Fraction(3)]) == Fraction(5, 2)
    assert median([Fraction(9), Fraction(1), Fraction(2)]) == 2


def test_nothing_listed_has_no_index() -> None:
    assert price_index([]) == []
    assert price_index([ListingWeeks(1, 1, 1)]) == []
