"""What every console command shares: its exit codes, its last words when refused, and its way to the database."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from mall.database import close_reading, connect
from mall.errors import Refusal
from mall.installation.refusal import InstallationRefused
from mall.installation.running_database import running_database
from mall.settings import Settings, read_settings
from mall.web.words import words_for

EXIT_DONE, EXIT_FINDINGS, EXIT_REFUSED = 0, 1, 2


def say(line: str) -> None:
    """One line of progress."""
    click.echo(line)


def refuse(refusal: Refusal) -> None:
    """Say in both languages why not, and what to do; end with exit code 2."""
    for language in ("zh", "en"):
        words = words_for(refusal, language=language)
        click.echo(f"{words.what} {words.next_step}".strip(), err=True)
    click.echo(f"[{refusal.code}]", err=True)
    sys.exit(EXIT_REFUSED)


def with_database(command: Callable[..., Any]) -> Callable[..., Any]:
    """Run a command connected to the application's database, our own server started for it when it is not running."""

    @functools.wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        settings = read_settings()
        with _refusals_end(), running_database(settings) as urls:
            connect(urls.app, pool_size=4, early_release=settings.early_release)
            try:
                return command(*args, **kwargs)
            finally:
                close_reading()

    return run


def with_books(command: Callable[..., Any]) -> Callable[..., Any]:
    """Run a command with a connection that reads the books as they stand at one moment, its first argument.

    It reads as SUNMALL_AUDITOR_DATABASE_URL says, where that is given: nothing else is needed then. It may take as
    long as it must, which the application may not.
    """

    @functools.wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        settings = read_settings()
        with _refusals_end(), _reading_url(settings) as url:
            engine = create_engine(
                url.replace("postgresql://", "postgresql+psycopg://", 1),
                poolclass=NullPool,
                isolation_level="REPEATABLE READ",
                execution_options={"postgresql_readonly": True},
            )
            with engine.connect() as connection:
                for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
                    connection.exec_driver_sql(f"set {limit} = 0")
                return command(connection, *args, **kwargs)

    return run


@contextmanager
def _reading_url(settings: Settings) -> Iterator[str]:
    if settings.auditor_database_url:
        yield settings.auditor_database_url
        return
    with running_database(settings) as urls:
        yield urls.app


@contextmanager
def _refusals_end() -> Iterator[None]:
    try:
        yield
    except Refusal as refusal:
        refuse(refusal)
    except InstallationRefused as refusal:
        click.echo(refusal.chinese, err=True)
        click.echo(refusal.english, err=True)
        sys.exit(EXIT_REFUSED)
