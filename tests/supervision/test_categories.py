"""What of a category code counts, and what lies below what."""

from __future__ import annotations

import pytest

from supervision.categories import is_within_branches, significant_part


@pytest.mark.parametrize(
    ("code", "part"),
    [
        ("A02010105", "A02010105"),
        ("A02010100", "A020101"),
        ("A02010000", "A0201"),
        ("A02000000", "A02"),
        ("A0201", "A0201"),
    ],
)
def test_zeros_at_the_end_say_nothing(code: str, part: str) -> None:
    assert significant_part(code) == part


@pytest.mark.parametrize(
    ("code", "granted", "expected"),
    [
        ("A05010201", ["A05010100"], True),
        ("A05020101", ["A05010100"], False),
        ("A02010199", ["A02010105"], True),
        ("A02010201", ["A02010105"], False),
        ("A02010201", ["A02000000"], True),
        ("A05040101", ["A0201", "A0504"], True),
    ],
)
def test_branches_are_wide_but_among_computers(code: str, granted: list[str], expected: bool) -> None:
    assert is_within_branches(code, granted) is expected
