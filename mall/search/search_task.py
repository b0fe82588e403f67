"""Listings that wait to be brought up to date in the search index."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import Select, and_, delete, literal, or_, select, tuple_
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.orm import Mapped, mapped_column

from mall import clock
from mall.catalogue.listing import Listing
from mall.catalogue.price_ceiling import PriceCeiling
from mall.catalogue.product import Product
from mall.database import Base, Instant, atomic, session
from mall.search.catalogue_names import catalogue_names
from mall.suppliers.supplier import Supplier


class SearchTask(Base):
    """One listing to be indexed anew. `serial` grows when it changes again while the worker is at it."""

    __tablename__ = "search_task"

    listing_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    queued_at: Mapped[datetime] = mapped_column(Instant)
    serial: Mapped[int] = mapped_column(server_default="1")


def queue_listings(listing_ids: Iterable[int]) -> None:
    """Note listings to be indexed, in the transaction under way; sorted, so that two writers cannot lock crosswise."""
    rows = [{"listing_id": listing_id, "queued_at": clock.now()} for listing_id in sorted(set(listing_ids))]
    if rows:
        session().execute(_or_once_more(insert(SearchTask).values(rows)))


def queue_supplier(supplier_id: int) -> None:
    """Note all listings of a supplier: its name, its state or its licence changed."""
    _queue(select(Listing.id).where(Listing.supplier_id == supplier_id))


def queue_rivals(listing_ids: Iterable[int]) -> None:
    """Note the other offers of the same products: how dear they are is judged by the lowest of all."""
    named = sorted(set(listing_ids))
    if named:
        products = select(Listing.product_id).where(Listing.id.in_(named))
        _queue(_on_shelf().where(Listing.product_id.in_(products), Listing.id.not_in(named)))


def queue_capped(ceiling_ids: Iterable[int]) -> None:
    """Note what these price ceilings are about: they hold from now on, or no longer."""
    ceilings = session().scalars(select(PriceCeiling).where(PriceCeiling.id.in_(list(ceiling_ids)))).all()
    codes = {code for one in ceilings if one.category_code for code in catalogue_names().family(one.category_code)}
    product_ids = {one.product_id for one in ceilings if one.product_id}
    if codes or product_ids:
        about = or_(
            Product.category_code.in_(codes), Product.id.in_(product_ids), Product.id.in_(_merged_from(product_ids))
        )
        _queue(_on_shelf().join(Product, Product.id == Listing.product_id).where(about))


@atomic(housekeeping="what to index is no deed; the dates stand with the ceiling")
def queue_dated_ceilings(*, since: date, on: date) -> None:
    """Note what the ceilings are about that came into force or ended by their date, after `since` and until `on`."""
    began = and_(PriceCeiling.valid_from > since, PriceCeiling.valid_from <= on)
    ended = and_(PriceCeiling.valid_to > since, PriceCeiling.valid_to <= on)
    queue_capped(session().scalars(select(PriceCeiling.id).where(PriceCeiling.state == "in_force", or_(began, ended))))


@atomic(housekeeping="what to index is no deed; the licence's expiry stands with the supplier")
def queue_expired_licences(*, since: date, on: date) -> None:
    """Note the listings of suppliers whose licence ran out from `since` on and before `on`."""
    expired = select(Supplier.id).where(Supplier.licence_expires_on >= since, Supplier.licence_expires_on < on)
    _queue(select(Listing.id).where(Listing.supplier_id.in_(expired)))


def waiting_tasks(*, limit: int) -> list[tuple[int, int]]:
    """(listing id, serial) of the listings that wait longest."""
    rows = session().execute(
        select(SearchTask.listing_id, SearchTask.serial)
        .order_by(SearchTask.queued_at, SearchTask.listing_id)
        .limit(limit)
    )
    return [(listing_id, serial) for listing_id, serial in rows]


@atomic(housekeeping="the index has taken these listings in")
def forget_tasks(tasks: list[tuple[int, int]]) -> None:
    """Strike off what is in the index now; a listing that changed meanwhile has another serial and stays."""
    session().execute(delete(SearchTask).where(tuple_(SearchTask.listing_id, SearchTask.serial).in_(tasks)))


def _on_shelf() -> Select[tuple[int]]:
    return select(Listing.id).where(Listing.state == "on_shelf")


def _merged_from(product_ids: set[int]) -> Select[tuple[int | None]]:
    """The products into which these were merged: a ceiling of the merged one binds the one that stayed."""
    return select(Product.merged_into_id).where(Product.id.in_(product_ids), Product.merged_into_id.is_not(None))


def _queue(listing_ids: Select[tuple[int]]) -> None:
    rows = listing_ids.add_columns(literal(clock.now(), Instant)).order_by(Listing.id)
    session().execute(_or_once_more(insert(SearchTask).from_select(["listing_id", "queued_at"], rows)))


def _or_once_more(statement: Insert) -> Insert:
    return statement.on_conflict_do_update(
        index_elements=[SearchTask.listing_id],
        set_={"queued_at": statement.excluded.queued_at, "serial": SearchTask.serial + 1},
    )
