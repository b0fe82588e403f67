"""What is known of the images that are kept: one row for each, however many goods show it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Identity, UniqueConstraint, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from mall import clock
from mall.database import Base, Instant, session
from mall.images.keep_image import KeptImage


class ImageContent(Base):
    """One image; append-only. Its measures are those of the full size, from which the others follow."""

    __tablename__ = "image_content"
    __table_args__ = (
        UniqueConstraint("sha256"),
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256"),
        CheckConstraint("width_px > 0 and height_px > 0", name="measures"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    sha256: Mapped[str]
    width_px: Mapped[int]
    height_px: Mapped[int]
    size_bytes: Mapped[int]
    kept_at: Mapped[datetime] = mapped_column(Instant)


def content_id_of(image: KeptImage) -> int:
    """The row of this image, written now if it is the first time. Runs inside @atomic."""
    session().execute(
        insert(ImageContent)
        .values(
            sha256=image.sha256,
            width_px=image.width_px,
            height_px=image.height_px,
            size_bytes=image.size_bytes,
            kept_at=clock.now(),
        )
        .on_conflict_do_nothing()
    )
    return session().scalars(select(ImageContent.id).where(ImageContent.sha256 == image.sha256)).one()
