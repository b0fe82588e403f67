"""What happened to a standard product: what was merged into it and split off it, by whom, when and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mall.access.actor import Actor
from mall.documents.history import history_of

#: they oversee the mall and know who did what
_OVERSEERS = ("centre", "monitor", "regulator")


@dataclass(frozen=True)
class ProductDeed:
    """One deed. `who` is a name for those who may know it; `is_by_system` says that the matcher did it."""

    action: str
    at: datetime
    who: str
    is_by_system: bool
    why: str
    other_id: int | None
    other_name: str
    listings: int


def product_history(product_id: int, *, reader: Actor) -> list[ProductDeed]:
    """The deeds of a product, newest first."""
    may_know = reader.has_role(*_OVERSEERS)
    return [
        ProductDeed(
            action=f"product.{step.action}",
            at=step.at,
            who=step.actor_name if may_know and step.user_id is not None else "",
            is_by_system=step.user_id is None,
            why=step.note,
            other_id=_other(step.facts),
            other_name=step.facts.get("name", ""),
            listings=len(step.facts.get("listing_ids", ())),
        )
        for step in reversed(history_of(f"product:{product_id}"))
    ]


def _other(facts: dict[str, Any]) -> int | None:
    return facts.get("into") or facts.get("product_id")
