"""Weekly prices read from the changes are those of the view."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import insert, text, update

from mall import clock
from mall.access.actor import SYSTEM
from mall.audit.record import record
from mall.catalogue.listing import Listing
from mall.catalogue.price_history import PriceChange
from mall.database import atomic, session
from supervision.seeing.product_prices import price_weeks
from supervision.seeing.weekly_prices import weeks_of_category, weeks_of_product
from tests.world import World


@atomic
def change_prices(world: World, key: str, *changes: tuple[int, int]) -> None:
    """(days ago, fen) for a listing that has been there for 200 days."""
    listing_id = world.listings[key]
    first = clock.now() - timedelta(days=200)
    session().execute(update(Listing).where(Listing.id == listing_id).values(created_at=first))
    for days, price_fen in changes:
        session().execute(
            insert(PriceChange).values(
                listing_id=listing_id, new_price_fen=price_fen, changed_at=clock.now() - timedelta(days=days)
            )
        )
    record(actor=SYSTEM, action="test.prices", subject=f"listing:{listing_id}")


def product_of(world: World, key: str) -> int:
    listing = session().get(Listing, world.listings[key])
    assert listing is not None
    return listing.product_id


def test_weekly_prices_are_those_of_the_view(world: World) -> None:
    change_prices(world, "paper", (150, 2_000), (100, 2_500), (100, 2_600), (8, 2_400), (7, 2_450))
    change_prices(world, "paper2", (60, 2_300))

    found = {
        (one.listing_id, week): price for one in weeks_of_category("A05040101") for week, price in one.prices.items()
    }
    rows = session().execute(
        text("select listing_id, week, price_fen from watch.price_week where category_code = 'A05040101'")
    )

    assert found == {(listing_id, week): price for listing_id, week, price in rows}
    assert len(found) > 25


def test_the_supplier_looked_at_is_left_out_of_his_peers(world: World) -> None:
    change_prices(world, "paper", (150, 2_000))
    change_prices(world, "paper2", (150, 2_300))
    product_id = product_of(world, "paper")

    last = price_weeks(product_id, supplier_id=world.sunny_id)[-2]
    whole = price_weeks(product_id, supplier_id=None)[-2]

    assert (last.own_fen, last.sellers, last.median_fen, last.regular_fen) == (2_000, 1, 2_300, 2_300)
    assert (whole.own_fen, whole.sellers, whole.quartile_1_fen, whole.quartile_3_fen) == (None, 2, 2_000, 2_300)


def test_a_band_of_few_others_is_not_shown_to_a_supplier(world: World) -> None:
    change_prices(world, "paper", (150, 2_000))
    change_prices(world, "paper2", (150, 2_300))

    last = price_weeks(product_of(world, "paper"), supplier_id=world.sunny_id, others_min=3)[-1]

    assert last.own_fen is not None
    assert (last.median_fen, last.quartile_1_fen, last.regular_fen) == (None, None, None)


def test_a_price_of_a_pack_counts_per_base_unit(world: World) -> None:
    change_prices(world, "paper", (150, 2_001))
    set_pack(world.listings["paper"], 2)

    one = weeks_of_product(product_of(world, "paper"))[0]

    # 1000.5 fen, rounded half up
    assert one.base_price_fen(min(one.prices)) == 1_001


@atomic
def set_pack(listing_id: int, pack_size: int) -> None:
    session().execute(update(Listing).where(Listing.id == listing_id).values(pack_size=pack_size))
    record(actor=SYSTEM, action="test.pack", subject=f"listing:{listing_id}")
