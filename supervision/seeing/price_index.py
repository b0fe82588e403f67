"""The price index of a category: weekly, chained by the median of the price ratios of the same listings.

I(first week) = 100; I(w) = I(w - 1) x median of price(w) / price(w - 1) over the listings priced in both weeks. Of an
even number of ratios the median is the mean of the two in the middle. Nothing is weighted; the chain is kept as an
exact fraction, and only what is shown is rounded, to hundredths.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from supervision.seeing.weekly_prices import ListingWeeks

#: with fewer listings behind a point it says little, and the page says so
FEW_LISTINGS = 5
BASE = Fraction(100)


@dataclass(frozen=True)
class IndexPoint:
    """One week. `hundredths` None: no listing was priced in this week and the one before, the chain waits.

    `listing_count`: the listings compared; of the first week those priced in it. `changed_count`: of them those whose
    price moved.
    """

    week: int
    hundredths: int | None
    listing_count: int
    changed_count: int


def price_index(listings: Iterable[ListingWeeks]) -> list[IndexPoint]:
    """Every week from the first to the last in which anything was priced."""
    known = [one for one in listings if one.prices]
    if not known:
        return []
    weeks = range(min(min(one.prices) for one in known), max(max(one.prices) for one in known) + 1)
    first = sum(weeks[0] in one.prices for one in known)
    points = [IndexPoint(weeks[0], _hundredths(BASE), first, 0)]
    level = BASE
    for week in weeks[1:]:
        ratios = [
            Fraction(one.prices[week], one.prices[week - 1])
            for one in known
            if week in one.prices and week - 1 in one.prices
        ]
        if not ratios:
            points.append(IndexPoint(week, None, 0, 0))
            continue
        level *= median(ratios)
        points.append(IndexPoint(week, _hundredths(level), len(ratios), sum(ratio != 1 for ratio in ratios)))
    return points


def median(values: list[Fraction]) -> Fraction:
    """The middle one; of an even number the mean of the two in the middle."""
    ordered = sorted(values)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) / 2


def _hundredths(level: Fraction) -> int:
    """Rounded half up."""
    return int((level * 200 + 1) // 2)
