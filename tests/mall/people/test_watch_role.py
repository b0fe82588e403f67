"""While it answers a regulator the application works on a role that PostgreSQL lets write nothing of the region's."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text

from mall.access.actor import SYSTEM
from mall.audit.record import record
from mall.database import atomic, close_reading, leave_watch_role, session, take_watch_role
from mall.errors import Refusal
from mall.migrations.grants import WATCH_NOTES, WATCH_OWN, WATCH_TABLES
from tests.conftest import Clone
from tests.mall.web.browser import Browser
from tests.world import World


@atomic(housekeeping="a test of rights")
def run(statement: str) -> None:
    session().execute(text(statement))


@atomic
def note() -> None:
    record(actor=SYSTEM, action="test.note", subject="watch")


@pytest.fixture
def watching(world: World) -> Iterator[None]:
    take_watch_role()
    yield
    leave_watch_role()


def test_the_role_writes_no_business_table(watching: None, own_database: Clone) -> None:
    with psycopg.connect(own_database.admin) as connection:
        rows = connection.execute(
            "select c.relname, has_table_privilege(r.oid, c.oid, 'INSERT')"
            " or has_table_privilege(r.oid, c.oid, 'UPDATE') or has_table_privilege(r.oid, c.oid, 'DELETE')"
            " or has_table_privilege(r.oid, c.oid, 'TRUNCATE')"
            " from pg_class c join pg_roles r on r.rolname = %s where c.relkind in ('r', 'p')"
            " and c.relnamespace in ('public'::regnamespace, 'ledger'::regnamespace)",
            [own_database.app.split("//")[1].split(":")[0].removesuffix("_app") + "_watch"],
        ).fetchall()

    assert len(rows) > 100
    assert {name for name, may_write in rows if may_write} == {*WATCH_TABLES, *WATCH_NOTES, *WATCH_OWN}


@pytest.mark.parametrize(
    "statement",
    [
        "update purchase_order set note = 'x'",
        "update listing set price_fen = 1",
        "insert into category_total values (1, 2026, 'x', 'A05040101', 1)",
        "update ledger.account set balance_fen = 0",
        "select * from pg_authid",
        "delete from supplier",
    ],
)
def test_postgresql_refuses_what_the_code_should_not_try(watching: None, statement: str) -> None:
    with pytest.raises(Refusal) as refused:
        run(statement)

    assert refused.value.code == "access.denied"


def test_the_role_leaves_its_audit(watching: None) -> None:
    note()

    assert session().scalar(text("select count(*) from audit_record where action = 'test.note'")) == 1
    close_reading()


def test_the_application_is_itself_again_afterwards(world: World) -> None:
    take_watch_role()
    leave_watch_role()
    run("update purchase_order set note = 'x'")

    assert session().execute(text("select current_user")).scalar_one().endswith("_app")
    close_reading()


def test_a_regulators_request_is_on_that_role_and_the_next_persons_is_not(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def look() -> str:
        seen.append(session().execute(text("select current_user")).scalar_one())
        return "looked"

    look.needs = "account.use"  # type: ignore[attr-defined]
    monkeypatch.setitem(app.view_functions, "desk.index", look)
    for name in ("regulator-county", "handler"):
        browser = Browser(app)
        browser.sign_in(name)
        browser.get("/desk")

    assert [name.rpartition("_")[2] for name in seen] == ["watch", "app"]
