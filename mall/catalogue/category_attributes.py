"""Typed attributes of categories, and whether a specification says them; knows no database."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from mall.reference.read_reference import AttributeRecord, category_attributes

_NUMBER = re.compile(r"\d+(\.\d+)?", re.ASCII)


@cache
def attributes_of(category_code: str) -> tuple[AttributeRecord, ...]:
    """The attributes of this category, in the order in which pages show them."""
    return tuple(one for one in category_attributes() if category_code.startswith(one.category_prefix))


def said_of(attribute: AttributeRecord, specification: Mapping[str, str]) -> str:
    """What the specification says under the attribute's name or another name for it; "" for nothing."""
    found = (specification.get(name, "") for name in (attribute.name, *attribute.aliases))
    return next((text.strip() for text in found if text and text.strip()), "")


def fits(attribute: AttributeRecord, text: str) -> bool:
    """Whether the text is of the attribute's kind: "8GB" is a number, "A4幅面" the choice A4."""
    if attribute.kind == "number":
        return _NUMBER.search(text) is not None
    if attribute.kind == "choice":
        return any(choice in text for choice in attribute.choices)
    return bool(text)


def missing_attributes(
    category_code: str, specification: Mapping[str, str], *, mandatory_only: bool
) -> tuple[AttributeRecord, ...]:
    """The attributes that the specification does not say, or says in another kind."""
    return tuple(
        attribute
        for attribute in attributes_of(category_code)
        if (attribute.mandatory or not mandatory_only) and not fits(attribute, said_of(attribute, specification))
    )
