"""The mall's own application, without the rooms above it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mall.search import search_catalogue
from mall.settings import Settings
from mall.web.app import MallApp, build_app
from tests.world import World


@pytest.fixture
def app(settings: Settings, world: World) -> Iterator[MallApp]:
    """What build_app makes."""
    built = build_app(settings)
    built.testing = True
    yield built
    search_catalogue.use_engine(None)
