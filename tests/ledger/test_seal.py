"""Sealing: everything committed is sealed once and in order, whoever comes late, and nobody writes seals past it."""

import os
import threading
import time

import pytest
from ledger_scenes import NOON, REGION, YEAR, new_line
from psycopg import errors
from seal_scenes import (
    PATIENCE_SECONDS,
    books_apart,
    findings,
    line_with_orders,
    looked_at,
    order,
    seal_all,
    seal_once,
    sealed_count,
    wait_until_settled,
)
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from ledger import checks
from ledger.seal import books, latest_seals
from ledger.verify_seals import Verified


@pytest.fixture
def apart(worker_name):
    with books_apart(os.environ["SUNMALL_DATABASE_URL"], name=f"seal_{worker_name}_{time.monotonic_ns()}") as made:
        yield made


def sealed_ids(owner):
    with owner.connect() as connection:
        return list(connection.execute(text("select txn_id from ledger.sealed_txn order by seq")).scalars())


def test_all_that_settled_is_sealed_in_batches_and_proves_sound(apart):
    owner, role = apart
    ids = line_with_orders(owner, orders=9)

    made = seal_all(owner, role, txns=10)

    assert sealed_ids(owner) == ids
    assert [seal.no for seal in made] == list(range(1, len(made) + 1))
    with owner.connect() as connection:
        assert latest_seals(connection) == [made[-1]]
        assert (made[-1].txns, made[-1].algorithm) == (10, "sha256")
        assert books(connection) == [(REGION, YEAR)]
        assert looked_at(connection) == [Verified(REGION, YEAR, len(made), 10, 0)]
        assert checks.run_all(connection) == []


def test_a_chain_may_change_its_hash_from_one_seal_to_the_next(apart):
    owner, role = apart
    line_with_orders(owner, orders=2)
    seal_all(owner, role, txns=3)
    line_with_orders(owner, orders=2, first=10)

    made = seal_all(owner, role, txns=6, algorithm="sm3")

    assert {seal.algorithm for seal in made} == {"sm3"}
    with owner.connect() as connection:
        assert looked_at(connection)[0].txns == 6


def test_what_commits_late_under_a_lower_number_is_not_skipped(apart):
    owner, role = apart
    with owner.begin() as connection:
        first = new_line(connection, amount_fen=1_000)
        second = new_line(connection, amount_fen=1_000)
    with owner.connect() as late:
        low = order(late, first, 1)
        with owner.begin() as connection:
            high = order(connection, second, 2)

        seal_all(owner, role, txns=2)
        for _ in range(3):
            assert seal_once(owner, role) is None
        while_open = sealed_ids(owner)
        late.commit()
    seal_all(owner, role, txns=4)

    assert low < high
    assert len(while_open) == 2 and not {low, high} & set(while_open)
    assert sealed_ids(owner) == [*while_open, low, high]
    with owner.connect() as connection:
        assert looked_at(connection)[0].waiting == 0


def test_two_sealers_at_once_make_one_chain(apart):
    owner, role = apart
    line_with_orders(owner, orders=30)
    start, failures = threading.Barrier(4), []

    def seal():
        start.wait(timeout=30)
        gives_up_at = time.monotonic() + PATIENCE_SECONDS
        try:
            while sealed_count(owner) < 31 and time.monotonic() < gives_up_at:
                seal_once(owner, role, most_txns=2)
        except Exception as failure:
            failures.append(failure)

    sealers = [threading.Thread(target=seal) for _ in range(4)]
    for sealer in sealers:
        sealer.start()
    for sealer in sealers:
        sealer.join(timeout=PATIENCE_SECONDS + 10)

    assert failures == []
    with owner.connect() as connection:
        assert looked_at(connection)[0].txns == 31
        assert checks.run_all(connection) == []


def test_a_sealer_leaves_books_alone_that_another_is_at(apart):
    owner, role = apart
    line_with_orders(owner, orders=3)
    seal_all(owner, role, txns=4)
    line_with_orders(owner, orders=1, first=10)
    with owner.begin() as other:
        other.execute(text(f"select pg_advisory_xact_lock(ledger.lock_key(3, {REGION}, {YEAR}, 0))"))

        assert seal_once(owner, role) is None
    assert seal_all(owner, role, txns=6)


# What a dishonest application might hand in as the next seal: {txns} are the next in turn, {previous} the last hash.
APPEND = "select ledger.append_seal(410100, 2026, {no}, 'sha256', {at}, {txns}, {leaves}, {hash}, {previous}, {hash})"
HASH, LEAF = "sha256('x')", "sha256('y')"
IN_TURN = {
    "no": "2",
    "at": "now()",
    "txns": "(select ledger.txns_to_seal(410100, 2026, 2))",
    "leaves": f"array[{LEAF}, {LEAF}]",
    "hash": HASH,
    "previous": "(select hash from ledger.seal where no = 1)",
}
OUT_OF_TURN = {
    "its number is taken": {"no": "1"},
    "a number is left out": {"no": "3"},
    "another seal before it": {"previous": "sha256('z')"},
    "no seal before it": {"previous": "''::bytea"},
    "a txn is skipped": {"txns": "(select (ledger.txns_to_seal(410100, 2026, 3))[2:3])"},
    "two txns change places": {"txns": "(select array[t[2], t[1]] from ledger.txns_to_seal(410100, 2026, 2) t)"},
    "a txn twice": {"txns": "(select array[t[1], t[1]] from ledger.txns_to_seal(410100, 2026, 2) t)"},
    "a txn that is sealed": {"txns": "(select array_agg(txn_id order by seq) from ledger.sealed_txn where seq < 3)"},
    "a txn that is not there": {"txns": "array[999999, 999998]"},
    "for ever": {"at": "'infinity'"},
    "in another age": {"at": "'20260-01-01'"},
    "nothing at all": {"txns": "array[]::bigint[]", "leaves": "array[]::bytea[]"},
    "a leaf too few": {"leaves": f"array[{LEAF}]"},
}


@pytest.fixture(scope="module")
def one_seal(worker_name):
    """Books with one seal over two txns, and three more settled; tests roll back what they try."""
    with books_apart(os.environ["SUNMALL_DATABASE_URL"], name=f"oneseal_{worker_name}") as (owner, role):
        line_with_orders(owner, orders=1)
        wait_until_settled(owner, txns=2)
        seal_all(owner, role, txns=2)
        line_with_orders(owner, orders=2, first=10)
        yield owner, role


@pytest.fixture
def application(one_seal):
    owner, role = one_seal
    wait_until_settled(owner, txns=3)
    with owner.connect() as connection:
        connection.execute(text(f'set local role "{role}"'))
        yield connection
        connection.rollback()


@pytest.mark.parametrize("trick", OUT_OF_TURN)
def test_the_application_cannot_append_a_seal_out_of_turn(application, trick):
    with pytest.raises(DBAPIError) as refused:
        application.execute(text(APPEND.format(**IN_TURN | OUT_OF_TURN[trick])))

    assert refused.value.orig.sqlstate == "LG009"


def test_control_the_same_seal_in_its_turn_is_taken(application):
    application.execute(text(APPEND.format(**IN_TURN)))

    assert application.execute(text("select count(*) from ledger.sealed_txn")).scalar_one() == 4


def test_what_is_still_under_way_cannot_be_sealed(application, one_seal):
    owner, role = one_seal
    with owner.connect() as connection:
        order(connection, connection.execute(text("select max(id) from ledger.budget_line")).scalar_one(), 77)
        connection.execute(text(f'set local role "{role}"'))
        newest = "(select array[max(id)] from ledger.txn)"

        with pytest.raises(DBAPIError) as refused:
            connection.execute(text(APPEND.format(**IN_TURN | {"txns": newest, "leaves": f"array[{LEAF}]"})))
        connection.rollback()

    assert refused.value.orig.sqlstate == "LG009"


@pytest.mark.parametrize("table", ["seal", "sealed_txn"])
@pytest.mark.parametrize(
    "deed", ["insert into {0} select * from {0}", "update {0} set no = no", "delete from {0}", "truncate {0}"]
)
def test_the_application_writes_seals_only_through_the_function(application, table, deed):
    with pytest.raises(DBAPIError) as refused:
        application.execute(text(deed.format(f"ledger.{table}")))

    assert isinstance(refused.value.orig, errors.InsufficientPrivilege)


@pytest.mark.parametrize("table", ["seal", "sealed_txn"])
@pytest.mark.parametrize("deed", ["update {0} set no = no", "delete from {0}", "truncate {0}"])
@pytest.mark.parametrize("replication_role", ["origin", "replica"])
def test_even_the_owner_cannot_change_a_seal(one_seal, table, deed, replication_role):
    owner, _ = one_seal
    with owner.connect() as connection:
        connection.execute(text(f"set local session_replication_role = {replication_role}"))
        with pytest.raises(DBAPIError) as refused:
            connection.execute(text(deed.format(f"ledger.{table}")))

    assert refused.value.orig.sqlstate == "LG007"


def test_a_false_leaf_of_the_application_is_found(apart):
    owner, role = apart
    line_with_orders(owner, orders=3)
    seal_all(owner, role, txns=4, most_txns=2)
    line_with_orders(owner, orders=1, first=10)
    wait_until_settled(owner, txns=2)
    with owner.begin() as connection:
        connection.execute(text(f'set local role "{role}"'))
        last = connection.execute(text("select max(no) from ledger.seal")).scalar_one()
        previous = f"(select hash from ledger.seal where no = {last})"
        connection.execute(text(APPEND.format(**IN_TURN | {"no": last + 1, "previous": previous})))

    with owner.connect() as connection:
        found = {kind for kind, _ in findings(connection)}

    assert found == {"seal.changed", "seal.root_differs", "txn.edited"}


def test_seals_know_until_when(one_seal):
    owner, _ = one_seal
    with owner.connect() as connection:
        assert latest_seals(connection, until=NOON) == []
        assert [seal.no for seal in latest_seals(connection)] == [1]
