"""The real web server and the real worker over a database of their own, for as long as a block lasts."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mall.installation.child_process import ChildProcess
from mall.installation.log_files import last_lines
from mall.installation.run_everything import web_command, worker_command
from tests.conftest import Clone
from tests.world import PASSWORD, World

READY_WITHIN_SECONDS = 90
STOPS_WITHIN_SECONDS = 10


@dataclass
class RunningMall:
    """A mall that answers at `address`; its data lie in `folder`."""

    address: str
    environment: dict[str, str]
    database: Clone
    folder: Path
    world: World
    _tokens: dict[str, str] = field(default_factory=dict)

    def console(self, *arguments: str) -> str:
        """Run `sunmall ...` beside the server, as an operator would; what it printed."""
        command = [str(Path(sys.executable).with_name("sunmall")), *arguments]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=90, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def api(self, who: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """One call of the JSON API with this person's token; the answer, which must be a good one."""
        if who not in self._tokens and path != "/tokens":
            self._tokens[who] = self.api(who, "/tokens", {"username": who, "password": PASSWORD})["token"]
        headers = {"Content-Type": "application/json"}
        if path != "/tokens":
            headers["Authorization"] = f"Bearer {self._tokens[who]}"
        request = urllib.request.Request(
            f"{self.address}/api/v1{path}", data=json.dumps(body).encode(), method="POST", headers=headers
        )
        try:
            with _opener().open(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise AssertionError((who, path, error.code, error.read().decode())) from error


@contextmanager
def running_mall(database: Clone, *, folder: Path, world: World) -> Iterator[RunningMall]:
    """Start web server and worker, wait until both are ready, and stop exactly these two at the end."""
    port = _free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("SUNMALL_")},
        "SUNMALL_APP_DATABASE_URL": database.app,
        "SUNMALL_DATA_DIR": str(folder),
        "SUNMALL_PORT": str(port),
        "SUNMALL_SECRET_KEY": "a key for browser tests only",
        "SUNMALL_DEMO": "0",
        # A night takes the processor from the pages, and findings come when nobody expects them.
        "SUNMALL_ANALYTICS": "none",
    }
    mall = RunningMall(f"http://127.0.0.1:{port}", environment, database, folder=folder, world=world)
    with ExitStack() as stopping:
        children = []
        for name, command in (("web", web_command()), ("worker", worker_command())):
            child = ChildProcess(name, command=command, environment=environment, log_path=folder / f"{name}.log")
            stopping.callback(child.stop, within_seconds=STOPS_WITHIN_SECONDS)
            children.append(child)
        _wait_until_ready(mall, children=children)
        yield mall


def _wait_until_ready(mall: RunningMall, *, children: list[ChildProcess]) -> None:
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while not _answers(f"{mall.address}/readyz"):
        for child in children:
            assert child.ended_with() is None, f"{child.name} ended: {last_lines(child.log_path)}"
        assert time.monotonic() < deadline, [last_lines(child.log_path) for child in children]
        time.sleep(0.1)


def _answers(url: str) -> bool:
    try:
        with _opener().open(url, timeout=5) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def _opener() -> urllib.request.OpenerDirector:
    """Straight to the server, past any proxy of the environment."""
    return urllib.request.build_opener(urllib.request.ProxyHandler({}))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
