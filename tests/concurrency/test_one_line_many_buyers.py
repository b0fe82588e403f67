"""Sixty-four programs order against the same money over HTTP: not a fen too much is given away."""

from __future__ import annotations

import threading

import psycopg
import pytest

from ledger.chart_of_accounts import Account
from tests.concurrency.crowd import Answer, Mall, at_once, counted, new_line, overspent_fen

PEOPLE = 64


def order(listing_id: int, *line_ids: int, quantity: int = 1) -> dict[str, object]:
    lines = [{"listing_id": listing_id, "quantity": quantity, "budget_line_id": line_id} for line_id in line_ids]
    return {"lines": lines}


def buy(mall: Mall, bodies_of: dict[int, list[dict[str, object]]], *, who: str = "handler") -> list[Answer]:
    """Every person sends her bodies one after the other, all persons at once."""
    mall.token(who)

    def shop(person: int) -> list[Answer]:
        caller = mall.caller(who)
        try:
            return [caller.post("/orders", body) for body in bodies_of[person]]
        finally:
            caller.close()

    return [answer for given in at_once(shop, people=len(bodies_of)) for answer in given]


def test_sixty_four_buyers_never_take_more_than_one_line_has(mall: Mall) -> None:
    """A line of 2,000.00; 192 orders of one pack at 21.50 come in; 93 packs are 1,999.50."""
    line_id = new_line(unit_id=mall.world.school_id, appropriation_fen=200_000)
    body = order(mall.world.listings["paper"], line_id)

    given = buy(mall, {person: [body] * 3 for person in range(PEOPLE)})

    assert counted(given) == {"accepted": 93, "ledger.insufficient": 99}
    assert mall.book(line_id) == (50, 199_950)
    taken_fen = mall.one("select sum(quantity * price_fen)::bigint from order_line where budget_line_id = %s", line_id)
    assert taken_fen == 199_950
    assert overspent_fen(taken_fen=taken_fen, budget_fen=200_000) == 0
    numbers = {placed["number"] for answer in given if answer.status == 201 for placed in answer.body["orders"]}
    assert len(numbers) == 93
    assert mall.one("select count(*) from purchase_order where number = any(%s)", list(numbers)) == 93
    assert mall.one("select amount_fen from category_total where unit_id = %s", mall.world.school_id) == 199_950


def test_over_many_lines_every_line_gives_what_it_has_and_no_more(mall: Mall) -> None:
    """Sixteen lines of 100.00: four packs fit on each; 192 orders come in."""
    lines = [new_line(unit_id=mall.world.school_id, appropriation_fen=10_000) for _ in range(16)]
    paper = mall.world.listings["paper"]

    given = buy(
        mall, {person: [order(paper, lines[(person + step * 5) % 16]) for step in range(3)] for person in range(PEOPLE)}
    )

    assert counted(given) == {"accepted": 64, "ledger.insufficient": 128}
    assert [mall.book(line_id) for line_id in lines] == [(1_400, 8_600)] * 16


def test_orders_over_two_lines_taken_crosswise_are_whole_or_not_at_all(mall: Mall) -> None:
    """Half of the people name the lines the other way round: nobody waits for ever, nothing is half done."""
    first, second = (new_line(unit_id=mall.world.school_id, appropriation_fen=65_000) for _ in range(2))
    paper = mall.world.listings["paper"]

    given = buy(
        mall,
        {person: [order(paper, *((first, second) if person % 2 else (second, first)))] for person in range(PEOPLE)},
    )

    assert counted(given) == {"accepted": 30, "ledger.insufficient": 34}
    assert mall.book(first) == (500, 64_500)
    assert mall.book(second) == (500, 64_500)


def test_the_years_limit_holds_at_every_moment(mall: Mall) -> None:
    """A county unit's limit is 300,000.00 a year and category; 4,300.00 are left, 64 orders of 215.00 come."""
    line_id = new_line(unit_id=mall.world.county_id, appropriation_fen=5_000_000)
    mall.alter(
        "insert into category_total (unit_id, year, mode, category_code, amount_fen)"
        " select %s, l.year, 'direct_purchase', 'A05040101', 29570000 from ledger.budget_line l where l.id = %s",
        mall.world.county_id, line_id,
    )  # fmt: skip
    highest, done = [0], threading.Event()

    def watch() -> None:
        with psycopg.connect(mall.admin_url, autocommit=True) as connection:
            while not done.wait(0.02):
                seen = connection.execute(
                    "select amount_fen from category_total where unit_id = %s", (mall.world.county_id,)
                ).fetchone()
                highest[0] = max(highest[0], seen[0])

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        body = order(mall.world.listings["paper"], line_id, quantity=10)
        given = buy(mall, {person: [body] for person in range(PEOPLE)}, who="handler2")
    finally:
        done.set()
        watcher.join()

    assert counted(given) == {"accepted": 20, "order.over_year_limit": 44}
    assert 29_570_000 <= highest[0] <= 30_000_000
    assert mall.one("select amount_fen from category_total where unit_id = %s", mall.world.county_id) == 30_000_000
    assert mall.book(line_id) == (4_570_000, 430_000)


@pytest.mark.long
def test_two_thousand_orders_of_mixed_size_leave_the_books_in_order(mall: Mall) -> None:
    lines = [new_line(unit_id=mall.world.school_id, appropriation_fen=100_000) for _ in range(8)]
    paper = mall.world.listings["paper"]

    given = buy(
        mall,
        {
            person: [
                order(paper, *sorted({lines[(person + step) % 8], lines[(person * 3 + step * 5) % 8]}))
                for step in range(32)
            ]
            for person in range(PEOPLE)
        },
    )

    outcomes = counted(given)
    assert set(outcomes) == {"accepted", "ledger.insufficient"}
    assert outcomes.total() == 2_048
    for line_id in lines:
        available_fen, reserved_fen = mall.book(line_id)
        assert available_fen >= 0
        assert available_fen + reserved_fen == 100_000
        taken = "select coalesce(sum(quantity * price_fen), 0)::bigint from order_line where budget_line_id = %s"
        assert mall.one(taken, line_id) == reserved_fen


def test_control_who_asks_first_and_writes_afterwards_oversells(mall: Mall) -> None:
    """The negative control: the same money, guarded by a query before the write, is given away eight times."""
    line_id = new_line(unit_id=mall.world.school_id, appropriation_fen=2_500)
    mall.alter("create table if not exists naive_reservation (line_id bigint, amount_fen bigint)")
    everybody_has_asked = threading.Barrier(8)

    def naive(_person: int) -> bool:
        with psycopg.connect(mall.admin_url) as connection:
            (available_fen,) = connection.execute(
                "select sum(-amount_fen)::bigint from ledger.entry where line_id = %s and coa = %s",
                (line_id, Account.AVAILABLE),
            ).fetchone()  # fmt: skip
            everybody_has_asked.wait(timeout=30)
            if available_fen < 2_150:
                return False
            connection.execute("insert into naive_reservation values (%s, 2150)", (line_id,))
            return True

    won = at_once(naive, people=8)

    taken_fen = mall.one("select sum(amount_fen)::bigint from naive_reservation where line_id = %s", line_id)
    mall.alter("drop table naive_reservation")
    assert won == [True] * 8
    assert overspent_fen(taken_fen=taken_fen, budget_fen=2_500) == 14_700


def test_control_a_limit_that_is_read_before_it_is_written_is_passed(mall: Mall) -> None:
    """The negative control: with 20.00 left under the limit, eight orders of 20.00 all find room."""
    mall.alter(
        "insert into category_total (unit_id, year, mode, category_code, amount_fen)"
        " values (%s, 2020, 'direct_purchase', 'A05040101', 29998000)",
        mall.world.county_id,
    )
    everybody_has_asked = threading.Barrier(8)

    def naive(_person: int) -> None:
        with psycopg.connect(mall.admin_url) as connection:
            of_unit = "where unit_id = %s and year = 2020"
            (so_far_fen,) = connection.execute(
                f"select amount_fen from category_total {of_unit}", (mall.world.county_id,)
            ).fetchone()
            everybody_has_asked.wait(timeout=30)
            if so_far_fen + 2_000 <= 30_000_000:
                connection.execute(
                    f"update category_total set amount_fen = amount_fen + 2000 {of_unit}", (mall.world.county_id,)
                )

    at_once(naive, people=8)

    total_fen = mall.one("select amount_fen from category_total where year = 2020")
    assert overspent_fen(taken_fen=total_fen, budget_fen=30_000_000) == 14_000
