"""Filling the index: all of it, or what changed."""

from __future__ import annotations

from collections.abc import Iterable

from mall.search.document import Document
from mall.search.engine import Progress, SearchEngine


def rebuild(engine: SearchEngine, documents: Iterable[Document], *, progress: Progress | None = None) -> int:
    """Build the index anew from `documents` (every listing on the shelf, in any order, read once).

    Readers keep the old index until the new one is complete; changes applied meanwhile by another thread
    of the same process are in the new one too. Return the number of listings indexed.
    """
    return engine.rebuild(documents, progress=progress)


def apply(engine: SearchEngine, *, upserts: Iterable[Document] = (), deletes: Iterable[int] = ()) -> int:
    """Carry changes into the index and return when they are durable and visible; return how many.

    One call is one commit (some 100 ms): collect a second's worth of changes. Applying the same changes
    again is harmless, so acknowledge outbox rows only after this returned. Where both name an id, the
    document wins.
    """
    written = list(upserts)
    replaced = {document.id for document in written}
    removed = [listing_id for listing_id in deletes if listing_id not in replaced]
    count = engine.delete(removed) if removed else 0
    count += engine.upsert(written) if written else 0
    engine.refresh()
    return count
