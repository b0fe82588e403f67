"""Products: what a thing is, whoever sells it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Identity, Index, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mall.catalogue.product_states import PRODUCT_STATES
from mall.database import Base, Instant, session
from mall.documents.state_table import StateTable
from mall.errors import Refusal

#: Between the parts of a `match_key`, of which the third is the brand's one spelling; the parts cannot hold it.
KEY_SEPARATOR = "\x1e"
#: as `match_goods.model_key` does it, and the import before it, whose key has it as its fourth part; kept by the
#: database so that no writer can forget it
_MODEL_KEY_SQL = (
    "case when split_part(match_key, chr(30), 2) = 'm' then split_part(match_key, chr(30), 4) else"
    r" regexp_replace(lower(normalize(model, NFKC)), '[\s\-_/·,，。;；:：()\[\]【】]+', '', 'g') end"
)
_BRAND_KEY_SQL = "split_part(match_key, chr(30), 3)"


class Product(Base):
    """One standard product. `match_key` is the normalised brand + model (or name) within the category.

    A product that was merged into another one stays as the place its old links and keys lead on from: it has no
    listings, and `merged_into_id` names the one that has them, never a merged one itself.
    """

    __tablename__ = "product"
    __table_args__ = (
        CheckConstraint(PRODUCT_STATES.check_sql(), name="state"),
        CheckConstraint("(state = 'merged') = (merged_into_id is not null)", name="merged"),
        CheckConstraint("merged_into_id <> id", name="merged_elsewhere"),
        Index("ix_product_category", "category_code"),
        Index("uq_product_gtin", "gtin", unique=True, postgresql_where=text("gtin is not null")),
        Index("uq_product_match_key", "match_key", unique=True),
        Index("ix_product_merged_into", "merged_into_id", postgresql_where=text("merged_into_id is not null")),
        # Equal, and beginning alike: the operators of text patterns do both.
        Index(
            "ix_product_model_key",
            "model_key",
            "id",
            postgresql_ops={"model_key": "text_pattern_ops"},
            postgresql_where=text("model_key <> ''"),
        ),
        Index("ix_product_nameless", "category_code", "brand_key", "id", postgresql_where=text("model_key = ''")),
        Index("ix_product_gtin14", text("lpad(gtin, 14, '0')"), postgresql_where=text("gtin is not null")),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    category_code: Mapped[str | None] = mapped_column(ForeignKey("category.code"))
    brand: Mapped[str] = mapped_column(server_default="")
    model: Mapped[str] = mapped_column(server_default="")
    name: Mapped[str]
    match_key: Mapped[str]
    specification: Mapped[dict[str, str]] = mapped_column(JSONB, server_default="{}")
    gtin: Mapped[str | None]
    #: the unit in which offers are compared, such as 台 or 包
    base_unit: Mapped[str] = mapped_column(server_default="")
    is_green: Mapped[bool] = mapped_column(server_default="false")
    created_at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[str] = mapped_column(server_default="current")
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("product.id"))
    model_key: Mapped[str] = mapped_column(Computed(_MODEL_KEY_SQL, persisted=True))
    brand_key: Mapped[str] = mapped_column(Computed(_BRAND_KEY_SQL, persisted=True))

    @property
    def reference(self) -> str:
        return f"product:{self.id}"

    @property
    def states(self) -> StateTable:
        return PRODUCT_STATES


def lock_products() -> None:
    """Until the end of the transaction nobody else makes, merges or splits products, or gives listings to them.

    Taken before any row of a product or a listing, so that nobody waits in a circle: an import that has chosen a
    product for a row must find it unmerged when it writes the listing, and two who draw up the same new product must
    not make it twice.
    """
    session().execute(text("select pg_advisory_xact_lock(hashtext('catalog_import.products'))"))


def locked_products(product_ids: Iterable[int]) -> dict[int, Product]:
    """The products under their row locks, lowest id first. Raises Refusal("product.unknown")."""
    wanted = sorted(set(product_ids))
    query = select(Product).where(Product.id.in_(wanted)).order_by(Product.id).with_for_update()
    found = {one.id: one for one in session().scalars(query.execution_options(populate_existing=True))}
    for product_id in wanted:
        if product_id not in found:
            raise Refusal("product.unknown", product_id=product_id)
    return found


def current_ids(product_ids: Iterable[int]) -> dict[int, int]:
    """Where each of these products is found now: itself, or what it was merged into; unknown ones are left out."""
    query = select(Product.id, Product.merged_into_id).where(Product.id.in_(list(product_ids)))
    return {product_id: merged_into_id or product_id for product_id, merged_into_id in session().execute(query)}


def redirects_to(product_id: int) -> list[Product]:
    """The products that were merged into this one, oldest first."""
    return list(session().scalars(select(Product).where(Product.merged_into_id == product_id).order_by(Product.id)))
