"""How well a search engine answers judged queries: p@10, nDCG@10 and how often nothing is found.

`judged_queries.csv` says of each query what a clerk means by it: a product of a category in `best` whose names hold
one of `words` (none given: any) is what was meant, grade 3; other products of these categories and those in `good`
are of some use, grade 1; everything else is not, grade 0. Products are judged, not offers: a page of the shop shows
the offers of a product together.
"""

from __future__ import annotations

import csv
import math
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any

from mall.search.document import Document
from mall.search.engine import SearchEngine
from mall.search.query import Query

TABLE = Path(__file__).with_name("judged_queries.csv")
#: offers on a page of the shop, and the products of it that count
PAGE, DEPTH = 48, 10
MEANT, OF_USE = 3, 1

Product = tuple[str, str, str]


@dataclass(frozen=True)
class Judged:
    """A query and what answers it. `kind` is what it asks of the engine: pinyin, typo, model and so on."""

    kind: str
    query: str
    best: tuple[str, ...]
    words: tuple[str, ...]
    good: tuple[str, ...]

    def grade(self, offer: Document) -> int:
        """MEANT, OF_USE or 0. Words are compared without regard to case."""
        names = f"{offer.brand} {offer.model} {offer.name}".lower()
        is_named = not self.words or any(word.lower() in names for word in self.words)
        if offer.category_code in self.best and is_named:
            return MEANT
        return OF_USE if offer.category_code in self.good else 0


@dataclass(frozen=True)
class Answered:
    """How one query fared: shares between 0 and 1, and the names of the first products."""

    judged: Judged
    precision: float
    ndcg: float
    first: tuple[tuple[str, int], ...]
    took_ms: float

    @property
    def is_empty(self) -> bool:
        return not self.first


def judged_queries(path: Path = TABLE) -> list[Judged]:
    """The table. Raises KeyError for a missing column."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Judged(
                kind=row["kind"],
                query=row["query"],
                best=_parts(row["best"]),
                words=_parts(row["words"]),
                good=_parts(row["good"]),
            )
            for row in csv.DictReader(file)
        ]


def answer(engine: SearchEngine, judged: Judged, *, goods: dict[int, Document]) -> Answered:
    """Ask the engine for the first page and judge its first ten products."""
    began = time.perf_counter()
    found = engine.search(Query(text=judged.query, size=PAGE))
    took_ms = (time.perf_counter() - began) * 1000
    shown: dict[Product, Document] = {}
    for listing_id in found.ids:
        shown.setdefault(_product(goods[listing_id]), goods[listing_id])
    first = [(offer.name, judged.grade(offer)) for offer in list(shown.values())[:DEPTH]]
    grades = [grade for _, grade in first]
    there = {_product(offer): judged.grade(offer) for offer in goods.values()}
    ideal = _gain(sorted(there.values(), reverse=True)[:DEPTH])
    return Answered(
        judged=judged,
        precision=sum(grade == MEANT for grade in grades) / len(grades) if grades else 0.0,
        ndcg=_gain(grades) / ideal if ideal else 0.0,
        first=tuple(first),
        took_ms=took_ms,
    )


def answer_all(engine: SearchEngine, queries: Iterable[Judged], *, goods: Sequence[Document]) -> list[Answered]:
    """All of them, in order."""
    by_id = {offer.id: offer for offer in goods}
    return [answer(engine, judged, goods=by_id) for judged in queries]


def by_kind(answered: Sequence[Answered]) -> list[dict[str, Any]]:
    """A row for each kind of query, and one for all."""
    kinds = list(dict.fromkeys(one.judged.kind for one in answered))
    groups = [(kind, [one for one in answered if one.judged.kind == kind]) for kind in kinds]
    return [
        {
            "kind": kind,
            "queries": len(group),
            "p@10": round(mean(one.precision for one in group), 3),
            "nDCG@10": round(mean(one.ndcg for one in group), 3),
            "zero hits": sum(one.is_empty for one in group),
        }
        for kind, group in [*groups, ("all", list(answered))]
    ]


def _product(offer: Document) -> Product:
    return offer.brand, offer.model, offer.category_code


def _gain(grades: Iterable[int]) -> float:
    """Discounted cumulative gain, 2^grade - 1 over log2(place + 1) (Järvelin and Kekäläinen 2002, as usual now)."""
    return sum((2**grade - 1) / math.log2(place + 1) for place, grade in enumerate(grades, start=1))


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split("|") if part)
