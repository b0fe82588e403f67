"""Orders around a limit: bins that miss and repeat nothing, and the exact test."""

from __future__ import annotations

from supervision.seeing.limit_histogram import EDGES, ORDERS_MIN, TEST_EDGES, _test


def test_edges_rise_and_hold_those_of_the_test() -> None:
    assert list(EDGES) == sorted(set(EDGES))
    assert set(TEST_EDGES) <= set(EDGES)


def test_as_many_below_as_above_is_no_more_than_chance() -> None:
    around = [90_000] * 30 + [96_000] * 30 + [103_000] * 30
    found = _test(around + [10_000] * 200, at_fen=100_000)

    assert (found.bins_count, found.middle_count) == (90, 30)
    assert not found.is_significant


def test_a_heap_just_below_the_limit_is_more_than_chance() -> None:
    found = _test([90_000] * 15 + [99_900] * 60 + [103_000] * 15 + [10_000] * 200, at_fen=100_000)

    assert found.middle_count == 60
    assert found.needed_count is not None and found.needed_count <= 60
    assert found.is_significant


def test_the_limit_itself_lies_above() -> None:
    assert _test([100_000] * 5, at_fen=100_000).middle_count == 0
    assert _test([99_999] * 5, at_fen=100_000).middle_count == 5
    assert _test([107_000, 85_999], at_fen=100_000).bins_count == 0


def test_too_few_orders_are_not_tested() -> None:
    found = _test([99_900] * (ORDERS_MIN - 1), at_fen=100_000)

    assert found.needed_count is None
    assert not found.is_significant
