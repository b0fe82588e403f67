"""Reckoning credit: what history gives, nothing twice, corrections by further entries, and what grades change."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from mall import clock
from mall.access.actor import SYSTEM
from mall.catalogue.submit_listing import submit_listing
from mall.database import close_reading, session
from mall.errors import Refusal
from mall.jobs.sweep_deadlines import sweep_deadlines
from mall.outbox.outbox_event import OutboxEvent
from supervision.credit import reckon_credit as reckoning
from supervision.credit.credit_entry import CreditEntry, CreditStanding, grades_given
from supervision.credit.credit_rights import suppliers_graded_d
from supervision.credit.reckon_credit import reckon_all, reckon_by_night, reckon_credit
from tests.journeys.story import Story
from tests.mall.catalogue.conftest import Shelf
from tests.world import World


def entries(party_id: int) -> list[tuple[str, int, str]]:
    close_reading()
    query = select(CreditEntry).where(CreditEntry.party_id == party_id).order_by(CreditEntry.id)
    return [(one.code, one.points, one.document) for one in session().scalars(query)]


def standing_of(party_id: int) -> CreditStanding:
    close_reading()
    return session().get_one(CreditStanding, party_id)


def reckoned(party_id: int) -> bool:
    return reckon_credit(actor=SYSTEM, party_id=party_id)


def test_a_straight_order_speaks_for_both_sides(story: Story) -> None:
    number = story.place(story.wanted("paper", 10, "school_office"))
    story.walk(number, until="approve_payment")
    story.pay(number)

    assert reckoned(story.world.sunny_id)
    assert reckoned(story.world.school_id)

    order = f"order:{number}"
    assert set(entries(story.world.sunny_id)) == {
        ("fair_price", 5, order), ("sent_in_time", 10, order), ("order_answered", 5, order),
    }  # fmt: skip
    assert set(entries(story.world.school_id)) == {("accepted_in_time", 10, order), ("paid_in_time", 10, order)}
    assert standing_of(story.world.sunny_id).grade == "B"
    assert standing_of(story.world.sunny_id).score == 10_000


def test_reckoning_again_writes_nothing(story: Story) -> None:
    story.walk(story.place(story.wanted("paper", 10, "school_office")), until="accept")
    reckoned(story.world.sunny_id)
    before = story.everything(), entries(story.world.sunny_id)

    assert not reckoned(story.world.sunny_id)

    assert (story.everything(), entries(story.world.sunny_id)) == before


def test_a_late_payment_costs_more_the_later_it_grows_and_every_step_is_an_entry(story: Story) -> None:
    number = story.place(story.wanted("paper", 10, "school_office"))
    story.walk(number, until="accept")

    def after(days: int) -> list[tuple[str, int]]:
        clock.advance_frozen(timedelta(days=days))
        reckoned(story.world.school_id)
        return [(code, points) for code, points, _ in entries(story.world.school_id) if code == "paid_late"]

    assert after(30) == []
    assert after(1) == [("paid_late", -50)]
    assert after(8) == [("paid_late", -50)]
    assert after(2) == [("paid_late", -50), ("paid_late", -50)]
    assert standing_of(story.world.school_id).marks["payment"] == 3900
    close_reading()
    kept = session().scalars(select(CreditEntry).where(CreditEntry.code == "paid_late").order_by(CreditEntry.id)).all()
    assert [one.is_correction for one in kept] == [False, True]
    assert {one.document for one in kept} == {f"order:{number}"}


def test_silence_costs_the_supplier_and_the_unit(story: Story) -> None:
    declined = story.place(story.wanted("paper", 10, "school_office"))
    story.act("approver", "approve", declined)
    received = story.place(story.wanted("paper", 10, "school_office"))
    story.walk(received, until="receive")
    clock.advance_frozen(timedelta(days=30))
    sweep_deadlines()

    reckoned(story.world.sunny_id)
    reckoned(story.world.school_id)

    assert ("silent", -100, f"order:{declined}") in entries(story.world.sunny_id)
    assert ("accepted_by_silence", -100, f"order:{received}") in entries(story.world.school_id)


def test_a_late_shipment_costs_for_every_day(story: Story) -> None:
    number = story.place(story.wanted("paper", 10, "school_office"))
    story.walk(number, until="sign")
    clock.advance_frozen(timedelta(days=7 + 3))
    for who, action in (("supplier", "ship"), ("receiver", "receive"), ("receiver", "accept")):
        story.act(who, action, number)

    reckoned(story.world.sunny_id)

    assert ("sent_late", -60, f"order:{number}") in entries(story.world.sunny_id)


def test_what_history_no_longer_says_is_taken_back_by_a_further_entry(story: Story) -> None:
    number = story.place(story.wanted("paper", 10, "school_office"))
    story.walk(number, until="accept")
    reckoned(story.world.sunny_id)
    story.alter("update purchase_order set accepted_on = null where number = %s", number)

    reckoned(story.world.sunny_id)

    fair = [points for code, points, _ in entries(story.world.sunny_id) if code == "fair_price"]
    assert fair == [5, -5]
    assert not reckoned(story.world.sunny_id)


def test_entries_expire_by_themselves(story: Story) -> None:
    number = story.place(story.wanted("paper", 10, "school_office"))
    story.act("approver", "approve", number)
    clock.advance_frozen(timedelta(days=10))
    sweep_deadlines()
    reckoned(story.world.sunny_id)
    assert standing_of(story.world.sunny_id).score == 9900

    clock.advance_frozen(timedelta(days=366))

    assert reckoned(story.world.sunny_id)
    assert standing_of(story.world.sunny_id).score == 10_000
    assert [points for _, points, _ in entries(story.world.sunny_id)] == [-100]


def test_a_grade_is_told_with_the_rules_it_was_given_by(story: Story) -> None:
    reckoned(story.world.sunny_id)

    (given,) = grades_given(story.world.sunny_id)
    assert (given.before, given.grade, given.score) == ("", "B", 10_000)
    assert given.rules["credit.grade_b_min"]["value"] == 7500
    close_reading()
    told = session().scalars(select(OutboxEvent).where(OutboxEvent.name == "credit.graded")).all()
    assert [(event.document, event.payload["grade"]) for event in told] == [(f"credit:{story.world.sunny_id}", "B")]


def test_only_the_system_reckons(world: World) -> None:
    for who in ("regulator", "supplier", "handler"):
        with pytest.raises(Refusal) as refused:
            reckon_credit(actor=world.actor(who), party_id=world.sunny_id)
        assert refused.value.code == "access.denied"


def test_what_is_no_party_has_no_credit(world: World) -> None:
    with pytest.raises(Refusal) as refused:
        reckon_credit(actor=SYSTEM, party_id=999_999_999)
    assert refused.value.code == "credit.unknown"


def test_the_night_reckons_everybody_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reckoning, "_reckoned_on", None)
    night = clock.end_of_day(clock.today()) + timedelta(hours=3)

    with clock.frozen(night - timedelta(hours=2)):
        assert reckon_by_night() == 0
        close_reading()
        assert session().scalars(select(CreditStanding)).all() == []
    with clock.frozen(night):
        reckon_by_night()
        close_reading()
        parties = set(session().scalars(select(CreditStanding.party_id)))
        assert {world.school_id, world.county_id, world.sunny_id, world.moon_id} <= parties
        assert reckon_all(actor=SYSTEM) == 0


def test_new_listings_of_a_supplier_graded_d_wait_for_people_where_nobody_elses_do(shelf: Shelf) -> None:
    shelf.rule("listing.review_people", 0)
    free = shelf.put("FREE-1", price_fen=2000)
    submit_listing(actor=shelf.actor("supplier"), listing_id=free)
    reckoned(shelf.world.sunny_id)
    shelf.write("update credit_standing set grade = 'D' where party_id = %s", shelf.world.sunny_id)
    close_reading()

    watched = shelf.put("WATCHED-1", price_fen=2000)
    submit_listing(actor=shelf.actor("supplier"), listing_id=watched)

    assert suppliers_graded_d({shelf.world.sunny_id, shelf.world.moon_id}) == {shelf.world.sunny_id}
    assert (shelf.state(free), shelf.state(watched)) == ("on_shelf", "checked")
