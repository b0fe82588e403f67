"""Which engine the sweeps run on, and where the history lies: `SUNMALL_ANALYTICS`, `SUNMALL_SPARK_MASTER`."""

from __future__ import annotations

import hashlib
import hmac
import importlib
import os
from pathlib import Path

from mall.errors import Refusal
from mall.settings import Settings
from supervision.engines.engine import Engine

ENGINES = ("duckdb", "postgresql", "clickhouse", "spark")
#: for a worker that leaves the night to another one
NO_ENGINE = "none"


def history_folder(settings: Settings) -> Path:
    """Where the nightly export lies."""
    return settings.data_dir / "watch"


def watch_key(settings: Settings) -> str:
    """The secret behind the digests of people and accounts: of this installation, and of nothing else in it."""
    return hmac.new(settings.secret_key.encode(), b"watch", hashlib.sha256).hexdigest()


def runs_nights() -> bool:
    """Whether this process's worker runs the night."""
    return os.environ.get("SUNMALL_ANALYTICS") != NO_ENGINE


def engine_name() -> str:
    """The engine that the environment asks for. Raises Refusal("watch.unknown_engine")."""
    name = os.environ.get("SUNMALL_ANALYTICS") or "duckdb"
    # Where the worker leaves the night to another one, somebody may still run one by hand.
    name = "duckdb" if name == NO_ENGINE else name
    if name not in ENGINES:
        raise Refusal("watch.unknown_engine", engine=name[:40], engines=list(ENGINES))
    return name


def open_engine(settings: Settings, *, url: str, name: str | None = None) -> Engine:
    """The engine over this installation's history; `url` is the application's role, which only PostgreSQL needs."""
    chosen = name or engine_name()
    folder = history_folder(settings)
    # Found when it is opened: a web process opens none, and each brings the compilers of all of them.
    room = importlib.import_module(f"supervision.engines.{chosen}_engine")
    opened: Engine
    if chosen == "postgresql":
        opened = room.PostgresqlEngine(url)
    elif chosen == "clickhouse":
        opened = room.ClickhouseEngine(folder)
    elif chosen == "spark":
        opened = room.SparkEngine(folder, master=os.environ.get("SUNMALL_SPARK_MASTER") or "local[2]")
    else:
        opened = room.DuckdbEngine(folder)
    return opened
