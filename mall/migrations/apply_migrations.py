"""Bringing a database to the newest schema, and saying whether it is there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect

from ledger import checks

FOLDER = Path(__file__).resolve().parent


class BooksUnsound(RuntimeError):
    """The ledger's checks found something before or after a migration: nothing is migrated on unsound books."""


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


def migrate(url: str, *, app_role: str, say: Callable[[str], None] = lambda line: None) -> bool:
    """Apply what is missing, in one transaction, the books checked before and after.

    `url` is the migration role's. Returns whether anything was applied. Raises BooksUnsound.
    """
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    try:
        with engine.connect() as connection:
            before = current(connection)
            connection.rollback()
            if before == head():
                say(f"数据库已是最新版本 {before}")
                return False
            with connection.begin():
                _require_sound_books(connection, when="before")
                config = _config(connection)
                config.attributes["app_role"] = app_role
                command.upgrade(config, "head")
                _require_sound_books(connection, when="after")
            say(f"数据库已升级：{before or '空库'} → {head()}")
            return True
    finally:
        engine.dispose()


def _require_sound_books(connection: Connection, *, when: str) -> None:
    if not inspect(connection).has_table("txn", schema="ledger"):
        return
    findings = checks.run_all(connection)
    if findings:
        raise BooksUnsound(f"{when} the migration the books are unsound: {findings[:5]}")


def app_role_of(app_url: str) -> str:
    """The role name inside an application URL."""
    return app_url.split("://", 1)[1].split(":", 1)[0].split("@", 1)[0]
