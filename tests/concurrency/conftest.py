"""The real web server over a database of its own, for as long as this folder's tests run."""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Iterator

import psycopg
import pytest

from mall import database
from mall.installation.child_process import ChildProcess
from mall.installation.run_everything import web_command
from mall.regions import regional_rule
from tests.concurrency.crowd import Mall, answers
from tests.conftest import Clone, Template, _drop, books_findings, clone

STARTS_WITHIN_SECONDS = 60


@pytest.fixture(scope="session")
def served(
    template: Template, server_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Clone, int]]:
    """A clone of the small province and the port on which gunicorn serves it with the product's settings."""
    made = clone(template, server_url)
    folder = tmp_path_factory.mktemp("served")
    port = _free_port()
    web = ChildProcess(
        "web",
        command=web_command(),
        environment={
            **{name: value for name, value in os.environ.items() if not name.startswith("SUNMALL_")},
            "SUNMALL_DATA_DIR": str(folder),
            "SUNMALL_PORT": str(port),
            "SUNMALL_SECRET_KEY": "a key for tests only, never used elsewhere",
            "SUNMALL_APP_DATABASE_URL": made.app,
        },
        log_path=folder / "web.log",
    )
    try:
        deadline = time.monotonic() + STARTS_WITHIN_SECONDS
        while not answers(port, "/healthz"):
            if web.ended_with() is not None or time.monotonic() > deadline:
                sys.stderr.write((folder / "web.log").read_text()[-4000:])
                raise AssertionError("the web server did not start")
            time.sleep(0.1)
        yield made, port
    finally:
        web.stop(within_seconds=25)
        _drop(server_url, made.name)


@pytest.fixture
def mall(served: tuple[Clone, int], template: Template) -> Iterator[Mall]:
    """The served mall; after the test the ledger's checks must find nothing."""
    made, port = served
    database.connect(made.app, pool_size=12)
    regional_rule.forget_kept_rules()
    yield Mall(world=template.world, port=port, admin_url=made.admin)
    database.close_reading()
    database.disconnect()
    with psycopg.connect(made.admin, autocommit=True) as connection:
        connection.execute("delete from category_total")
    assert books_findings(made.admin) == []


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
