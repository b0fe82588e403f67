"""Every way in which a field of a body or a query can be wrong has its sentence, in Chinese and in English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, get_type_hints

import pytest
from flask import Flask
from flask_babel import force_locale
from pydantic import BaseModel, ValidationError

from mall.api import listing_api, read_request
from mall.field_words import FIELD_WORDS, field_errors
from mall.ordering.order_actions import BODIES

#: by kind of node in pydantic's schema of a shape: the errors that it can end in; a new kind must be added here
ERRORS_OF_NODE: dict[str, set[str]] = {
    "model": {"model_type"},
    "model-fields": {"extra_forbidden"},
    "model-field": set(),
    "default": set(),
    "nullable": set(),
    "definitions": set(),
    "definition-ref": set(),
    "int": {"int_type", "int_parsing", "int_parsing_size", "int_from_float"},
    "str": {"string_type", "string_unicode"},
    "bool": {"bool_type", "bool_parsing"},
    "date": {"date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"},
    "literal": {"literal_error"},
    "list": {"list_type"},
    "tuple": {"tuple_type"},
    "dict": {"dict_type"},
    # An entry of a batch, which is read by itself afterwards.
    "any": set(),
    # The one validator of our own: digits in a query. Pydantic's limits around it are functions, too.
    "function-before": {"digits_only"},
    "function-after": set(),
}
#: pydantic's functions for limits, by their names
ERRORS_OF_FUNCTION = {
    "less_than_or_equal_validator": "less_than_equal",
    "greater_than_or_equal_validator": "greater_than_equal",
}
ERRORS_OF_LIMIT: dict[tuple[str, str], str] = {
    ("int", "ge"): "greater_than_equal",
    ("int", "le"): "less_than_equal",
    ("str", "min_length"): "string_too_short",
    ("str", "max_length"): "string_too_long",
    ("str", "pattern"): "string_pattern_mismatch",
    ("list", "min_length"): "too_short",
    ("list", "max_length"): "too_long",
    ("tuple", "max_length"): "too_long",
    ("dict", "max_length"): "too_long",
}
LIMITS = ("ge", "gt", "le", "lt", "multiple_of", "min_length", "max_length", "pattern")

#: one of each kind that JSON or a query can bring
BAD_VALUES: tuple[Any, ...] = (
    None, True, 0, -1, 1.5, 10**30, "", "x", "0x7", "2026-02-30", "2026-03-02T10:00:00", "字" * 2000, [], ["x"] * 600,
    [[]], {}, {"x": "y"}, {str(number): "x" for number in range(30)}, {"x": []}, [{}], [{"line_no": "x", "odd": 1}],
)  # fmt: skip


def shapes_read(app: Flask) -> dict[str, type[BaseModel]]:
    """Every shape that a view reads, and the bodies of the order's actions, by name."""
    found = {shape.__name__: shape for shape in BODIES.values()}
    for view in app.view_functions.values():
        hints = get_type_hints(getattr(view, "__wrapped__", view)) if hasattr(view, "__annotations__") else {}
        found |= {shape.__name__: shape for name, shape in hints.items() if name in ("query", "body")}
    return found


def reachable(schema: Any) -> Iterator[str]:
    """The types of errors that a schema of pydantic's core can end in."""
    if isinstance(schema, list | tuple):
        for part in schema:
            yield from reachable(part)
        return
    if not isinstance(schema, dict):
        return
    kind = schema.get("type")
    if isinstance(kind, str):
        yield from ERRORS_OF_NODE[kind]
        if kind == "function-after":
            yield ERRORS_OF_FUNCTION[schema["function"]["function"].func.__name__]
        yield from (ERRORS_OF_LIMIT[kind, limit] for limit in LIMITS if schema.get(limit) is not None)
        if kind == "model-field" and schema["schema"]["type"] != "default":
            yield "missing"
    for name, part in schema.items():
        if name in ("fields", "definitions") and isinstance(part, dict):
            yield from reachable(list(part.values()))
        elif name in ("schema", "fields", "definitions", "items_schema", "keys_schema", "values_schema"):
            yield from reachable(part)


def test_every_kind_of_error_that_a_shape_can_end_in_has_its_sentence(whole_app: Flask) -> None:
    missing = {
        (name, kind)
        for name, shape in shapes_read(whole_app).items()
        for kind in reachable(shape.__pydantic_core_schema__)
        if kind not in FIELD_WORDS
    }

    assert missing == set()


def test_no_sentence_is_kept_for_what_cannot_happen(whole_app: Flask) -> None:
    kinds = {kind for shape in shapes_read(whole_app).values() for kind in reachable(shape.__pydantic_core_schema__)}

    assert set(FIELD_WORDS) - kinds == set()


def test_the_search_for_shapes_finds_bodies_and_queries(whole_app: Flask) -> None:
    found = shapes_read(whole_app)

    assert {"NewOrders", "Credentials", "ListingsQuery", "OrdersQuery", "InvoiceEntry", "Edition"} <= set(found)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_whatever_is_typed_is_answered_in_the_readers_language(whole_app: Flask, language: str) -> None:
    said = set()
    with whole_app.test_request_context(), force_locale(language):
        for shape in shapes_read(whole_app).values():
            for given in [{}, {"odd": 1}, *({name: bad} for name in shape.model_fields for bad in BAD_VALUES)]:
                said |= {(error["field"].rpartition(".")[2], error["message"]) for error in _faults(shape, given)}

    wrong = {one for one in said if bool(re.search(r"[\u4e00-\u9fff]", one[1])) != (language == "zh")}
    assert wrong == set()
    assert len({message for _field, message in said}) > 20
    assert not {message for _field, message in said if "%" in message or "Input" in message}


def test_a_kind_nobody_thought_of_is_not_answered_in_pydantics_words(whole_app: Flask) -> None:
    class Odd(BaseModel):
        number: float

    with whole_app.test_request_context(), force_locale("zh"):
        assert _faults(Odd, {"number": "x"}) == [{"field": "number", "message": "填写的内容不对。"}]


def test_digits_in_a_query_are_said_to_be_digits(whole_app: Flask) -> None:
    assert issubclass(listing_api.ListingsQuery, read_request.Question)

    with whole_app.test_request_context(), force_locale("en"):
        faults = _faults(listing_api.ListingsQuery, {"limit": "1_0", "sort": "dearest", "price_min": "-1"})

    assert [fault["field"] for fault in faults] == ["price_min", "sort", "limit"]
    assert faults[2]["message"] == "Give a whole number, digits only."
    assert faults[1]["message"].startswith("Only one of these: relevance,")


def _faults(shape: type[BaseModel], given: dict[str, Any]) -> list[dict[str, str]]:
    try:
        shape.model_validate(given)
    except ValidationError as error:
        return field_errors(error)
    return []
