"""A slot: rooms above the mall say whose new listings people must look at, even where nobody else's are looked at."""

from __future__ import annotations

from collections.abc import Callable, Collection

#: demand(supplier ids) -> those of them whose new listings never go straight to the shelf
Demand = Callable[[Collection[int]], set[int]]

_slot: list[Demand] = []


def add_review_demand(demand: Demand) -> None:
    """Fill the slot; a demand counts once."""
    if demand not in _slot:
        _slot.append(demand)


def suppliers_always_reviewed(supplier_ids: Collection[int]) -> set[int]:
    """Those of these suppliers whose new listings people must look at."""
    found: set[int] = set()
    for demand in _slot:
        found |= demand(supplier_ids)
    return found
