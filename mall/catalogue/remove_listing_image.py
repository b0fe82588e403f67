"""Taking an image from a listing: by its supplier, or by a reviewer, who says why in a code that can be counted."""

from __future__ import annotations

from sqlalchemy import select

from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import authorize
from mall.catalogue.add_listing_image import require_changeable
from mall.catalogue.listing import Listing
from mall.catalogue.listing_image import IMAGE_REASONS, ListingImage
from mall.catalogue.recheck_listing import recheck_listings
from mall.catalogue.shelve_listing import locked_listing
from mall.database import atomic, session
from mall.documents.advance import enter
from mall.documents.once import claim, settle
from mall.errors import Refusal
from mall.images.image_content import ImageContent

_NOTE_LENGTH_MAX = 500


@atomic
def remove_listing_image(
    *,
    actor: Actor,
    listing_id: int,
    image_id: int,
    reason: str = "",
    note: str = "",
    request_key: str | None = None,
) -> None:
    """Show it no longer, from now on and nowhere at this listing; its row and its files stay for the history.

    `reason` is one of IMAGE_REASONS and needed of a reviewer only, `note` with "other". Raises Refusal
    "listing.unknown", "access.denied", "image.not_changeable", "image.unknown", "image.reason_needed".
    """
    note = note.replace("\x00", "").strip()
    claimed = claim(
        actor=actor,
        action="listing.remove_image",
        request_key=request_key,
        body={"listing_id": listing_id, "image_id": image_id, "reason": reason, "note": note},
    )
    if claimed.replayed:
        return
    listing = locked_listing(listing_id)
    authorize(actor, "listing.remove_image", listing)
    is_own = listing.supplier_id in actor.supplier_ids
    if is_own:
        require_changeable(listing)
    else:
        _require_reason(reason, note)
    row = _standing(listing, image_id)
    row.removed_at, row.removed_by_id, row.removed_reason = clock.now(), actor.user_id, "" if is_own else reason
    listing.updated_at = clock.now()
    enter(
        listing,
        "remove_image" if is_own else "take_down_image",
        actor,
        permission="listing.remove_image",
        note="" if is_own else note,
        facts={
            "image": session().get_one(ImageContent, row.content_id).sha256,
            **({} if is_own else {"image_reason": reason}),
        },
    )
    if is_own:
        # One reviewer may have passed the goods because of it. What a reviewer removed, the reviewers know.
        recheck_listings([listing.id], actor=actor)
    settle(claimed, image_id)


def _require_reason(reason: str, note: str) -> None:
    if reason not in IMAGE_REASONS or len(note) > _NOTE_LENGTH_MAX or (reason == "other" and len(note) < 2):
        raise Refusal("image.reason_needed")


def _standing(listing: Listing, image_id: int) -> ListingImage:
    row = session().scalar(
        select(ListingImage).where(
            ListingImage.id == image_id, ListingImage.listing_id == listing.id, ListingImage.removed_at.is_(None)
        )
    )
    if row is None:
        raise Refusal("image.unknown", image_id=image_id)
    return row
