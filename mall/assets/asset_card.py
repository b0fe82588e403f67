"""Asset cards: one per accepted piece that counts as an asset, and what became of it afterwards."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, mapped_column

from mall.assets.asset_card_states import ASSET_CARD_STATES
from mall.database import Base, Instant, session
from mall.documents.state_table import StateTable

#: how a piece leaves the unit, as the asset rules for administrative units name it
DISPOSALS = ("transfer", "donation", "sale", "exchange", "scrap", "loss")
_DISPOSALS_SQL = ", ".join(f"'{kind}'" for kind in DISPOSALS)


class AssetCard(Base):
    """One piece, with its value incl. tax. Region and year are its order's, whose books it stands in.

    `system_number` is the number that the unit's own asset system gave it; place, keeper and note are as that
    system last reported them.
    """

    __tablename__ = "asset_card"
    __table_args__ = (
        CheckConstraint(ASSET_CARD_STATES.check_sql(), name="state"),
        CheckConstraint("(state = 'disposed') = (disposed_on is not null)", name="disposed"),
        CheckConstraint(f"disposal_kind in ('', {_DISPOSALS_SQL})", name="disposal_kind"),
        UniqueConstraint("order_line_id", "piece_no"),
        Index("ix_asset_card_order", "order_id"),
        Index("ix_asset_card_unit", "unit_id", "state"),
        Index("ix_asset_card_region", "region_code", "id"),
        Index(
            "uq_asset_card_system_number",
            "unit_id",
            "system_number",
            unique=True,
            postgresql_where=text("system_number <> ''"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("purchase_order.id"))
    order_line_id: Mapped[int] = mapped_column(ForeignKey("order_line.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    region_code: Mapped[int]
    year: Mapped[int]
    piece_no: Mapped[int]
    category_code: Mapped[str] = mapped_column(ForeignKey("category.code"))
    name: Mapped[str]
    value_fen: Mapped[int]
    budget_line_id: Mapped[int]
    state: Mapped[str]
    serial_number: Mapped[str] = mapped_column(server_default="")
    place: Mapped[str] = mapped_column(server_default="")
    keeper: Mapped[str] = mapped_column(server_default="")
    useful_years: Mapped[int | None]
    accepted_on: Mapped[date]
    registered_at: Mapped[datetime | None] = mapped_column(Instant)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    acknowledged_at: Mapped[datetime | None] = mapped_column(Instant)
    system_number: Mapped[str] = mapped_column(server_default="")
    value_note: Mapped[str] = mapped_column(server_default="")
    #: the day of the latest change that the asset system reported
    changed_on: Mapped[date | None]
    disposal_kind: Mapped[str] = mapped_column(server_default="")
    disposed_on: Mapped[date | None]

    @property
    def reference(self) -> str:
        return f"asset:{self.number}"

    @property
    def states(self) -> StateTable:
        return ASSET_CARD_STATES


def asset_cards_of(order_id: int) -> list[AssetCard]:
    return list(session().scalars(select(AssetCard).where(AssetCard.order_id == order_id).order_by(AssetCard.id)))
