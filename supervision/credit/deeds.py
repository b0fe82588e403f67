"""Deeds that count for the credit score: what a source tells of a party, and the sources of each kind of party."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Deed:
    """One deed under one line of the formula, `times` over. `until`: counts no longer than this, where that is less.

    `key` tells deeds of one line about one document apart.
    """

    code: str
    document: str
    day: date
    times: int = 1
    key: str = ""
    until: date | None = None

    @property
    def source(self) -> str:
        return f"{self.code}/{self.document}" + (f"/{self.key}" if self.key else "")


#: source(party id, since, on) -> deeds of that party between the two days
Source = Callable[[int, date, date], Iterable[Deed]]

_sources: dict[str, list[Source]] = {"supplier": [], "unit": []}


def add_source(party_kind: str, source: Source) -> None:
    """Let a room tell of deeds; a source counts once however often it is given."""
    if source not in _sources[party_kind]:
        _sources[party_kind].append(source)


def sources_of(party_kind: str) -> tuple[Source, ...]:
    return tuple(_sources[party_kind])
