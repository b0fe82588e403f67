"""How much of a category is wanted: offers on the shelf and what units accepted of them."""

from __future__ import annotations

from sqlalchemy import select, update

from mall.catalogue.listing import Listing
from mall.catalogue.product import Product
from mall.database import atomic, close_reading, session
from mall.search.category_demand import category_demand
from mall.search.load_documents import documents_for_index
from tests.world import World


@atomic(housekeeping="a test's own change")
def _change(listing_id: int, **values: object) -> None:
    session().execute(update(Listing).where(Listing.id == listing_id).values(**values))


def _category_of(listing_id: int) -> str:
    query = select(Product.category_code).join(Listing, Listing.product_id == Product.id)
    return str(session().scalar(query.where(Listing.id == listing_id)))


def test_offers_and_accepted_goods_count_alike(world: World) -> None:
    printer = world.listings["printer"]
    code = _category_of(printer)
    before = category_demand(anew=True)[code]
    close_reading()

    _change(printer, sold_count=7)

    assert category_demand(anew=True)[code] == before + 7


def test_what_is_off_the_shelf_is_not_wanted(world: World) -> None:
    printer = world.listings["printer"]
    code = _category_of(printer)
    before = category_demand(anew=True)[code]
    close_reading()

    _change(printer, state="off_shelf")

    assert category_demand(anew=True).get(code, 0) == before - 1


def test_documents_carry_it_and_a_whole_rebuild_counts_anew(world: World) -> None:
    printer = world.listings["printer"]
    category_demand(anew=True)
    close_reading()
    _change(printer, sold_count=90)

    kept = next(iter(documents_for_index([printer]))).demand
    rebuilt = {document.id: document.demand for document in documents_for_index(None)}[printer]

    assert rebuilt == kept + 90
