"""Submitting one listing for review and taking it back, and taking back a change that waits."""

from __future__ import annotations

from mall.access.actor import Actor
from mall.access.authorize import authorize
from mall.catalogue.ask_changes import withdraw_changes
from mall.catalogue.check_submitted import check_submitted
from mall.catalogue.listing_change import waiting_change
from mall.catalogue.listing_verdict import close_verdicts
from mall.catalogue.shelve_listing import locked_listing
from mall.database import atomic, session
from mall.documents.advance import advance
from mall.documents.once import claim, settle
from mall.errors import Refusal


@atomic
def submit_listing(*, actor: Actor, listing_id: int, request_key: str | None = None) -> str:
    """Submit a draft, or goods that were stopped, rejected or have expired. Returns the state after the checks.

    Raises Refusal "listing.unknown", "access.denied", "state.not_possible".
    """
    claimed = claim(actor=actor, action="listing.submit", request_key=request_key, body={"listing_id": listing_id})
    if claimed.replayed:
        return str(claimed.answer)
    listing = locked_listing(listing_id)
    advance(listing, "submit", actor)
    session().flush()
    check_submitted([listing.id])
    return str(settle(claimed, listing.state))


@atomic
def withdraw_listing(*, actor: Actor, listing_id: int, reason: str = "", request_key: str | None = None) -> str:
    """Take a listing back from the reviewers; it is a draft again.

    Raises Refusal "listing.unknown", "access.denied", "state.not_possible".
    """
    body = {"listing_id": listing_id, "reason": reason}
    claimed = claim(actor=actor, action="listing.withdraw", request_key=request_key, body=body)
    if claimed.replayed:
        return str(claimed.answer)
    listing = locked_listing(listing_id)
    advance(listing, "withdraw", actor, note=reason)
    close_verdicts([listing.reference])
    return str(settle(claimed, listing.state))


@atomic
def withdraw_change(*, actor: Actor, listing_id: int, request_key: str | None = None) -> None:
    """Take back the change of this listing that waits for review; the terms in force stay.

    Raises Refusal "listing.unknown", "listing.no_change_waits", "access.denied".
    """
    claimed = claim(
        actor=actor, action="listing.withdraw_change", request_key=request_key, body={"listing_id": listing_id}
    )
    if claimed.replayed:
        return
    listing = locked_listing(listing_id)
    authorize(actor, "listing.edit", listing)
    change = waiting_change(listing_id)
    if change is None:
        raise Refusal("listing.no_change_waits", name=listing.name)
    withdraw_changes([change], actor=actor)
    settle(claimed, {"change_id": change.id})
