"""Random walks stand on what the journeys stand on: the story's people and a clock on a day in June."""

from tests.journeys.conftest import a_day_in_june, story

__all__ = ["a_day_in_june", "story"]
