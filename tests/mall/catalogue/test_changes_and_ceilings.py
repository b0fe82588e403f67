"""A cut holds at once, a rise waits, and what is above a ceiling is stopped with the way out named."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from mall import clock
from mall.catalogue.change_price import change_price
from mall.catalogue.enter_ceiling import decide_ceiling, enter_ceiling
from mall.catalogue.shelve_listing import shelve_listing
from mall.catalogue.submit_listing import submit_listing, withdraw_change
from mall.errors import Refusal
from mall.listing_review.give_verdicts import give_verdicts
from tests.mall.catalogue.conftest import Shelf

SOURCE = "豫财购框架协议〔2026〕12号"


def price(shelf: Shelf, listing_id: int) -> int:
    return shelf.rows("select price_fen from listing where id = %s", listing_id)[0][0]


def ask(shelf: Shelf, listing_id: int, price_fen: int) -> str:
    return change_price(actor=shelf.actor("supplier"), listing_id=listing_id, price_fen=price_fen, reason="原纸涨价")


def judge(shelf: Shelf, document: str, *, verdict: str = "pass", reasons: tuple[str, ...] = ()) -> None:
    for who in ("centre", "monitor"):
        give_verdicts(actor=shelf.actor(who), documents=[document], verdict=verdict, reasons=reasons)


def waiting(shelf: Shelf) -> str:
    return "listing_change:{}".format(*shelf.rows("select id from listing_change where state = 'waiting'")[0])


def ceiling(shelf: Shelf, *, ceiling_fen: int, confirmed: bool = True, **subject: object) -> int:
    entered = enter_ceiling(
        actor=shelf.actor("centre"), ceiling_fen=ceiling_fen, valid_from=date(2026, 1, 1), source=SOURCE,
        **(subject or {"category_code": "A05040101"}),  # type: ignore[arg-type]
    )  # fmt: skip
    if confirmed:
        decide_ceiling(actor=shelf.actor("monitor"), ceiling_id=entered.id, action="confirm")
    return entered.id


def test_a_cut_holds_at_once_and_is_logged(shelf: Shelf) -> None:
    paper = shelf.world.listings["paper"]

    outcome = ask(shelf, paper, 1999)

    assert (outcome, price(shelf, paper)) == ("applied", 1999)
    assert shelf.rows(
        "select old_price_fen, new_price_fen, reason from price_change where listing_id = %s order by id desc limit 1",
        paper,
    ) == [(2150, 1999, "原纸涨价")]


def test_a_rise_waits_while_the_old_price_stays(shelf: Shelf) -> None:
    paper = shelf.world.listings["paper"]

    outcome = ask(shelf, paper, 2300)

    assert (outcome, price(shelf, paper), shelf.state(paper)) == ("waiting", 2150, "on_shelf")
    assert shelf.rows("select state, old_price_fen, price_fen from listing_change") == [("waiting", 2150, 2300)]


def test_a_reviewed_rise_holds_with_its_history(shelf: Shelf) -> None:
    paper = shelf.world.listings["paper"]
    ask(shelf, paper, 2300)
    document = waiting(shelf)

    judge(shelf, document)

    assert price(shelf, paper) == 2300
    assert shelf.history(document) == [("ask", "waiting"), ("approve", "applied")]
    latest = "select name from outbox_event where document = %s order by id desc limit 1"
    assert shelf.rows(latest, f"listing:{paper}") == [("listing.changed",)]


def test_a_rejected_rise_leaves_the_price(shelf: Shelf) -> None:
    paper = shelf.world.listings["paper"]
    ask(shelf, paper, 2300)
    document = waiting(shelf)

    judge(shelf, document, verdict="reject", reasons=("price_not_explained",))

    assert price(shelf, paper) == 2150
    assert shelf.facts(document, "reject")["reasons"] == ["price_not_explained"]


def test_a_waiting_rise_can_be_withdrawn_and_a_new_price_takes_its_place(shelf: Shelf) -> None:
    paper = shelf.world.listings["paper"]
    ask(shelf, paper, 2300)
    withdraw_change(actor=shelf.actor("supplier"), listing_id=paper)
    ask(shelf, paper, 2400)
    ask(shelf, paper, 2500)
    ask(shelf, paper, 2000)

    states = shelf.rows("select price_fen, state from listing_change order by id")

    assert states == [(2300, "withdrawn"), (2400, "withdrawn"), (2500, "withdrawn")]
    assert price(shelf, paper) == 2000
    with pytest.raises(Refusal, match=r"listing\.no_change_waits"):
        withdraw_change(actor=shelf.actor("supplier"), listing_id=paper)


def test_the_same_rise_again_goes_on_waiting(shelf: Shelf) -> None:
    paper = shelf.world.listings["paper"]

    outcomes = [ask(shelf, paper, 2300), ask(shelf, paper, 2300)]

    assert outcomes == ["waiting", "waiting"]
    assert shelf.rows("select count(*) from listing_change") == [(1,)]


def test_nobody_withdraws_the_change_of_another_supplier(shelf: Shelf) -> None:
    paper = shelf.world.listings["paper"]
    ask(shelf, paper, 2300)

    with pytest.raises(Refusal, match=r"access\.denied"):
        withdraw_change(actor=shelf.actor("supplier2"), listing_id=paper)


def test_goods_above_the_ceiling_are_stopped_with_source_and_equivalent(shelf: Shelf) -> None:
    ceiling(shelf, ceiling_fen=2200)
    dear = shelf.put("DEAR", price_fen=2600)

    state = submit_listing(actor=shelf.actor("supplier"), listing_id=dear)

    assert state == "intercepted"
    facts = shelf.facts(f"listing:{dear}", "intercept")
    assert (facts["ceiling_fen"], facts["source"], facts["base_unit"]) == (2200, SOURCE, "包")
    equivalent = facts["equivalent"]
    assert (equivalent["listing_id"], equivalent["price_fen"]) == (shelf.world.listings["paper"], 2150)
    assert equivalent["is_same_product"] is True


def test_a_stopped_listing_goes_on_when_it_is_cheaper(shelf: Shelf) -> None:
    ceiling(shelf, ceiling_fen=2200)
    dear = shelf.put("DEAR", price_fen=2600)
    submit_listing(actor=shelf.actor("supplier"), listing_id=dear)

    ask(shelf, dear, 2200)

    assert submit_listing(actor=shelf.actor("supplier"), listing_id=dear) == "checked"


def test_a_pack_is_held_against_the_ceiling_per_base_unit(shelf: Shelf) -> None:
    ceiling(shelf, ceiling_fen=2200)
    carton, dear_carton = shelf.put("BOX", price_fen=11_000), shelf.put("BOX2", price_fen=11_001)
    shelf.write("update listing set pack_size = 5, unit = '箱' where id in (%s, %s)", carton, dear_carton)

    states = [
        submit_listing(actor=shelf.actor("supplier"), listing_id=listing_id) for listing_id in (carton, dear_carton)
    ]

    assert states == ["checked", "intercepted"]


def test_a_rise_above_the_ceiling_is_stopped_and_the_old_price_stays(shelf: Shelf) -> None:
    paper = shelf.world.listings["paper"]
    ceiling(shelf, ceiling_fen=2200)

    outcome = ask(shelf, paper, 2300)

    assert (outcome, price(shelf, paper)) == ("intercepted", 2150)
    assert shelf.rows("select state from listing_change") == [("intercepted",)]


def test_the_office_equipment_standard_is_a_ceiling_too(shelf: Shelf) -> None:
    computer = shelf.put("PC", price_fen=500_100, like="computer")

    submit_listing(actor=shelf.actor("supplier"), listing_id=computer)

    facts = shelf.facts(f"listing:{computer}", "intercept")
    assert facts["ceiling_fen"] == 500_000
    assert facts["source"].startswith("财资〔2016〕27号")


def test_a_ceiling_of_a_category_above_holds_below(shelf: Shelf) -> None:
    ceiling(shelf, ceiling_fen=1900, category_code="A05000000")
    listing_id = shelf.put(price_fen=2000)

    assert submit_listing(actor=shelf.actor("supplier"), listing_id=listing_id) == "intercepted"


def test_the_lowest_ceiling_holds(shelf: Shelf) -> None:
    product_id = shelf.rows("select product_id from listing where id = %s", shelf.world.listings["paper"])[0][0]
    ceiling(shelf, ceiling_fen=3000)
    ceiling(shelf, ceiling_fen=1950, product_id=product_id)
    listing_id = shelf.put(price_fen=2000)

    submit_listing(actor=shelf.actor("supplier"), listing_id=listing_id)

    assert shelf.facts(f"listing:{listing_id}", "intercept")["ceiling_fen"] == 1950


def test_a_ceiling_binds_nobody_before_another_person_has_confirmed_it(shelf: Shelf) -> None:
    entered = ceiling(shelf, ceiling_fen=100, confirmed=False)

    with pytest.raises(Refusal, match=r"access\.denied"):
        decide_ceiling(actor=shelf.actor("centre"), ceiling_id=entered, action="confirm")
    listing_id = shelf.put()

    assert submit_listing(actor=shelf.actor("supplier"), listing_id=listing_id) == "checked"


@pytest.mark.parametrize("end", ["ended", "not yet", "over"])
def test_a_ceiling_holds_only_in_its_time(shelf: Shelf, end: str) -> None:
    entered = ceiling(shelf, ceiling_fen=100)
    today = clock.today()
    if end == "ended":
        decide_ceiling(actor=shelf.actor("centre"), ceiling_id=entered, action="end")
    elif end == "not yet":
        shelf.write("update price_ceiling set valid_from = %s", today + timedelta(days=1))
    else:
        shelf.write("update price_ceiling set valid_to = %s", today)
    listing_id = shelf.put()

    assert submit_listing(actor=shelf.actor("supplier"), listing_id=listing_id) == "checked"


def test_what_a_new_ceiling_forbids_does_not_come_back_on_the_shelf(shelf: Shelf) -> None:
    listing_id = shelf.put(state="off_shelf", price_fen=2000)
    ceiling(shelf, ceiling_fen=1900)

    with pytest.raises(Refusal) as caught:
        shelve_listing(actor=shelf.actor("supplier"), listing_id=listing_id, action="put_on")

    assert caught.value.code == "listing.over_ceiling"
    assert (caught.value.facts["ceiling_fen"], caught.value.facts["source"]) == (1900, SOURCE)
    assert shelf.state(listing_id) == "off_shelf"


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"category_code": None}, "ceiling.no_subject"),
        ({"product_id": 1}, "ceiling.no_subject"),
        ({"category_code": "A99999999"}, "ceiling.no_subject"),
        ({"ceiling_fen": 0}, "ceiling.bad_price"),
        ({"valid_to": date(2026, 1, 1)}, "ceiling.bad_dates"),
        ({"source": " "}, "ceiling.source_needed"),
    ],
)
def test_a_ceiling_has_a_subject_a_price_dates_and_a_source(shelf: Shelf, facts: dict[str, object], code: str) -> None:
    sound = {"ceiling_fen": 100, "valid_from": date(2026, 1, 1), "source": SOURCE, "category_code": "A05040101"}

    with pytest.raises(Refusal) as caught:
        enter_ceiling(actor=shelf.actor("centre"), **{**sound, **facts})  # type: ignore[arg-type]

    assert caught.value.code == code
