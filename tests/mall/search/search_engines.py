"""How the search tests open engines, and small questions they put to them."""

from __future__ import annotations

import os
from pathlib import Path
from uuid import uuid4

from mall.search.engine import EngineSettings, SearchEngine
from mall.search.query import Query


def engine_settings(kind: str, folder: Path, *, read_only: bool = False) -> EngineSettings:
    """Return settings of an engine of its own."""
    return EngineSettings(
        kind=kind,
        data_dir=folder,
        meili_url=os.environ.get("SUNMALL_MEILI_URL", ""),
        meili_key=os.environ.get("SUNMALL_MEILI_KEY", ""),
        meili_index=f"test_{uuid4().hex[:8]}",
        read_only=read_only,
    )


def found(engine: SearchEngine, text: str = "", **wanted: object) -> list[int]:
    """Return the ids of the first page, in order."""
    return list(engine.search(Query(text=text, **wanted)).ids)  # type: ignore[arg-type]


def every_page(engine: SearchEngine, *, size: int, **wanted: object) -> list[int]:
    """Return the ids of all pages up to the first empty one."""
    ids: list[int] = []
    page = 1
    while part := engine.search(Query(page=page, size=size, **wanted)).ids:  # type: ignore[arg-type]
        ids.extend(part)
        page += 1
    return ids
