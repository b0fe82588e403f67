"""Goods that were changed while reviewers looked at them go back to the start of the review."""

from __future__ import annotations

from collections.abc import Sequence

from mall.access.actor import Actor
from mall.catalogue.check_submitted import check_submitted
from mall.catalogue.listing import Listing
from mall.catalogue.listing_states import LISTING_STATES
from mall.catalogue.listing_verdict import close_verdicts
from mall.database import session
from mall.documents.advance_many import advance_many


def recheck_listings(listing_ids: Sequence[int], *, actor: Actor, note: str = "") -> None:
    """Drop the verdicts on those that are under review and check them anew; leave the others alone.

    Runs inside @atomic; the caller has written the changes.
    """
    session().flush()
    changed = advance_many(Listing, LISTING_STATES, listing_ids, "recheck", actor, before="checked", note=note)
    close_verdicts([f"listing:{listing_id}" for listing_id in changed])
    check_submitted(changed, note=note)
