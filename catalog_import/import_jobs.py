"""What the worker does for the dock: it takes up batches that a page left to it, or that somebody died over."""

from __future__ import annotations

from datetime import timedelta

import structlog
from sqlalchemy import Integer, and_, or_, select

from catalog_import.import_batch import ImportBatch
from catalog_import.run_import import run_batch
from mall import clock
from mall.access.actor import Actor, PostHeld
from mall.audit.record import record
from mall.database import atomic, close_reading, session
from mall.suppliers.supplier import Supplier, supplier

#: A page runs a file up to this size itself; a larger one it leaves to the worker.
INLINE_BYTES_MAX = 2 << 20
#: How long a small batch belongs to the page that received it.
PAGE_SECONDS = 120

_log = structlog.get_logger("catalog_import")


def run_waiting_batches(*, limit: int = 5) -> int:
    """Carry on the batches that wait, oldest first; returns how many. The worker calls it every few seconds."""
    taken = 0
    for batch_id, user_id, supplier_id in _waiting(limit=limit):
        selling = supplier(supplier_id)
        if selling is None:
            continue
        actor = acting_for(selling, user_id=user_id)
        close_reading()
        try:
            run_batch(actor=actor, batch_id=batch_id)
        except Exception:
            # A bug in one batch must not keep the others waiting; the batch says so and the log has the trace.
            _log.exception("import.broke", batch_id=batch_id)
            note_breakage(actor=actor, batch_id=batch_id)
        finally:
            close_reading()
        taken += 1
    return taken


def acting_for(selling: Supplier, *, user_id: int | None) -> Actor:
    """An actor for deeds done in the supplier's name by the worker or on the command line."""
    post = PostHeld(
        post_id=0, role="supplier", organisation_id=selling.id, region_code=selling.region_code,
        organisation_name=selling.name,
    )  # fmt: skip
    return Actor(user_id=user_id, username="import", name=selling.name, posts=(post,))


def _waiting(*, limit: int) -> list[tuple[int, int | None, int]]:
    faulty = ImportBatch.counts["faulty"].astext.cast(Integer)
    unread = ImportBatch.stage.in_(("received", "decoded", "staged"))
    decided = and_(
        ImportBatch.stage.in_(("checked", "merging")),
        or_(ImportBatch.mode == "partial", and_(ImportBatch.mode == "all-or-nothing", faulty == 0)),
    )
    is_ours = or_(
        ImportBatch.size_bytes > INLINE_BYTES_MAX,
        ImportBatch.created_at < clock.now() - timedelta(seconds=PAGE_SECONDS),
    )
    query = select(ImportBatch.id, ImportBatch.user_id, ImportBatch.supplier_id).where(or_(unread, decided), is_ours)
    return list(session().execute(query.order_by(ImportBatch.id).limit(limit)))


@atomic
def note_breakage(*, actor: Actor, batch_id: int) -> None:
    """End a batch over which we broke, as failed by "import.broke"; what was merged stays."""
    found = session().get(ImportBatch, batch_id, with_for_update=True)
    if found is not None and found.stage != "merged":
        found.stage, found.stage_since = "failed", clock.now()
        found.refusal_code = "import.broke"
        found.finished_at = clock.now()
        record(actor=actor, action="import.read", subject=found.reference, result="failed")
