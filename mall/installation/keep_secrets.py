"""Keeps the passwords and keys this installation made for itself, in one file only its owner can read."""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from pathlib import Path

from mall.installation.refusal import InstallationRefused

FILE_NAME = "secrets.json"


def make_data_dir(data_dir: Path) -> Path:
    """Create the data directory if it is missing and return its absolute path.

    A directory that exists keeps its mode. A new one is closed to others; run by root it can be
    passed through, not listed, because the database server lives inside it under another user.
    """
    data_dir = data_dir.resolve()
    if not data_dir.exists():
        data_dir.mkdir(parents=True)
        data_dir.chmod(0o711 if os.geteuid() == 0 else 0o700)
    return data_dir


def secret(data_dir: Path, *, name: str) -> str:
    """The installation's secret of this name (for instance "session_key"); made at the first call, 256 bits."""
    kept = read_secrets(data_dir).get(name)
    if isinstance(kept, str):
        return kept
    with changing_secrets(data_dir) as contents:
        return str(contents.setdefault(name, secrets.token_urlsafe(32)))


def read_secrets(data_dir: Path) -> dict[str, object]:
    """All secrets kept in this data directory; empty when there is no file yet."""
    try:
        contents: dict[str, object] = json.loads((data_dir / FILE_NAME).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except PermissionError as failure:
        raise InstallationRefused(
            f"{data_dir / FILE_NAME} 属于另一个用户；请用当初安装的用户运行。",
            english=f"{data_dir / FILE_NAME} belongs to another user; run as the one who installed.",
        ) from failure
    return contents


@contextmanager
def changing_secrets(data_dir: Path) -> Iterator[MutableMapping[str, object]]:
    """Hold the file alone, change the mapping, and have it on the disk before the block is left."""
    data_dir = make_data_dir(data_dir)
    gate = os.open(data_dir / f"{FILE_NAME}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(gate, fcntl.LOCK_EX)
        contents = read_secrets(data_dir)
        before = json.dumps(contents, sort_keys=True)
        yield contents
        if json.dumps(contents, sort_keys=True) != before:
            _replace(data_dir / FILE_NAME, text=json.dumps(contents, indent=1, sort_keys=True))
    finally:
        os.close(gate)


def _replace(path: Path, *, text: str) -> None:
    """Write beside and rename, so that a crash leaves the old file or the new one, never half of one."""
    beside = path.with_suffix(".new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    beside.replace(path)
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
