"""Databases for the tests: one per worker with all migrations, cloned for every test that writes."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine

from ledger import checks
from mall import database
from mall.installation.database_roles import DatabaseUrls, make_database_and_roles, with_database
from mall.installation.run_tests import throwaway_server
from mall.migrations.apply_migrations import app_role_of, migrate
from mall.reference.load_reference import load_built_in
from mall.regions import regional_rule
from mall.search import search_catalogue
from mall.settings import Settings, read_settings
from tests.world import World, build_world


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """The administrator's URL of the test server: the one given, or one of our own for the session."""
    given = os.environ.get("SUNMALL_DATABASE_URL")
    if given:
        yield given
        return
    with throwaway_server() as url:
        yield url


@dataclass(frozen=True)
class Template:
    """A migrated database with reference data and the world; tests get clones of it."""

    urls: DatabaseUrls
    name: str
    world: World


@pytest.fixture(scope="session")
def template(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Template]:
    # Session workers must not meet in one database, nor in roles of one name.
    name = f"t_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{uuid.uuid4().hex[:8]}"
    urls = make_database_and_roles(server_url, data_dir=tmp_path_factory.mktemp("secrets"), database=name)
    migrate(urls.migrate, app_role=app_role_of(urls.app))
    database.connect(urls.app, pool_size=4)
    load_built_in()
    world = build_world()
    database.close_reading()
    database.disconnect()
    yield Template(urls=urls, name=name, world=world)
    database.disconnect()
    _drop(server_url, name)
    with psycopg.connect(server_url, autocommit=True) as connection:
        for suffix in ("app", "auditor", "migrate", "owner"):
            connection.execute(f'DROP ROLE IF EXISTS "{name}_{suffix}"')


@dataclass(frozen=True)
class Clone:
    """One test's own database."""

    app: str
    admin: str
    migrate: str
    name: str


def clone(template: Template, server_url: str) -> Clone:
    """A copy of the template, about 50 ms."""
    name = f"{template.name}_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template.name}" STRATEGY file_copy')
    return Clone(
        app=with_database(template.urls.app, database=name),
        admin=with_database(template.urls.admin, database=name),
        migrate=with_database(template.urls.migrate, database=name),
        name=name,
    )


def _drop(server_url: str, name: str) -> None:
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture
def own_database(template: Template, server_url: str) -> Iterator[Clone]:
    """A database of this test's own, connected; after the test the ledger's checks must find nothing."""
    made = clone(template, server_url)
    database.connect(made.app, pool_size=8)
    regional_rule.forget_kept_rules()
    yield made
    database.close_reading()
    database.disconnect()
    findings = books_findings(made.admin)
    _drop(server_url, made.name)
    assert findings == [], "the books are unsound after this test"


def books_findings(admin_url: str) -> list[object]:
    """What the ledger's checks find in a database."""
    engine = create_engine(admin_url.replace("postgresql://", "postgresql+psycopg://", 1))
    try:
        with engine.connect() as connection:
            return list(checks.run_all(connection))
    finally:
        engine.dispose()


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
