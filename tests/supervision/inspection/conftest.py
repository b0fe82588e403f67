"""What the tests of inspections stand on: a story of orders on a day in June."""

from __future__ import annotations

from tests.journeys.conftest import a_day_in_june, story

# Fixtures of other rooms; pytest finds them by their names in this file.
__all__ = ["a_day_in_june", "story"]
