"""Measures: out of confirmed cases, by two people, carried out by the system, and lifting by themselves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from mall import clock
from mall.access.actor import SYSTEM
from mall.audit.record import record
from mall.catalogue.hold_listing import lift_hold
from mall.catalogue.listing import Listing
from mall.catalogue.listing_hold import open_hold
from mall.database import atomic, close_reading, session
from mall.documents.history import DocumentStep
from mall.errors import Refusal
from mall.notices.notice import Notice
from mall.outbox.deliver import deliver_waiting
from mall.outbox.event import publish
from mall.suppliers.supplier import Supplier
from mall.suppliers.supplier_stop import open_stops
from mall.suppliers.suspend_supplier import restore_supplier, stop_supplier, suspend_supplier
from supervision.credit.carry_out_measure import end_due_measures
from supervision.credit.credit_entry import CreditEntry
from supervision.credit.impose_measure import WantedMeasure, impose_measure, perform
from supervision.credit.measure import Measure
from supervision.credit.reckon_credit import reckon_credit
from tests.form_browser import FormBrowser
from tests.world import World

CASE = "JG-410100-2026-000001"

pytestmark = pytest.mark.usefixtures("app")


@atomic
def decide_case(action: str, *, case: str = CASE) -> None:
    """What the room of cases leaves in the history."""
    session().add(
        DocumentStep(
            document=f"watch_case:{case}", action=action, before="explained", after="confirmed", at=clock.now(),
            user_id=None, actor_name="测试", note="", facts={},
        )
    )  # fmt: skip
    record(actor=SYSTEM, action="test.case", subject=f"watch_case:{case}")
    publish(f"watch_case.{action}", document=f"watch_case:{case}")


def wanted(world: World, **other: Any) -> WantedMeasure:
    facts = {
        "case_number": CASE, "kind": "suspend", "points": 3, "until": clock.today() + timedelta(days=10),
        "reason": "多次抬高价格", "supplier_id": world.sunny_id,
    }  # fmt: skip
    return WantedMeasure(**{**facts, **other})


def imposed(world: World, **other: Any) -> str:
    number = impose_measure(actor=world.actor("regulator-city"), wanted=wanted(world, **other)).number
    perform("approve", actor=world.actor("regulator"), number=number)
    deliver_waiting()
    close_reading()
    return number


def measure(number: str) -> Measure:
    close_reading()
    return session().scalars(select(Measure).where(Measure.number == number)).one()


def supplier(world: World) -> Supplier:
    close_reading()
    return session().get_one(Supplier, world.sunny_id)


def refused(deed: Any, **facts: Any) -> str:
    with pytest.raises(Refusal) as raised:
        deed(**facts)
    close_reading()
    return raised.value.code


def points_of(party_id: int) -> list[int]:
    reckon_credit(actor=SYSTEM, party_id=party_id)
    close_reading()
    return list(
        session().scalars(
            select(CreditEntry.points)
            .where(CreditEntry.party_id == party_id, CreditEntry.code.like("%measure_points"))
            .order_by(CreditEntry.id)
        )
    )


def test_a_suspension_begins_with_the_second_person_and_ends_by_itself(world: World) -> None:
    decide_case("confirm")
    number = impose_measure(actor=world.actor("regulator-city"), wanted=wanted(world)).number
    deliver_waiting()
    assert (measure(number).state, supplier(world).state) == ("proposed", "active")

    perform("approve", actor=world.actor("regulator"), number=number)
    assert supplier(world).state == "active"
    deliver_waiting()
    assert (measure(number).state, supplier(world).state) == ("in_force", "suspended")
    assert number in supplier(world).suspended_reason

    with clock.frozen(clock.end_of_day(measure(number).until)):
        assert end_due_measures() == 0
    with clock.frozen(clock.end_of_day(measure(number).until) + timedelta(minutes=1)):
        assert end_due_measures() == 1
        assert end_due_measures() == 0
    assert (measure(number).state, supplier(world).state) == ("ended", "active")
    assert supplier(world).suspended_reason == ""


def test_its_points_count_and_an_annulment_takes_them_back(world: World) -> None:
    decide_case("confirm")
    number = imposed(world)
    assert points_of(world.sunny_id) == [-300]

    perform("annul", actor=world.actor("regulator"), number=number, note="依据有误")
    deliver_waiting()

    assert points_of(world.sunny_id) == [-300, 300]
    assert (measure(number).state, supplier(world).state) == ("annulled", "active")


def test_a_case_that_falls_takes_its_measures_with_it(world: World) -> None:
    decide_case("confirm")
    number = imposed(world, kind="remove")
    assert supplier(world).state == "removed"

    decide_case("overturn")
    deliver_waiting()
    deliver_waiting()

    assert (measure(number).state, supplier(world).state) == ("annulled", "active")


def test_a_listing_is_frozen_until_the_last_day(world: World) -> None:
    decide_case("confirm")
    listing_id = world.listings["printer"]
    number = imposed(world, kind="listing_freeze", listing_id=listing_id, points=0)
    assert session().get_one(Listing, listing_id).state == "frozen"

    with clock.frozen(clock.end_of_day(measure(number).until) + timedelta(minutes=1)):
        end_due_measures()

    close_reading()
    assert session().get_one(Listing, listing_id).state == "on_shelf"
    assert open_hold(listing_id) is None


def test_a_hold_that_somebody_else_lifted_is_no_obstacle(world: World) -> None:
    decide_case("confirm")
    listing_id = world.listings["printer"]
    number = imposed(world, kind="listing_freeze", listing_id=listing_id, points=0)
    lift_hold(actor=world.actor("centre"), listing_id=listing_id)

    perform("annul", actor=world.actor("regulator"), number=number, note="依据有误")
    deliver_waiting()

    assert measure(number).state == "annulled"


def test_the_centre_cannot_restore_whom_a_measure_stopped_and_the_measure_not_whom_the_centre_stopped(
    world: World,
) -> None:
    decide_case("confirm")
    suspend_supplier(actor=world.actor("centre"), supplier_id=world.sunny_id, reason="许可证到期")
    number = imposed(world)

    assert refused(restore_supplier, actor=world.actor("centre"), supplier_id=world.sunny_id) == "supplier.stopped"
    perform("annul", actor=world.actor("regulator"), number=number, note="依据有误")
    deliver_waiting()
    assert (supplier(world).state, supplier(world).suspended_reason) == ("suspended", "许可证到期")
    restore_supplier(actor=world.actor("centre"), supplier_id=world.sunny_id)
    assert supplier(world).state == "active"
    assert open_stops(world.sunny_id) == []


def test_nobody_but_the_system_stops_a_supplier_by_a_measure(world: World) -> None:
    for who in ("centre", "regulator"):
        code = refused(
            stop_supplier, actor=world.actor(who), supplier_id=world.sunny_id, kind="suspended", source="measure:X",
            reason="测试理由", until=clock.today(),
        )  # fmt: skip
        assert code == "access.denied"


def test_a_proposal_needs_a_confirmed_case_that_stands(world: World) -> None:
    actor = world.actor("regulator-city")
    assert refused(impose_measure, actor=actor, wanted=wanted(world)) == "measure.case_needed"
    decide_case("confirm")
    number = impose_measure(actor=actor, wanted=wanted(world)).number
    decide_case("overturn")

    assert refused(impose_measure, actor=actor, wanted=wanted(world)) == "measure.case_needed"
    assert refused(perform, action="approve", actor=world.actor("regulator"), number=number) == "measure.case_needed"
    decide_case("uphold")
    assert impose_measure(actor=actor, wanted=wanted(world)).state == "proposed"


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"points": 13}, "measure.bad_points"),
        ({"points": -1}, "measure.bad_points"),
        ({"kind": "points", "points": 0}, "measure.bad_points"),
        ({"kind": "fine"}, "measure.bad_kind"),
        ({"kind": "listing_freeze"}, "measure.bad_kind"),
        ({"listing_id": 1}, "measure.bad_kind"),
        ({"kind": "listing_freeze", "listing_id": 999_999_999}, "measure.bad_kind"),
        ({"supplier_id": None}, "measure.bad_party"),
        ({"supplier_id": 999_999_999}, "measure.bad_party"),
        ({"until": 0}, "measure.bad_date"),
        ({"until": 1096}, "measure.bad_date"),
        ({"reason": " "}, "order.reason_needed"),
        ({"case_number": "x" * 61}, "measure.case_needed"),
    ],
)
def test_what_does_not_fit_is_refused(world: World, other: dict[str, Any], code: str) -> None:
    decide_case("confirm")
    if "until" in other:
        other = {"until": clock.today() + timedelta(days=other["until"])}

    assert refused(impose_measure, actor=world.actor("regulator-city"), wanted=wanted(world, **other)) == code


def test_a_unit_gets_points_and_nothing_else(world: World) -> None:
    decide_case("confirm")
    of_unit = {"supplier_id": None, "unit_id": world.school_id}
    actor = world.actor("regulator-city")

    assert refused(impose_measure, actor=actor, wanted=wanted(world, **of_unit)) == "measure.bad_kind"
    imposed(world, kind="points", points=2, **of_unit)

    assert points_of(world.school_id) == [-200]


def test_two_regulators_of_the_region_and_nobody_else(world: World) -> None:
    decide_case("confirm")
    for who in ("regulator-county", "centre", "supplier", "budget"):
        assert refused(impose_measure, actor=world.actor(who), wanted=wanted(world)) == "access.denied"
    number = impose_measure(actor=world.actor("regulator-city"), wanted=wanted(world)).number

    assert refused(perform, action="approve", actor=world.actor("regulator-city"), number=number) == "access.denied"
    assert refused(perform, action="approve", actor=world.actor("regulator-county"), number=number) == "measure.unknown"
    assert refused(perform, action="approve", actor=world.actor("supplier"), number=number) == "measure.unknown"
    assert refused(perform, action="reject", actor=world.actor("regulator"), number=number) == "order.reason_needed"
    assert refused(perform, action="fly", actor=world.actor("regulator"), number=number) == "measure.unknown_action"


def test_the_same_key_proposes_once(world: World) -> None:
    decide_case("confirm")
    asked = {"actor": world.actor("regulator-city"), "wanted": wanted(world), "request_key": "measure-key-1"}

    assert impose_measure(**asked).number == impose_measure(**asked).number


def test_who_is_to_decide_and_who_is_concerned_are_told(world: World) -> None:
    decide_case("confirm")
    impose_measure(actor=world.actor("regulator-city"), wanted=wanted(world))
    deliver_waiting()
    close_reading()
    waiting = set(session().scalars(select(Notice.user_id).where(Notice.code == "approve_measure")))
    assert waiting == {world.users["regulator"]}

    imposed(world)
    told = set(session().scalars(select(Notice.user_id).where(Notice.code == "measure_started")))
    assert told == {world.users["supplier"]}


def test_regulators_propose_and_approve_on_pages_and_the_supplier_reads_why(app: Any, world: World) -> None:
    decide_case("confirm")
    city = FormBrowser(app.test_client(), "regulator-city")
    page = city.get("/watch/measures/new")
    typed = {
        "case_number": "JG-0", "party": "91410100MA00000011", "kind": "suspend", "points": "3",
        "until": (clock.today() + timedelta(days=10)).isoformat(), "reason": "多次<b>抬高价格",
    }  # fmt: skip
    again = city.send(page, "/watch/measures", **typed)
    assert "没有经认定属实" in again.words
    assert again.value("party") == "91410100MA00000011"
    shown = city.send(again, "/watch/measures", case_number=CASE)
    assert "等另一位监管人员批准" in shown.words
    assert not shown.has_form("/approve")
    supplier = FormBrowser(app.test_client(), "supplier")
    assert supplier.get(shown.path).status == 404

    province = FormBrowser(app.test_client(), "regulator")
    done = province.send(province.get(shown.path), "/approve")
    assert "已批准" in done.words
    deliver_waiting()
    close_reading()

    read = supplier.get(shown.path)
    assert "多次<b>抬高价格" in read.words
    assert "测试regulator" not in read.words
    english = supplier.send(read, "/language", language="en")
    assert "Suspend the supplier" in english.words
    assert "Measure" in supplier.get("/notices").words
