"""Listings are held for a time, run out, and are gone; only what is on the shelf is found and sold."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from mall import clock
from mall.catalogue.change_price import change_price
from mall.catalogue.hold_listing import delist_listing, freeze_listing, lift_hold
from mall.catalogue.listing_states import LISTING_STATES, NOT_SHOWN
from mall.catalogue.shelve_listing import shelve_listing
from mall.catalogue.submit_listing import submit_listing
from mall.catalogue.sweep_listings import sweep_listings
from mall.database import close_reading
from mall.errors import Refusal
from mall.ordering.edit_cart import add_to_cart
from mall.ordering.place_order import Wanted, place_order
from mall.search.load_documents import documents_for_index
from tests.mall.catalogue.conftest import Shelf

REASON = "抽检不合格，复检期间暂停销售"


def freeze(shelf: Shelf, listing_id: int, *, days: int = 10) -> None:
    until = clock.today() + timedelta(days=days)
    freeze_listing(actor=shelf.actor("centre"), listing_id=listing_id, reason=REASON, until=until)


def order(shelf: Shelf, listing_id: int) -> None:
    wanted = Wanted(listing_id=listing_id, quantity=1, budget_line_id=shelf.world.office_line)
    place_order(actor=shelf.actor("handler"), unit_id=shelf.world.school_id, wanted=[wanted])


def in_days(days: int) -> datetime:
    return clock.now() + timedelta(days=days)


def test_held_goods_cannot_be_bought_and_the_hold_lifts_after_its_last_day(shelf: Shelf) -> None:
    paper = shelf.world.listings["paper"]
    freeze(shelf, paper)

    with pytest.raises(Refusal, match=r"listing\.off_shelf"):
        order(shelf, paper)
    with clock.frozen(in_days(10)):
        on_the_last_day = (sweep_listings(), shelf.state(paper))
    with clock.frozen(in_days(11)):
        afterwards = (sweep_listings(), shelf.state(paper))

    assert on_the_last_day == (0, "frozen")
    assert afterwards == (1, "on_shelf")
    assert shelf.history(f"listing:{paper}") == [("freeze", "frozen"), ("lift", "on_shelf")]


def test_what_was_off_the_shelf_stays_off_it_after_a_hold(shelf: Shelf) -> None:
    listing_id = shelf.put(state="off_shelf")
    freeze(shelf, listing_id)

    with pytest.raises(Refusal, match=r"state\.not_possible"):
        shelve_listing(actor=shelf.actor("supplier"), listing_id=listing_id, action="put_on")

    assert lift_hold(actor=shelf.actor("centre"), listing_id=listing_id) == "off_shelf"


@pytest.mark.parametrize("days", [-1, 91])
def test_a_hold_ends_within_its_days(shelf: Shelf, days: int) -> None:
    with pytest.raises(Refusal) as caught:
        freeze(shelf, shelf.world.listings["paper"], days=days)

    assert caught.value.code == "hold.bad_date"
    assert caught.value.facts["latest"] == clock.today() + timedelta(days=90)


def test_a_hold_needs_its_reason(shelf: Shelf) -> None:
    with pytest.raises(Refusal, match=r"listing\.reason_needed"):
        freeze_listing(
            actor=shelf.actor("centre"), listing_id=shelf.world.listings["paper"], reason=" ", until=clock.today()
        )


@pytest.mark.parametrize("who", ["supplier", "monitor", "regulator"])
def test_only_the_centre_holds_goods(shelf: Shelf, who: str) -> None:
    with pytest.raises(Refusal, match=r"access\.denied"):
        freeze_listing(
            actor=shelf.actor(who), listing_id=shelf.world.listings["paper"], reason=REASON, until=clock.today()
        )


def test_the_supplier_does_not_lift_a_hold(shelf: Shelf) -> None:
    paper = shelf.world.listings["paper"]
    freeze(shelf, paper)

    with pytest.raises(Refusal, match=r"access\.denied"):
        lift_hold(actor=shelf.actor("supplier"), listing_id=paper)


def test_a_listing_expires_after_its_last_day_with_what_waits(shelf: Shelf) -> None:
    paper = shelf.world.listings["paper"]
    shelf.write("update listing set ends_on = %s where id = %s", clock.today(), paper)
    change_price(actor=shelf.actor("supplier"), listing_id=paper, price_fen=2300)
    on_the_last_day = (sweep_listings(), shelf.state(paper))

    with clock.frozen(in_days(1)):
        afterwards = (sweep_listings(), shelf.state(paper), sweep_listings())

    assert on_the_last_day == (0, "on_shelf")
    assert afterwards == (1, "expired", 0)
    assert shelf.rows("select state from listing_change") == [("withdrawn",)]


def test_goods_expire_with_the_agreement_of_their_supplier(shelf: Shelf) -> None:
    yesterday = clock.today() - timedelta(days=1)
    shelf.write("update supplier set agreement_ends_on = %s where id = %s", yesterday, shelf.world.sunny_id)
    freeze(shelf, shelf.world.listings["printer"])

    sweep_listings()

    states = shelf.rows("select distinct supplier_id = %s, state from listing", shelf.world.sunny_id)
    assert sorted(states) == [(False, "on_shelf"), (True, "expired")]
    assert shelf.rows("select count(*) from listing_hold where ended_at is null") == [(0,)]


def test_expired_goods_are_reviewed_again(shelf: Shelf) -> None:
    listing_id = shelf.put(state="expired")

    assert submit_listing(actor=shelf.actor("supplier"), listing_id=listing_id) == "checked"


def test_delisted_goods_never_come_back(shelf: Shelf) -> None:
    paper = shelf.world.listings["paper"]
    freeze(shelf, paper)
    delist_listing(actor=shelf.actor("centre"), listing_id=paper, reason=REASON)

    with pytest.raises(Refusal, match=r"state\.not_possible"):
        submit_listing(actor=shelf.actor("supplier"), listing_id=paper)

    assert shelf.state(paper) == "delisted"
    assert shelf.rows("select count(*) from listing_hold where ended_at is null") == [(0,)]


@pytest.mark.parametrize("state", LISTING_STATES.states)
def test_only_what_is_on_the_shelf_is_found_and_sold(shelf: Shelf, state: str) -> None:
    listing_id = shelf.put(state=state)

    (document,) = documents_for_index([listing_id])
    close_reading()
    refused = ""
    try:
        order(shelf, listing_id)
    except Refusal as refusal:
        refused = refusal.code

    assert document.on_shelf == (state == "on_shelf")
    assert refused == ("" if state == "on_shelf" else "listing.off_shelf")


@pytest.mark.parametrize("state", NOT_SHOWN)
def test_what_was_never_shown_does_not_come_into_a_cart(shelf: Shelf, state: str) -> None:
    listing_id = shelf.put(state=state)

    with pytest.raises(Refusal, match=r"listing\.unknown"):
        add_to_cart(actor=shelf.actor("handler"), unit_id=shelf.world.school_id, listing_id=listing_id, quantity=1)
