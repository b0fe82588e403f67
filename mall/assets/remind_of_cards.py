"""The nightly check of asset cards: units are told of new faults at once, of the same ones again every week."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from mall import clock
from mall.access.actor import SYSTEM
from mall.assets.check_cards import AssetFault, asset_faults
from mall.audit.record import record
from mall.database import atomic, close_reading
from mall.documents.once import claim, hash_of, settle
from mall.outbox.event import publish
from mall.regions.working_days import is_working_day

#: what the number of a unit's check begins with; the unit's id follows
CHECK_PREFIX = "ZCHD"
#: before this hour of a working day nothing is checked: the night's other work comes first
FROM_HOUR = 5

_checked_on: date | None = None


def remind_of_cards() -> int:
    """Check once a working day. Returns how many units were told; safe to run twice at once, and after a restart."""
    global _checked_on
    now = clock.local(clock.now())
    if now.date() == _checked_on or now.hour < FROM_HOUR or not is_working_day(now.date()):
        return 0
    told = tell_units()
    _checked_on = now.date()
    return told


def tell_units() -> int:
    """Look at every unit now. Returns how many were told something new."""
    by_unit: dict[int, list[AssetFault]] = defaultdict(list)
    for fault in asset_faults():
        by_unit[fault.unit_id].append(fault)
    close_reading()
    return sum(_tell(unit_id=unit_id, faults=faults) for unit_id, faults in sorted(by_unit.items()))


@atomic
def _tell(*, unit_id: int, faults: list[AssetFault]) -> bool:
    year, week, _ = clock.today().isocalendar()
    said = sorted([fault.kind, fault.order, fault.card, str(fault.expected), str(fault.found)] for fault in faults)
    claimed = claim(
        actor=SYSTEM, action="asset.remind", request_key=f"{year}-{week:02d}-{unit_id}-{hash_of(said)[:16]}", body=said
    )
    if claimed.replayed:
        return False
    overdue = sum(fault.kind == "not_registered" for fault in faults)
    counts = {"unit_id": unit_id, "count": len(faults), "overdue": overdue}
    document = f"asset_check:{CHECK_PREFIX}-{unit_id}"
    publish("asset.faults_found", document=document, payload=counts)
    record(actor=SYSTEM, action="asset.remind", subject=document, facts=counts)
    settle(claimed, counts)
    return True
