"""A supplier decides in which order the images of a listing are shown; the first stands for the goods in every list."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import authorize
from mall.catalogue.add_listing_image import require_changeable
from mall.catalogue.listing_image import ListingImage
from mall.catalogue.shelve_listing import locked_listing
from mall.database import atomic, session
from mall.documents.advance import enter
from mall.documents.once import claim, settle
from mall.errors import Refusal


@atomic
def arrange_listing_images(
    *, actor: Actor, listing_id: int, image_ids: Sequence[int], request_key: str | None = None
) -> None:
    """Show the images in this order. `image_ids` names every image of the listing once; the same again changes nothing.

    Raises Refusal "listing.unknown", "access.denied", "image.not_changeable", "image.order_stale" (others were
    added or removed meanwhile).
    """
    claimed = claim(
        actor=actor,
        action="listing.arrange_images",
        request_key=request_key,
        body={"listing_id": listing_id, "image_ids": list(image_ids)},
    )
    if claimed.replayed:
        return
    listing = locked_listing(listing_id)
    authorize(actor, "listing.edit", listing)
    require_changeable(listing)
    query = select(ListingImage).where(ListingImage.listing_id == listing_id, ListingImage.removed_at.is_(None))
    rows = {row.id: row for row in session().scalars(query.order_by(ListingImage.position, ListingImage.id))}
    if sorted(image_ids) != sorted(rows):
        raise Refusal("image.order_stale", name=listing.name)
    if list(image_ids) != list(rows):
        for position, image_id in enumerate(image_ids, start=1):
            rows[image_id].position = position
        listing.updated_at = clock.now()
        enter(listing, "arrange_images", actor, permission="listing.edit", facts={"image_ids": list(image_ids)})
    settle(claimed, len(rows))
