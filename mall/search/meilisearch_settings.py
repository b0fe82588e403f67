"""What Meilisearch is told about our index, and a document and a filter in its own terms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mall.search.document import Document, facet_value, facet_values, stamp, standing
from mall.search.language import Language
from mall.search.query import HITS_MAX, Query

SETTINGS_FORMAT = 4
"""Raised with every change of the settings or the document; an index of another format is rebuilt."""

WORD_ATTRIBUTES = {
    "head_words": "heads",
    "kind_words": "kind",
    "brand_words": "brand",
    "code": "code",
    "name_words": "name",
    "category_words": "category",
    "keyword_words": "keywords",
    "head_pinyin": "head_pinyin",
    "pinyin": "pinyin",
    "supplier_words": "supplier",
}
"""Attributes and where `DocumentWords` has their words, in order of weight: an attribute ranks by its place."""
FACET_ATTRIBUTES = {
    "category": "category",
    "brand": "brand",
    "supplier": "supplier",
    "region": "region",
    "green": "green",
    "price": "price_bucket",
}
SORTS = {
    "relevance": [],
    "price_asc": ["price_fen:asc", "id:asc"],
    "price_desc": ["price_fen:desc", "id:asc"],
    "sales": ["sales:desc", "id:asc"],
    "newest": ["created:desc", "id:asc"],
}
BROWSING = ["standing:desc", "sales:desc", "id:asc"]
"""Where nothing was typed, all is equally relevant, and the better offer comes first."""
CATEGORY_LABEL_SEPARATOR = " ｜ "

_QUOTES = str.maketrans({'"': "＂", "\\": "＼"})
_QUOTES_BACK = str.maketrans({"＂": '"', "＼": "\\"})


def index_settings(language: Language) -> dict[str, Any]:
    """Return the settings of the listings index.

    Sorting comes first among the ranking rules, so that "cheapest first" means it; without a sort the
    rule does nothing. There is no range facet, hence the price bucket; integers are exact, hence fen.
    """
    equality = {"facetSearch": True, "filter": {"equality": True, "comparison": False}}
    comparison = {"facetSearch": False, "filter": {"equality": True, "comparison": True}}
    return {
        "searchableAttributes": list(WORD_ATTRIBUTES),
        "displayedAttributes": ["id", "name", "stamp"],
        "filterableAttributes": [
            {"attributePatterns": [*FACET_ATTRIBUTES.values(), "category_label"], "features": equality},
            {"attributePatterns": ["price_fen", "id"], "features": comparison},
        ],
        "sortableAttributes": ["id", "price_fen", "sales", "standing", "created"],
        "rankingRules": [
            "sort",
            "words",
            "typo",
            "proximity",
            "attribute",
            "exactness",
            "demand:desc",
            "standing:desc",
            "sales:desc",
            "id:asc",
        ],
        "localizedAttributes": [{"attributePatterns": ["*"], "locales": ["cmn"]}],
        "dictionary": list(language.words),
        "synonyms": language.alternatives(),
        "separatorTokens": ["（", "）", "【", "】", "*", "；", ";"],
        "typoTolerance": {
            "enabled": True,
            "minWordSizeForTypos": {"oneTypo": 4, "twoTypos": 8},
            "disableOnAttributes": ["pinyin", "head_pinyin"],
            "disableOnNumbers": True,
        },
        "faceting": {"maxValuesPerFacet": 300, "sortFacetValuesBy": {"*": "count"}},
        "pagination": {"maxTotalHits": HITS_MAX},
        "proximityPrecision": "byAttribute",
        "searchCutoffMs": 500,
    }


def pour(document: Document, *, language: Language) -> dict[str, Any]:
    """Return the engine's document of a listing: plain JSON values."""
    words = language.document_words(document)
    offer_steps, category_steps = standing(document)
    poured: dict[str, Any] = {
        "id": document.id,
        "name": facet_value(document.name),
        **{attribute: getattr(words, source) for attribute, source in WORD_ATTRIBUTES.items()},
        "category_label": category_label(document),
        "price_fen": document.price_fen,
        "stamp": stamp(document),
        "sales": document.sales,
        "standing": offer_steps,
        "demand": category_steps,
        "created": document.created.toordinal(),
    }
    for facet, values in facet_values(document).items():
        poured[FACET_ATTRIBUTES[facet]] = [stored_value(value) for value in values]
    return poured


def category_label(document: Document) -> str:
    """Return name and code of a category in one facet value, so that the name can be completed to the code."""
    return stored_value(facet_value(f"{document.category_name[:60]}{CATEGORY_LABEL_SEPARATOR}{document.category_code}"))


def filters(query: Query, *, without: str | None = None) -> list[str]:
    """Return scope, filters (but the one of facet `without`) and price bounds as conditions that all must hold."""
    conditions = scope_filters(query.scope)
    conditions += [any_of(facet, values) for facet, values in query.filters.items() if facet != without and values]
    if query.price_min_fen is not None:
        conditions.append(f"price_fen >= {int(query.price_min_fen)}")
    if query.price_max_fen is not None:
        conditions.append(f"price_fen <= {int(query.price_max_fen)}")
    return conditions


def scope_filters(scope: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Return one condition per facet of a scope; no value, no hit."""
    return [any_of(facet, values) for facet, values in scope.items()]


def any_of(facet: str, values: tuple[str, ...]) -> str:
    """Return the condition that a facet has one of the values; without values, one that never holds."""
    if not values:
        return "id = -1"
    wanted = ", ".join(f'"{stored_value(facet_value(str(value)))}"' for value in values)
    return f"{FACET_ATTRIBUTES[facet]} IN [{wanted}]"


def stored_value(value: str) -> str:
    """Return a facet value without the signs that could end a quoted value in a filter: they become full-width."""
    return value.translate(_QUOTES)


def shown_value(value: str) -> str:
    """Return a stored facet value as it was."""
    return value.translate(_QUOTES_BACK)
