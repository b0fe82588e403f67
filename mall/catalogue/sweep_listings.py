"""What dates do to listings by themselves: holds lift after their last day, listings and agreements run out."""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from sqlalchemy import or_, select, update

from mall import clock
from mall.access.actor import SYSTEM
from mall.catalogue.hold_listing import lift_hold
from mall.catalogue.lapse_changes import lapse_changes
from mall.catalogue.listing import Listing
from mall.catalogue.listing_hold import ListingHold
from mall.catalogue.listing_states import LISTING_STATES
from mall.database import atomic, close_reading, session
from mall.documents.advance_many import advance_many
from mall.errors import Refusal
from mall.suppliers.supplier import Supplier

_log = structlog.get_logger("listings")
AT_ONCE = 500
#: they can be put back on the shelf unless they expire
_MAY_EXPIRE = ("on_shelf", "off_shelf", "frozen")


def sweep_listings() -> int:
    """Lift the holds and expire the listings whose last day has passed. Returns how many; safe to run twice at once."""
    return _lift_due_holds() + _expire_due()


def _lift_due_holds() -> int:
    due = list(
        session().scalars(
            select(ListingHold.listing_id)
            .where(ListingHold.ended_at.is_(None), ListingHold.until < clock.today())
            .order_by(ListingHold.until, ListingHold.listing_id)
            .limit(AT_ONCE)
        )
    )
    close_reading()
    lifted = 0
    for listing_id in due:
        try:
            lift_hold(actor=SYSTEM, listing_id=listing_id)
            lifted += 1
        except Refusal as refusal:
            # Somebody was faster: the hold was lifted, or the listing has gone.
            _log.info("hold.refused", listing_id=listing_id, code=refusal.code)
    return lifted


def _expire_due() -> int:
    today = clock.today()
    due = list(
        session().scalars(
            select(Listing.id)
            .join(Supplier, Supplier.id == Listing.supplier_id)
            .where(Listing.state.in_(_MAY_EXPIRE), or_(Listing.ends_on < today, Supplier.agreement_ends_on < today))
            .order_by(Listing.id)
            .limit(AT_ONCE)
        )
    )
    close_reading()
    return _expire(listing_ids=due) if due else 0


@atomic
def _expire(*, listing_ids: Sequence[int]) -> int:
    # All of them first and lowest id first, whatever their states: two sweeps never wait for each other in a circle.
    session().execute(select(Listing.id).where(Listing.id.in_(listing_ids)).order_by(Listing.id).with_for_update())
    expired: list[int] = []
    for state in _MAY_EXPIRE:
        expired += advance_many(Listing, LISTING_STATES, listing_ids, "expire", SYSTEM, before=state)
    session().execute(
        update(ListingHold)
        .where(ListingHold.listing_id.in_(expired), ListingHold.ended_at.is_(None))
        .values(ended_at=clock.now())
    )
    lapse_changes(expired, note="")
    return len(expired)
