"""Throws away what lies in suppliers' folders after its days: the files that were taken or refused, and our answers.

They are originals like those of the pages, and go by the same dated number of days; who sent what, its SHA-256 and what
became of it stays.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlalchemy import select

from catalog_import.drop_folder import REFUSED, REPORTS, TAKEN, DropFolder, open_folder
from catalog_import.file_drop import FileDropTake, all_drops
from catalog_import.purge_files import KEEP_RULE
from mall import clock
from mall.access.actor import SYSTEM
from mall.audit.record import record
from mall.database import atomic, close_reading, session
from mall.regions.regional_rule import RuleValue, rule
from mall.suppliers.supplier import Supplier

#: takes of one folder whose files go in one call of the chore
TAKES_MAX = 200

_log = structlog.get_logger("file_drop")


def purge_drops() -> int:
    """Delete what is old enough; returns of how many takes. The worker calls it hourly."""
    purged = 0
    for _choice, selling in all_drops():
        days = rule(KEEP_RULE, region_code=selling.region_code, on=clock.today())
        old = _old_takes(selling.id, before=clock.now() - timedelta(days=days.value))
        close_reading()
        try:
            purged += _purge_folder(selling, old, days=days)
        except OSError as error:
            # Tried again in an hour; the look into the folder says the same to those who can help.
            _log.warning("drop.not_purged", supplier_id=selling.id, error=str(error))
    return purged


def _old_takes(supplier_id: int, *, before: datetime) -> list[int]:
    query = select(FileDropTake.id).where(
        FileDropTake.supplier_id == supplier_id,
        FileDropTake.stage == "done",
        FileDropTake.finished_at < before,
        FileDropTake.purged_at.is_(None),
    )
    return list(session().scalars(query.order_by(FileDropTake.id).limit(TAKES_MAX)))


def _purge_folder(selling: Supplier, take_ids: list[int], *, days: RuleValue) -> int:
    if not take_ids:
        return 0
    with open_folder(selling.credit_code) as folder:
        if folder is None:
            return 0
        for take_id in take_ids:
            _purge(take_id=take_id, folder=folder, days=days)
    return len(take_ids)


@atomic
def _purge(*, take_id: int, folder: DropFolder, days: RuleValue) -> None:
    take = session().get_one(FileDropTake, take_id, with_for_update=True, populate_existing=True)
    take.purged_at = clock.now()
    facts = {
        "file_name": take.file_name,
        "sha256": take.sha256,
        "size_bytes": take.size_bytes,
        "kept_as": take.kept_as,
        "papers": list(take.papers),
        "rule": days.as_evidence(),
    }
    record(actor=SYSTEM, action="drop.purge", subject=take.reference, facts=facts)
    folder.drop(take.kept_as, room=REFUSED if take.is_refused else TAKEN)
    for paper in take.papers:
        folder.drop(paper, room=REFUSED if take.is_refused else REPORTS)
