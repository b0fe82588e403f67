"""Migrating: the books are checked before and after, and where they are unsound the database stays as it was."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner
from sqlalchemy import Connection

from ledger.checks import Finding
from mall.commands import migrate as migrate_command
from mall.console import EXIT_DONE, EXIT_REFUSED
from mall.installation.database_roles import DatabaseUrls, drop_database_and_roles, make_database_and_roles
from mall.migrations import apply_migrations
from mall.migrations.apply_migrations import BooksUnsound, app_role_of, migrate
from tests.conftest import Clone
from tests.world import World

_BOOKS = (
    "select ledger.open_period(410100, 2026, 3, now(), 'test')",
    "insert into ledger.budget_line (region, year, unit_id, is_procurement, code, name, function_code, function_name,"
    " economic_code, economic_name, project, fund_source, category_scope, note, created_at)"
    " values (410100, 2026, 7, true, 'T1', '办公费', '', '', '', '', '', '', '{}', '', now())",
    "select ledger.post(410100, 2026, 'budget_document', 'T1', 'appropriate', '2026-03-02', now(), 'test', '', null,"
    " null, (select array[id, id] from ledger.budget_line), array[1000, 1100]::smallint[], array['', ''],"
    " array[500, -500]::bigint[])",
)
_ALLOW = "alter table ledger.entry disable trigger append_only"
_FORBID = "alter table ledger.entry enable always trigger append_only"


def shift(database: DatabaseUrls, fen: int) -> None:
    """Make one amount wrong by so many fen, or right again."""
    with psycopg.connect(database.admin) as connection:
        connection.execute(_ALLOW)
        connection.execute(
            "update ledger.entry set amount_fen = amount_fen + %s where (region, year, txn_id, n) ="
            " (select region, year, min(txn_id), 1 from ledger.entry group by region, year order by 1 limit 1)",
            [fen],
        )
        connection.execute(_FORBID)


def version_and_seals(database: DatabaseUrls) -> tuple[object, ...]:
    with psycopg.connect(database.admin) as connection:
        return connection.execute(
            "select version_num, to_regclass('ledger.seal') is not null, (select count(*) from ledger.txn)"
            " from alembic_version"
        ).fetchone()


def plan_of_the_line(database: DatabaseUrls) -> dict[str, int]:
    with psycopg.connect(database.admin) as connection:
        rows = connection.execute(
            "select trim(c.name || ' ' || a.sub), a.balance_fen from ledger.account a"
            " join ledger.chart_of_accounts c on c.code = a.coa and c.book = 'cash_plan'"
        )
        return dict(rows.fetchall())


@pytest.fixture
def first_schema(server_url: str, tmp_path: Path) -> Iterator[DatabaseUrls]:
    """A database as the first version left it, with a budget line and its money posted."""
    name = f"first_{uuid.uuid4().hex[:12]}"
    urls = make_database_and_roles(server_url, data_dir=tmp_path, database=name)
    migrate(urls.migrate, app_role=app_role_of(urls.app), version="0001")
    with psycopg.connect(urls.app) as connection:
        for statement in _BOOKS:
            connection.execute(statement)
    yield urls
    drop_database_and_roles(server_url, data_dir=tmp_path, database=name)


def test_books_with_postings_are_brought_to_the_newest_schema(first_schema: DatabaseUrls) -> None:
    _, _, postings = version_and_seals(first_schema)

    assert migrate(first_schema.migrate, app_role=app_role_of(first_schema.app)) is True

    # One posting more: the line's money as plan money, for January.
    assert version_and_seals(first_schema) == (apply_migrations.head(), True, postings + 1)
    assert postings > 0
    assert plan_of_the_line(first_schema) == {"ceiling": 500, "plan_available month:01": -500}


def test_unsound_books_are_not_migrated(first_schema: DatabaseUrls) -> None:
    shift(first_schema, 1)
    before = version_and_seals(first_schema)

    with pytest.raises(BooksUnsound) as refused:
        migrate(first_schema.migrate, app_role=app_role_of(first_schema.app))

    assert refused.value.when == "before"
    assert version_and_seals(first_schema) == before == ("0001", False, before[2])


def test_a_migration_that_spoils_the_books_is_undone(
    first_schema: DatabaseUrls, monkeypatch: pytest.MonkeyPatch
) -> None:
    def find_only_afterwards(connection: Connection) -> list[Finding]:
        there = connection.exec_driver_sql("select to_regclass('ledger.seal') is not null").scalar_one()
        return [Finding("balanced_per_book", 410100, 2026, {"txn_id": 1})] if there else []

    before = version_and_seals(first_schema)
    with monkeypatch.context() as patched:
        patched.setattr(apply_migrations.checks, "run_all", find_only_afterwards)
        with pytest.raises(BooksUnsound) as refused:
            migrate(first_schema.migrate, app_role=app_role_of(first_schema.app))

    assert refused.value.when == "after"
    assert version_and_seals(first_schema) == before


def test_the_command_refuses_with_two_and_names_what_it_found(
    first_schema: DatabaseUrls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUNMALL_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SUNMALL_APP_DATABASE_URL", first_schema.app)
    monkeypatch.setenv("SUNMALL_MIGRATE_DATABASE_URL", first_schema.migrate)
    shift(first_schema, 1)

    refused = CliRunner().invoke(migrate_command)
    unchanged = version_and_seals(first_schema)
    shift(first_schema, -1)
    done = CliRunner().invoke(migrate_command)

    assert refused.exit_code == EXIT_REFUSED
    assert "balanced_per_book" in refused.output and "数据库保持原样" in refused.output
    assert unchanged[0] == "0001"
    assert done.exit_code == EXIT_DONE, done.output
    assert version_and_seals(first_schema)[1] is True


def test_an_auditor_made_later_reads_after_the_next_migration_command(own_database: Clone, world: World) -> None:
    auditor = f"{app_role_of(own_database.app).removesuffix('_app')}_auditor"
    with psycopg.connect(own_database.admin) as connection:
        connection.execute(f'revoke all on all tables in schema ledger from "{auditor}"')

    changed = migrate(own_database.migrate, app_role=app_role_of(own_database.app))

    with psycopg.connect(own_database.admin) as connection:
        row = connection.execute("select has_table_privilege(%s, 'ledger.seal', 'SELECT')", [auditor]).fetchone()
    assert changed is False
    assert row == (True,)
