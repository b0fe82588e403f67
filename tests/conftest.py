"""Databases for the tests: one per worker with all migrations, cloned for every test that writes."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import StaticPool, create_engine

from ledger import checks
from mall import database
from mall.installation.database_roles import DatabaseUrls, make_database_and_roles, with_database
from mall.installation.run_tests import throwaway_server
from mall.migrations.apply_migrations import app_role_of, migrate
from mall.people import password
from mall.reference.load_reference import load_built_in
from mall.regions import regional_rule
from mall.search import search_catalogue
from mall.settings import Settings, read_settings
from tests.steps_taken import note_steps, pytest_sessionfinish, pytest_terminal_summary, pytest_testnodedown
from tests.world import World, build_world

# Hooks of pytest; it finds them by their names in this file.
__all__ = ["pytest_sessionfinish", "pytest_terminal_summary", "pytest_testnodedown"]


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """The administrator's URL of the test server: the one given, or one of our own for the session."""
    given = os.environ.get("SUNMALL_DATABASE_URL")
    if given:
        yield given
        return
    with throwaway_server() as url:
        yield url


CONNECTIONS_END_WITHIN_SECONDS = 5.0

_real_hasher = password._hasher


@pytest.fixture(scope="session")
def cheap_passwords() -> Iterator[None]:
    """Passwords that cost a visitor of the tests nothing: a thousand sign-ins would be a minute of argon2."""
    with pytest.MonkeyPatch.context() as patch:
        cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr(password, "_hasher", cheap)
        patch.setattr(password, "_nobody_s_hash", cheap.hash("Nobody-2026-has-this"))
        yield


@pytest.fixture
def dear_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """The product's own password hashing, for the tests of just that."""
    monkeypatch.setattr(password, "_hasher", _real_hasher)


@dataclass(frozen=True)
class Template:
    """A migrated database with reference data and the world; tests get clones of it."""

    urls: DatabaseUrls
    name: str
    world: World
    ledger: str
    """The fingerprint of its books, which the ledger's checks have found sound."""


@pytest.fixture(scope="session")
def template(server_url: str, cheap_passwords: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Template]:
    # Session workers must not meet in one database, nor in roles of one name.
    name = f"t_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{uuid.uuid4().hex[:8]}"
    urls = make_database_and_roles(server_url, data_dir=tmp_path_factory.mktemp("secrets"), database=name)
    migrate(urls.migrate, app_role=app_role_of(urls.app))
    database.connect(urls.app, pool_size=4)
    load_built_in()
    world = build_world()
    database.close_reading()
    database.disconnect()
    assert books_findings(urls.admin) == [], "the books of the world are unsound"
    # Nobody gathers statistics during the tests: without any the planner takes every index for as good as another.
    with psycopg.connect(urls.admin, autocommit=True) as connection:
        connection.execute("vacuum (freeze, analyze)")
    yield Template(urls=urls, name=name, world=world, ledger=ledger_fingerprint(urls.admin))
    database.disconnect()
    _drop(server_url, name)
    administrator = _administrator(server_url)
    for suffix in ("app", "watch", "auditor", "migrate", "owner"):
        administrator.execute(f'DROP ROLE IF EXISTS "{name}_{suffix}"')
    administrator.close()


@dataclass(frozen=True)
class Clone:
    """One test's own database."""

    app: str
    admin: str
    migrate: str
    name: str


def clone(template: Template, server_url: str) -> Clone:
    """A copy of the template, 30 to 80 ms."""
    name = f"{template.name}_{uuid.uuid4().hex[:8]}"
    _administrator(server_url).execute(f'CREATE DATABASE "{name}" TEMPLATE "{template.name}" STRATEGY file_copy')
    return Clone(
        app=with_database(template.urls.app, database=name),
        admin=with_database(template.urls.admin, database=name),
        migrate=with_database(template.urls.migrate, database=name),
        name=name,
    )


_kept: list[psycopg.Connection] = []


def _administrator(server_url: str) -> psycopg.Connection:
    """One connection of this process for making and dropping databases, opened when it is needed."""
    if not _kept or _kept[-1].closed:
        _kept[:] = [psycopg.connect(server_url, autocommit=True)]
    return _kept[-1]


def _drop(server_url: str, name: str) -> None:
    """End the database and whoever is still connected to it.

    PostgreSQL itself looks once, then sleeps a tenth of a second for connections that are only just ending.
    """
    administrator = _administrator(server_url)
    ending = "select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = %s"
    deadline = time.monotonic() + CONNECTIONS_END_WITHIN_SECONDS
    while administrator.execute(ending, (name,)).fetchone() != (0,) and time.monotonic() < deadline:
        time.sleep(0.001)
    administrator.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextmanager
def fresh_database(template: Template, server_url: str) -> Iterator[Clone]:
    """A clone of the template, connected; afterwards the ledger's checks must find nothing in it."""
    made = clone(template, server_url)
    database.connect(made.app, pool_size=8)
    regional_rule.forget_kept_rules()
    yield made
    database.close_reading()
    database.disconnect()
    findings = findings_after(made.admin, before=template.ledger)
    _drop(server_url, made.name)
    assert findings == [], "the books are unsound after this test"


@pytest.fixture
def own_database(template: Template, server_url: str) -> Iterator[Clone]:
    """A database of this test's own."""
    with fresh_database(template, server_url) as made:
        yield made


def findings_after(admin_url: str, *, before: str) -> list[object]:
    """What the ledger's checks find after a test, whose steps are noted.

    Books in which not one row differs from those with the fingerprint `before` have been checked with them.
    """
    with psycopg.connect(admin_url) as connection:
        note_steps(connection)
        return _findings(connection) if _fingerprint(connection) != before else []


def books_findings(admin_url: str) -> list[object]:
    """What the ledger's checks find in a database."""
    with psycopg.connect(admin_url) as connection:
        return _findings(connection)


def ledger_fingerprint(admin_url: str) -> str:
    """A digest of every row of the ledger's tables: another row anywhere gives another one."""
    with psycopg.connect(admin_url) as connection:
        return _fingerprint(connection)


def _findings(connection: psycopg.Connection) -> list[object]:
    engine = create_engine("postgresql+psycopg://", creator=lambda: connection, poolclass=StaticPool)
    with engine.connect() as borrowed:
        return list(checks.run_all(borrowed))


def _fingerprint(connection: psycopg.Connection) -> str:
    tables = connection.execute("select tablename from pg_tables where schemaname = 'ledger' order by 1").fetchall()
    rows = " union all ".join(
        f"select '{name}' || coalesce(sum(hashtextextended(r::text, 0)), 0) || '/' || count(*) as t"
        f" from ledger.{name} r"
        for (name,) in tables
    )
    found = connection.execute(f"select string_agg(t, ' ' order by t) from ({rows}) s").fetchone()
    assert found is not None
    return str(found[0])


@pytest.fixture
def world(own_database: Clone, template: Template) -> World:
    """A small province: two units, two suppliers, offices, people, budget lines and a dozen listings."""
    return template.world


@pytest.fixture
def settings(tmp_path: Path, own_database: Clone) -> Settings:
    """Settings of an installation in a temporary folder."""
    return read_settings(
        {
            "SUNMALL_DATA_DIR": str(tmp_path),
            "SUNMALL_APP_DATABASE_URL": "",
            "SUNMALL_SECRET_KEY": "a key for tests only, never used elsewhere",
        }
    )


@pytest.fixture(scope="session")
def whole_app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The whole application, built once per session: its templates are compiled once."""
    from wsgi import create_app

    built = create_app(
        read_settings({"SUNMALL_DATA_DIR": str(tmp_path_factory.mktemp("app")), "SUNMALL_SECRET_KEY": "for tests only"})
    )
    built.testing = True
    return built


@pytest.fixture
def app(whole_app: Flask, settings: Settings, world: World) -> Iterator[Flask]:
    """The whole application over this test's database and data folder."""
    whole_app.config["SUNMALL"] = settings
    search_catalogue.use_engine(None)
    yield whole_app
    search_catalogue.use_engine(None)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A visitor's browser."""
    return app.test_client()
