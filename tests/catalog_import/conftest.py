"""A dock with the reference data and three suppliers; every test starts with empty shelves."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text

from catalog_import.import_batch import ImportBatch
from catalog_import.install import install
from catalog_import.receive_file import Received, receive_file
from catalog_import.report import write_report
from catalog_import.run_import import Summary, run_batch
from mall import database
from mall.access.actor import Actor, PostHeld
from mall.database import session
from mall.regions import regional_rule
from mall.settings import Settings
from mall.web.app import build_app
from tests.conftest import Clone
from tests.world import World

FEEDS = Path(__file__).parents[2].parent / "shared" / "feeds"


_DEMANDS = (
    "update regional_rule set value = %s where code in ('listing.require_attributes', 'listing.require_certificate')"
)
_REVIEWERS = "update regional_rule set value = %s where code = 'listing.review_people'"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "feeds: needs the real supplier files beside the checkout (../shared/feeds)")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if FEEDS.is_dir():
        return
    absent = pytest.mark.skip(reason=f"the real supplier files are not there: {FEEDS}")
    for item in items:
        if item.get_closest_marker("feeds"):
            item.add_marker(absent)


@dataclass(frozen=True)
class Dock:
    """The dock as a test uses it."""

    supplier_ids: tuple[int, ...]
    admin: str

    def rule(self, code: str, *, region_code: int, value: int) -> None:
        """Give a division a number of its own for a rule that the province has."""
        with psycopg.connect(self.admin) as connection:
            connection.execute(
                "insert into regional_rule (code, region_code, level, valid_from, value, unit, tightens, legal_source,"
                " is_confirmed, name, name_en) select code, %s, level, valid_from, %s, unit, tightens, legal_source,"
                " is_confirmed, name, name_en from regional_rule where code = %s",
                (region_code, value, code),
            )
        regional_rule.forget_kept_rules()

    def ask_reviewers(self, people: int) -> None:
        """From now on so many people look at a listing before it is sold."""
        self.write(_REVIEWERS, people)
        regional_rule.forget_kept_rules()

    def demand_all(self) -> None:
        """From now on goods without compulsory certificate or mandatory attribute are refused."""
        self.write(_DEMANDS, 1)
        regional_rule.forget_kept_rules()

    def write(self, sql: str, *values: object) -> None:
        """Something behind the back of the application."""
        with psycopg.connect(self.admin) as connection:
            connection.execute(sql, values)

    def actor(self, supplier: int = 0) -> Actor:
        """Somebody who acts for the supplier with that position."""
        post = PostHeld(post_id=1, role="supplier", organisation_id=self.supplier_ids[supplier], region_code=410100)
        return Actor(user_id=7, username="supplier", name="供应商", posts=(post,))

    def receive(self, content: bytes, *, name: str = "goods.csv", mode: str = "partial", supplier: int = 0) -> Received:
        return receive_file(
            actor=self.actor(supplier),
            supplier_id=self.supplier_ids[supplier],
            file_name=name,
            stream=io.BytesIO(content),
            mode=mode,
        )

    def bring(self, content: bytes, *, name: str = "goods.csv", mode: str = "partial", supplier: int = 0) -> Summary:
        """Receive and run."""
        received = self.receive(content, name=name, mode=mode, supplier=supplier)
        return run_batch(actor=self.actor(supplier), batch_id=received.batch_id, mode=mode)

    def report(self, batch_id: int, *, only_faulty: bool = False) -> bytes:
        """The report of a batch as it would be downloaded."""
        target = io.BytesIO()
        try:
            write_report(session().get_one(ImportBatch, batch_id), target, only_faulty=only_faulty)
        finally:
            database.close_reading()
        return target.getvalue()

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        """What a query says now."""
        try:
            return [tuple(row) for row in session().execute(text(sql))]
        finally:
            database.close_reading()


@pytest.fixture
def dock(own_database: Clone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Dock]:
    """The dock over this test's own database, its shelves emptied; three suppliers with the ids the tests name."""
    monkeypatch.setenv("SUNMALL_DATA_DIR", str(tmp_path))
    with psycopg.connect(own_database.admin) as connection:
        ids = tuple(_supplier(connection, letter) for letter in "ABC")
        # Histories are append-only for everybody; a test of empty shelves has to say so of each it empties, the
        # shelves' own and those that hang on a listing.
        for history in ("price_change", "asset_report"):
            connection.execute(f"alter table {history} disable trigger user")
        connection.execute(
            "truncate price_change, listing, product, outbox_event, search_task restart identity cascade"
        )
        for history in ("price_change", "asset_report"):
            connection.execute(f'alter table {history} enable always trigger "{history}_append_only"')
        # What a file says goes straight to the shelf, unless a test asks for reviewers by `dock.ask_reviewers`, or for
        # certificates and mandatory attributes by `dock.demand_all`.
        connection.execute(_REVIEWERS, (0,))
        connection.execute(_DEMANDS, (0,))
    regional_rule.forget_kept_rules()
    yield Dock(supplier_ids=ids, admin=own_database.admin)
    database.close_reading()


@pytest.fixture
def app(settings: Settings, world: World) -> Flask:
    """The mall with the dock, and nothing else above it."""
    built = build_app(settings)
    install(built)
    built.testing = True
    return built


@pytest.fixture
def feed() -> Callable[[str], bytes]:
    return lambda name: (FEEDS / name).read_bytes()


def _supplier(connection: psycopg.Connection, letter: str) -> int:
    name, credit_code = f"供应商{letter}", f"9141010000000000{letter}0"
    row = connection.execute(
        "insert into organisation (kind, region_code, name, credit_code)"
        " values ('supplier', 410100, %s, %s) returning id",
        (name, credit_code),
    ).fetchone()
    assert row is not None
    connection.execute(
        "insert into supplier (id, name, credit_code, region_code, is_small_firm) values (%s, %s, %s, 410100, true)",
        (row[0], name, credit_code),
    )
    return int(row[0])
