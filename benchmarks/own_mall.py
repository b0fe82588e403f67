"""A mall of the benchmark's own: the product's servers in a temporary folder, gone afterwards."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from mall.installation.child_process import ChildProcess, die_with_parent
from mall.installation.database_roles import DatabaseUrls, make_database_and_roles
from mall.installation.postgres_server import PostgresServer, server_in_use
from mall.installation.run_everything import web_command
from mall.migrations.apply_migrations import app_role_of, migrate

WEB_STARTS_WITHIN_SECONDS = 90
DEMO_STARTS_WITHIN_SECONDS = 900


@dataclass(frozen=True)
class OwnDatabase:
    """A migrated, empty database on a server of the product's own settings: fsync on."""

    server: PostgresServer
    urls: DatabaseUrls
    folder: Path


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder that the database server's own user may pass through."""
    folder = Path(tempfile.mkdtemp(prefix="sunmall-bench-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def own_database() -> Iterator[OwnDatabase]:
    """The server as `make run` starts it, with a fresh database."""
    with temporary_folder() as folder:
        with server_in_use(folder) as server:
            place = server.place
            urls = make_database_and_roles(place.administrator_url(), data_dir=folder, database="sunmall")
            migrate(urls.migrate, app_role=app_role_of(urls.app))
            yield OwnDatabase(server=server, urls=urls, folder=folder)
        if place.moved:
            shutil.rmtree(place.cluster_dir.parent, ignore_errors=True)


def environment(*, folder: Path, port: int, **more: str) -> dict[str, str]:
    """This process's environment without the mall of whoever calls us."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SUNMALL_")}
    return {**kept, "SUNMALL_DATA_DIR": str(folder), "SUNMALL_PORT": str(port), "PYTHONUNBUFFERED": "1", **more}


@contextmanager
def web_server(own: OwnDatabase) -> Iterator[tuple[int, int]]:
    """(port, process id) of gunicorn with the product's settings over this database."""
    port = free_port()
    web = ChildProcess(
        "web",
        command=web_command(),
        environment=environment(
            folder=own.folder,
            port=port,
            SUNMALL_SECRET_KEY="a key for benchmarks only, never used elsewhere",
            SUNMALL_APP_DATABASE_URL=own.urls.app,
        ),
        log_path=own.folder / "log" / "web.log",
    )
    try:
        wait_until_ready(port, path="/healthz", seconds=WEB_STARTS_WITHIN_SECONDS, process=web.process)
        yield port, web.pid
    finally:
        web.stop(within_seconds=25)


@contextmanager
def demo_installation() -> Iterator[tuple[str, int, int]]:
    """(address, process id, seconds until ready) of a whole `make run` with the demo province."""
    with temporary_folder() as folder:
        port = free_port()
        began = time.monotonic()
        process = subprocess.Popen(
            [sys.executable, "-m", "mall.installation.run_everything"],
            env=environment(folder=folder, port=port, SUNMALL_DEMO="1"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=die_with_parent(),
        )
        try:
            wait_until_ready(port, path="/readyz", seconds=DEMO_STARTS_WITHIN_SECONDS, process=process)
            yield f"http://127.0.0.1:{port}", process.pid, round(time.monotonic() - began)
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(60)
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait_until_ready(port: int, *, path: str, seconds: float, process: subprocess.Popen[bytes]) -> None:
    """Return when the address answers 200; raise RuntimeError when the process ends or the time is up."""
    deadline = time.monotonic() + seconds
    while not _answers(port, path):
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        if time.monotonic() > deadline:
            raise RuntimeError(f"{path} did not answer within {seconds} s")
        time.sleep(0.2)


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
