"""Where the embedded index lies on disk: generations side by side, a pointer to the current one, one writer."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import tantivy

from mall.search.engine import EngineUnavailable
from mall.search.language import Language
from mall.search.tantivy_schema import SCHEMA_FORMAT, build_schema

Mark = tuple[int, int]
"""Inode and time of change of a file: differs when the file was replaced."""


@dataclass(frozen=True, slots=True)
class Generation:
    """One opened index with the language its documents were cut by."""

    name: str
    folder: Path
    index: tantivy.Index
    language: Language
    complete: bool
    """Whether it came from a whole rebuild."""

    @property
    def schema(self) -> tantivy.Schema:
        return self.index.schema

    def commit_mark(self) -> Mark:
        """Return what changes with every commit."""
        return _mark(self.folder / "index" / "meta.json")

    def size_bytes(self) -> int:
        """Return the bytes on disk."""
        return sum(entry.stat().st_size for entry in os.scandir(self.folder / "index") if entry.is_file())


class GenerationStore:
    """The folder `g-000001/{index/, language.json, about.json}`, `CURRENT` naming one of them, `WRITER.lock`."""

    def __init__(self, *, folder: Path, synonyms_table: Path) -> None:
        self.folder = folder
        self._synonyms_table = synonyms_table
        self._lock_file: IO[str] | None = None

    def pointer_mark(self) -> Mark:
        """Return what changes when another generation becomes current; raise EngineUnavailable when there is none."""
        try:
            return _mark(self.folder / "CURRENT")
        except FileNotFoundError as error:
            raise EngineUnavailable("there is no search index yet") from error

    def current_name(self) -> str | None:
        """Return the name of the current generation, or None."""
        try:
            return (self.folder / "CURRENT").read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return None

    def open(self, name: str) -> Generation:
        """Open a generation; raise EngineUnavailable when this version of the program cannot use it."""
        folder = self.folder / name
        try:
            about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
            if about["schema_format"] != SCHEMA_FORMAT or not tantivy.Index.is_compatible(str(folder / "index")):
                raise EngineUnavailable(f"the search index {name} has another format and must be rebuilt")
            language = Language.from_json(
                (folder / "language.json").read_text(encoding="utf-8"), synonyms_table=self._synonyms_table
            )
            index = tantivy.Index.open(str(folder / "index"))
        except (OSError, ValueError, KeyError) as error:
            raise EngineUnavailable(f"the search index {name} cannot be opened: {error}") from error
        index.config_reader("manual")
        return Generation(name, folder, index, language, complete=about["complete"])

    def create(self, *, language: Language, complete: bool) -> Generation:
        """Make an empty generation beside the others; it is not current yet."""
        self.folder.mkdir(parents=True, exist_ok=True)
        numbers = [int(path.name[2:]) for path in self.folder.glob("g-*") if path.name[2:].isdigit()]
        name = f"g-{max(numbers, default=0) + 1:06d}"
        folder = self.folder / name
        (folder / "index").mkdir(parents=True)
        index = tantivy.Index(build_schema(), path=str(folder / "index"))
        index.config_reader("manual")
        generation = Generation(name, folder, index, language, complete)
        self.describe(generation)
        return generation

    def describe(self, generation: Generation) -> None:
        """Write down what a reader needs to know of a generation."""
        about = {"schema_format": SCHEMA_FORMAT, "complete": generation.complete}
        _write(generation.folder / "language.json", generation.language.to_json())
        _write(generation.folder / "about.json", json.dumps(about))

    def point_to(self, generation: Generation) -> None:
        """Make a generation current, at once and durably."""
        _write(self.folder / "CURRENT", generation.name + "\n")

    def remove(self, generation: Generation) -> None:
        """Delete a generation."""
        shutil.rmtree(generation.folder, ignore_errors=True)

    def remove_old(self, *, keep: set[str]) -> None:
        """Delete generations other than `keep`; a reader that still has one mapped keeps reading it."""
        for path in self.folder.glob("g-*"):
            if path.name not in keep:
                shutil.rmtree(path, ignore_errors=True)

    def lock(self) -> None:
        """Become the one writer, until `unlock` or the end of the process; raise EngineUnavailable if another is."""
        if self._lock_file is not None:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        file = (self.folder / "WRITER.lock").open("a", encoding="utf-8")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.close()
            raise EngineUnavailable("another process is writing the search index") from error
        self._lock_file = file

    def unlock(self) -> None:
        """Let another process write."""
        if self._lock_file is not None:
            self._lock_file.close()
            self._lock_file = None


def _mark(path: Path) -> Mark:
    status = os.stat(path)
    return status.st_ino, status.st_mtime_ns


def _write(path: Path, text: str) -> None:
    """Replace a file so that a reader sees the old text or the new, and a crash leaves one of them."""
    beside = path.with_name(path.name + ".new")
    with beside.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)
