"""Migrations and models say the same, and the application's role can do no more than it should."""

from __future__ import annotations

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from mall.database import Base
from mall.migrations.all_tables import import_all_tables
from mall.migrations.apply_migrations import app_role_of, migrate
from mall.migrations.grants import APPEND_ONLY, DELETABLE
from tests.conftest import Clone


def test_migrations_equal_models(own_database: Clone) -> None:
    import_all_tables()
    engine = create_engine(own_database.admin.replace("postgresql://", "postgresql+psycopg://", 1))

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, Base.metadata)
    engine.dispose()

    assert differences == []


def test_migrating_twice_changes_nothing(own_database: Clone) -> None:
    changed = migrate(own_database.migrate, app_role=app_role_of(own_database.app))

    assert changed is False


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_the_application_cannot_change_or_delete_what_is_append_only(own_database: Clone, table: str) -> None:
    with psycopg.connect(own_database.app, autocommit=True) as connection:
        for statement in (f"delete from {table}", f"truncate {table}", f"update {table} set id = id"):
            with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.GeneratedAlways)):
                connection.execute(statement)


@pytest.mark.parametrize("table", ["audit_record", "document_step", "price_change"])
def test_not_even_the_owner_changes_what_is_append_only(own_database: Clone, table: str) -> None:
    with psycopg.connect(own_database.admin, autocommit=True) as connection:
        connection.execute("set session_replication_role = 'replica'")

        with pytest.raises(psycopg.errors.RestrictViolation):
            connection.execute(f"delete from {table}")


def test_the_application_deletes_only_notes_of_the_moment(own_database: Clone) -> None:
    with psycopg.connect(own_database.app) as connection:
        rows = connection.execute(
            "select table_name from information_schema.role_table_grants"
            " where grantee = current_user and privilege_type = 'DELETE' and table_schema in ('public', 'ledger')"
        ).fetchall()

    assert {row[0] for row in rows} <= set(DELETABLE)


def test_the_application_makes_nothing_of_its_own(own_database: Clone) -> None:
    with (
        psycopg.connect(own_database.app, autocommit=True) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("create table mine (id int)")
