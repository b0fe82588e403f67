"""Charts as plain data: drawn by mall/static/charts.js, each above the table that says the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True)
class Series:
    """One series. Points are (place on the axis, value) or, of a "band", (place, low, high); None leaves a gap."""

    name: str
    drawn: Literal["line", "step", "bar", "points", "band"]
    points: Sequence[Sequence[Any]]


@dataclass(frozen=True)
class Chart:
    """`axis`: "time" for dates (YYYY-MM-DD), "names" for words. `unit` of the values: fen, bp, hundredths or count."""

    title: str
    axis: Literal["time", "names"]
    unit: Literal["fen", "bp", "hundredths", "count"]
    series: Sequence[Series]
    names: Sequence[str] = ()

    def as_data(self) -> dict[str, Any]:
        return {
            "kind": "series",
            "axis": self.axis,
            "unit": self.unit,
            "names": list(self.names),
            "series": [
                {"name": one.name, "drawn": one.drawn, "points": [list(point) for point in one.points]}
                for one in self.series
            ],
        }


@dataclass(frozen=True)
class Graph:
    """Nodes (id, name, group, size) and edges (from, to, words, width)."""

    title: str
    nodes: Sequence[tuple[int, str, str, int]]
    edges: Sequence[tuple[int, int, str, int]] = field(default_factory=list)

    def as_data(self) -> dict[str, Any]:
        return {
            "kind": "graph",
            "nodes": [
                {"id": str(one), "name": name, "group": group, "size": size} for one, name, group, size in self.nodes
            ],
            "edges": [
                {"source": str(one), "target": str(other), "words": words, "width": width}
                for one, other, words, width in self.edges
            ],
        }  # fmt: skip
