"""Groups of suppliers under common control, found before the night's export and written where the views read them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import delete, insert, select, text

from mall.access.actor import SYSTEM
from mall.audit.record import record
from mall.database import atomic, session
from supervision.common_control import common_control
from supervision.supplier_group import SupplierGroup

_KEYS = text("select party_id, kind, key from watch.identity_key where party = 'supplier'")


@atomic
def find_groups(*, watch_key: str, on: date) -> int:
    """Compare what suppliers share and keep who belongs together. Returns how many suppliers are in a group."""
    writing = session()
    writing.execute(text("select set_config('sunmall.watch_key', :key, true)"), {"key": watch_key})
    groups = common_control([(row.party_id, row.kind, row.key) for row in writing.execute(_KEYS)]).group_keys
    if groups != _known():
        writing.execute(delete(SupplierGroup))
        if groups:
            rows = [{"supplier_id": one, "group_key": key, "on_day": on} for one, key in sorted(groups.items())]
            writing.execute(insert(SupplierGroup), rows)
    record(actor=SYSTEM, action="supplier_group.find", subject="supplier_group", facts={"suppliers": len(groups)})
    return len(groups)


def _known() -> Mapping[int, str]:
    return dict(session().execute(select(SupplierGroup.supplier_id, SupplierGroup.group_key)).all())
