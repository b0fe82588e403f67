"""Early release: a budget line is let go before the disk is reached, and nothing leaves the house before that."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import psycopg
import pytest
from flask.testing import FlaskClient

from ledger import movements
from ledger.posting import post
from mall import database
from mall.access.actor import SYSTEM
from mall.audit.record import record
from mall.database import atomic, session
from mall.outbox import event as outbox
from mall.outbox.deliver import deliver_next
from mall.outbox.event import Event, subscribes
from tests.concurrency.spend import NOON, REGION, YEAR, new_lines
from tests.conftest import Clone
from tests.world import World

TIMES = 5


class Log:
    """How far the server's log goes, and how much of it is on the disk."""

    def __init__(self, admin_url: str) -> None:
        self.connection = psycopg.connect(admin_url, autocommit=True)
        self.connection.execute("set synchronous_commit = off")

    def end(self) -> str:
        return self.connection.execute("select pg_current_wal_insert_lsn()::text").fetchone()[0]

    def is_on_disk(self, position: str) -> bool:
        return self.connection.execute("select pg_current_wal_flush_lsn() >= %s::pg_lsn", (position,)).fetchone()[0]

    def commit_unflushed(self, document: str) -> str:
        """An event that others see already and the disk does not have yet; where the log ends behind it."""
        self.connection.execute(
            "insert into outbox_event (name, document, payload, happened_at) values ('test.seen', %s, '{}', now())",
            (document,),
        )
        return self.end()


@pytest.fixture
def log(own_database: Clone) -> Iterator[Log]:
    with psycopg.connect(own_database.admin, autocommit=True) as connection:
        # The tests' server commits asynchronously; a real one does not.
        connection.execute(f'alter database "{own_database.name}" set synchronous_commit = on')
    found = Log(own_database.admin)
    yield found
    found.connection.close()


@pytest.fixture(params=[True, False], ids=["early", "control"])
def early(request: pytest.FixtureRequest, own_database: Clone) -> bool:
    database.connect(own_database.app, pool_size=8, early_release=request.param)
    return request.param


@pytest.fixture
def flushes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows with each flush that the mall itself asks for."""
    made: list[int] = []
    flush = database._flush_log

    def note() -> None:
        made.append(1)
        flush()

    monkeypatch.setattr(database, "_flush_log", note)
    return made


@atomic
def reserve(line_id: int, *, document: str) -> str:
    post(
        session(), region_code=REGION, year=YEAR, source_type="order", source_id=document, event="submit",
        effective_on=date(YEAR, 3, 2), posted_at=NOON, actor="test",
        entries=movements.reserve({line_id: 1}, document=f"order:{document}"),
    )  # fmt: skip
    record(actor=SYSTEM, action="test.reserve", subject=document)
    return session().connection().exec_driver_sql("show synchronous_commit").scalar_one()


# Whoever else writes to the same server moves the end of its log: alone, then.
@pytest.mark.long
def test_a_deed_commits_without_waiting_and_is_on_the_disk_when_its_caller_hears_of_it(
    own_database: Clone, log: Log, early: bool, flushes: list[int]
) -> None:
    (line_id,) = new_lines(own_database.admin, [10_000])

    for number in range(TIMES):
        committed = reserve(line_id, document=f"deed-{number}")

        assert log.is_on_disk(log.end())
        assert committed == ("off" if early else "on")
    assert len(flushes) == (TIMES if early else 0)


def test_a_deed_that_only_answers_what_it_kept_waits_for_the_disk(log: Log, early: bool, flushes: list[int]) -> None:
    @atomic
    def answer() -> None:
        session().connection().exec_driver_sql("select 1")

    for number in range(TIMES):
        behind = log.commit_unflushed(f"kept-{number}")
        answer()

        assert not early or log.is_on_disk(behind)
    assert early or not flushes


def test_what_a_subscriber_sends_is_on_the_disk(world: World, log: Log, early: bool, flushes: list[int]) -> None:
    behind: list[str] = []
    heard: list[bool] = []

    @subscribes("test.seen")
    def hear(_event: Event) -> None:
        heard.append(log.is_on_disk(behind[-1]))

    try:
        for number in range(TIMES):
            behind.append(log.commit_unflushed(f"seen-{number}"))
            assert deliver_next() is True
    finally:
        outbox._subscribers.pop("test.seen")

    assert len(heard) == TIMES
    assert all(heard) or not early
    assert early or not flushes


def test_what_a_page_shows_is_on_the_disk(client: FlaskClient, log: Log, early: bool, flushes: list[int]) -> None:
    for number in range(TIMES):
        behind = log.commit_unflushed(f"page-{number}")
        assert client.get("/").status_code == 200

        assert not early or log.is_on_disk(behind)
    # Without early release nobody commits like this, and nobody waits.
    assert early or not flushes
