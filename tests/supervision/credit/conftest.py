"""What the tests of credit stand on: a story of orders, and a shelf of listings."""

from __future__ import annotations

from tests.journeys.conftest import a_day_in_june, story
from tests.mall.catalogue.conftest import shelf

# Fixtures of other rooms; pytest finds them by their names in this file.
__all__ = ["a_day_in_june", "shelf", "story"]
