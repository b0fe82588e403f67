"""What the sender of a file has to do next, for lists of batches and for the start page."""

from __future__ import annotations

from catalog_import.file_drop import drops_of, refused_lately
from catalog_import.import_batch import ImportBatch, batches_of
from mall.access.actor import Actor
from mall.desk.desk_panels import DeskPanel

ON_DESK = 3


def next_step(found: ImportBatch) -> str:
    """One of: wait, say_columns, decide, mend, read_refusal, settle, nothing; the most urgent where there are several.

    `mend`: rows were turned away and can be corrected and sent again; `settle`: goods wait for a category.
    """
    if found.is_under_way:
        return "wait"
    if found.stage == "columns":
        return "say_columns"
    if found.stage == "failed":
        return "read_refusal"
    if found.is_held_back or (found.stage == "merged" and found.counts.get("faulty")):
        return "mend"
    if found.stage == "checked":
        return "decide"
    return "settle" if found.counts.get("needs_category") else "nothing"


def imports_on_desk(actor: Actor) -> DeskPanel | None:
    """The last files of a supplier's people; nobody else has any."""
    if not actor.supplier_ids:
        return None
    found = batches_of(actor, limit=ON_DESK)
    choices = drops_of(actor).values()
    facts = {
        "batches": [(batch, next_step(batch)) for batch in found],
        # Nobody sits before a folder: what went wrong in it is told where people come by.
        "refused_in_drop": refused_lately(actor) if choices else 0,
        "is_drop_in_trouble": any(choice.is_on and choice.trouble_code for choice in choices),
    }
    return DeskPanel(template="catalog_import/_desk.html", facts=facts)
