"""A query and its result, in words both search engines understand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

FACETS = ("category", "brand", "supplier", "region", "green", "price")
SORTS = ("relevance", "price_asc", "price_desc", "sales", "newest")

HITS_MAX = 10_000
"""No page reaches beyond this many hits; `Result.total` still counts the rest where the engine can."""
PAGE_SIZE_MAX = 200
TEXT_LENGTH_MAX = 200
"""Characters of the search box that are looked at; the rest of a longer text is ignored."""
TERMS_MAX = 10
"""Meilisearch reads ten words of a query, so both engines do."""

PRICE_BUCKETS: tuple[tuple[str, int, int | None], ...] = (
    ("0-100", 0, 100_00),
    ("100-500", 100_00, 500_00),
    ("500-1000", 500_00, 1_000_00),
    ("1000-3000", 1_000_00, 3_000_00),
    ("3000-5000", 3_000_00, 5_000_00),
    ("5000-10000", 5_000_00, 10_000_00),
    ("10000-", 10_000_00, None),
)
"""Code (in yuan, as shown), lower bound in fen (inside), upper bound in fen (outside)."""


def price_bucket(price_fen: int) -> str:
    """Return the code of the bucket a price falls into."""
    for code, _, upper_fen in PRICE_BUCKETS:
        if upper_fen is None or price_fen < upper_fen:
            return code
    raise AssertionError("the last bucket has no upper bound")


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What somebody looks for.

    `filters` come from the reader: OR inside a facet, AND between facets; a facet without values filters nothing.
    `scope` comes from the server: it is ANDed to everything, and a scope without values finds nothing.
    Both map a name of FACETS to the values allowed. Price bounds are inclusive. `page` counts from 1.
    """

    text: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    price_min_fen: int | None = None
    price_max_fen: int | None = None
    facets: tuple[str, ...] = ()
    sort: str = "relevance"
    page: int = 1
    size: int = 24
    scope: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        unknown = {*self.filters, *self.scope, *self.facets} - set(FACETS)
        if unknown:
            raise ValueError(f"unknown facets {sorted(unknown)}")
        if self.sort not in SORTS:
            raise ValueError(f"unknown sort {self.sort!r}")
        if self.page < 1 or not 1 <= self.size <= PAGE_SIZE_MAX:
            raise ValueError(f"page {self.page} of size {self.size}")

    @property
    def offset(self) -> int:
        """Hits before this page."""
        return (self.page - 1) * self.size

    @property
    def is_beyond_the_end(self) -> bool:
        """Whether the page lies outside what any engine shows."""
        return self.offset + self.size > HITS_MAX


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What was found: listing ids in order; rows, prices and states come from the database.

    `facets` maps a facet to (value, number of listings), most frequent first; the count of a facet
    leaves its own filter out, so that a reader sees what else there is to tick.
    `relaxed` says that nothing had all the words and hits with some of them are shown.
    `corrected_text` is the text searched in place of the one typed, or None.
    `degraded` is set by the database search that stands in for a lost engine.
    """

    ids: tuple[int, ...]
    total: int
    total_exact: bool = True
    facets: Mapping[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    took_ms: float = 0.0
    degraded: bool = False
    relaxed: bool = False
    corrected_text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A line under the search box: `kind` is brand, category, product or listing; `text` is what to search for.

    `value` is the category code of a category and the text itself otherwise; `listings` counts what stands behind it.
    """

    kind: str
    text: str
    value: str
    listings: int
