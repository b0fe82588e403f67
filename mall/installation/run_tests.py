"""Runs pytest beside a throwaway database server of its own, unless SUNMALL_DATABASE_URL names one."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mall.installation.install_test_browser import find_browser
from mall.installation.postgres_server import server_in_use
from mall.installation.refusal import InstallationRefused
from mall.installation.say_progress import mind_the_terminal, say_refusal

REFUSED = 2
MEMORY = Path("/dev/shm")
ROOM_BYTES = 4 * 1024**3


@contextmanager
def throwaway_server() -> Iterator[str]:
    """The administrator's URL of an empty server that forgets everything at the end. About 1.5 s to begin.

    It runs without fsync, and in memory where the machine has a roomy folder there: for tests only.
    """
    folder = Path(tempfile.mkdtemp(prefix="sunmall-tests-", dir=_roomy_memory()))
    folder.chmod(0o711)
    try:
        with server_in_use(folder, durable=False) as server:
            moved_to = server.place.cluster_dir.parent if server.place.moved else None
            yield server.place.administrator_url()
        if moved_to is not None:
            shutil.rmtree(moved_to, ignore_errors=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _roomy_memory() -> Path | None:
    """The folder of the machine that lies in memory, if there is one with room to spare; a database is 1,000 files."""
    if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ROOM_BYTES:
        return MEMORY
    return None


def run_tests(arguments: list[str]) -> int:
    """pytest's exit code. Ctrl-C reaches pytest through the terminal; we wait for its last words."""
    if os.environ.get("SUNMALL_DATABASE_URL"):
        return _pytest(arguments, environment=dict(os.environ))
    with throwaway_server() as url:
        return _pytest(arguments, environment={**os.environ, "SUNMALL_DATABASE_URL": url})


def _pytest(arguments: list[str], *, environment: dict[str, str]) -> int:
    browser = find_browser()
    if browser:
        environment.setdefault("SUNMALL_CHROMIUM", str(browser))
    process = subprocess.Popen([sys.executable, "-m", "pytest", *arguments], env=environment)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda number, frame: process.terminate())
    return process.wait()


def main() -> int:
    mind_the_terminal()
    try:
        return run_tests(sys.argv[1:])
    except InstallationRefused as refusal:
        say_refusal(refusal)
        return REFUSED


if __name__ == "__main__":
    sys.exit(main())
