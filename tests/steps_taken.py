"""Counts over a whole run which steps of the state tables were really taken, and names those that no test takes.

A step is one line of a state table: an action of a document in one of its states. What counts is that it stands in the
history of some test's own database; tests that share one of their module's are not looked at. A run of a part of the
tests counts nothing.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

import psycopg
import pytest

import mall
from mall.documents.state_table import state_tables

#: (document, action, state before)
TAKEN: set[tuple[str, str, str]] = set()
_WHOLE = ("not long", "")


def note_steps(connection: psycopg.Connection) -> None:
    """Keep what was taken in this database."""
    rows = connection.execute("select distinct split_part(document, ':', 1), action, before from document_step")
    TAKEN.update(rows.fetchall())


def not_taken() -> list[str]:
    """The steps of all state tables that nobody took, as a person reads them."""
    for module in pkgutil.walk_packages(mall.__path__, "mall."):
        if module.name.endswith("_states"):
            importlib.import_module(module.name)
    steps = {(name, step.action, step.before) for name, table in state_tables().items() for step in table.steps}
    return [f"{document}: {action} when {before}" for document, action, before in sorted(steps - TAKEN)]


def is_whole(config: pytest.Config) -> bool:
    """Whether this run is of all tests: no path, no word and no other mark was given."""
    return (
        config.args_source is pytest.Config.ArgsSource.TESTPATHS
        and config.option.markexpr in _WHOLE
        and not (config.option.keyword or config.option.collectonly or config.option.maxfail)
    )


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """One of several processes is done: what was taken in it counts too."""
    TAKEN.update(tuple(step) for step in getattr(node, "workeroutput", {}).get("steps_taken", ()))


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["steps_taken"] = sorted(map(list, TAKEN))


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    if is_whole(config):
        missing = not_taken()
        total = sum(len(table.steps) for table in state_tables().values())
        terminalreporter.section("steps of the state tables")
        terminalreporter.line(f"{total - len(missing)} of {total} were taken by some test")
        for line in missing:
            terminalreporter.line(f"not seen: {line}")
