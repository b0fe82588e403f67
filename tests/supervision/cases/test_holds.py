"""Holds: two regulators, in force by the system, asked by whoever moves money, and over by themselves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from mall import clock
from mall.catalogue.hold_listing import freeze_listing
from mall.catalogue.hold_listing import lift_hold as lift_listing_hold
from mall.catalogue.listing import Listing
from mall.catalogue.listing_hold import open_hold
from mall.database import close_reading, session
from mall.documents.history import history_of
from mall.errors import Refusal
from mall.finance.payment_request import PaymentRequest
from mall.ordering.order import order_numbered
from supervision.cases.hold_steps import Subject
from supervision.cases.sweep_cases import sweep_cases
from tests.supervision.cases.case_story import CaseStory, deliver, the_hold, told
from tests.world import PASSWORD, World


def refused(deed: Callable[[], object]) -> Refusal:
    with pytest.raises(Refusal) as caught:
        deed()
    close_reading()
    return caught.value


def payment(number: str, *lines: int) -> Subject:
    return Subject("payment", order_number=number, line_nos=lines)


def requests_of(number: str) -> list[PaymentRequest]:
    close_reading()
    query = select(PaymentRequest).where(PaymentRequest.order_number == number).order_by(PaymentRequest.id)
    return list(session().scalars(query))


def invoiced(story: CaseStory, *goods: tuple[str, int]) -> str:
    """An order that is accepted and invoiced whole."""
    number = story.order(*goods, road="invoiced")
    accepted_fen = sum(line.accepted_fen for line in order_numbered(number).lines)
    close_reading()
    invoice = {"number": "12345678901234567890", "issued_on": clock.today().isoformat(), "amount_fen": accepted_fen}
    story.on_order(number, "supplier", "invoice", **invoice)
    return number


def test_a_hold_of_an_order_stops_its_approval_until_it_ends(story: CaseStory) -> None:
    number = story.order()
    hold = story.asked().in_force(Subject("order", order_number=number))

    told_why = refused(lambda: story.on_order(number, "approver", "approve"))
    with clock.frozen(clock.now() + timedelta(days=11)):
        sweep_cases()
        story.on_order(number, "approver", "approve")

    assert told_why.code == "order.held"
    assert told_why.facts["case"] == story.number
    assert (told_why.facts["lines"], told_why.facts["reason"]) == ("1", "价格和数量有争议")
    assert the_hold(hold).state == "ended"
    assert order_numbered(number).state == "approved"


def test_even_before_the_sweep_a_hold_is_over_after_its_last_day(story: CaseStory) -> None:
    number = story.order()
    story.asked().in_force(Subject("order", order_number=number))

    with clock.frozen(clock.now() + timedelta(days=11)):
        story.on_order(number, "approver", "approve")

    assert order_numbered(number).state == "approved"


def test_a_hold_of_an_order_stops_the_signature_that_makes_the_contract(story: CaseStory) -> None:
    number = story.order(road="confirmed")
    story.asked().in_force(Subject("order", order_number=number))

    assert refused(lambda: story.on_order(number, "supplier", "sign", password=PASSWORD)).code == "order.held"


def test_a_hold_of_the_payment_lets_the_order_go_on_to_the_invoice(story: CaseStory) -> None:
    number = story.order()
    story.asked().in_force(payment(number, 1))

    story.on_order(number, "approver", "approve")

    assert order_numbered(number).state == "approved"


def test_only_the_disputed_lines_wait_for_their_money(story: CaseStory) -> None:
    number = invoiced(story, ("paper", 10), ("printer", 1))
    story.asked().in_force(payment(number, 2))

    too_much = refused(lambda: story.on_order(number, "accountant", "request_payment", amount_fen=21_500 + 118_000))
    story.on_order(number, "accountant", "request_payment")
    rest = refused(lambda: story.on_order(number, "accountant", "request_payment"))
    story.on_order(number, "finance", "approve_payment")

    (asked,) = requests_of(number)
    assert (too_much.code, rest.code) == ("order.held", "order.held")
    assert rest.facts["lines"] == "2"
    assert (asked.amount_fen, asked.state) == (21_500, "approved")


def test_a_request_from_before_the_hold_is_stopped_at_the_approval_and_asked_for_anew(story: CaseStory) -> None:
    number = invoiced(story, ("paper", 10), ("printer", 1))
    story.on_order(number, "accountant", "request_payment")
    story.asked().in_force(payment(number, 2))

    stopped = refused(lambda: story.on_order(number, "finance", "approve_payment"))
    story.on_order(number, "finance", "return_payment", reason="含暂停的款项")
    story.on_order(number, "accountant", "request_payment")
    story.on_order(number, "finance", "approve_payment")

    assert stopped.code == "order.held"
    assert [(one.state, one.amount_fen) for one in requests_of(number)] == [("returned", 139_500), ("approved", 21_500)]


def test_after_the_hold_the_rest_is_paid(story: CaseStory) -> None:
    number = invoiced(story, ("paper", 10), ("printer", 1))
    story.asked().in_force(payment(number, 2))
    story.on_order(number, "accountant", "request_payment")
    story.on_order(number, "finance", "approve_payment")

    with clock.frozen(clock.now() + timedelta(days=11)):
        sweep_cases()
        story.on_order(number, "accountant", "request_payment")
        story.on_order(number, "finance", "approve_payment")

    assert [one.amount_fen for one in requests_of(number)] == [21_500, 118_000]


def test_money_on_its_way_is_not_called_back(story: CaseStory) -> None:
    number = invoiced(story, ("paper", 10), ("printer", 1))
    story.on_order(number, "accountant", "request_payment")
    story.on_order(number, "finance", "approve_payment")

    story.asked().in_force(payment(number, 2))

    assert [one.state for one in requests_of(number)] == ["approved"]


def test_a_hold_of_a_listing_takes_it_off_sale_and_gives_it_back(story: CaseStory) -> None:
    listing_id = story.world.listings["paper"]
    hold = story.asked("both").in_force(Subject("listing", listing_id=listing_id))
    held = session().get_one(Listing, listing_id).state, open_hold(listing_id).case_number
    close_reading()
    by_centre = refused(lambda: lift_listing_hold(actor=story.world.actor("centre"), listing_id=listing_id))

    with clock.frozen(clock.now() + timedelta(days=11)):
        sweep_cases()

    assert held == ("frozen", story.number)
    assert by_centre.code == "listing.held_in_case"
    assert session().get_one(Listing, listing_id).state == "on_shelf"
    assert the_hold(hold).state == "ended"


def test_a_listing_that_somebody_else_froze_meanwhile_cannot_be_held(story: CaseStory) -> None:
    listing_id = story.world.listings["paper"]
    hold = story.asked("both").proposes(Subject("listing", listing_id=listing_id))
    freeze_listing(actor=story.world.actor("centre"), listing_id=listing_id, reason="复核", until=clock.today())

    story.on_hold(hold, "regulator-city2", "approve")

    assert (the_hold(hold).state, the_hold(hold).failure) == ("failed", "state.not_possible")
    assert "hold_failed" in told("regulator-city")


def test_nobody_approves_her_own_proposal(story: CaseStory) -> None:
    hold = story.asked().proposes(Subject("order", order_number=story.order()))

    own = refused(lambda: story.on_hold(hold, "regulator-city", "approve"))
    stranger = refused(lambda: story.on_hold(hold, "regulator-county", "approve"))
    story.on_hold(hold, "regulator", "approve")

    assert (own.code, stranger.code) == ("hold.proposer_decides", "hold.unknown")
    assert the_hold(hold).state == "in_force"


def test_a_rejected_or_withdrawn_proposal_holds_nothing(story: CaseStory) -> None:
    number = story.order()
    story.asked()
    first, second = (story.proposes(Subject("order", order_number=number)) for _ in range(2))
    story.on_hold(first, "regulator-city2", "reject", reason="证据不足")
    story.on_hold(second, "regulator-city", "withdraw")

    story.on_order(number, "approver", "approve")

    assert [the_hold(one).state for one in (first, second)] == ["rejected", "withdrawn"]
    assert "hold_rejected" in told("regulator-city")


def test_two_regulators_lift_a_hold_early(story: CaseStory) -> None:
    number = story.order()
    hold = story.asked().in_force(Subject("order", order_number=number))
    story.on_hold(hold, "regulator-city2", "propose_lift", reason="已说明清楚")
    own = refused(lambda: story.on_hold(hold, "regulator-city2", "lift"))
    still = refused(lambda: story.on_order(number, "approver", "approve"))

    story.on_hold(hold, "regulator-city", "lift")
    story.on_order(number, "approver", "approve")

    assert (own.code, still.code) == ("hold.proposer_decides", "order.held")
    assert the_hold(hold).state == "ended"


def test_a_lift_that_is_not_agreed_to_keeps_the_hold(story: CaseStory) -> None:
    hold = story.asked().in_force(Subject("order", order_number=story.order()))
    story.on_hold(hold, "regulator-city", "propose_lift", reason="可以解除")

    story.on_hold(hold, "regulator-city2", "keep", reason="还没有说明")

    assert the_hold(hold).state == "in_force"
    assert "hold_kept" in told("regulator-city")


def test_a_dismissed_case_lets_everything_go(story: CaseStory) -> None:
    number, other = story.order(), story.order()
    story.explained()
    hold = story.in_force(Subject("order", order_number=number))
    waiting = story.proposes(Subject("order", order_number=other))

    story.do("regulator-city", "dismiss", review_code="urgent", note="确属紧急。")
    deliver()
    story.on_order(number, "approver", "approve")

    assert [the_hold(one).state for one in (hold, waiting)] == ["ended", "withdrawn"]


def test_a_proposal_nobody_approved_in_time_lapses(story: CaseStory) -> None:
    hold = story.asked().proposes(Subject("order", order_number=story.order()))

    with clock.frozen(clock.now() + timedelta(days=11)):
        assert sweep_cases() >= 1

    assert the_hold(hold).state == "withdrawn"


def test_the_parties_are_told_and_the_order_keeps_it_in_its_history(story: CaseStory) -> None:
    number = story.order(road="approved")
    story.asked().in_force(payment(number, 1))
    deliver()

    steps = [step.action for step in history_of(f"order:{number}")]
    assert steps[-1] == "hold"
    assert all("money_held" in told(who) for who in ("handler", "accountant", "finance", "supplier"))
    assert "hold_in_force" in told("regulator-city")


@pytest.mark.parametrize(
    ("subject", "code"),
    [
        (Subject("payment", order_number="ORDER"), "hold.lines_needed"),
        (Subject("payment", order_number="ORDER", line_nos=(7,)), "order.unknown_line"),
        (Subject("order", order_number="DD-410100-2026-999999"), "order.unknown"),
        (Subject("listing", listing_id=999_999_999), "hold.not_of_case"),
    ],
)
def test_what_cannot_be_held_is_refused(story: CaseStory, subject: Subject, code: str) -> None:
    number = story.order()
    story.asked()
    meant = Subject(subject.kind, number, subject.line_nos) if subject.order_number == "ORDER" else subject

    assert refused(lambda: story.proposes(meant)).code == code


def test_goods_are_held_only_after_their_supplier_was_asked(story: CaseStory) -> None:
    story.asked("unit")
    subject = Subject("listing", listing_id=story.world.listings["paper"])

    assert refused(lambda: story.proposes(subject)).code == "hold.ask_first"


def test_goods_of_another_supplier_are_none_of_the_case(story: CaseStory) -> None:
    story.asked("both")
    subject = Subject("listing", listing_id=story.world.listings["paper2"])

    assert refused(lambda: story.proposes(subject)).code == "hold.not_of_case"


def test_an_order_of_another_supplier_is_none_of_the_case(story: CaseStory) -> None:
    story.asked()
    other = story.order(("paper2", 1))

    assert refused(lambda: story.proposes(Subject("order", order_number=other))).code == "hold.not_of_case"


def test_first_ask_then_hold_and_nothing_after_the_end(story: CaseStory) -> None:
    subject = Subject("order", order_number=story.order())
    story.assigned()
    early = refused(lambda: story.proposes(subject)).code
    story.do("regulator-city", "ask", parties="unit", question="请说明", grounds="累计超标")
    story.do("leader", "explain", words="说明")
    stranger = refused(lambda: story.proposes(subject, who="regulator-city2")).code
    story.do("regulator-city", "dismiss", review_code="urgent", note="合理")
    late = refused(lambda: story.proposes(subject)).code

    assert (early, stranger, late) == ("hold.ask_first", "access.denied", "hold.case_over")


@pytest.mark.parametrize("days", [-1, 31])
def test_the_last_day_lies_within_the_regions_bounds(story: CaseStory, days: int) -> None:
    subject = Subject("order", order_number=story.order())
    story.asked()

    assert (
        refused(lambda: story.proposes(subject, until=clock.today() + timedelta(days=days))).code
        == "hold.until_outside"
    )


def test_goods_sold_beyond_a_county_are_not_held_by_the_county_alone(world: World) -> None:
    """The sunny supplier sits in the city: whoever approves must regulate there."""
    story = CaseStory(world).found(unit_id=world.county_id, region_code=410324)
    story.do("regulator-county", "assign")
    story.do("regulator-county", "ask", parties="both", question="请说明价格", grounds="高于同行")
    hold = story.proposes(Subject("listing", listing_id=world.listings["paper"]), who="regulator-county")

    story.on_hold(hold, "regulator-city", "approve")

    assert the_hold(hold).region_code == 410100
    assert session().get_one(Listing, world.listings["paper"]).state == "frozen"
