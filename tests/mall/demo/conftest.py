"""A small demo province in a database of its own, brought in by the real importer."""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from mall import clock, database
from mall.demo.load_demo import Scale, load_demo
from mall.demo.organisations import demo_suppliers
from mall.installation.database_roles import DatabaseUrls, make_database_and_roles
from mall.migrations.apply_migrations import app_role_of, migrate
from mall.reference.load_reference import load_built_in
from mall.regions import regional_rule
from mall.settings import read_settings
from tests.conftest import books_findings
from wsgi import _import_file, _settle, create_app

#: an evening in term, so that the small period is the same whenever the tests run
EVENING = datetime(2026, 11, 24, 10, 30, tzinfo=UTC)
SEED = 7
PASSWORD = "Kleine-Provinz-2026"
SCALE = Scale(days=30, purchases=12, unit_keys=("z-school", "lc-school", "l-affairs", "zm-health", "zm-clinic"))
#: their catalogues are enough for a small province: the two demo suppliers, and the one whose goods have no category
SELLERS = ("s01", "s02", "s06")


class Killed(BaseException):
    """Somebody pressed Ctrl-C."""


@dataclass
class Province:
    """Where the small province lies, and what was seen of it when its load was killed halfway."""

    admin: str
    hashes_halfway: list[str] = field(default_factory=list)
    orders_halfway: list[tuple[object, ...]] = field(default_factory=list)

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """What the database says."""
        with psycopg.connect(self.admin) as connection:
            return connection.execute(query).fetchall()

    def orders(self) -> list[tuple[object, ...]]:
        """Every order with its parties, in the order of their making."""
        return self.rows("select number, unit_id, supplier_id, created_at from purchase_order order by id")


def small_importer(path: Path, credit_code: str, mode: str) -> Mapping[str, int]:
    """The real importer, for the few suppliers of the small province."""
    chosen = {one.credit_code for one in demo_suppliers(year=2026) if one.key in SELLERS}
    return _import_file(path, credit_code, mode) if credit_code in chosen else {}


def load(*, say: Callable[[str], None] = lambda line: None, seed: int = SEED, password: str = PASSWORD) -> bool:
    """Load the small province, or carry its load on."""
    with clock.frozen(EVENING):
        return load_demo(
            seed=seed,
            password=password,
            importer=small_importer,
            settle=_settle,
            say=say,
            data_dir=read_settings().data_dir,
            scale=SCALE,
        )


@pytest.fixture(scope="session")
def loaded(server_url: str, cheap_passwords: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Province]:
    """The small province, whose load was killed in the middle of the orders and carried on; to be read only."""
    name = f"d_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{uuid.uuid4().hex[:8]}"
    urls = fresh_database(server_url, name=name, secrets=tmp_path_factory.mktemp("secrets"))
    province = Province(admin=urls.admin)
    with pytest.MonkeyPatch.context() as environment, connected(urls.app):
        environment.setenv("SUNMALL_DATA_DIR", str(tmp_path_factory.mktemp("data")))
        create_app(read_settings())
        load_built_in()
        with pytest.raises(Killed):
            load(say=_die_in_the_middle)
        hashes = province.rows("select distinct password_hash from user_account")
        province.hashes_halfway = [str(row[0]) for row in hashes]
        province.orders_halfway = province.orders()
        assert load() is True
    yield province
    findings = books_findings(urls.admin)
    drop_database(server_url, name=name)
    assert findings == []


@pytest.fixture
def province(loaded: Province) -> Iterator[Province]:
    """The loaded small province, connected."""
    with connected(loaded.admin):
        yield loaded


def fresh_database(server_url: str, *, name: str, secrets: Path) -> DatabaseUrls:
    """A database of its own, with all migrations and nothing in it."""
    urls = make_database_and_roles(server_url, data_dir=secrets, database=name)
    migrate(urls.migrate, app_role=app_role_of(urls.app))
    return urls


def drop_database(server_url: str, *, name: str) -> None:
    """Take it away again, with its roles."""
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        for suffix in ("app", "watch", "auditor", "migrate", "owner"):
            connection.execute(f'DROP ROLE IF EXISTS "{name}_{suffix}"')


@contextlib.contextmanager
def connected(url: str) -> Iterator[None]:
    """This process speaks to that database."""
    database.connect(url, pool_size=4)
    regional_rule.forget_kept_rules()
    try:
        yield
    finally:
        database.close_reading()
        database.disconnect()
        regional_rule.forget_kept_rules()


def _die_in_the_middle(line: str) -> None:
    # The second month of the story has begun: orders are under way.
    if line.startswith("  2026-11"):
        raise Killed
