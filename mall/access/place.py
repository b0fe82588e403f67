"""A region as the subject of a permission."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """One division."""

    region_code: int
