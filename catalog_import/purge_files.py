"""Throws away the suppliers' original files some time after their batches are done; their SHA-256 stays as evidence.

The staged rows, the counts and the audit trail stay too: what a file said remains known, only its bytes go.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import and_, func, or_, select

from catalog_import.import_batch import ImportBatch
from catalog_import.spool import drop_blocks, drop_spooled, forgotten_files
from mall import clock
from mall.access.actor import SYSTEM
from mall.audit.record import record
from mall.database import atomic, session
from mall.regions.regional_rule import RuleValue, rule
from mall.suppliers.supplier import Supplier

#: the regional rule that says how many days an original is kept
KEEP_RULE = "import.keep_days"
#: batches purged in one call of the chore
BATCHES_MAX = 200
#: a file younger than this may belong to an upload that is just being opened
YOUNG_SECONDS = 86_400


def purge_files() -> int:
    """Purge the originals whose days are over; returns how many batches lost theirs. The worker calls it hourly."""
    purged = 0
    for region_code in _regions_with_files():
        days = rule(KEEP_RULE, region_code=region_code, on=clock.today())
        for batch_id in _old_batches(region_code, before=clock.now() - timedelta(days=days.value)):
            purged += _purge(batch_id=batch_id, days=days)
    _drop_forgotten()
    return purged


def _regions_with_files() -> list[int]:
    query = select(Supplier.region_code).join(ImportBatch, ImportBatch.supplier_id == Supplier.id)
    return list(session().scalars(query.where(ImportBatch.purged_at.is_(None)).distinct()))


def _old_batches(region_code: int, *, before: datetime) -> list[int]:
    """Finished ones by their end; those nobody went on with (a trial run, unsaid columns) by their arrival."""
    finished = and_(ImportBatch.stage.in_(("merged", "failed")), ImportBatch.finished_at < before)
    left_lying = and_(ImportBatch.stage.in_(("columns", "checked")), ImportBatch.created_at < before)
    query = (
        select(ImportBatch.id)
        .join(Supplier, Supplier.id == ImportBatch.supplier_id)
        .where(Supplier.region_code == region_code, ImportBatch.purged_at.is_(None), or_(finished, left_lying))
        .order_by(ImportBatch.id)
    )
    return list(session().scalars(query.limit(BATCHES_MAX)))


@atomic
def _purge(*, batch_id: int, days: RuleValue) -> int:
    """The file itself goes only when no other batch needs it: suppliers may send the same bytes."""
    found = session().get(ImportBatch, batch_id, with_for_update={"skip_locked": True}, populate_existing=True)
    if found is None or found.purged_at is not None or found.is_under_way:
        return 0
    found.purged_at = clock.now()
    others = select(func.count()).where(
        ImportBatch.sha256 == found.sha256, ImportBatch.id != found.id, ImportBatch.purged_at.is_(None)
    )
    is_deleted = not session().scalar(others) and drop_spooled(found.sha256, older_than_seconds=YOUNG_SECONDS)
    drop_blocks(found.id)
    facts = {
        "file_name": found.file_name,
        "sha256": found.sha256,
        "size_bytes": found.size_bytes,
        "deleted": is_deleted,
        "finished_on": _day(found.finished_at or found.created_at).isoformat(),
        "rule": days.as_evidence(),
    }
    record(actor=SYSTEM, action="import.purge", subject=found.reference, facts=facts)
    return 1


def _drop_forgotten() -> None:
    """Files of uploads that were refused, broke off, or whose batch was purged while they were young."""
    for path in forgotten_files(older_than_seconds=YOUNG_SECONDS):
        needed = select(ImportBatch.id).where(ImportBatch.sha256 == path.name, ImportBatch.purged_at.is_(None))
        if session().scalar(needed.limit(1)) is None:
            # Looked at once more: the same bytes may have come again meanwhile, and then the file is young.
            drop_spooled(path.name, older_than_seconds=YOUNG_SECONDS)


def _day(at: datetime) -> date:
    return clock.local(at).date()
