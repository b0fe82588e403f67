"""Ratios, joins and tables of critical values mean the same in an expression as in whole numbers."""

from __future__ import annotations

import itertools
import math

import ibis
import pytest

from supervision.critical_values import binomial_critical, looked_up, packed, rotation_critical
from supervision.engines.duckdb_engine import DuckdbEngine
from supervision.exact_ratios import SQUARED_MAX, quartiles, ratio, squarable
from supervision.expressions import inner_join, left_join, literal
from tests.supervision.golden_cases import whole_rows

_LISTINGS = [
    {"supplier_id": supplier_id, "region_code": region_code, "price_fen": price_fen}
    for supplier_id, region_code, price_fen in ((1, 10, 7), (2, 10, 9), (3, 20, 1), (4, 20, 2), (5, 20, 3))
]


def _rows(expression: ibis.Table, *order_by: str) -> list[dict[str, object]]:
    with DuckdbEngine(memory="256MB") as engine:
        engine.fill("listing", whole_rows("listing", _LISTINGS))
        return engine.table(expression, order_by=order_by)


def _listings() -> ibis.Table:
    return ibis.table(dict.fromkeys(("listing_id", "supplier_id", "region_code", "price_fen"), "!int64"), "listing")


@pytest.mark.parametrize("part", [0, 1, 2, 3, 999, 12_345_678_901])
@pytest.mark.parametrize("of", [0, 1, 3, 7, 10_000, 12_345_678_901])
def test_a_ratio_is_the_floor_of_the_exact_quotient(part: int, of: int) -> None:
    table = _listings().limit(1).select(found=ratio(literal(part), literal(of), 10_000))

    assert _rows(table, "found") == [{"found": part * 10_000 // of if of else 0}]


@pytest.mark.parametrize("largest", [1, SQUARED_MAX, SQUARED_MAX + 1, SQUARED_MAX * 10_000, SQUARED_MAX * 10_000 + 1])
def test_what_is_squarable_fits_into_64_bits_a_hundredfold(largest: int) -> None:
    found = _rows(_listings().limit(1).select(found=squarable(literal(largest), literal(largest))), "found")[0]["found"]

    assert 0 < int(str(found)) ** 2 * 100 < 2**63


def test_a_table_is_joined_with_what_was_made_from_it() -> None:
    listings = left_join(_listings(), _listings().select("supplier_id", double_fen=_listings().price_fen * 2),
                         ("supplier_id",))  # fmt: skip
    by_region = quartiles(listings, "price_fen", by=["region_code"], unique="supplier_id")
    joined = left_join(listings, by_region, ("region_code",))
    inner = inner_join(listings, by_region, ("region_code",))

    expected = [(1, 7, 9, 2), (2, 7, 9, 2), (3, 1, 3, 3), (4, 1, 3, 3), (5, 1, 3, 3)]
    for table in (joined, inner):
        found = [tuple(row[name] for name in ("supplier_id", "quartile_1", "quartile_3", "peer_count"))
                 for row in _rows(table, "supplier_id")]  # fmt: skip
        assert found == expected


def test_a_packed_table_is_looked_up_by_its_index() -> None:
    table = _listings().select(found=looked_up(packed([5, 99, 0, 42]), _listings().supplier_id - 1))

    assert [row["found"] for row in _rows(table, "found")] == [0, 5, 42, 42, 99]
    with pytest.raises(ValueError, match="digits"):
        packed([100])


@pytest.mark.parametrize(("trials", "chance_percent"), [(10, 13), (10, 25), (20, 8), (60, 50), (5, 23), (8, 90)])
def test_a_binomial_critical_value_is_the_first_below_the_level(trials: int, chance_percent: int) -> None:
    def tail(hits: int) -> float:
        chance = chance_percent / 100
        return sum(
            math.comb(trials, index) * chance**index * (1 - chance) ** (trials - index)
            for index in range(hits, trials + 1)
        )

    critical = binomial_critical(trials, chance_percent, 100)

    assert tail(critical) < 1e-4 <= tail(critical - 1)


def test_binomial_critical_values_are_those_of_the_table_of_honest_spreads() -> None:
    """k = 10 quotations of 4 quotes at honest rates of .32, .20, .08 and .015: ten, eight, six and four hits."""
    assert [binomial_critical(10, chance, 100) for chance in (32, 20, 8)] == [10, 8, 6]


def test_rotations_are_counted_as_all_sequences_show() -> None:
    def steps(sequence: list[int], winners: int) -> int:
        if winners == 2:
            return sum(one != other for one, other in itertools.pairwise(sequence))
        return sum(len(set(sequence[place - 2 : place + 1])) == 3 for place in range(2, len(sequence)))

    for winners, inquiries in ((2, 8), (2, 11), (3, 6), (3, 8)):
        counted = [0] * (inquiries + 1)
        for number_of in range(winners**inquiries):
            sequence = [number_of // winners**place % winners for place in range(inquiries)]
            counted[steps(sequence, winners)] += 1
        critical = rotation_critical(inquiries, winners, 10_000)
        assert sum(counted[critical:]) * 100 < winners**inquiries <= sum(counted[critical - 1 :]) * 100
    assert rotation_critical(6, 2, 10_000) == 7
    assert rotation_critical(6, 3, 10_000) == 4
