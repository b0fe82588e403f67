"""Gives any command the addresses of its database, starting our own server for as long as it is needed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from mall.installation.database_roles import DATABASE_NAME, DatabaseUrls, known_urls, make_database_and_roles
from mall.installation.postgres_server import find_place, running_server, server_in_use


class InstallationSettings(Protocol):
    """The part of the settings this room reads; empty strings mean "not given"."""

    @property
    def data_dir(self) -> Path: ...
    @property
    def database_url(self) -> str: ...
    @property
    def app_database_url(self) -> str: ...
    @property
    def migrate_database_url(self) -> str: ...


@contextmanager
def running_database(
    settings: InstallationSettings, *, give_up: Callable[[], bool] = lambda: False
) -> Iterator[DatabaseUrls]:
    """The addresses of a database that answers, its roles made, for the length of the block.

    In this order: addresses handed down by whoever started us (nothing is checked or made then, and `admin` and
    `migrate` are empty where they were not handed down, as to the web server and the worker); the server of
    SUNMALL_DATABASE_URL; our own server in the data directory, found running or started, and stopped by the last
    one who leaves.
    Raises InstallationRefused with a sentence for the person at the terminal.
    """
    if settings.app_database_url:
        yield DatabaseUrls(
            admin=settings.database_url, migrate=settings.migrate_database_url, app=settings.app_database_url
        )
    elif settings.database_url:
        yield make_database_and_roles(settings.database_url, data_dir=settings.data_dir)
    else:
        with server_in_use(settings.data_dir, give_up=give_up) as server:
            yield make_database_and_roles(
                server.place.administrator_url(), data_dir=settings.data_dir, database=DATABASE_NAME
            )


def urls_from_data_dir(data_dir: Path) -> DatabaseUrls | None:
    """The addresses of our own server's database if that server is running now; nothing is started or made."""
    place = find_place(data_dir)
    if running_server(place) is None:
        return None
    return known_urls(place.administrator_url(), data_dir=data_dir, database=DATABASE_NAME)
