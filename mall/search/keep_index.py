"""Keeps the search index in step with the catalogue: events queue listings, the worker's keeper indexes them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from mall import clock
from mall.crash_point import INDEXED_NOT_STRUCK_OFF, crash_point
from mall.database import close_reading
from mall.outbox.event import Event, subscribes
from mall.search.document import Document
from mall.search.engine import Progress, SearchEngine
from mall.search.rebuild_index import apply, rebuild
from mall.search.search_catalogue import documents_for_index
from mall.search.search_synonym import SynonymNews
from mall.search.search_task import (
    forget_tasks,
    queue_capped,
    queue_dated_ceilings,
    queue_expired_licences,
    queue_listings,
    queue_rivals,
    queue_supplier,
    waiting_tasks,
)

#: listings in one commit of the index; a commit costs some 100 ms whatever its size
BATCH_MAX = 2_000
#: how far back a keeper looks for what dates changed while no worker was running
LOOKBACK_DAYS = 31


@subscribes(
    "listing.changed", "listing.created", "listing.take_off", "listing.put_on",
    # the steps by which a listing comes on the shelf or leaves it
    "listing.shelve", "listing.approve", "listing.freeze", "listing.lift", "listing.expire", "listing.delist",
)  # fmt: skip
def queue_changed_listing(event: Event) -> None:
    """Note the listing of the event, and those its payload names under `listing_ids` (an import names many).

    Their rivals too, unless only stock or sales changed: what one offer costs decides how dear the others are.
    """
    named = [int(listing_id) for listing_id in event.payload.get("listing_ids", ())]
    kind, _, key = event.document.partition(":")
    if kind == "listing" and key.isdigit():
        named.append(int(key))
    queue_listings(named)
    if kind != "sales" and "new_stock" not in event.payload:
        queue_rivals(named)


@subscribes("catalogue.imported")
def queue_imported_listings(event: Event) -> None:
    """Note the listings an import changed."""
    queue_changed_listing(event)


@subscribes("price_ceiling.confirm", "price_ceiling.end")
def queue_capped_listings(event: Event) -> None:
    """Note what a price ceiling is about that holds from now on, or no longer."""
    queue_capped([int(event.document.partition(":")[2])])


@subscribes("supplier.changed", "supplier.rerated", "supplier.suspended", "supplier.restored", "supplier.removed")
def queue_supplier_of(event: Event) -> None:
    """Note every listing of a supplier that may sell again, or no longer, is called or rated otherwise."""
    kind, _, key = event.document.partition(":")
    if kind == "supplier" and key.isdigit():
        queue_supplier(int(key))


class IndexKeeper:
    """The one writer of the index. The worker calls `start` once and `step` every second."""

    def __init__(self, engine: SearchEngine) -> None:
        self._engine = engine
        self._looked_on: date | None = None
        self._synonyms = SynonymNews()

    def start(self, *, progress: Progress | None = None) -> int:
        """Make sure there is a complete index; return how many listings had to be indexed for that."""
        return self.rebuild(progress=progress) if self._engine.ensure() else 0

    def rebuild(self, *, progress: Progress | None = None) -> int:
        """Build the index anew from the database; readers keep the old one until the new one is complete."""
        try:
            self._synonyms.tell(self._engine)
            return rebuild(self._engine, _all_documents(), progress=progress)
        finally:
            close_reading()

    def step(self) -> int:
        """Bring up to BATCH_MAX queued listings into the index; return how many.

        Raises EngineUnavailable; the listings stay queued then.
        """
        self._look_at_the_calendar()
        try:
            self._synonyms.tell(self._engine)
            tasks = waiting_tasks(limit=BATCH_MAX)
            if not tasks:
                return 0
            ids = [listing_id for listing_id, _ in tasks]
            documents = list(documents_for_index(ids))
        finally:
            close_reading()
        found = {document.id for document in documents}
        apply(self._engine, upserts=documents, deletes=[listing_id for listing_id in ids if listing_id not in found])
        crash_point(INDEXED_NOT_STRUCK_OFF)
        forget_tasks(tasks)
        return len(tasks)

    def _look_at_the_calendar(self) -> None:
        """A licence runs out and a ceiling begins without any event, at midnight: look once a day."""
        today = clock.today()
        if self._looked_on != today:
            queue_expired_licences(since=today - timedelta(days=LOOKBACK_DAYS), on=today)
            queue_dated_ceilings(since=today - timedelta(days=LOOKBACK_DAYS), on=today)
            self._looked_on = today


def _all_documents() -> Iterator[Document]:
    """Every listing on the shelf. The engine reads them all before its long work, in which the server would cut off
    a transaction that only waits."""
    try:
        yield from documents_for_index(None)
    finally:
        close_reading()
