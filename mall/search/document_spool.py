"""Documents set aside on disk while the dictionary is learned from them, so that a rebuild reads its source once."""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from mall.search.document import Document

_BATCH = 500


class DocumentSpool:
    """A temporary file of the documents on the shelf; gone when the `with` block ends. Only this process reads it."""

    def __init__(self, *, folder: Path | None = None) -> None:
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed by __exit__
        self.names: set[str] = set()
        """Brand and category names seen."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def fill(self, documents: Iterable[Document]) -> None:
        """Set aside all documents on the shelf and note their brand and category names."""
        batch: list[Document] = []
        for document in documents:
            if not document.on_shelf:
                continue
            self.names.update((document.brand, document.category_name))
            batch.append(document)
            if len(batch) == _BATCH:
                pickle.dump(batch, self._file, protocol=5)
                batch = []
        pickle.dump(batch, self._file, protocol=5)
        self._end = self._file.tell()

    def __iter__(self) -> Iterator[Document]:
        self._file.seek(0)
        while self._file.tell() < self._end:
            yield from pickle.load(self._file)
