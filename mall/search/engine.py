"""What the mall asks of a search engine, whichever it is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from mall.search.document import Document
from mall.search.query import Query, Result, Suggestion
from mall.search.synonyms import SynonymRow

Progress = Callable[[int], None]
"""Called now and then with the number of documents done so far."""


class EngineUnavailable(Exception):
    """The engine cannot answer: it is down, not built yet, of another format, or locked by another writer."""


class EngineTaskFailed(EngineUnavailable):
    """The engine took an order and failed to carry it out; `code` is the engine's own."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """`state` is ready, needs_rebuild (answers, but not everything is in it, or it is of another format) or down."""

    state: str
    detail: str = ""

    @property
    def is_ready(self) -> bool:
        return self.state == "ready"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """`listings` in the index, `size_bytes` on disk (0 where the engine does not say), `generation` of the index."""

    listings: int
    size_bytes: int
    generation: str
    language_version: str


class SearchEngine(Protocol):
    """One writer (the worker) and many readers. Every method may raise EngineUnavailable except `health`."""

    name: str

    def health(self) -> Health:
        """Say how the engine is, without ever raising."""

    def ensure(self) -> bool:
        """Make sure there is an index; True when it must be rebuilt from the database."""

    def upsert(self, documents: Iterable[Document]) -> int:
        """Put documents in, replacing those of the same id; take out those off the shelf. Visible after `refresh`."""

    def delete(self, ids: Iterable[int]) -> int:
        """Take documents out; unknown ids are fine. Visible after `refresh`."""

    def refresh(self) -> None:
        """Return when everything written so far is durable and visible; in a reader, look for news at once."""

    def search(self, query: Query) -> Result:
        """Find listings."""

    def suggest(
        self, text: str, *, limit: int = 10, scope: Mapping[str, tuple[str, ...]] | None = None
    ) -> list[Suggestion]:
        """Complete what is being typed, within a scope."""

    def rebuild(self, documents: Iterable[Document], *, progress: Progress | None = None) -> int:
        """Build the whole index anew beside the old one and change over at once; return the number of listings."""

    def use_synonyms(self, rows: tuple[SynonymRow, ...]) -> None:
        """Know these synonyms beside those of the table, in a reader and in the writer, from the next question on."""

    def stats(self) -> Stats:
        """Return the size of the index."""

    def stamps(self, ids: Collection[int] | None = None) -> Iterator[tuple[int, int]]:
        """Yield (listing id, `document.stamp`) of the listings in the index, or of those named, by growing id."""

    def close(self) -> None:
        """Let go of locks and files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSettings:
    """`kind` is tantivy or meilisearch; `data_dir` is where tantivy keeps its index (local disk, not NFS)."""

    kind: str
    data_dir: Path
    meili_url: str = ""
    meili_key: str = ""
    meili_index: str = "listings"
    read_only: bool = True
    synonyms_table: Path | None = None
