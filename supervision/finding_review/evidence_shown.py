"""Evidence as people read it: money in yuan, shares in percent, days as dates, ids as names that lead somewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for
from sqlalchemy import select

from mall.access.actor import Actor
from mall.access.predicates import covers
from mall.catalogue.category import Category
from mall.catalogue.listing import Listing
from mall.catalogue.product import Product
from mall.database import session
from mall.documents.numbers import PREFIXES
from mall.ordering.order import Order
from mall.ordering.visible_orders import visible_to
from mall.people.organisation import Organisation
from mall.regions.region import region_names
from mall.regions.watch_calendar import day_of_number
from mall.web.translation import current_language
from supervision.finding import Finding
from supervision.rule import Evidence, Rule, Words
from supervision.show_evidence import plain_value

#: a name of another region's unit stays there: comparisons show that there is one, not which
MASKED = "＊＊＊"
_NO_ID = "—"


@dataclass(frozen=True)
class Shown:
    """One value in words, and where it leads; "" where it leads nowhere."""

    words: Words | None
    name: str
    text: str
    address: str = ""


@dataclass(frozen=True)
class ShownDocument:
    """What a finding rests on, row by row."""

    document: str
    day: str
    amount_fen: int
    address: str


def evidence_shown(finding: Finding, rule: Rule | None, *, actor: Actor, values: Mapping[str, Any]) -> list[Shown]:
    """The values of an evaluation, in the order of the rule; what it does not know stands last, as it is."""
    known = {one.name: one for one in rule.evidence} if rule is not None else {}
    names = [name for name in known if name in values] + [name for name in values if name not in known]
    return [_shown(known.get(name), name, values[name], actor=actor) for name in names]


def _shown(evidence: Evidence | None, name: str, value: Any, *, actor: Actor) -> Shown:
    words = evidence.words if evidence is not None else None
    kind = evidence.shown_as if evidence is not None else "text"
    if isinstance(value, list):
        parts = [_one(kind, one, actor=actor) for one in value]
        return Shown(words, name, "、".join(text for text, _ in parts) or _NO_ID)
    text, address = _one(kind, value, actor=actor)
    return Shown(words, name, text, address)


def _one(kind: str, value: Any, *, actor: Actor) -> tuple[str, str]:
    """(text, address) of one value."""
    if value is None or value == "" or (kind in _BY_ID and not value):
        return _NO_ID, ""
    if kind in _BY_ID:
        return _BY_ID[kind](value, actor)
    if kind == "day":
        return (day_of_number(int(value)).isoformat() if value else _NO_ID), ""
    if kind == "text" or not isinstance(value, int):
        return str(value), ""
    return plain_value(value, kind), ""


def _unit(value: Any, actor: Actor) -> tuple[str, str]:
    found = session().get(Organisation, int(value))
    if found is None:
        return str(value), ""
    if not any(covers(region, found.region_code) for region in actor.regions_as("regulator")):
        return MASKED, ""
    return found.name, url_for("watch_findings.index", unit=found.id)


def _supplier(value: Any, actor: Actor) -> tuple[str, str]:
    found = session().get(Organisation, int(value))
    return (found.name, url_for("watch_findings.index", supplier=found.id)) if found is not None else (str(value), "")


def _product(value: Any, actor: Actor) -> tuple[str, str]:
    found = session().get(Product, int(value))
    return (found.name, url_for("shop.product", product_id=found.id)) if found is not None else (str(value), "")


def _listing(value: Any, actor: Actor) -> tuple[str, str]:
    found = session().get(Listing, int(value))
    return (found.name, url_for("shop.listing", listing_id=found.id)) if found is not None else (str(value), "")


def _order(value: Any, actor: Actor) -> tuple[str, str]:
    known = visible_to(actor, select(Order)).with_only_columns(Order.number)
    known = known.where(Order.number == value if isinstance(value, str) else Order.id == int(value))
    number = session().scalar(known)
    return (number, url_for("orders.show", number=number)) if number is not None else (str(value), "")


def _category(value: Any, actor: Actor) -> tuple[str, str]:
    code = str(value)
    found = session().scalar(select(Category).where(Category.code == code))
    return (f"{code} {found.name}" if found is not None else code), ""


def _region(value: Any, actor: Actor) -> tuple[str, str]:
    names = region_names().get(int(value))
    return (names[1 if current_language() == "en" else 0] if names else str(value)), ""


def _person(value: Any, actor: Actor) -> tuple[str, str]:
    # Who it is matters to a case, not to a review; the number tells two people apart.
    return f"{MASKED} #{value}", ""


_BY_ID = {
    "unit": _unit, "supplier": _supplier, "product": _product, "listing": _listing, "order": _order,
    "category": _category, "region": _region, "person": _person,
}  # fmt: skip


def documents_shown(documents: Iterable[Mapping[str, Any]], *, actor: Actor) -> list[ShownDocument]:
    """What the finding rests on; orders that this actor may see lead to their pages."""
    rows = list(documents)
    numbers = [str(one.get("document", "")) for one in rows]
    seen = set(_visible_orders(numbers, actor=actor))
    return [
        ShownDocument(
            document=number,
            day=_day_text(one.get("day")),
            amount_fen=int(one.get("amount_fen") or 0),
            address=url_for("orders.show", number=number) if number in seen else "",
        )
        for number, one in zip(numbers, rows, strict=True)
    ]


def order_address(document: str, *, actor: Actor) -> str:
    """Where the document of a finding leads; "" where it is no order or this actor does not see it."""
    return url_for("orders.show", number=document) if _visible_orders([document], actor=actor) else ""


def _visible_orders(numbers: list[str], *, actor: Actor) -> list[str]:
    orders = [number for number in numbers if number.startswith(f"{PREFIXES['order']}-")]
    if not orders:
        return []
    query = visible_to(actor, select(Order)).with_only_columns(Order.number).where(Order.number.in_(orders))
    return list(session().scalars(query))


def _day_text(value: Any) -> str:
    return day_of_number(value).isoformat() if isinstance(value, int) and value else _NO_ID
