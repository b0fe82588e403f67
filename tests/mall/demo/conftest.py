"""A small demo province in a database of its own, brought in by the real importer."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from mall import database
from mall.demo.load_demo import Scale, load_demo
from mall.demo.organisations import demo_suppliers
from mall.installation.database_roles import DatabaseUrls, make_database_and_roles, with_database
from mall.migrations.apply_migrations import app_role_of, migrate
from mall.reference.load_reference import load_built_in
from mall.regions import regional_rule
from mall.settings import read_settings
from tests.conftest import books_findings
from wsgi import _import_file, _settle, create_app

SEED = 7
PASSWORD = "Kleine-Provinz-2026"
SCALE = Scale(days=24, purchases=24, unit_keys=("z-school", "lc-school", "l-affairs", "zm-health", "zm-clinic"))
#: their catalogues are enough for a small province: the two demo suppliers, and the one whose goods have no category
SELLERS = ("s01", "s02", "s06")


@dataclass
class Province:
    """Where the small province lies, and how to load (more of) it."""

    app: str
    admin: str
    load: Callable[..., bool]


def small_importer(path: Path, credit_code: str, mode: str) -> Mapping[str, int]:
    """The real importer, for the few suppliers of the small province."""
    chosen = {one.credit_code for one in demo_suppliers(year=2026) if one.key in SELLERS}
    return _import_file(path, credit_code, mode) if credit_code in chosen else {}


@pytest.fixture(scope="session")
def bare_database(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, DatabaseUrls]]:
    """A migrated database with reference data and nothing else, to be cloned."""
    name = f"d_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{uuid.uuid4().hex[:8]}"
    urls = make_database_and_roles(server_url, data_dir=tmp_path_factory.mktemp("secrets"), database=name)
    migrate(urls.migrate, app_role=app_role_of(urls.app))
    database.connect(urls.app, pool_size=2)
    load_built_in()
    database.close_reading()
    database.disconnect()
    yield name, urls
    _drop(server_url, name)
    with psycopg.connect(server_url, autocommit=True) as connection:
        for suffix in ("app", "migrate", "owner"):
            connection.execute(f'DROP ROLE IF EXISTS "{name}_{suffix}"')


@pytest.fixture
def empty_province(
    bare_database: tuple[str, DatabaseUrls], server_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Province]:
    """A database in which nothing of the demo has been loaded; afterwards the books must be sound."""
    template, urls = bare_database
    name = f"{template}_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
    app, admin = (with_database(url, database=name) for url in (urls.app, urls.admin))
    monkeypatch.setenv("SUNMALL_DATA_DIR", str(tmp_path))
    database.connect(app, pool_size=4)
    regional_rule.forget_kept_rules()
    create_app(read_settings())
    yield Province(app=app, admin=admin, load=_loader())
    database.close_reading()
    database.disconnect()
    findings = books_findings(admin)
    _drop(server_url, name)
    assert findings == []


def _loader() -> Callable[..., bool]:
    def load(*, say: Callable[[str], None] = lambda line: None, seed: int = SEED, password: str = PASSWORD) -> bool:
        return load_demo(
            seed=seed, password=password, importer=small_importer, settle=_settle, say=say, scale=SCALE
        )

    return load


def _drop(server_url: str, name: str) -> None:
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
