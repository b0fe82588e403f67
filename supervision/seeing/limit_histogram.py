"""Orders around a limit in logarithmic bins, with the exact test of whether they gather just below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from sqlalchemy import select

from mall.database import session
from mall.errors import Refusal
from mall.ordering.order import Order
from mall.regions.regional_rule import RegionalRule, rule
from supervision.binomial import critical_values
from supervision.rule_shelf import rules
from supervision.seeing.watched_orders import OrderWish, watched_orders
from supervision.values_in_force import values_for

#: the three bins of the test in hundredths of the limit: [86, 93), [93, 100), [100, 107)
TEST_EDGES = (86, 93, 100, 107)
#: bins are drawn from these hundredths of the limit on; each is about 7 % wide, as those of the test
EDGES = (45, 48, 52, 56, 60, 65, 69, 75, 80, *TEST_EDGES, 115, 124, 133, 143, 154, 165, 178, 191)
#: fewer orders than this say nothing: with 60 % of them moved the test finds it every other time
ORDERS_MIN = 200
LEVEL_PER_MILLION = 10_000
#: where nobody has a limit: orders heap up at round prices here, too
PLACEBO_PERCENT = 80
#: the limits of single orders that the mall knows as regional rules
_LIMIT_CODES = ("approval.second_level_fen", "acceptance.second_acceptor_fen", "direct_purchase.year_limit")
#: the rule that looks for bunching, whose own limit comes first where it stands on the shelf
_BUNCHING_RULE, _BUNCHING_LIMIT = "splitting.bunching", "limit_fen"


@dataclass(frozen=True)
class Limit:
    code: str
    name: str
    name_en: str
    value_fen: int


@dataclass(frozen=True)
class Bin:
    """Orders of [least, below) fen."""

    least_fen: int
    below_fen: int
    count: int
    is_just_below: bool


@dataclass(frozen=True)
class BinTest:
    """Three equal bins around a point: if nobody looked at it, a third of their orders would lie in the middle one.

    `needed_count`: so many in the middle are significant at 1 %; None where there are too few orders to test.
    """

    at_fen: int
    bins_count: int
    middle_count: int
    needed_count: int | None

    @property
    def is_significant(self) -> bool:
        return self.needed_count is not None and self.middle_count >= self.needed_count


@dataclass(frozen=True)
class Histogram:
    limit: Limit
    order_count: int
    bins: Sequence[Bin]
    test: BinTest
    placebo: BinTest


def limits_of(region_code: int, *, on: date) -> list[Limit]:
    """The limits that bind orders of this division on a day; each value once, the first name holds."""
    found: list[Limit] = []
    watching = rules().get(_BUNCHING_RULE)
    if watching is not None:
        value = values_for(watching, region_code=region_code, on=on)[_BUNCHING_LIMIT]
        words = watching.parameter(_BUNCHING_LIMIT).words
        found.append(Limit(f"{_BUNCHING_RULE}.{_BUNCHING_LIMIT}", words.zh, words.en, value))
    names = {
        code: (name, name_en)
        for code, name, name_en in session().execute(
            select(RegionalRule.code, RegionalRule.name, RegionalRule.name_en).where(
                RegionalRule.code.in_(_LIMIT_CODES)
            )
        )
    }
    for code in _LIMIT_CODES:
        try:
            value = rule(code, region_code=region_code, on=on).value
        except Refusal:
            continue
        if code in names and value not in {one.value_fen for one in found}:
            found.append(Limit(code, *names[code], value))
    return found


def histogram(wanted: OrderWish, limit: Limit) -> Histogram:
    """The orders of a wish around a limit."""
    totals = list(session().scalars(watched_orders(select(Order), wanted).with_only_columns(Order.total_fen)))
    edges = [limit.value_fen * percent // 100 for percent in EDGES]
    bins = [
        Bin(
            least,
            below,
            sum(least <= total < below for total in totals),
            is_just_below=EDGES[place] == TEST_EDGES[1],
        )
        for place, (least, below) in enumerate(pairwise(edges))
    ]
    return Histogram(
        limit=limit,
        order_count=len(totals),
        bins=bins,
        test=_test(totals, at_fen=limit.value_fen),
        placebo=_test(totals, at_fen=limit.value_fen * PLACEBO_PERCENT // 100),
    )


def _test(totals: Sequence[int], *, at_fen: int) -> BinTest:
    first, low, high, last = (at_fen * percent // 100 for percent in TEST_EDGES)
    inside = sum(first <= total < last for total in totals)
    middle = sum(low <= total < high for total in totals)
    needed = None
    if len(totals) >= ORDERS_MIN and 0 < inside < len(_critical()):
        least = _critical()[inside]
        needed = least if least <= inside else None
    return BinTest(at_fen, inside, middle, needed)


def _critical() -> tuple[int, ...]:
    return critical_values(LEVEL_PER_MILLION)
