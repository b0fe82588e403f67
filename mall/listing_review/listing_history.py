"""What happened to a listing and its changes, oldest first, with the names of people for those who may know them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mall.access.actor import Actor
from mall.catalogue.listing import Listing
from mall.catalogue.listing_change import ListingChange, changes_of
from mall.documents.history import DocumentStep, histories_of

#: they oversee the mall and know who did what; a supplier knows only his own people by name
OVERSEERS = ("centre", "monitor", "regulator")
#: what the supplier's own people do
_SUPPLIER_DEEDS = (
    "submit", "receive", "draw_up", "edit", "settle", "recheck", "withdraw", "take_off", "put_on", "ask",
    "add_image", "arrange_images", "remove_image",
)  # fmt: skip
#: who the others are, where their names are not said; what is not here the system does
_OFFICE_OF = {
    "approve": "review",
    "reject": "review",
    "take_down_image": "review",
    "freeze": "centre",
    "lift": "centre",
    "lift_off_shelf": "centre",
    "delist": "centre",
    "regroup": "centre",
}


@dataclass(frozen=True)
class HistoryLine:
    """One step. `who` is a name, or "" with `office` "review", "centre", "supplier" or "system"; `change` is what
    was asked for, where the step is a change's."""

    action: str
    after: str
    at: datetime
    who: str
    office: str
    note: str
    facts: dict[str, Any]
    change: ListingChange | None


def listing_history(listing: Listing, *, reader: Actor) -> list[HistoryLine]:
    """Everything of this listing and its changes."""
    changes = {change.reference: change for change in changes_of(listing.id)}
    steps = histories_of([listing.reference, *changes])
    return [_line(step, change=changes.get(step.document), reader=reader) for step in steps]


def stop_of(listing: Listing, history: Sequence[HistoryLine]) -> HistoryLine | None:
    """Why the listing is not sold: the step by which it was stopped, refused or rejected, if it still is."""
    if listing.state not in ("intercepted", "rejected"):
        return None
    return next((line for line in reversed(history) if line.change is None and line.after == listing.state), None)


def stopped_change(history: Sequence[HistoryLine]) -> HistoryLine | None:
    """The last change, if a ceiling stopped it and none was asked for since."""
    last = next((line for line in reversed(history) if line.change is not None), None)
    return last if last is not None and last.after == "intercepted" else None


def _line(step: DocumentStep, *, change: ListingChange | None, reader: Actor) -> HistoryLine:
    by_supplier = step.action in _SUPPLIER_DEEDS
    may_know = reader.has_role(*OVERSEERS) or (by_supplier and bool(reader.supplier_ids))
    facts = dict(step.facts)
    if not reader.has_role(*OVERSEERS):
        # Whose verdict it was is between the reviewers; the supplier goes by the reasons and the words.
        facts["verdicts"] = [{"note": one["note"]} for one in facts.get("verdicts", ())]
    return HistoryLine(
        action=f"{'listing' if change is None else 'listing_change'}.{step.action}",
        after=step.after,
        at=step.at,
        who=step.actor_name if may_know and step.user_id is not None else "",
        office="supplier" if by_supplier else _OFFICE_OF.get(step.action, "system") if step.user_id else "system",
        note=step.note,
        facts=facts,
        change=change,
    )
