"""Words that mean the same thing to a buyer, read from a table that operators edit."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from pathlib import Path

DEFAULT_TABLE = Path(__file__).with_name("synonyms.csv")
#: (direction, words): see `Synonyms`
SynonymRow = tuple[str, tuple[str, ...]]

FORMS_MAX = 12
"""A word is never expanded into more alternatives than this."""


SLIP_RATIO_MIN = 0.88
"""How like a word of the table must be to what was typed: one letter left out, doubled or turned in five or more."""


class Synonyms:
    """Alternatives of a word; the words are kept normalised and without spaces."""

    def __init__(self, *, rows: Iterable[tuple[str, tuple[str, ...]]], normalise: Callable[[str], str]) -> None:
        """`rows` are (direction, words): `both` makes all equal; with `first`, only the first word finds the others."""
        self._equals: dict[str, dict[str, None]] = {}
        self._one_way: dict[str, dict[str, None]] = {}
        for direction, words in rows:
            normal = [word for word in map(normalise, words) if word]
            table = self._one_way if direction == "first" else self._equals
            for word in normal[:1] if direction == "first" else normal:
                others = table.setdefault(word.replace(" ", ""), {})
                others.update((other, None) for other in normal if other != word)
        self._parts_max = 4
        self._latin = sorted(word for word in self.words() if word.isascii())

    def of(self, word: str) -> tuple[str, ...]:
        """Return the alternatives of a word without the word itself, its equals first."""
        return tuple({**self._equals.get(word, {}), **self._one_way.get(word, {})})[:FORMS_MAX]

    def equals(self, word: str) -> int:
        """Return how many of the alternatives mean the very same; the others are only found by the word."""
        return min(len(self._equals.get(word, {})), FORMS_MAX)

    def words(self) -> tuple[str, ...]:
        """Return every word of the table that has alternatives."""
        return tuple({**self._equals, **self._one_way})

    def nearest(self, word: str) -> tuple[str, ...]:
        """Return the Latin word of the table that `word` is a slip of, or () when it is one itself or of none."""
        if self.of(word):
            return ()
        return tuple(get_close_matches(word, self._latin, n=1, cutoff=SLIP_RATIO_MIN))

    def merge(self, words: list[str]) -> list[tuple[str, ...]]:
        """Group neighbouring words that together make a word of the table: (手提, 电脑), (u, 盘), (laser, printer)."""
        merged: list[tuple[str, ...]] = []
        place = 0
        while place < len(words):
            for length in range(min(self._parts_max, len(words) - place), 0, -1):
                group = tuple(words[place : place + length])
                if length == 1 or self.of("".join(group)):
                    merged.append(group)
                    place += length
                    break
        return merged


def read_table(path: Path = DEFAULT_TABLE) -> list[tuple[str, tuple[str, ...]]]:
    """Read rows `direction,words` with the words separated by |; raise ValueError for an unknown direction."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.DictReader(file))
    rows = [(row["direction"], tuple(word.strip() for word in row["words"].split("|"))) for row in table]
    for direction, words in rows:
        if direction not in ("both", "first") or len(words) < 2:
            raise ValueError(f"{path}: {direction},{'|'.join(words)}")
    return rows
