"""Opens the engine the settings ask for."""

from __future__ import annotations

from mall.search.engine import EngineSettings, SearchEngine
from mall.search.synonyms import DEFAULT_TABLE
from mall.search.tantivy_engine import TantivyEngine


def open_engine(settings: EngineSettings) -> SearchEngine:
    """Return an engine; nothing is opened, locked or called before its first use.

    Raise ValueError for an unknown kind.
    """
    table = settings.synonyms_table or DEFAULT_TABLE
    if settings.kind == "tantivy":
        return TantivyEngine(folder=settings.data_dir / "search", read_only=settings.read_only, synonyms_table=table)
    if settings.kind == "meilisearch":
        from mall.search.meilisearch_engine import MeilisearchEngine

        return MeilisearchEngine(
            url=settings.meili_url,
            key=settings.meili_key,
            index=settings.meili_index,
            read_only=settings.read_only,
            synonyms_table=table,
        )
    raise ValueError(f"unknown search engine {settings.kind!r}: tantivy or meilisearch")
