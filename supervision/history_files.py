"""The files of the nightly export: which of them are the history, by one manifest that is switched at once.

`<folder>/manifest.json` names every file; files are named by the digest of their rows, so that a new export never
touches a file that a sweep may be reading, and an export that was cut off leaves the history as it was.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Partition:
    """One file: how many rows, their digest (the sum of their hashes), and its name below the table's folder."""

    row_count: int
    digest: str
    file: str


@dataclass(frozen=True)
class Manifest:
    """Everything one export consists of. `on_day`: the day it looks back from; `tables`: table -> partition -> file."""

    on_day: int
    tables: Mapping[str, Mapping[str, Partition]] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """One digest of all rows of all tables."""
        parts = [
            f"{table}/{partition}:{one.row_count}:{one.digest}"
            for table, partitions in sorted(self.tables.items())
            for partition, one in sorted(partitions.items())
        ]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def row_count(self, table: str) -> int:
        return sum(one.row_count for one in self.tables.get(table, {}).values())


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of a folder; None before the first export."""
    try:
        kept = json.loads((folder / MANIFEST).read_text("utf-8"))
    except FileNotFoundError:
        return None
    tables = {
        table: {name: Partition(**one) for name, one in partitions.items()}
        for table, partitions in kept["tables"].items()
    }
    return Manifest(on_day=kept["on_day"], tables=tables)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Switch to this export: on the disk before the old name is replaced."""
    kept = {
        "on_day": manifest.on_day,
        "digest": manifest.digest,
        "tables": {
            table: {name: vars(one) for name, one in sorted(partitions.items())}
            for table, partitions in sorted(manifest.tables.items())
        },
    }
    draft = folder / f"{MANIFEST}.new"
    with draft.open("w", encoding="utf-8") as file:
        json.dump(kept, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(folder / MANIFEST)
    flush_folder(folder)


def flush_folder(folder: Path) -> None:
    """Have the names of a folder on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def files_of(folder: Path, table: str) -> list[str]:
    """The files of one table, whole paths, in the order of their partitions; empty where it has no rows."""
    manifest = read_manifest(folder)
    partitions = manifest.tables.get(table, {}) if manifest is not None else {}
    return [str(folder / table / one.file) for _, one in sorted(partitions.items()) if one.row_count]
