"""The worker: delivers events, keeps the search index, acts on deadlines, and does what other rooms gave it to do.

One process, a few threads; all state is in PostgreSQL, so it may be killed at any moment and another
one carries on. Rooms above the mall hand it chores at start-up.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import structlog

from mall import clock
from mall.access.actor import SYSTEM
from mall.catalogue.match_waiting import match_waiting
from mall.catalogue.sweep_listings import sweep_listings
from mall.database import close_reading
from mall.errors import Refusal
from mall.exchange.exchange_key import keys_of
from mall.exchange.receive_return import receive_return_file, signature_beside
from mall.exchange.receive_statement import receive_statement_file
from mall.exchange.reconcile import reconcile_by_night
from mall.exchange.settle_return import retry_waiting
from mall.exchange.sign_batches import sign_batches
from mall.finance.exchange_treasury import export_batch, write_batches
from mall.images.sweep_images import sweep_images
from mall.jobs.heartbeat import beat
from mall.jobs.sweep_deadlines import sweep_deadlines
from mall.outbox.deliver import deliver_waiting
from mall.search.keep_index import IndexKeeper
from mall.search.open_engine import open_engine
from mall.search.search_catalogue import engine_settings
from mall.settings import Settings
from mall.supplier_push.purge_push import purge_push

_log = structlog.get_logger("worker")


@dataclass(frozen=True)
class Chore:
    """Something done again and again: `work()` at least every `every_seconds`, again at once while it returns > 0."""

    name: str
    work: Callable[[], int | None]
    every_seconds: float


_given: list[Chore] = []


def add_chore(name: str, work: Callable[[], int | None], *, every_seconds: float) -> None:
    """Give the worker something to do; rooms above the mall call it when they are installed."""
    if all(chore.name != name for chore in _given):
        _given.append(Chore(name, work, every_seconds))


#: return files this process has looked at, each with its signature or without; after a restart they are read once
#: more, which changes nothing
_read_already: set[tuple[str, str]] = set()

#: how long a return file waits for the signature that should follow it
UNSIGNED_WAIT_SECONDS = 120


def treasury_folders(data_dir: Path) -> tuple[Path, Path]:
    """(outgoing, incoming): where batches are written and where the treasury's return files are looked for."""
    return data_dir / "treasury" / "out", data_dir / "treasury" / "in"


def statement_folder(data_dir: Path) -> Path:
    """Where statements of the treasury and of the budget system are looked for."""
    return data_dir / "treasury" / "statements"


def exchange_with_treasury(data_dir: Path) -> int:
    """Send what waits, and take in every return file that lies there. Returns how many payments moved."""
    outgoing, incoming = treasury_folders(data_dir)
    batch = export_batch(actor=SYSTEM)
    write_batches(outgoing)
    sign_batches(outgoing, data_dir=data_dir)
    moved = batch.payment_count if batch is not None else 0
    for path in sorted(incoming.glob("*.csv")) if incoming.exists() else []:
        moved += _take_in(path, data_dir=data_dir)
    for path in sorted(statement_folder(data_dir).glob("*.csv")):
        _take_statement(path, data_dir=data_dir)
    return moved + retry_waiting(actor=SYSTEM)


def _take_in(path: Path, *, data_dir: Path) -> int:
    """Take one return file in. One that is refused is kept and shown, and does not hold up the others."""
    seen = (path.name, signature_beside(path))
    if seen in _read_already:
        return 0
    if not seen[1] and keys_of(data_dir) and clock.now().timestamp() - path.stat().st_mtime < UNSIGNED_WAIT_SECONDS:
        return 0
    try:
        report = receive_return_file(actor=SYSTEM, path=path, data_dir=data_dir)
    except Refusal as refusal:
        _log.warning("treasury.file_refused", file=path.name, code=refusal.code)
        _read_already.add(seen)
        return 0
    _read_already.add(seen)
    return sum(count for outcome, count in report.outcomes.items() if outcome in ("paid", "refused"))


def _take_statement(path: Path, *, data_dir: Path) -> None:
    """Take one statement in; one that is refused is kept and shown."""
    seen = (f"statements/{path.name}", signature_beside(path))
    if seen in _read_already:
        return
    if not seen[1] and keys_of(data_dir) and clock.now().timestamp() - path.stat().st_mtime < UNSIGNED_WAIT_SECONDS:
        return
    try:
        receive_statement_file(actor=SYSTEM, path=path, data_dir=data_dir)
    except Refusal as refusal:
        _log.warning("treasury.file_refused", file=path.name, code=refusal.code)
    _read_already.add(seen)


def run_worker(settings: Settings, *, say: Callable[[str], None]) -> int:
    """Work until SIGTERM or SIGINT. Returns the exit code."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    engine = open_engine(engine_settings(settings, read_only=False))
    keeper = IndexKeeper(engine)
    indexed = keeper.start()
    if indexed:
        say(f"搜索索引已重建：{indexed} 条")
    chores = [
        Chore("heartbeat", lambda: beat("worker"), 10),
        Chore("outbox", lambda: deliver_waiting(limit=200), 0.5),
        Chore("search index", keeper.step, 1),
        Chore("deadlines", sweep_deadlines, 30),
        Chore("listings", sweep_listings, 60),
        Chore("matching", match_waiting, 2),
        Chore("suspense", lambda: retry_waiting(actor=SYSTEM), 60),
        Chore("reconciliation", reconcile_by_night, 600),
        Chore("supplier push", purge_push, 600),
        Chore("images", lambda: sweep_images(settings.data_dir), 3600),
        *_given,
    ]
    threads = [threading.Thread(target=_repeat, args=(chore, stop), name=chore.name, daemon=True) for chore in chores]
    for thread in threads:
        thread.start()
    say("后台任务已启动")
    stop.wait()
    for thread in threads:
        thread.join(timeout=15)
    engine.close()
    say("后台任务已停止")
    return 0


def _repeat(chore: Chore, stop: threading.Event) -> None:
    while not stop.is_set():
        began = time.monotonic()
        again = False
        try:
            done = chore.work()
            again = bool(done) and chore.name in ("outbox", "search index")
        # A chore may fail in any way (a database restart, a bug in one row); the worker lives on and says so.
        except Exception:
            _log.exception("chore.failed", chore=chore.name)
        finally:
            close_reading()
        if not again:
            stop.wait(max(0.05, chore.every_seconds - (time.monotonic() - began)))
