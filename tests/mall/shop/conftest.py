"""An index over the small province for the tests of the shop."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mall.search import search_catalogue
from mall.search.catalogue_names import forget_kept_names
from mall.search.keep_index import IndexKeeper
from mall.search.tantivy_engine import TantivyEngine
from tests.world import World


@pytest.fixture
def keeper(world: World, tmp_path: Path) -> Iterator[IndexKeeper]:
    """The writer of a fresh index over the world's listings; the shop searches the same index."""
    forget_kept_names()
    engine = TantivyEngine(folder=tmp_path / "search", read_only=False)
    keeper = IndexKeeper(engine)
    keeper.start()
    search_catalogue.use_engine(engine)
    yield keeper
    search_catalogue.use_engine(None)
    engine.close()
