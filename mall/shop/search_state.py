"""The address bar of the search page: everything a reader chose, read tolerantly and written back."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from werkzeug.datastructures import MultiDict

from mall.search.query import HITS_MAX, PRICE_BUCKETS, SORTS, TEXT_LENGTH_MAX, Query
from mall.search.search_catalogue import delivering_to

#: offers on a page; gathered by product they make some twenty cards
PAGE_SIZE = 48
COMPARED_MAX = 4
#: facets of the engine that the page shows with counts
SHOWN_FACETS = ("category", "brand", "supplier", "green", "price")
#: the value of `region` that lifts a buyer's own region
EVERYWHERE = "all"

_PRICE = re.compile(r"[0-9]{1,9}(\.[0-9]{1,2})?")
_BUCKETS = tuple(code for code, _, _ in PRICE_BUCKETS)
_VALUES_MAX = 20


@dataclass(frozen=True, kw_only=True)
class SearchState:
    """What the reader chose. Prices are yuan as typed, '' when none; `region` is '', "all" or a division's code."""

    q: str = ""
    category: str = ""
    brand: tuple[str, ...] = ()
    supplier: tuple[str, ...] = ()
    price: tuple[str, ...] = ()
    price_min: str = ""
    price_max: str = ""
    region: str = ""
    green: bool = False
    sort: str = "relevance"
    page: int = 1
    compare: tuple[int, ...] = ()
    #: names of fields whose text was no price; the page says so and searches without them
    problems: tuple[str, ...] = ()

    def arguments(self) -> dict[str, Any]:
        """The state as arguments of `url_for`, without what is the default anyway."""
        given = {
            "q": self.q,
            "category": self.category,
            "brand": list(self.brand),
            "supplier": list(self.supplier),
            "price": list(self.price),
            "price_min": self.price_min,
            "price_max": self.price_max,
            "region": self.region,
            "green": "1" if self.green else "",
            "sort": "" if self.sort == "relevance" else self.sort,
            "page": self.page if self.page > 1 else "",
            "compare": ",".join(map(str, self.compare)),
        }
        return {name: value for name, value in given.items() if value}

    def but(self, **changes: Any) -> SearchState:
        """The same with changes, from the first page on."""
        return replace(self, **{"page": 1, **changes})

    def toggled(self, facet: str, value: str) -> SearchState:
        """The same with one value of brand, supplier or price ticked or unticked."""
        present: tuple[str, ...] = getattr(self, facet)
        kept = tuple(one for one in present if one != value)
        return self.but(**{facet: kept if len(kept) < len(present) else (*present, value)})

    def cleared(self) -> SearchState:
        """The same words without any filter."""
        return SearchState(q=self.q, sort=self.sort, compare=self.compare)

    @property
    def has_filters(self) -> bool:
        return bool(self.category or self.brand or self.supplier or self.price or self.price_min or self.price_max) or (
            self.green or self.region not in ("", EVERYWHERE)
        )

    def as_query(self, *, scope: Mapping[str, tuple[str, ...]]) -> Query:
        """The question for the engine. `scope` is the buyer's own region; a region chosen by hand replaces it."""
        filters = {
            "category": (self.category,) if self.category else (),
            "brand": self.brand,
            "supplier": self.supplier,
            "price": self.price,
            "green": ("1",) if self.green else (),
            "region": delivering_to(int(self.region)) if self.region.isdigit() else (),
        }
        return Query(
            text=self.q,
            filters={facet: values for facet, values in filters.items() if values},
            price_min_fen=fen_of(self.price_min),
            price_max_fen=fen_of(self.price_max),
            facets=SHOWN_FACETS,
            sort=self.sort,
            page=self.page,
            size=PAGE_SIZE,
            scope={} if self.region else scope,
        )


def read_state(arguments: MultiDict[str, str]) -> SearchState:
    """Read the address bar. Whatever makes no sense counts as not given; only a bad price is reported."""
    bounds, problems = {}, []
    for name in ("price_min", "price_max"):
        typed = unicodedata.normalize("NFKC", arguments.get(name, "")).strip().lstrip("¥￥").replace(",", "")
        bounds[name] = typed if _PRICE.fullmatch(typed) else ""
        if typed and not bounds[name]:
            problems.append(name)
    sort = arguments.get("sort", "")
    return SearchState(
        q=" ".join(_clean(arguments.get("q", ""))[:TEXT_LENGTH_MAX].split()),
        category=_clean(arguments.get("category", ""))[:20],
        brand=_values(arguments, "brand"),
        supplier=tuple(value for value in _values(arguments, "supplier") if _is_number(value)),
        price=tuple(value for value in _values(arguments, "price") if value in _BUCKETS),
        region=_region(arguments.get("region", "")),
        green=arguments.get("green") == "1",
        sort=sort if sort in SORTS else "relevance",
        page=_page(arguments.get("page", "")),
        compare=product_ids(arguments.getlist("compare")),
        problems=tuple(problems),
        **bounds,
    )


def product_ids(texts: list[str]) -> tuple[int, ...]:
    """Up to four ids, each once, from values such as "3,17" or repeated "3", "17"."""
    parts = [part.strip() for text in texts for part in text.split(",")]
    return tuple(dict.fromkeys(int(part) for part in parts if _is_number(part)))[:COMPARED_MAX]


def fen_of(yuan: str) -> int | None:
    """Fen of a price as `read_state` lets it through: "12.5" -> 1250."""
    if not yuan:
        return None
    whole, _, part = yuan.partition(".")
    return int(whole) * 100 + int(part.ljust(2, "0") or "0")


def _values(arguments: MultiDict[str, str], name: str) -> tuple[str, ...]:
    given = (_clean(value).strip()[:120] for value in arguments.getlist(name))
    return tuple(dict.fromkeys(value for value in given if value))[:_VALUES_MAX]


def _clean(text: str) -> str:
    """Text without the characters that PostgreSQL and the engines refuse."""
    return text.encode("utf-8", "ignore").decode().replace("\0", "")


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 15


def _region(text: str) -> str:
    return text if text == EVERYWHERE or (_is_number(text) and len(text) == 6) else ""


def _page(text: str) -> int:
    number = int(text) if _is_number(text) else 1
    return min(max(number, 1), HITS_MAX // PAGE_SIZE)
