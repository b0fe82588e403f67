"""More is asked of budget lines than they have, by 32 connections at once: exact to the fen, whatever the order."""

from __future__ import annotations

import psycopg
import pytest

from ledger.chart_of_accounts import Account
from tests.concurrency.spend import demand_fen, new_lines, spend, standing
from tests.conftest import Clone, Template, _drop, clone

GUARD = "and (a.balance_fen + v_amount) * a.normal >= 0"
# What was read before is believed, a moment later: the row that somebody else changed meanwhile is not asked again.
BELIEF = (
    "and (select (b.balance_fen + v_amount) * b.normal from ledger.account b where b.region = p_region"
    " and b.year = p_year and b.line_id = v_line and b.coa = v_coa and b.sub = v_sub) >= 0"
    " and pg_sleep(0.002) is not null"
)
QUEUE = "pg_advisory_xact_lock(ledger.lock_key(2, p_region, p_year, v_line)) is not null"


def spend_twice_the_budget(database: Clone, *, lines: int, attempts: int, processes: int) -> None:
    budgets_fen = [demanded // 2 for demanded in demand_fen(lines, attempts=attempts)]
    line_ids = new_lines(database.admin, budgets_fen)

    told = spend(database.app, line_ids, attempts=attempts, processes=processes)

    # The books are checked next; a real server would have gathered statistics on so many new rows by now.
    with psycopg.connect(database.admin, autocommit=True) as connection:
        connection.execute("analyze")
    assert set(told.outcomes) == {"granted", "ledger.insufficient"}
    assert told.outcomes.total() == attempts
    available, reserved = (standing(database.admin, account) for account in (Account.AVAILABLE, Account.RESERVED))
    for line_id, budget_fen in zip(line_ids, budgets_fen, strict=True):
        assert told.granted_fen[line_id] == reserved[line_id] == budget_fen - available[line_id]
        # Nobody was refused what there was.
        assert 0 <= available[line_id] < told.least_refused_fen[line_id]


@pytest.mark.parametrize("lines", [1, 10])
def test_twice_the_budget_is_asked_for_and_not_a_fen_too_much_is_given(own_database: Clone, lines: int) -> None:
    spend_twice_the_budget(own_database, lines=lines, attempts=1_000, processes=2)


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("lines", [1, 10, 1_000])
def test_two_hundred_thousand_attempts_are_exact_to_the_fen(own_database: Clone, lines: int) -> None:
    spend_twice_the_budget(own_database, lines=lines, attempts=200_000, processes=8)


def test_control_who_believes_what_he_read_before_overspends(template: Template, server_url: str) -> None:
    """The negative control: without queue, guard and CHECK the same attempts take more than there is."""
    database = clone(template, server_url)
    try:
        with psycopg.connect(database.admin, autocommit=True) as connection:
            body = connection.execute(
                "select pg_get_functiondef(oid) from pg_proc where proname = 'post'"
                " and pronamespace = 'ledger'::regnamespace"
            ).fetchone()[0]
            assert body.count(GUARD) == body.count(QUEUE) == 1
            connection.execute(body.replace(GUARD, BELIEF).replace(QUEUE, "true"))
            connection.execute("alter table ledger.account drop constraint account_never_leaves_its_side")
        (line_id,) = new_lines(database.admin, [sum(demand_fen(1, attempts=600)) // 2])

        spend(database.app, [line_id], attempts=600, processes=2)

        assert standing(database.admin, Account.AVAILABLE)[line_id] < 0
    finally:
        _drop(server_url, database.name)
