"""A supplier adds an image to one of his listings. It is shown at once; goods under review are looked at anew."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import authorize
from mall.catalogue.listing import Listing
from mall.catalogue.listing_image import BYTES_RULE, COUNT_RULE, PIXELS_RULE, ListingImage, image_counts
from mall.catalogue.recheck_listing import recheck_listings
from mall.catalogue.shelve_listing import locked_listing
from mall.database import atomic, session
from mall.documents.advance import enter
from mall.documents.once import claim, settle
from mall.errors import Refusal
from mall.images.image_content import content_id_of
from mall.images.keep_image import KeptImage
from mall.regions.regional_rule import rule
from mall.suppliers.supplier import Supplier


@dataclass(frozen=True)
class ImageLimits:
    """What binds the images of a listing today."""

    count: int
    size_bytes: int
    pixels: int


def image_limits(listing: Listing) -> ImageLimits:
    """The dated parameters of the supplier's region."""
    region_code = session().get_one(Supplier, listing.supplier_id).region_code
    count, size_bytes, pixels = (
        rule(code, region_code=region_code, on=clock.today()).value for code in (COUNT_RULE, BYTES_RULE, PIXELS_RULE)
    )
    return ImageLimits(count=count, size_bytes=size_bytes, pixels=pixels)


@atomic
def add_listing_image(*, actor: Actor, listing_id: int, image: KeptImage, request_key: str | None = None) -> int:
    """Show `image`, whose files lie on the disk already, behind the others. Returns the id of its row.

    Raises Refusal "listing.unknown", "access.denied", "image.not_changeable", "image.already_there",
    "image.taken_down" (a reviewer removed this very image from this listing), "image.too_many" (facts: most).
    """
    claimed = claim(
        actor=actor,
        action="listing.add_image",
        request_key=request_key,
        body={"listing_id": listing_id, "sha256": image.sha256},
    )
    if claimed.replayed:
        return int(claimed.answer)
    listing = locked_listing(listing_id)
    authorize(actor, "listing.edit", listing)
    require_room(listing)
    row = _add(listing, content_id=content_id_of(image), actor=actor)
    listing.updated_at = clock.now()
    enter(
        listing,
        "add_image",
        actor,
        permission="listing.edit",
        facts={"image": image.sha256, "width_px": image.width_px, "height_px": image.height_px},
    )
    # One reviewer may have seen the goods without it.
    recheck_listings([listing.id], actor=actor)
    return int(settle(claimed, row.id))


def require_room(listing: Listing) -> None:
    """Refuse what cannot take one more image: "image.not_changeable", "image.too_many"."""
    require_changeable(listing)
    most = image_limits(listing).count
    if image_counts([listing.id]).get(listing.id, 0) >= most:
        raise Refusal("image.too_many", name=listing.name, most=most)


def require_changeable(listing: Listing) -> None:
    """Goods that are gone for good keep the images with which they went: Refusal("image.not_changeable")."""
    if listing.state == "delisted":
        raise Refusal("image.not_changeable", name=listing.name)


def _add(listing: Listing, *, content_id: int, actor: Actor) -> ListingImage:
    standing = (ListingImage.listing_id == listing.id, ListingImage.removed_at.is_(None))
    same = (ListingImage.listing_id == listing.id, ListingImage.content_id == content_id)
    if session().scalar(select(ListingImage.id).where(*same, ListingImage.removed_at.is_(None))):
        raise Refusal("image.already_there", name=listing.name)
    if session().scalar(select(ListingImage.id).where(*same, ListingImage.removed_reason != "").limit(1)):
        raise Refusal("image.taken_down", name=listing.name)
    last = session().scalar(select(func.max(ListingImage.position)).where(*standing)) or 0
    row = ListingImage(
        listing_id=listing.id,
        content_id=content_id,
        position=last + 1,
        added_by_id=actor.user_id,
        added_at=clock.now(),
    )
    session().add(row)
    session().flush()
    return row
