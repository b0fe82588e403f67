"""Quantiles by rank: whole numbers, and always a value that somebody has."""

from __future__ import annotations

from collections.abc import Sequence


def quantile(values: Sequence[int], percent: int) -> int | None:
    """The smallest value that at least `percent` of a hundred do not exceed; None of nothing."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[max(1, -(-len(ordered) * percent // 100)) - 1]


def quartiles(values: Sequence[int]) -> tuple[int, int, int] | None:
    """(first quartile, median, third quartile); None of nothing."""
    if not values:
        return None
    ordered = sorted(values)
    first, median, third = (ordered[max(1, -(-len(ordered) * percent // 100)) - 1] for percent in (25, 50, 75))
    return first, median, third


def share_bp(part: int, whole: int) -> int | None:
    """part / whole in basis points, rounded down; None where there is nothing to divide by."""
    return part * 10_000 // whole if whole > 0 else None
