"""The images of a listing: in which order they are shown, who added and who removed them, and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, Select, func, select, text
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Mapped, mapped_column

from mall.catalogue.listing import Listing
from mall.catalogue.listing_states import NOT_SHOWN
from mall.database import Base, Instant, session
from mall.images.image_content import ImageContent
from mall.images.image_sizes import SIZES, fitted

#: dated parameters: how many images goods may have, how large a file may be, how many pixels it may hold
COUNT_RULE, BYTES_RULE, PIXELS_RULE = "listing.images_max", "listing.image_bytes_max", "listing.image_pixels_max"

#: why a reviewer removes an image, in codes that can be counted; the words stand in `mall/web/names.py`
IMAGE_REASONS = ("other_goods", "misleading", "contact_or_link", "rights_of_others", "unreadable", "improper", "other")


class ListingImage(Base):
    """One image at one listing. A row is never deleted: what was shown, and until when, is part of the history."""

    __tablename__ = "listing_image"
    __table_args__ = (
        CheckConstraint("position > 0", name="position"),
        CheckConstraint("removed_at is not null or (removed_reason = '' and removed_by_id is null)", name="removed"),
        Index("ix_listing_image_listing", "listing_id", "position", "id"),
        Index("ix_listing_image_content", "content_id"),
        Index(
            "uq_listing_image_shown",
            "listing_id",
            "content_id",
            unique=True,
            postgresql_where=text("removed_at is null"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    listing_id: Mapped[int] = mapped_column(ForeignKey(Listing.id))
    content_id: Mapped[int] = mapped_column(ForeignKey(ImageContent.id))
    position: Mapped[int]
    added_by_id: Mapped[int | None]
    added_at: Mapped[datetime] = mapped_column(Instant)
    removed_by_id: Mapped[int | None]
    removed_at: Mapped[datetime | None] = mapped_column(Instant)
    #: one of IMAGE_REASONS where a reviewer removed it; the supplier owes no reason for his own
    removed_reason: Mapped[str] = mapped_column(server_default="")


@dataclass(frozen=True, slots=True)
class ShownImage:
    """An image as pages show it; width and height are those of the full size."""

    id: int
    listing_id: int
    sha256: str
    width_px: int
    height_px: int

    def measure(self, size: str) -> tuple[int, int]:
        """(width, height) in one of SIZES, so that a page keeps its place for it."""
        return fitted(self.width_px, self.height_px, longest_px=SIZES[size])


def images_of(listing_ids: Iterable[int]) -> dict[int, list[ShownImage]]:
    """The images of these listings that were not removed, in their order; a listing without any is left out."""
    wanted = list(listing_ids)
    found: dict[int, list[ShownImage]] = {}
    if wanted:
        query = _shown().where(ListingImage.listing_id.in_(wanted)).order_by(ListingImage.position, ListingImage.id)
        for row in session().execute(query):
            found.setdefault(row.listing_id, []).append(ShownImage(*row))
    return found


def first_images(listing_ids: Iterable[int]) -> dict[int, ShownImage]:
    """The first image of each of these listings that has one."""
    wanted = list(listing_ids)
    if not wanted:
        return {}
    query = (
        _shown()
        .where(ListingImage.listing_id.in_(wanted))
        .ext(distinct_on(ListingImage.listing_id))
        .order_by(ListingImage.listing_id, ListingImage.position, ListingImage.id)
    )
    return {row.listing_id: ShownImage(*row) for row in session().execute(query)}


def image_counts(listing_ids: Iterable[int]) -> dict[int, int]:
    """How many images these listings show; one that shows none is left out."""
    wanted = list(listing_ids)
    if not wanted:
        return {}
    query = (
        select(ListingImage.listing_id, func.count())
        .where(ListingImage.listing_id.in_(wanted), ListingImage.removed_at.is_(None))
        .group_by(ListingImage.listing_id)
    )
    return dict(session().execute(query).all())


def is_public(sha256: str) -> bool:
    """Whether some listing that the shop shows, shows this image."""
    where = (ListingImage.removed_at.is_(None), Listing.state.not_in(NOT_SHOWN))
    return bool(session().scalar(select(_with(sha256).where(*where).exists())))


def owners_of(sha256: str) -> list[Listing]:
    """One listing of each supplier that shows or showed this image: whoever may read it may see the image."""
    query = _with(sha256).ext(distinct_on(Listing.supplier_id)).order_by(Listing.supplier_id, Listing.id)
    return list(session().scalars(query))


def _with(sha256: str) -> Select[tuple[Listing]]:
    return (
        select(Listing)
        .join(ListingImage, ListingImage.listing_id == Listing.id)
        .join(ImageContent, ImageContent.id == ListingImage.content_id)
        .where(ImageContent.sha256 == sha256)
    )


def _shown() -> Select[Any]:
    return (
        select(
            ListingImage.id,
            ListingImage.listing_id,
            ImageContent.sha256,
            ImageContent.width_px,
            ImageContent.height_px,
        )
        .join(ImageContent, ImageContent.id == ListingImage.content_id)
        .where(ListingImage.removed_at.is_(None))
    )
