"""One child process of the running mall: started apart from the terminal, watched, logged, stopped in good order."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from mall.installation.log_files import open_log

PR_SET_PDEATHSIG = 1


class ChildProcess:
    """A program that runs in a session of its own, so that Ctrl-C reaches it only through us."""

    def __init__(self, name: str, *, command: list[str], environment: dict[str, str], log_path: Path) -> None:
        self.name = name
        self.log_path = log_path
        log = open_log(log_path)
        try:
            self.process = subprocess.Popen(
                command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, preexec_fn=die_with_parent(),
            )  # fmt: skip
        finally:
            os.close(log)

    @property
    def pid(self) -> int:
        return self.process.pid

    def ended_with(self) -> int | None:
        """Its exit code (negative: the signal that killed it), or None while it runs."""
        return self.process.poll()

    def stop(self, *, within_seconds: float) -> None:
        """Ask it to end its work; after the time is up, end its whole session."""
        with suppress(ProcessLookupError):
            self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(within_seconds)
        self.end_what_it_left()
        self.process.wait()

    def end_what_it_left(self) -> None:
        """End every process of its session at once, the child itself too if it still runs."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)


def die_with_parent() -> Callable[[], None] | None:
    """For `preexec_fn`: the kernel ends the child in good order when we are killed outright. Linux only.

    Without it a `kill -9` of `make run` would leave a web server holding the port.
    """
    if not sys.platform.startswith("linux"):
        return None
    library = ctypes.CDLL(None)
    return lambda: library.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def wait_for(process: "subprocess.Popen[bytes]", *, stop_asked: Callable[[], bool]) -> int | None:
    """The exit code of a step that runs to its end; None when a stop was asked for meanwhile (it is stopped then).

    The process must lead a session of its own.
    """
    while (code := process.poll()) is None:
        if stop_asked():
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                process.wait(10)
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return None
        time.sleep(0.05)
    return code
