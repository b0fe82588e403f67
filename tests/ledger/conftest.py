"""A database of their own for the ledger's tests: one per run and worker, each test inside a transaction it rolls back.

SUNMALL_DATABASE_URL is the administrator's URL of a PostgreSQL server.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL, create_engine, make_url, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from ledger import fiscal_year, schema
from ledger.seal_schema import install_sealing

# The scenes beside this file are imported by name under every import mode of pytest.
sys.path.insert(0, str(Path(__file__).parent))

from ledger_scenes import NOON, REGION, YEAR, Books


def _server() -> URL:
    url = os.environ.get("SUNMALL_DATABASE_URL")
    if not url:
        pytest.fail("SUNMALL_DATABASE_URL must name a PostgreSQL server for the tests")
    return make_url(url).set(drivername="postgresql+psycopg")


@pytest.fixture(scope="session")
def ledger_books(worker_name: str) -> Iterator[Books]:
    database, role = f"ledger_test_{worker_name}", f"ledger_test_app_{worker_name}"
    administrator = create_engine(_server(), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with administrator.connect() as connection:
        connection.execute(text(f'create database "{database}"'))
        connection.execute(text(f'create role "{role}"'))
    owner = create_engine(_server().set(database=database), poolclass=NullPool)
    try:
        with owner.begin() as connection:
            schema.install(connection, app_role=role)
            install_sealing(connection, app_role=role)
            for year in (YEAR, YEAR + 1):
                fiscal_year.open_year(connection, region_code=REGION, year=year, opened_at=NOON, actor="财政局")
        yield Books(owner, role)
    finally:
        owner.dispose()
        with administrator.connect() as connection:
            connection.execute(text(f'drop database "{database}" with (force)'))
            connection.execute(text(f'drop role "{role}"'))


@pytest.fixture(scope="session")
def worker_name() -> str:
    return f"{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"


@pytest.fixture
def session(ledger_books: Books) -> Iterator[Session]:
    """The application's session; what the test wrote is rolled back."""
    with (
        ledger_books.connection(as_application=True) as connection,
        Session(connection, join_transaction_mode="create_savepoint") as session,
    ):
        yield session


@pytest.fixture
def owner_session(ledger_books: Books) -> Iterator[Session]:
    """A superuser's session, for tests that break in; rolled back."""
    with (
        ledger_books.connection(as_application=False) as connection,
        Session(connection, join_transaction_mode="create_savepoint") as session,
    ):
        yield session
