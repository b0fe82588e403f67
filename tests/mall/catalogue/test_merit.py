"""What speaks for an offer: points for clean prices, ratings, descriptions and delivery, read from the database."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from mall import clock
from mall.catalogue.merit import MERIT_MAX, OfferFacts, merit, offer_facts
from mall.database import close_reading
from mall.suppliers.supplier_rating import rating_steps, shrunken_hundredths
from tests.mall.catalogue.conftest import Shelf

PLAIN = OfferFacts(
    offers=3, over_lowest_bp=0, ceiling="none", rating_sum=0, rating_count=0, completeness_score=50, stock=None,
    delivery_days=9,
)  # fmt: skip


def test_the_best_offer_has_all_points_and_the_worst_none() -> None:
    best = replace(
        PLAIN, ceiling="within", rating_sum=1_000, rating_count=200, completeness_score=100, stock=5, delivery_days=1
    )
    worst = replace(PLAIN, over_lowest_bp=9_000, rating_sum=300, rating_count=300, stock=0, delivery_days=1)

    assert (merit(best), merit(worst)) == (MERIT_MAX, 0) == (10, 0)


@pytest.mark.parametrize(
    ("over_lowest_bp", "points"),
    [(0, 5), (1, 4), (500, 4), (501, 3), (1_000, 3), (1_001, 2), (2_000, 2), (2_001, 1), (90_000, 1)],
)
def test_the_nearer_to_the_lowest_offer_the_better(over_lowest_bp: int, points: int) -> None:
    assert merit(replace(PLAIN, over_lowest_bp=over_lowest_bp)) == points


def test_the_only_offer_is_neither_praised_nor_blamed() -> None:
    assert merit(replace(PLAIN, offers=1)) == 4


def test_above_a_ceiling_being_the_lowest_earns_nothing() -> None:
    assert merit(replace(PLAIN, ceiling="above")) == merit(PLAIN) - 4
    assert merit(replace(PLAIN, ceiling="above", offers=1)) == merit(PLAIN) - 4


@pytest.mark.parametrize(
    ("rating_sum", "rating_count", "hundredths", "steps"),
    [
        (0, 0, 400, 1),
        # One order with three fives moves him less than ten do, and a hundred of them make him the best.
        (15, 3, 409, 1),
        (150, 30, 450, 2),
        (1_500, 300, 490, 3),
        (3, 3, 372, 0),
        (1_200, 300, 400, 1),
    ],
)
def test_few_ratings_count_little(rating_sum: int, rating_count: int, hundredths: int, steps: int) -> None:
    assert (shrunken_hundredths(rating_sum, rating_count), rating_steps(rating_sum, rating_count)) == (
        hundredths,
        steps,
    )


def test_prices_are_compared_by_base_unit_with_what_may_be_sold(shelf: Shelf) -> None:
    paper, rival = shelf.world.listings["paper"], shelf.world.listings["paper2"]
    carton = shelf.put("CARTON", state="on_shelf", price_fen=10_000)
    shelf.write("update listing set pack_size = 5 where id = %s", carton)
    cheap = shelf.put("HELD", state="frozen", price_fen=1)

    facts = offer_facts([paper, rival, carton, cheap], on=clock.today())
    close_reading()

    # 20.00 a pack in the carton, 21.50 and 22.80 singly; what is held is no measure for anybody.
    assert {one: facts[one].over_lowest_bp for one in (paper, rival, carton)} == {paper: 750, rival: 1_400, carton: 0}
    assert {facts[one].offers for one in (paper, rival, carton)} == {3}


def test_a_suspended_rival_is_no_measure(shelf: Shelf) -> None:
    paper, rival = shelf.world.listings["paper"], shelf.world.listings["paper2"]
    shelf.write("update supplier set state = 'suspended' where id = %s", shelf.world.sunny_id)

    facts = offer_facts([paper, rival], on=clock.today())
    close_reading()

    assert (facts[rival].offers, facts[rival].over_lowest_bp) == (1, 0)


def test_ceilings_count_from_their_day_on(shelf: Shelf) -> None:
    paper, rival = shelf.world.listings["paper"], shelf.world.listings["paper2"]
    tomorrow = clock.today() + timedelta(days=1)
    shelf.write(
        "insert into price_ceiling (category_code, ceiling_fen, valid_from, source, state, entered_by_id, entered_at)"
        " values ('A05040101', 2200, %s, '框架协议', 'in_force', 1, now())",
        tomorrow,
    )

    today, then = (offer_facts([paper, rival], on=day) for day in (clock.today(), tomorrow))
    close_reading()

    assert {today[one].ceiling for one in (paper, rival)} == {"none"}
    assert (then[paper].ceiling, then[rival].ceiling) == ("within", "above")


def test_a_description_counts_as_the_page_of_the_supplier_says(shelf: Shelf) -> None:
    paper = shelf.world.listings["paper"]
    before = offer_facts([paper], on=clock.today())[paper].completeness_score
    close_reading()
    shelf.write("update listing set description_html = %s, origin = '山东' where id = %s", "<p>" + "好纸" * 40, paper)

    after = offer_facts([paper], on=clock.today())[paper].completeness_score
    close_reading()

    assert after > before


def test_nothing_asked_and_unknown_ids_give_nothing(shelf: Shelf) -> None:
    assert offer_facts([], on=clock.today()) == {}
    assert offer_facts([10**9], on=clock.today()) == {}
    close_reading()
