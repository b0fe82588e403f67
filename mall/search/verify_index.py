"""Comparing the search index with the database, listing by listing, while both go on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import select

from mall.database import atomic, close_reading, session
from mall.search.document import stamp
from mall.search.engine import SearchEngine
from mall.search.load_documents import documents_for_index
from mall.search.search_task import SearchTask, queue_listings


@dataclass(frozen=True)
class IndexReport:
    """What differs, as ids of listings. `waiting` have changed and are queued for the worker: they are no finding."""

    compared: int
    missing: tuple[int, ...]
    stale: tuple[int, ...]
    surplus: tuple[int, ...]
    waiting: int

    @property
    def findings(self) -> tuple[int, ...]:
        """All listings that the index has wrong, by growing id."""
        return tuple(sorted({*self.missing, *self.stale, *self.surplus}))


def verify_index(engine: SearchEngine) -> IndexReport:
    """Compare every listing on the shelf with its stamp in the index.

    Both are read while people change prices: what differs is looked at once more by itself, and what the worker has
    in its queue is left to it. Raises EngineUnavailable.
    """
    compared, suspects = _differences(documents_for_index(None), engine=engine)
    waiting = set(session().scalars(select(SearchTask.listing_id)))
    ids = sorted(suspects - waiting)
    close_reading()
    wanted = {document.id: stamp(document) for document in documents_for_index(ids) if document.on_shelf}
    held = dict(engine.stamps(ids))
    close_reading()
    return IndexReport(
        compared=compared,
        missing=tuple(one for one in ids if one in wanted and one not in held),
        stale=tuple(one for one in ids if one in wanted and one in held and held[one] != wanted[one]),
        surplus=tuple(one for one in ids if one not in wanted and one in held),
        waiting=len(waiting),
    )


@atomic(housekeeping="what to index is no deed; nothing of the catalogue changes")
def queue_findings(report: IndexReport) -> int:
    """Hand what the index has wrong to the worker; returns how many listings."""
    queue_listings(report.findings)
    return len(report.findings)


def _differences(documents: Iterable, *, engine: SearchEngine) -> tuple[int, set[int]]:
    """(listings on the shelf, ids that are in one of the two only or differ); both come by growing id."""
    compared, suspects = 0, set()
    held = iter(engine.stamps())
    next_held = next(held, None)
    for document in documents:
        compared += 1
        while next_held is not None and next_held[0] < document.id:
            suspects.add(next_held[0])
            next_held = next(held, None)
        if next_held is None or next_held != (document.id, stamp(document)):
            suspects.add(document.id)
        if next_held is not None and next_held[0] == document.id:
            next_held = next(held, None)
    suspects.update(_ids_left(next_held, held))
    return compared, suspects


def _ids_left(first: tuple[int, int] | None, others: Iterator[tuple[int, int]]) -> Iterator[int]:
    if first is not None:
        yield first[0]
        yield from (listing_id for listing_id, _ in others)
