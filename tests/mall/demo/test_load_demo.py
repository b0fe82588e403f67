"""A small demo province is loaded once, carried on after a kill, and lives through every state with sound books."""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg
import pytest

from mall import clock
from mall.database import close_reading
from mall.errors import Refusal
from mall.ordering.todo import todo_for
from mall.people.password import needs_new_hash, verify_password
from mall.people.user import actor_named, user_by_username
from tests.mall.demo.conftest import PASSWORD, Province

#: a Tuesday evening in term, so that the small period is the same whenever the test runs
EVENING = datetime(2026, 11, 24, 10, 30, tzinfo=UTC)


class Killed(BaseException):
    """Somebody pressed Ctrl-C."""


def test_a_small_province_lives_through_every_state(empty_province: Province) -> None:
    with clock.frozen(EVENING):
        assert empty_province.load() is True
        assert empty_province.load() is False

    states = dict(_rows(empty_province, "select state, count(*) from purchase_order group by state"))
    assert {"submitted", "returned", "endorsed", "approved", "confirmed", "contracted", "shipped", "received",
            "disputed", "accepted", "invoiced", "payment_requested", "paid", "closed"} <= set(states)  # fmt: skip
    # Nothing was written but by the use-cases: every order has its history, its audit and its reservation.
    assert _one(empty_province, "select count(*) from purchase_order o where not exists (select from document_step s"
                                " where s.document = 'order:' || o.number and s.action = 'submit')") == 0  # fmt: skip
    assert _one(empty_province, "select count(*) from outbox_event where state <> 'done'") == 0
    assert _one(empty_province, "select count(*) from notice") > 50
    assert _one(empty_province, "select count(*) from listing where state = 'needs_category'") == 0


def test_every_demo_role_finds_work_waiting(empty_province: Province) -> None:
    with clock.frozen(EVENING):
        empty_province.load()

        waiting = {
            username: {item.action for item in todo_for(actor_named(username))}
            for username in ("handler", "approver2", "leader", "receiver", "acceptor2", "accountant", "finance2",
                             "supplier", "supplier2", "centre")
        }  # fmt: skip
        close_reading()

    assert {"submit", "sign", "rate"} <= waiting["handler"]
    assert waiting["approver2"] == {"approve"}
    assert waiting["leader"] == {"approve"}
    assert {"receive", "accept"} <= waiting["receiver"]
    assert waiting["acceptor2"] == {"accept_second"}
    assert {"request_payment", "register_asset"} <= waiting["accountant"]
    assert waiting["finance2"] == {"approve_payment"}
    assert {"confirm", "sign", "ship", "invoice", "answer_dispute", "agree_short"} <= waiting["supplier"]
    assert {"confirm", "sign", "ship", "invoice", "answer_dispute", "agree_short"} <= waiting["supplier2"]
    assert waiting["centre"] == {"settle_dispute"}


def test_demo_units_keep_half_of_every_line(empty_province: Province) -> None:
    with clock.frozen(EVENING):
        empty_province.load()

    dry = _rows(
        empty_province,
        "select l.code, sum(a.balance_fen) filter (where c.name = 'available') as available,"
        " sum(a.balance_fen) filter (where c.name = 'appropriation') as appropriation"
        " from ledger.budget_line l join ledger.account a on a.region = l.region and a.year = l.year"
        " and a.line_id = l.id join ledger.chart_of_accounts c on c.code = a.coa"
        " join organisation o on o.id = l.unit_id and o.name in ('郑州市第二〇六中学', '栾川县伊源实验学校')"
        " group by l.id, l.code having -2 * sum(a.balance_fen) filter (where c.name = 'available')"
        " < sum(a.balance_fen) filter (where c.name = 'appropriation')",
    )
    assert dry == []


def test_a_killed_load_is_carried_on_to_the_same_end(empty_province: Province) -> None:
    lines: list[str] = []

    def die_in_the_middle(line: str) -> None:
        lines.append(line)
        # The second month of the story has begun: orders are under way.
        if line.startswith("  2026-11"):
            raise Killed

    with clock.frozen(EVENING):
        with pytest.raises(Killed):
            empty_province.load(say=die_in_the_middle)
        hashes = [row[0] for row in _rows(empty_province, "select distinct password_hash from user_account")]
        halfway = _orders(empty_province)
        assert empty_province.load() is True

    # Until the load is through nobody can sign in with the demo password.
    assert len(hashes) == 1
    assert not verify_password(hashes[0], PASSWORD)
    carried_on = _orders(empty_province)
    assert 0 < len(halfway) < len(carried_on)
    assert [number for number, *_ in halfway] == [number for number, *_ in carried_on[: len(halfway)]]
    assert _one(empty_province, "select count(*) from (select document, action, at from document_step"
                                " where action <> 'sign' group by 1, 2, 3 having count(*) > 1) as twice") == 0  # fmt: skip


def test_the_accounts_carry_the_demo_password_and_follow_a_new_one(empty_province: Province) -> None:
    with clock.frozen(EVENING):
        empty_province.load()
    first = _hash_of("handler")

    with clock.frozen(EVENING):
        assert empty_province.load(password="Andere-Provinz-2026") is False

    assert verify_password(first, PASSWORD)
    assert not needs_new_hash(first)
    assert verify_password(_hash_of("handler"), "Andere-Provinz-2026")


def test_another_seed_is_refused_over_a_begun_province(empty_province: Province) -> None:
    def die_at_once(line: str) -> None:
        raise Killed

    with pytest.raises(Killed):
        empty_province.load(say=die_at_once)

    with pytest.raises(Refusal, match="demo.other_seed"):
        empty_province.load(seed=8)


def _hash_of(username: str) -> str:
    user = user_by_username(username)
    close_reading()
    assert user is not None
    assert user.password_hash is not None
    return user.password_hash


def _orders(province: Province) -> list[tuple[object, ...]]:
    return _rows(province, "select number, unit_id, supplier_id, total_fen from purchase_order order by id")


def _rows(province: Province, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(province.admin) as connection:
        return connection.execute(query).fetchall()


def _one(province: Province, query: str) -> int:
    found = _rows(province, query)[0][0]
    assert isinstance(found, int)
    return found
