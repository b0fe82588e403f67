"""A supplier has his folder looked into from now on, or no longer; the folder is made when he first wants it."""

from __future__ import annotations

from dataclasses import dataclass

from catalog_import.drop_folder import make_folder, trouble_of
from catalog_import.file_drop import FileDrop
from catalog_import.import_batch import MODES
from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import authorize
from mall.audit.record import record
from mall.database import atomic, session
from mall.errors import Refusal
from mall.suppliers.supplier import supplier


@dataclass(frozen=True)
class _Switching:
    """The subject of the permission: whose folder it is."""

    supplier_id: int


@atomic
def switch_drop(*, actor: Actor, supplier_id: int, is_on: bool, mode: str) -> FileDrop:
    """Note the supplier's choice; the same choice again changes nothing. A folder switched off keeps its files.

    Raises Refusal "access.denied", "import.supplier_not_active", "drop.no_code", "drop.disk_full", "drop.no_access",
    "drop.folder_missing", "drop.disk_error"; ValueError for a mode that there is not.
    """
    authorize(actor, "import.drop", _Switching(supplier_id))
    if mode not in MODES:
        raise ValueError(f"no such mode: {mode}")
    selling = supplier(supplier_id)
    # Who is suspended may still stop what he once began.
    if selling is None or (is_on and selling.state != "active"):
        raise Refusal("import.supplier_not_active", supplier=selling.name if selling else str(supplier_id))
    if is_on:
        try:
            make_folder(selling.credit_code)
        except OSError as error:
            raise trouble_of(error) from error
    found = session().get(FileDrop, supplier_id, with_for_update=True, populate_existing=True)
    if found is not None and (found.is_on, found.mode) == (is_on, mode):
        return found
    before = {"is_on": found.is_on, "mode": found.mode} if found is not None else {}
    if found is None:
        found = FileDrop(supplier_id=supplier_id)
        session().add(found)
    found.is_on, found.mode, found.user_id, found.changed_at = is_on, mode, actor.user_id, clock.now()
    facts = {"before": before, "after": {"is_on": is_on, "mode": mode}}
    record(actor=actor, action="drop.switch", subject=found.reference, facts=facts)
    return found
