"""Where an upload lies until it is merged: one file per content, written once, and the folders of decoded blocks."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from mall.errors import Refusal
from mall.settings import read_settings

FILE_BYTES_MAX = 400 << 20
_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True)
class SpooledFile:
    """A file on our disk, named after its content."""

    path: Path
    sha256: str
    size_bytes: int


def spool(stream: IO[bytes], *, file_name: str, bytes_max: int = FILE_BYTES_MAX) -> SpooledFile:
    """Copy `stream` to disk, counting and hashing. Refuses more than `bytes_max` bytes and an empty file."""
    folder = _folder("spool")
    unfinished = folder / f"{secrets.token_hex(8)}.part"
    digest = hashlib.sha256()
    size = 0
    try:
        with unfinished.open("wb") as file:
            while chunk := stream.read(_CHUNK_BYTES):
                size += len(chunk)
                if size > bytes_max:
                    raise Refusal("import.too_big", file_name=file_name, megabytes_max=bytes_max >> 20)
                digest.update(chunk)
                file.write(chunk)
        if size == 0:
            raise Refusal("import.empty_file", file_name=file_name)
        path = folder / digest.hexdigest()
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
    return SpooledFile(path=path, sha256=digest.hexdigest(), size_bytes=size)


def spooled(sha256: str) -> Path:
    """The file with that content; refuses when it is no longer there."""
    path = _folder("spool") / sha256
    if not path.exists():
        raise Refusal("import.file_gone")
    return path


def drop_spooled(sha256: str, *, older_than_seconds: float) -> bool:
    """Delete the file with that content unless it arrived just now; says whether it is gone by this."""
    path = _folder("spool") / sha256
    if path not in forgotten_files(older_than_seconds=older_than_seconds):
        return False
    path.unlink(missing_ok=True)
    return True


def forgotten_files(*, older_than_seconds: float) -> list[Path]:
    """Spooled files older than that, finished or not; whether a batch still needs one, the caller knows."""
    folder = _folder("spool")
    # The age of a file is a matter between the file and its disk, whatever the mall's clock was moved to.
    with tempfile.TemporaryFile(dir=folder) as newest:
        latest = os.fstat(newest.fileno()).st_mtime - older_than_seconds
    return sorted(Path(entry.path) for entry in os.scandir(folder) if entry.stat().st_mtime <= latest)


def blocks_folder(batch_id: int) -> Path:
    """Where the decoded blocks of a batch lie while they are being staged."""
    return _folder("blocks") / str(batch_id)


def drop_blocks(batch_id: int) -> None:
    """Forget the decoded blocks; the staged rows hold everything now."""
    shutil.rmtree(blocks_folder(batch_id), ignore_errors=True)


@contextlib.contextmanager
def only_reader(batch_id: int) -> Iterator[None]:
    """Wait until nobody else decodes this batch: a page and the worker may have taken it up together."""
    with (_folder("blocks") / f"{batch_id}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _folder(name: str) -> Path:
    folder = read_settings().data_dir / "imports" / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder
