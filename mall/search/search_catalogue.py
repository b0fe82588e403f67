"""Searching the catalogue: the engine says which listings and in what order, the database says what they are now."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import structlog
from sqlalchemy import select

from mall import clock
from mall.access.actor import UNIT_ROLES, Actor
from mall.database import session
from mall.regions.region import chain
from mall.search.catalogue_names import catalogue_names
from mall.search.circuit_breaker import CircuitBreaker
from mall.search.engine import EngineSettings, EngineUnavailable, SearchEngine
from mall.search.found_listing import FoundListing, listings_in_order
from mall.search.load_documents import documents_for_index
from mall.search.open_engine import open_engine
from mall.search.query import HITS_MAX, Query, Result, Suggestion
from mall.search.search_database import search_database
from mall.search.search_synonym import SynonymNews
from mall.settings import Settings, read_settings
from mall.suppliers.supplier import Supplier

__all__ = [
    "FacetValue",
    "FoundListing",
    "SearchPage",
    "buyer_region",
    "catalogue_engine",
    "delivering_to",
    "documents_for_index",
    "engine_settings",
    "region_scope",
    "search_listings",
    "suggestions",
    "use_engine",
]

_log = structlog.get_logger("search")
_opening = threading.Lock()
_engine: SearchEngine | None = None
_breaker = CircuitBreaker()
_synonyms = SynonymNews()


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetValue:
    """A value to tick: what it is in the address bar, how it reads in both languages, and how many listings have it."""

    value: str
    label: str
    label_en: str
    count: int
    is_selected: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPage:
    """A page of offers. `total` counts what the index holds; rows that may no longer be sold are left out of `rows`.

    `relaxed`: nothing had all the words. `corrected_text`: what was searched in place of the text typed.
    `degraded`: the engine is lost, this one page comes straight from the database and has no facets.
    `undelivered`: how many more there are that nobody delivers to the region asked for.
    """

    query: Query
    rows: tuple[FoundListing, ...]
    total: int
    total_is_exact: bool = True
    facets: Mapping[str, tuple[FacetValue, ...]] = field(default_factory=dict)
    took_ms: float = 0.0
    relaxed: bool = False
    corrected_text: str | None = None
    degraded: bool = False
    undelivered: int = 0

    @property
    def pages(self) -> int:
        """How many pages there are to turn; no engine shows more than HITS_MAX hits."""
        if self.degraded:
            return 1
        return max(1, -(-min(self.total, HITS_MAX // self.query.size * self.query.size) // self.query.size))


def engine_settings(settings: Settings, *, read_only: bool) -> EngineSettings:
    """What the settings of the house mean for the engine; the worker alone opens it for writing."""
    return EngineSettings(
        kind=settings.search_kind,
        data_dir=settings.data_dir,
        meili_url=settings.meili_url,
        meili_key=settings.meili_key,
        read_only=read_only,
    )


def catalogue_engine() -> SearchEngine:
    """The reading engine of this process, opened at its first use."""
    global _engine
    if _engine is None:
        with _opening:
            if _engine is None:
                _engine = open_engine(engine_settings(read_settings(), read_only=True))
    return _engine


def use_engine(engine: SearchEngine | None) -> None:
    """Search with this engine from now on; None opens the one of the settings again. For commands and tests."""
    global _engine, _breaker, _synonyms
    _engine, _breaker, _synonyms = engine, CircuitBreaker(), SynonymNews()


def _knowing_engine() -> SearchEngine:
    """The engine of this process, told of the synonyms that the operators added or took back meanwhile."""
    engine = catalogue_engine()
    _synonyms.tell(engine)
    return engine


def buyer_region(actor: Actor) -> int | None:
    """The division of the unit the actor buys for, None for visitors and people outside the units."""
    return next((post.region_code for post in actor.posts if post.role in UNIT_ROLES), None)


def delivering_to(region_code: int) -> tuple[str, ...]:
    """The values of the region facet that reach a division: itself and those above it."""
    return tuple(str(code) for code in chain(region_code))


def region_scope(actor: Actor) -> dict[str, tuple[str, ...]]:
    """The scope of a buyer: what is delivered to her unit. Empty for everybody else."""
    region_code = buyer_region(actor)
    return {} if region_code is None else {"region": delivering_to(region_code)}


def search_listings(query: Query, *, count_undelivered: bool = False) -> SearchPage:
    """Find offers that may be ordered. Never raises for a lost engine: the database answers with one page then.

    With `count_undelivered` the engine is asked a second time for what stays hidden because of the region.
    """
    try:
        result = _breaker.ask(lambda: _ask(query))
        undelivered = _breaker.ask(lambda: _undelivered(query, result)) if count_undelivered else 0
    except EngineUnavailable as error:
        _log.warning("search.engine_unavailable", reason=str(error))
        rows = search_database(query)
        return SearchPage(query=query, rows=tuple(rows), total=len(rows), total_is_exact=False, degraded=True)
    rows = listings_in_order(result.ids, on=clock.today())
    return SearchPage(
        query=query,
        rows=tuple(rows),
        total=result.total,
        total_is_exact=result.total_exact,
        facets=_labelled(result.facets, query=query),
        took_ms=result.took_ms,
        relaxed=result.relaxed,
        corrected_text=result.corrected_text,
        undelivered=undelivered,
    )


def suggestions(text: str, *, limit: int, scope: Mapping[str, tuple[str, ...]]) -> list[Suggestion]:
    """What may be meant by what is being typed; nothing while the engine is lost."""
    try:
        return _breaker.ask(lambda: _knowing_engine().suggest(text, limit=limit, scope=scope))
    except EngineUnavailable as error:
        _log.warning("search.engine_unavailable", reason=str(error))
        return []


def _ask(query: Query) -> Result:
    """Ask the engine. An empty answer from an index that is not complete yet is no answer."""
    engine = _knowing_engine()
    result = engine.search(query)
    if not result.total:
        health = engine.health()
        if not health.is_ready:
            raise EngineUnavailable(f"{health.state}: {health.detail}")
    return result


def _undelivered(query: Query, result: Result) -> int:
    """How many listings the same words and filters find beyond those delivered to the region.

    Where words were let go of only because of the region, none of what has all of them is in the result.
    """
    if "region" not in query.scope and not query.filters.get("region"):
        return 0
    anywhere = replace(
        query,
        scope={facet: values for facet, values in query.scope.items() if facet != "region"},
        filters={facet: values for facet, values in query.filters.items() if facet != "region"},
        facets=(),
        page=1,
        size=1,
    )
    found = catalogue_engine().search(anywhere)
    shown = 0 if result.relaxed and not found.relaxed else result.total
    return max(0, found.total - shown)


def _labelled(facets: Mapping[str, tuple[tuple[str, int], ...]], *, query: Query) -> dict[str, tuple[FacetValue, ...]]:
    labelled = {}
    for facet, counts in facets.items():
        words = _words_of(facet, [value for value, _ in counts])
        selected = query.filters.get(facet, ())
        labelled[facet] = tuple(
            FacetValue(
                value=value,
                label=words.get(value, (value, value))[0],
                label_en=words.get(value, (value, value))[1],
                count=count,
                is_selected=value in selected,
            )
            for value, count in counts
        )
    return labelled


def _words_of(facet: str, values: list[str]) -> dict[str, tuple[str, str]]:
    """(Chinese, English) words of facet values; what has none of its own shows as it is."""
    names = catalogue_names()
    if facet == "category":
        found = [names.categories[value] for value in values if value in names.categories]
        return {category.code: (category.name, category.name_en or category.name) for category in found}
    if facet == "region":
        regions = [names.regions[int(value)] for value in values if value.isdigit() and int(value) in names.regions]
        return {str(region.code): (region.name, region.name_en or region.name) for region in regions}
    if facet == "supplier":
        ids = [int(value) for value in values if value.isdigit()]
        rows = session().execute(select(Supplier.id, Supplier.name).where(Supplier.id.in_(ids)))
        return {str(supplier_id): (name, name) for supplier_id, name in rows}
    return {}
