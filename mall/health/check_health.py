"""The checks of readiness: database, migrations, search index, worker."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from sqlalchemy import func, select, text

from mall.database import session
from mall.errors import Refusal
from mall.jobs.heartbeat import SILENT_AFTER, silence
from mall.migrations.apply_migrations import current, head
from mall.outbox.outbox_event import OutboxEvent
from mall.search.search_catalogue import catalogue_engine

_log = structlog.get_logger("health")


@dataclass(frozen=True)
class HealthFinding:
    """One check: whether it is well, how long it took, and a word about it."""

    name: str
    is_well: bool
    words: str
    ms: int


@dataclass(frozen=True)
class OutboxCount:
    """Events that wait for delivery, and those parked after too many failures."""

    waiting: int
    parked: int


def check_health() -> list[HealthFinding]:
    """All checks, each with its own verdict; none of them raises."""
    return [_run(name, check) for name, check in _CHECKS.items()]


def count_outbox() -> OutboxCount:
    """How many events wait and how many are parked."""
    counts = dict(
        session()
        .execute(select(OutboxEvent.state, func.count()).where(OutboxEvent.state != "done").group_by(OutboxEvent.state))
        .all()
    )
    return OutboxCount(waiting=counts.get("waiting", 0), parked=counts.get("parked", 0))


def parked_events(*, limit: int = 50) -> list[OutboxEvent]:
    """Events that nobody could deliver, oldest first."""
    return list(
        session().scalars(
            select(OutboxEvent).where(OutboxEvent.state == "parked").order_by(OutboxEvent.id).limit(limit)
        )
    )


def _run(name: str, check: Callable[[], tuple[bool, str]]) -> HealthFinding:
    began = time.perf_counter()
    try:
        is_well, words = check()
    # A check of health finds whatever is wrong, and what can be wrong is not known beforehand.
    except (Exception, Refusal) as error:
        _log.warning("health.check_failed", check=name, exc_info=True)
        # The kind of failure only: messages of the database name hosts and users.
        is_well, words = False, type(error).__name__
    return HealthFinding(name=name, is_well=is_well, words=words, ms=round((time.perf_counter() - began) * 1000))


def _database() -> tuple[bool, str]:
    session().execute(text("select 1"))
    return True, "ok"


def _migrations() -> tuple[bool, str]:
    found, wanted = current(session().connection()), head()
    return found == wanted, f"{found or 'none'}" if found == wanted else f"{found or 'none'}, newest is {wanted}"


def _search() -> tuple[bool, str]:
    health = catalogue_engine().health()
    return health.is_ready, "ok" if health.is_ready else "the index cannot be read"


def _worker() -> tuple[bool, str]:
    silent = silence("worker")
    if silent is None:
        return False, "no sign of life yet"
    return silent < SILENT_AFTER, f"last sign of life {round(silent.total_seconds())} s ago"


_CHECKS: dict[str, Callable[[], tuple[bool, str]]] = {
    "database": _database,
    "migrations": _migrations,
    "search": _search,
    "worker": _worker,
}
