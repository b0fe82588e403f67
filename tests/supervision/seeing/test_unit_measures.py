"""Where a unit stands among its peers, and the quantiles by rank behind it."""

from __future__ import annotations

import pytest

from supervision.seeing.ranks import quantile, quartiles, share_bp
from supervision.seeing.unit_measures import MEASURES, UnitMeasures, standings


def unit(number: int, **values: int | None) -> UnitMeasures:
    return UnitMeasures(number, 1, {**dict.fromkeys(MEASURES), **values})


@pytest.mark.parametrize(
    ("values", "expected"),
    [([5], (5, 5, 5)), ([1, 2], (1, 1, 2)), ([4, 1, 3, 2], (1, 2, 3)), ([1, 2, 3, 4, 5], (2, 3, 4)), ([], None)],
)
def test_quartiles_are_values_that_somebody_has(values: list[int], expected: tuple[int, int, int] | None) -> None:
    assert quartiles(values) == expected


def test_quantiles_of_many_agree_with_their_definition() -> None:
    values = list(range(1, 101))

    assert [quantile(values, percent) for percent in (10, 50, 90, 100)] == [10, 50, 90, 100]


def test_share_of_nothing_is_not_zero() -> None:
    assert share_bp(0, 0) is None
    assert share_bp(1, 3) == 3_333


def test_unit_above_the_third_quartile_is_outside() -> None:
    peers = [unit(number, late_share=number * 100) for number in range(1, 9)]

    stood = {one.measure: one for one in standings(unit(0, late_share=700), peers)}

    assert stood["late_share"].quartiles == (200, 400, 600)
    assert stood["late_share"].rank_bp == 8_750
    assert stood["late_share"].is_outside


def test_few_small_firms_are_outside_and_many_are_not() -> None:
    peers = [unit(number, small_share=number * 1_000) for number in range(1, 9)]

    def small(value: int) -> bool:
        return next(
            one for one in standings(unit(0, small_share=value), peers) if one.measure == "small_share"
        ).is_outside

    assert (small(1_000), small(9_000)) == (True, False)


def test_fewer_than_five_peers_give_no_quartiles() -> None:
    stood = standings(unit(0, late_share=700), [unit(number, late_share=1) for number in range(4)])

    assert {(one.quartiles, one.rank_bp) for one in stood} == {(None, None)}
    assert not any(one.is_outside for one in stood)
