"""The fields of the embedded index, and a document poured into them."""

from __future__ import annotations

from functools import lru_cache

import tantivy

from mall.search.document import FACET_VALUE_LENGTH_MAX, Document, facet_value, facet_values, stamp, standing
from mall.search.language import Language
from mall.search.pinyin import pinyin_of
from mall.search.query import FACETS
from mall.search.words import is_han, latin_pieces, normalise, runs

SCHEMA_FORMAT = 5
"""Raised with every change of the fields below; an index of another format is rebuilt."""

WORD_FIELDS = {
    "name": "name",
    "heads": "heads",
    "kind": "kind",
    "keywords": "keywords",
    "brand_words": "brand",
    "category_words": "category",
    "code": "code",
    "supplier_words": "supplier",
    "pinyin": "pinyin",
    "head_pinyin": "head_pinyin",
}
"""Fields of the index and where `DocumentWords` has their words."""
STANDING_SCALES = ("offer", "category")
SORT_FIELDS = {
    "relevance": "by_standing",
    "price_asc": "by_price",
    "price_desc": "by_price_down",
    "sales": "by_sales",
    "newest": "by_newest",
}
"""Where nothing was typed, all is equally relevant, and the better offer comes first."""
SUGGESTION_SEPARATOR = "\x1f"

_ID_BITS = 27
_ID_MASK = (1 << _ID_BITS) - 1
_VALUE_MAX = (1 << (64 - _ID_BITS)) - 1
_SALES_BITS = 32
_SALES_MAX = (1 << _SALES_BITS) - 1


def build_schema() -> tantivy.Schema:
    """Return the schema: words come already cut, so fields only split at spaces; facets are raw values.

    Only the shown name and category are stored, for suggestions; rows come from the database by id.
    """
    builder = tantivy.SchemaBuilder()
    # Signed, because deleting by a term of an unsigned field silently deletes nothing (tantivy 0.27).
    builder.add_integer_field("id", indexed=True, fast=True)
    for field in WORD_FIELDS:
        builder.add_text_field(field, tokenizer_name="whitespace", index_option="basic")
    for facet in FACETS:
        builder.add_text_field(facet, tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_text_field("standing", tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("price_fen", indexed=True, fast=True)
    builder.add_unsigned_field("stamp", fast=True)
    for field in SORT_FIELDS.values():
        builder.add_unsigned_field(field, fast=True)
    builder.add_text_field("suggestion", tokenizer_name="raw", index_option="basic")
    for field in ("shown", "shown_category"):
        builder.add_text_field(field, tokenizer_name="raw", index_option="basic", stored=True)
    return builder.build()


def pour(document: Document, *, language: Language) -> tantivy.Document:
    """Return the engine's document of a listing."""
    words = language.document_words(document)
    poured = tantivy.Document()
    poured.add_integer("id", document.id)
    for field, source in WORD_FIELDS.items():
        poured.add_text(field, getattr(words, source))
    for scale, steps in zip(STANDING_SCALES, standing(document), strict=True):
        poured.add_text("standing", f"{scale}{steps}")
    for facet, values in facet_values(document).items():
        for value in values:
            poured.add_text(facet, value)
    poured.add_unsigned("price_fen", document.price_fen)
    poured.add_unsigned("stamp", stamp(document))
    for sort, field in SORT_FIELDS.items():
        poured.add_unsigned(field, sort_key(document, sort=sort))
    for entry in suggestion_entries(document):
        poured.add_text("suggestion", entry)
    poured.add_text("shown", facet_value(document.name))
    poured.add_text(
        "shown_category", SUGGESTION_SEPARATOR.join((document.category_code, facet_value(document.category_name)))
    )
    return poured


def sort_key(document: Document, *, sort: str) -> int:
    """Return a number that grows in the order of `sort`, ties by id growing: the value above, the id below.

    37 bits hold any price up to 1,374 million yuan; the 27 bits of the id repeat after 134 million
    listings, which then only decides between equal values.
    """
    value = {
        "relevance": _VALUE_MAX - (standing(document)[0] << _SALES_BITS | min(document.sales, _SALES_MAX)),
        "price_asc": document.price_fen,
        "price_desc": _VALUE_MAX - document.price_fen,
        "sales": _VALUE_MAX - document.sales,
        "newest": _VALUE_MAX - document.created.toordinal(),
    }[sort]
    return min(max(value, 0), _VALUE_MAX) << _ID_BITS | document.id & _ID_MASK


def suggestion_entries(document: Document) -> list[str]:
    """Return what completes to this listing's brand, category or product: what is typed, kind, text, value."""
    brand, category = facet_value(document.brand), facet_value(document.category_name)
    entries = [(key, "brand", brand, brand) for key in suggestion_keys(brand)]
    entries += [(key, "category", category, document.category_code) for key in suggestion_keys(category)]
    if document.model and brand:
        product = facet_value(f"{document.brand} {document.model}")
        keys = dict.fromkeys((squeezed(product), squeezed(document.model)))
        entries += [(key, "product", product, product) for key in keys if key]
    return [SUGGESTION_SEPARATOR.join(entry) for entry in entries]


@lru_cache(maxsize=8_192)
def suggestion_keys(name: str) -> tuple[str, ...]:
    """Return what somebody may begin to type for a name: the whole, its parts, their endings, pinyin and initials.

    Endings matter because Chinese names end in what the thing is: 黑白打印机 also completes 打印.
    """
    keys = {squeezed(name): None}
    for part in runs(normalise(name)):
        keys[squeezed(part)] = None
        if is_han(part):
            endings = [part[start:] for start in range(max(1, len(part) - 1))]
            keys.update(dict.fromkeys(endings))
            keys.update((form, None) for ending in endings for form in pinyin_of(ending))
    return tuple(key for key in keys if key)


def squeezed(text: str) -> str:
    """Return text as suggestions compare it: normalised, without spaces and separators."""
    parts = (part if is_han(part) else latin_pieces(part)[1] for part in runs(normalise(text)))
    return "".join(parts)[:FACET_VALUE_LENGTH_MAX]
