"""Changes that wait for a listing which is no longer sold lapse."""

from __future__ import annotations

from collections.abc import Sequence

from mall.access.actor import SYSTEM
from mall.catalogue.listing_change import ListingChange, waiting_changes
from mall.catalogue.listing_change_states import LISTING_CHANGE_STATES
from mall.catalogue.listing_verdict import close_verdicts
from mall.documents.advance_many import advance_many


def lapse_changes(listing_ids: Sequence[int], *, note: str) -> None:
    """Runs inside @atomic; the caller holds the listings' row locks."""
    changes = list(waiting_changes(list(listing_ids)).values())
    ids = [change.id for change in changes]
    advance_many(ListingChange, LISTING_CHANGE_STATES, ids, "lapse", SYSTEM, before="waiting", note=note)
    close_verdicts([change.reference for change in changes])
