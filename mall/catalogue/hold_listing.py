"""The centre holds a listing for a time, lets it go, or takes it off the mall for good."""

from __future__ import annotations

from datetime import date, timedelta

from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import may
from mall.catalogue.lapse_changes import lapse_changes
from mall.catalogue.listing import Listing
from mall.catalogue.listing_hold import ListingHold, open_hold
from mall.catalogue.shelve_listing import locked_listing
from mall.database import atomic, session
from mall.documents.advance import advance
from mall.documents.once import claim, settle
from mall.errors import Refusal
from mall.regions.regional_rule import rule
from mall.suppliers.supplier import Supplier

HOLD_RULE = "listing.hold_days"
_LIFTS = {"on_shelf": "lift", "off_shelf": "lift_off_shelf"}


@atomic
def freeze_listing(
    *,
    actor: Actor,
    listing_id: int,
    reason: str,
    until: date,
    case_number: str = "",
    request_key: str | None = None,
) -> ListingHold:
    """Nobody may buy it up to and with the day `until`; then it stands where it stood.

    `case_number`: of supervision's case in which the supplier answers, if it is held because of one.

    Raises Refusal "listing.unknown", "state.not_possible", "access.denied", "listing.reason_needed",
    "hold.bad_date" (facts: earliest, latest).
    """
    body = {"listing_id": listing_id, "reason": reason, "until": until, "case": case_number}
    claimed = claim(actor=actor, action="listing.freeze", request_key=request_key, body=body)
    listing = locked_listing(listing_id)
    if claimed.replayed:
        return session().get_one(ListingHold, int(claimed.answer))
    _require_reason(reason)
    _require_date(listing, until)
    came_from = listing.state
    advance(listing, "freeze", actor, note=reason.strip(), facts={"until": until})
    listing.updated_at = clock.now()
    hold = ListingHold(
        listing_id=listing.id,
        reason=reason.strip(),
        until=until,
        came_from=came_from,
        case_number=case_number,
        placed_by_id=actor.user_id,
        placed_at=clock.now(),
    )
    session().add(hold)
    session().flush()
    settle(claimed, hold.id)
    return hold


@atomic
def lift_hold(*, actor: Actor, listing_id: int, reason: str = "", request_key: str | None = None) -> str:
    """End the hold; returns the state in which the listing stands again.

    Raises Refusal "listing.unknown", "state.not_possible", "access.denied", "listing.held_in_case" where supervision
    holds it, which lifts it by two people of its own.
    """
    body = {"listing_id": listing_id, "reason": reason}
    claimed = claim(actor=actor, action="listing.lift", request_key=request_key, body=body)
    if claimed.replayed:
        return str(claimed.answer)
    listing = locked_listing(listing_id)
    hold = open_hold(listing_id, lock=True)
    if hold is not None and hold.case_number and not actor.is_system and may(actor, "listing.lift", listing):
        raise Refusal("listing.held_in_case", case=hold.case_number, until=hold.until)
    advance(listing, _LIFTS[hold.came_from] if hold is not None else "lift", actor, note=reason.strip())
    _end(hold)
    listing.updated_at = clock.now()
    return str(settle(claimed, listing.state))


@atomic
def delist_listing(*, actor: Actor, listing_id: int, reason: str, request_key: str | None = None) -> None:
    """Take it off the mall for good. Raises Refusal "listing.unknown", "state.not_possible", "access.denied",
    "listing.reason_needed"."""
    body = {"listing_id": listing_id, "reason": reason}
    claimed = claim(actor=actor, action="listing.delist", request_key=request_key, body=body)
    if claimed.replayed:
        return
    listing = locked_listing(listing_id)
    _require_reason(reason)
    advance(listing, "delist", actor, note=reason.strip())
    _end(open_hold(listing_id, lock=True))
    lapse_changes([listing_id], note=reason.strip())
    listing.updated_at = clock.now()
    settle(claimed, listing.state)


def _require_reason(reason: str) -> None:
    if not 2 <= len(reason.strip()) <= 500:
        raise Refusal("listing.reason_needed")


def _require_date(listing: Listing, until: date) -> None:
    region_code = session().get_one(Supplier, listing.supplier_id).region_code
    days = rule(HOLD_RULE, region_code=region_code, on=clock.today()).value
    earliest, latest = clock.today(), clock.today() + timedelta(days=days)
    if not earliest <= until <= latest:
        raise Refusal("hold.bad_date", earliest=earliest, latest=latest)


def _end(hold: ListingHold | None) -> None:
    if hold is not None:
        hold.ended_at = clock.now()
