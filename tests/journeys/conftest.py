"""What every journey stands on: the story's people, and a clock that stands on a working day in June."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask

from mall import clock
from tests.conftest import Clone
from tests.journeys.story import Story
from tests.world import World


@pytest.fixture(autouse=True)
def a_day_in_june() -> Iterator[None]:
    """Ten in the morning of 15 June in Shanghai, so that no term of a story runs into the next budget year."""
    with clock.frozen(datetime(clock.today().year, 6, 15, 2, 0, tzinfo=UTC)):
        yield


@pytest.fixture
def story(app: Flask, world: World, own_database: Clone, tmp_path: Path) -> Story:
    """The people of the small province, each with a token of the API."""
    return Story(app, world=world, admin_url=own_database.admin, folder=tmp_path)
