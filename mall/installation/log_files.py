"""Log files of the running processes: opened for appending, turned over when large, their end shown to a person."""

import os
from pathlib import Path

LARGEST_BYTES = 10_000_000
TAIL_BYTES = 8_192


def open_log(path: Path) -> int:
    """A descriptor that appends to the log, readable by its owner only; a large old log is set aside first.

    One older log is kept beside, so that the logs of many starts do not fill the disk.
    """
    if path.exists() and path.stat().st_size > LARGEST_BYTES:
        path.replace(path.with_suffix(".log.1"))
    return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)


def last_lines(path: Path, *, count: int = 12) -> str:
    """The end of a log file, for a person; empty where there is none."""
    try:
        with path.open("rb") as stream:
            stream.seek(max(0, path.stat().st_size - TAIL_BYTES))
            return "\n".join(stream.read().decode("utf-8", errors="replace").splitlines()[-count:])
    except FileNotFoundError:
        return ""
