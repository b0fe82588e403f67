"""Turns a spooled file into blocks of text on disk, in a child process that may die without hurting anybody."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from mall.errors import Refusal
from mall.settings import CHECKOUT

MEMORY_BYTES_MAX = 3 << 30
CPU_SECONDS_MAX = 300
WALL_SECONDS_MAX = 900

_CHILD_FOLDER = ".child-"


@dataclass(frozen=True)
class DecodedFile:
    """What the child left behind: how the file is written, and its blocks in order."""

    folder: Path
    encoding: str
    delimiter: str
    sheet: str
    notes: tuple[str, ...]
    rows: int
    block_files: tuple[str, ...]

    def blocks(self, *, first: int = 0) -> Iterator[pl.DataFrame]:
        """The blocks from number `first` on; shape as in `feed_shelf.FeedTable`."""
        for name in self.block_files[first:]:
            yield pl.read_ipc(self.folder / name)


def decode_file(path: Path, *, feed: str, folder: Path) -> DecodedFile:
    """Guard and read `path` with the named format; the blocks land in `folder`.

    What was decoded before and finished is taken as it is. Refuses what the format refuses, and
    a file whose reading breaks the child's limits (import.too_heavy) or the child (import.broken_file).
    """
    finished = _finished(folder)
    if finished is not None:
        return finished
    # A child outlives a parent that was killed: each child writes into a folder of its own, so that one left over from
    # an earlier run never writes into blocks that somebody reads. Without its folder it ends by itself.
    for left_over in folder.parent.glob(f"{folder.name}{_CHILD_FOLDER}*"):
        shutil.rmtree(left_over, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)
    own_folder = folder.with_name(f"{folder.name}{_CHILD_FOLDER}{secrets.token_hex(4)}")
    own_folder.mkdir(parents=True)
    try:
        _run_child(path, feed=feed, folder=own_folder)
        own_folder.rename(folder)
    finally:
        shutil.rmtree(own_folder, ignore_errors=True)
    decoded = _finished(folder)
    if decoded is None:
        raise Refusal("import.broken_file")
    return decoded


def _run_child(path: Path, *, feed: str, folder: Path) -> None:
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "PYTHONPATH": str(CHECKOUT),
        # Every thread costs address space, and the limit counts it.
        "POLARS_MAX_THREADS": "2",
        "MALLOC_ARENA_MAX": "2",
        "LANG": "C.UTF-8",
    }
    limits = [str(MEMORY_BYTES_MAX), str(CPU_SECONDS_MAX)]
    command = [sys.executable, "-m", "catalog_import.decode_child", feed, str(path), str(folder), *limits]
    try:
        done = subprocess.run(
            command, env=environment, cwd=CHECKOUT, capture_output=True, timeout=WALL_SECONDS_MAX, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise Refusal("import.too_heavy") from error
    if done.returncode == 0:
        return
    if -done.returncode in (signal.SIGXCPU, signal.SIGKILL, signal.SIGABRT, signal.SIGSEGV, signal.SIGBUS):
        raise Refusal("import.too_heavy")
    raise RuntimeError(f"the decoding child failed ({done.returncode}): {done.stderr[-2000:].decode(errors='replace')}")


def _finished(folder: Path) -> DecodedFile | None:
    try:
        said = json.loads((folder / "decoded.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    if "refusal" in said:
        raise Refusal(said["refusal"], **said["facts"])
    return DecodedFile(
        folder=folder,
        encoding=said["encoding"],
        delimiter=said["delimiter"],
        sheet=said["sheet"],
        notes=tuple(said["notes"]),
        rows=said["rows"],
        block_files=tuple(said["block_files"]),
    )
