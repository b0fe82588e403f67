"""A slot: marks that rooms above the mall put beside the name of a supplier or a unit, such as a grade."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class PartyMark:
    """A few words beside a name, with a tone of macros/pieces.html and, where there is more to read, an address."""

    words: str
    tone: str = "outline"
    address: str = ""


#: provider(organisation ids) -> {organisation id: mark}
Provider = Callable[[Collection[int]], Mapping[int, PartyMark]]

_slot: list[Provider] = []


def add_party_marks(provider: Provider) -> None:
    """Fill the slot; a provider counts once."""
    if provider not in _slot:
        _slot.append(provider)


def party_marks(organisation_ids: Collection[int]) -> dict[int, list[PartyMark]]:
    """The marks of each of these organisations; nobody has any while the slot is empty."""
    found: dict[int, list[PartyMark]] = defaultdict(list)
    for provider in _slot if organisation_ids else ():
        for organisation_id, mark in provider(organisation_ids).items():
            found[organisation_id].append(mark)
    return dict(found)
