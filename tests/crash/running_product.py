"""The product as `make run` starts it, with a durable PostgreSQL of its own, on a data folder of its own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
import psycopg

from mall import clock, database
from mall.installation.database_roles import DATABASE_NAME, DatabaseUrls, known_urls
from mall.installation.log_files import last_lines
from mall.installation.postgres_server import find_place
from mall.people.web_session import secret_hash
from mall.settings import read_settings
from tests.concurrency.crowd import answers
from tests.world import World, build_world
from wsgi import create_app

STARTS_WITHIN_SECONDS = 300
STOPS_WITHIN_SECONDS = 60
VARIANTS = Path(__file__).parent / "variants"
CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass
class Product:
    """A data folder, and the supervisor that runs on it."""

    folder: Path
    port: int
    variant: str = ""
    supervisor: subprocess.Popen[bytes] | None = None
    world: World = field(default_factory=World)
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def points(self) -> Path:
        """Where a point at which the next process is to die is laid out."""
        return self.folder / "crash-points"

    @property
    def data_dir(self) -> Path:
        return self.folder / "var"

    @property
    def environment(self) -> dict[str, str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith("SUNMALL_")}
        if self.variant:
            own["PYTHONPATH"] = os.pathsep.join((str(VARIANTS / self.variant), str(CHECKOUT)))
        return {
            **own,
            "SUNMALL_DATA_DIR": str(self.data_dir),
            "SUNMALL_PORT": str(self.port),
            "SUNMALL_DEMO": "0",
            "SUNMALL_ANALYTICS": "none",
            "SUNMALL_CRASH_POINTS": str(self.points),
        }

    def urls(self) -> DatabaseUrls:
        """Addresses of the database; `admin` is the superuser's."""
        admin = find_place(self.data_dir).administrator_url(database=DATABASE_NAME)
        found = known_urls(admin, data_dir=self.data_dir, database=DATABASE_NAME)
        assert found is not None
        return found

    def start(self) -> None:
        self.points.mkdir(exist_ok=True)
        log = (self.folder / "supervisor.log").open("ab")
        self.supervisor = subprocess.Popen(
            [sys.executable, "-m", "mall.installation.run_everything"],
            env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
        log.close()
        deadline = time.monotonic() + STARTS_WITHIN_SECONDS
        while not self.is_ready():
            assert self.supervisor.poll() is None and time.monotonic() < deadline, self.last_words()
            time.sleep(0.2)

    def stop(self) -> None:
        """Ask for a good end; its own children are all that is ended."""
        if self.supervisor is None:
            return
        family = self.processes()
        self.supervisor.terminate()
        try:
            self.supervisor.wait(STOPS_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            for process in [*family, psutil.Process(self.supervisor.pid)]:
                process.kill()
            self.supervisor.wait()
        self.supervisor = None

    def is_ready(self) -> bool:
        return answers(self.port, "/readyz")

    def last_words(self) -> str:
        logs = [self.folder / "supervisor.log", *sorted((self.data_dir / "log").glob("*.log"))]
        return "\n".join(f"--- {path.name}\n{last_lines(path)}" for path in logs if path.exists())

    def processes(self) -> list[psutil.Process]:
        """Everything below the supervisor."""
        assert self.supervisor is not None and self.supervisor.poll() is None, self.last_words()
        return psutil.Process(self.supervisor.pid).children(recursive=True)

    def victims(self, kind: str) -> list[psutil.Process]:
        """The living processes of this kind: web worker, web master, worker, backend, postmaster."""
        assert self.supervisor is not None and self.supervisor.poll() is None, self.last_words()
        found = []
        for child in psutil.Process(self.supervisor.pid).children():
            try:
                words = " ".join(child.cmdline())
                if "gunicorn" in words:
                    found += [child] if kind == "web master" else []
                    found += child.children() if kind == "web worker" else []
                elif words.endswith("sunmall worker"):
                    found += [child] if kind == "worker" else []
                elif "postgres" in words:
                    found += [child] if kind == "postmaster" else []
                    found += [
                        backend
                        for backend in (child.children() if kind == "backend" else [])
                        if f"{DATABASE_NAME}_app" in " ".join(backend.cmdline())
                    ]
            except psutil.Error:
                continue
        return found

    def ask(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of the database as the superuser sees them; waits for a database that is just coming back."""
        for _ in range(100):
            try:
                with psycopg.connect(self.urls().admin, autocommit=True) as connection:
                    cursor = connection.execute(query, values)
                    return cursor.fetchall() if cursor.description else []
            # The server is killed on purpose around these questions.
            except psycopg.OperationalError:
                time.sleep(0.2)
        raise AssertionError("the database does not come back\n" + self.last_words())

    def fill(self) -> None:
        """The small province, and a token for everybody in it."""
        # All tables must be known, as they are to a whole application.
        create_app(read_settings({"SUNMALL_DATA_DIR": str(self.data_dir), "SUNMALL_SECRET_KEY": "for tests only"}))
        database.connect(self.urls().app, pool_size=2)
        try:
            self.world = build_world()
        finally:
            database.close_reading()
            database.disconnect()
        for username, user_id in self.world.users.items():
            self.tokens[username] = f"smt_{uuid.uuid4().hex}{uuid.uuid4().hex[:11]}"
            self.ask(
                "insert into api_token (token_hash, user_id, created_at, expires_at) values (%s, %s, %s, %s)",
                secret_hash(self.tokens[username]), user_id, clock.now(), clock.now() + timedelta(days=1),
            )  # fmt: skip


@contextmanager
def product_on_disk() -> Iterator[Product]:
    """A product on a fresh folder of a real disk, filled and running; stopped and removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="sunmall-crash-"))
    folder.chmod(0o711)
    product = Product(folder, port=_free_port())
    moved_to = None
    try:
        product.start()
        place = find_place(product.data_dir)
        moved_to = place.cluster_dir.parent if place.moved else None
        product.fill()
        yield product
    finally:
        product.stop()
        shutil.rmtree(folder, ignore_errors=True)
        if moved_to is not None:
            shutil.rmtree(moved_to, ignore_errors=True)


def kill(process: psutil.Process) -> bool:
    """SIGKILL; whether it was still there."""
    try:
        process.send_signal(signal.SIGKILL)
        return True
    except psutil.NoSuchProcess:
        return False


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
