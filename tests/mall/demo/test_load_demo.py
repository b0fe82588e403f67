"""A small demo province is loaded once, carried on after a kill, and lives through every state with sound books."""

from __future__ import annotations

import pytest

from mall import clock
from mall.database import close_reading
from mall.errors import Refusal
from mall.ordering.todo import todo_for
from mall.people.password import needs_new_hash, verify_password
from mall.people.user import actor_named, user_by_username
from tests.mall.demo.conftest import EVENING, PASSWORD, Province, load

# One province is loaded for all of them: they must stay with one worker.
pytestmark = pytest.mark.xdist_group("demo province")


def test_the_province_lives_through_every_state(province: Province) -> None:
    states = {row[0] for row in province.rows("select distinct state from purchase_order")}

    assert states >= {
        "submitted", "returned", "endorsed", "approved", "confirmed", "contracted", "shipped", "received",
        "disputed", "accepted", "invoiced", "payment_requested", "paid", "closed",
    }  # fmt: skip


def test_budget_documents_wait_are_returned_and_are_in_the_books(province: Province) -> None:
    states = province.rows("select kind, state from budget_document order by kind, state")
    posted = province.rows("select event from ledger.txn where source_type = 'budget_document' order by event")

    assert states == [
        ("freeze", "approved"), ("supplement", "returned"), ("supplement", "submitted"), ("transfer", "approved"),
    ]  # fmt: skip
    assert posted == [("freeze",), ("transfer",)]


def test_goods_stand_at_every_stage_of_their_life(province: Province) -> None:
    states = {state for (state,) in province.rows("select distinct state from listing")}
    changes = {state for (state,) in province.rows("select distinct state from listing_change")}
    ceilings = province.rows("select state from price_ceiling order by state")
    alone = province.rows(
        "select seat, count(*) > 0 from listing_verdict where closed_at is null group by seat order by seat"
    )

    assert states >= {"checked", "on_shelf", "intercepted", "rejected", "frozen"}
    assert changes >= {"waiting", "intercepted"}
    assert ceilings == [("entered",), ("in_force",)]
    assert alone == [("monitor", True), ("platform", True)]


def test_nothing_is_sold_that_two_people_have_not_reviewed(province: Province) -> None:
    unreviewed = province.rows(
        "select l.id from listing l where l.state in ('on_shelf', 'off_shelf', 'frozen') and"
        " (select count(distinct v.user_id) from listing_verdict v where v.document = 'listing:' || l.id"
        " and v.verdict = 'pass' and v.closed_at is not null) < 2"
    )

    assert unreviewed == []


def test_goods_have_drawings_brought_in_by_their_suppliers(province: Province) -> None:
    pictured = province.rows(
        "select count(distinct i.listing_id), count(distinct i.content_id), count(distinct l.supplier_id) > 1,"
        " bool_and(i.added_by_id is not null), bool_or(l.state = 'checked'), bool_or(l.state = 'on_shelf')"
        " from listing_image i join listing l on l.id = i.listing_id"
    )
    told = province.rows("select count(*) from document_step where action = 'add_image'")
    shown = province.rows("select count(*) from listing_image")

    (listings, contents, *facts) = pictured[0]
    assert 20 <= listings <= 60
    assert 4 <= contents <= 14
    assert facts == [True, True, True, True]
    assert told == shown


def test_asset_cards_have_a_life_after_registration(province: Province) -> None:
    states = {state for (state,) in province.rows("select distinct state from asset_card")}

    assert states >= {"waiting", "registered", "acknowledged"}
    assert province.rows("select direction from asset_file order by id") == [("out",), ("in",)]


def test_payments_outside_the_mall_have_findings_at_every_stage(province: Province) -> None:
    loads = province.rows("select row_count, cardinality(unit_ids) from payment_load")
    states = {row[0] for row in province.rows("select distinct state from payment_finding")}
    outcomes = {row[0] for row in province.rows("select distinct outcome from other_payment")}

    assert loads == [(12, 2)]
    assert states == {"open", "explained", "accepted"}
    assert outcomes == {"hit", "clear", "not_applicable", "not_computable"}


def test_every_order_went_through_the_one_door(province: Province) -> None:
    without_history = province.rows(
        "select o.number from purchase_order o where not exists (select from document_step s"
        " where s.document = 'order:' || o.number and s.action = 'submit')"
    )
    without_audit = province.rows(
        "select o.number from purchase_order o where not exists (select from audit_record a"
        " where a.subject = 'order:' || o.number and a.action = 'order.submit')"
    )

    assert (without_history, without_audit) == ([], [])


def test_events_were_told_and_people_have_notices(province: Province) -> None:
    waiting = province.rows("select name from outbox_event where state <> 'done'")
    told = province.rows("select count(distinct user_id) from notice")

    assert waiting == []
    assert told >= [(15,)]


def test_every_demo_role_finds_work_waiting(province: Province) -> None:
    usernames = ("handler", "approver2", "leader", "receiver", "acceptor2", "accountant", "finance2", "supplier",
                 "supplier2", "centre")  # fmt: skip

    with clock.frozen(EVENING):
        waiting = {name: {item.action for item in todo_for(actor_named(name))} for name in usernames}
    close_reading()

    assert waiting["handler"] >= {"submit", "sign", "rate"}
    assert waiting["approver2"] == {"approve"}
    assert waiting["leader"] == {"approve"}
    assert waiting["receiver"] >= {"receive", "accept"}
    assert waiting["acceptor2"] == {"accept_second"}
    assert waiting["accountant"] >= {"request_payment", "register_asset"}
    assert waiting["finance2"] == {"approve_payment"}
    assert waiting["supplier"] >= {"confirm", "sign", "ship", "invoice", "answer_dispute", "agree_short"}
    assert waiting["supplier2"] >= {"confirm", "sign", "ship", "invoice", "answer_dispute", "agree_short"}
    assert waiting["centre"] == {"settle_dispute"}


def test_demo_units_keep_half_of_every_line(province: Province) -> None:
    nearly_dry = province.rows(
        "select l.code from ledger.budget_line l"
        " join ledger.account a on a.region = l.region and a.year = l.year and a.line_id = l.id"
        " join ledger.chart_of_accounts c on c.code = a.coa"
        " join organisation o on o.id = l.unit_id and o.name in ('郑州市第二〇六中学', '栾川县伊源实验学校')"
        " group by l.id, l.code having -2 * sum(a.balance_fen) filter (where c.name = 'available')"
        " < sum(a.balance_fen) filter (where c.name = 'appropriation')"
    )

    assert nearly_dry == []


def test_a_killed_load_goes_on_where_it_was(province: Province) -> None:
    halfway, in_the_end = province.orders_halfway, province.orders()
    twice = province.rows(
        "select document from document_step where action <> 'sign' group by document, action, at having count(*) > 1"
    )

    assert 0 < len(halfway) < len(in_the_end)
    assert in_the_end[: len(halfway)] == halfway
    assert twice == []


def test_nobody_can_sign_in_while_the_load_is_under_way(province: Province) -> None:
    (quick_hash,) = province.hashes_halfway

    assert not verify_password(quick_hash, PASSWORD)


def test_accounts_carry_the_demo_password_and_follow_a_new_one(province: Province) -> None:
    first = _hash_of("handler")

    again = load(password="Andere-Provinz-2026")
    second = _hash_of("handler")
    load(password=PASSWORD)

    assert again is False
    assert verify_password(first, PASSWORD)
    assert not needs_new_hash(first)
    assert verify_password(second, "Andere-Provinz-2026")


def test_a_second_load_does_nothing(province: Province) -> None:
    before = province.rows("select max(id) from audit_record")

    assert load() is False
    assert province.rows("select max(id) from audit_record") == before


def _hash_of(username: str) -> str:
    user = user_by_username(username)
    close_reading()
    assert user is not None
    assert user.password_hash is not None
    return user.password_hash


@pytest.mark.usefixtures("world")
def test_the_demo_is_not_loaded_over_other_organisations() -> None:
    with pytest.raises(Refusal, match=r"demo\.not_empty"):
        load()
