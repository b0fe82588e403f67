"""Bringing a database to the newest schema, and saying whether it is there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect, text

from ledger import checks
from mall.migrations.grants import WATCH_TABLES, auditor_statements, watch_statements

FOLDER = Path(__file__).resolve().parent


class BooksUnsound(RuntimeError):
    """The ledger's checks found something before or after a migration: nothing is migrated on unsound books.

    `when` is "before" or "after"; the database is as it was.
    """

    def __init__(self, findings: list[checks.Finding], *, when: str) -> None:
        super().__init__(f"{when} the migration the books are unsound: {findings[:5]}")
        self.findings = findings
        self.when = when


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    if connection is not None:
        config.attributes["connection"] = connection
    return config


def head() -> str:
    """The newest version."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def current(connection: Connection) -> str | None:
    """The version of this database; None before the first migration."""
    return MigrationContext.configure(connection).get_current_revision()


def migrate(
    url: str, *, app_role: str, say: Callable[[str], None] = lambda line: None, version: str | None = None
) -> bool:
    """Apply what is missing up to `version` (None: the newest), in one transaction, the books checked before and after.

    `url` is the migration role's. Returns whether anything was applied. Raises BooksUnsound, and then the database
    is as it was. The auditor's role beside the application's, where there is one, reads what there is to read.
    """
    wanted = version or head()
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    try:
        with engine.connect() as connection:
            before = current(connection)
            connection.rollback()
            if before == wanted:
                with connection.begin():
                    _let_auditor_read(connection, app_role=app_role)
                    _let_watch(connection, app_role=app_role)
                say(f"数据库已是最新版本 {before}")
                return False
            with connection.begin():
                _require_sound_books(connection, when="before")
                config = _config(connection)
                config.attributes["app_role"] = app_role
                command.upgrade(config, wanted)
                _let_auditor_read(connection, app_role=app_role)
                _let_watch(connection, app_role=app_role)
                _require_sound_books(connection, when="after")
            say(f"数据库已升级：{before or '空库'} → {wanted}")
            return True
    finally:
        engine.dispose()


def _require_sound_books(connection: Connection, *, when: str) -> None:
    if not inspect(connection).has_table("txn", schema="ledger"):
        return
    findings = checks.run_all(connection)
    if findings:
        raise BooksUnsound(findings, when=when)


def _let_auditor_read(connection: Connection, *, app_role: str) -> None:
    auditor_role = f"{app_role.removesuffix('_app')}_auditor"
    lacking = connection.execute(_LACKING, {"role": auditor_role}).scalar_one()
    for statement in auditor_statements(auditor_role=auditor_role) if lacking else []:
        connection.execute(text(statement))


def _let_watch(connection: Connection, *, app_role: str) -> None:
    watch_role = f"{app_role.removesuffix('_app')}_watch"
    if not connection.execute(_WATCH_LACKS, {"role": watch_role, "tables": list(WATCH_TABLES)}).scalar_one():
        return
    found = inspect(connection)
    tables, sequences = set(found.get_table_names("public")), set(found.get_sequence_names("public"))
    for statement in watch_statements(watch_role=watch_role, tables=tables, sequences=sequences):
        connection.execute(text(statement))


_WATCH_LACKS = text(
    "select to_regnamespace('watch') is not null"
    " and exists (select from pg_roles r join pg_class c on c.relkind in ('r', 'p', 'v')"
    " and c.relnamespace in (to_regnamespace('public'), to_regnamespace('ledger'), to_regnamespace('watch'))"
    " where r.rolname = :role and (not has_table_privilege(r.oid, c.oid, 'SELECT')"
    " or (c.relname = any(:tables) and not has_table_privilege(r.oid, c.oid, 'INSERT'))))"
)
# A database that somebody else set up may have no such role: then nothing is lacking.
_LACKING = text(
    "select exists (select from pg_roles r join pg_class c on c.relnamespace = to_regnamespace('ledger')"
    " and c.relkind in ('r', 'p') where r.rolname = :role and not has_table_privilege(r.oid, c.oid, 'SELECT'))"
)


def app_role_of(app_url: str) -> str:
    """The role name inside an application URL."""
    return app_url.split("://", 1)[1].split(":", 1)[0].split("@", 1)[0]
