"""Engines for the search tests: the embedded one always, a real Meilisearch where an address is given."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.demo_goods import demo_goods
from mall.search.document import Document
from mall.search.engine import SearchEngine
from mall.search.open_engine import open_engine
from tests.mall.search.office_goods import office_goods
from tests.mall.search.search_engines import engine_settings

ENGINES = ("tantivy", "meilisearch") if os.environ.get("SUNMALL_MEILI_URL") else ("tantivy",)


@pytest.fixture(scope="session")
def goods() -> list[Document]:
    return office_goods(count=2_000)


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SearchEngine]:
    """An engine with an empty index."""
    opened = open_engine(engine_settings(request.param, tmp_path))
    opened.ensure()
    yield opened
    opened.close()


@pytest.fixture(scope="session", params=ENGINES)
def full_engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, goods: list[Document]
) -> Iterator[SearchEngine]:
    """An engine with 2,000 goods; tests that share it must not write."""
    opened = open_engine(engine_settings(request.param, tmp_path_factory.mktemp("search")))
    opened.ensure()
    opened.rebuild(goods)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def demo_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchEngine]:
    """The embedded engine over the demo mall's goods; tests that share it must not write."""
    opened = open_engine(engine_settings("tantivy", tmp_path_factory.mktemp("demo")))
    opened.ensure()
    opened.rebuild(demo_goods())
    yield opened
    opened.close()
