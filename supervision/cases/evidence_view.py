"""The facts of a finding as its reader may see them: values with their units, names of others masked.

Whoever is judged sees the same numbers as who judges. Only whose they are is kept back: a unit's name is shown to
itself and to the regulators above it, a supplier's to itself and to regulators, a person's to nobody here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from mall.access.actor import UNIT_ROLES, Actor
from mall.access.predicates import covers
from mall.catalogue.category import Category
from mall.catalogue.listing import Listing
from mall.catalogue.product import Product
from mall.database import session
from mall.ordering.order import Order
from mall.ordering.visible_orders import visible_to
from mall.people.organisation import Organisation
from mall.regions.watch_calendar import day_of_number
from mall.web.layout import region_name
from mall.web.translation import current_language
from supervision.cases.watch_case import OPENING
from supervision.finding import Finding
from supervision.rule import Rule, Words
from supervision.rule_shelf import rules
from supervision.show_evidence import plain_value


@dataclass(frozen=True)
class Fact:
    """One value with its name; `order` is its number where the reader may open it."""

    name: str
    value: str
    order: str = ""


@dataclass(frozen=True)
class FindingView:
    """One finding as it is shown. `opens`: it opened the case, others only support it."""

    finding: Finding
    title: str
    formula: str
    accepted: str
    answer: str
    source: str
    facts: list[Fact]
    parameters: list[Fact]
    documents: list[Fact]
    masked_documents: int
    opens: bool
    exclusions: list[str] = field(default_factory=list)


def views_of(findings: Sequence[Finding], *, actor: Actor) -> list[FindingView]:
    """All of them, with what they name read in a few questions."""
    names = _Names(actor, findings)
    return [_view(finding, names) for finding in findings]


def rule_title(rule_id: str) -> str:
    """What a rule is called in the reader's language; its id where it is no longer on the shelf."""
    rule = rules().get(rule_id)
    return in_language(rule.name) if rule is not None else rule_id


def in_language(words: Words) -> str:
    return words.en if current_language() == "en" else words.zh


def _view(finding: Finding, names: _Names) -> FindingView:
    rule = rules().get(finding.rule_id)
    facts = [
        Fact(name, names.shown(value, as_what), order=names.openable(value, as_what))
        for name, value, as_what in _evidence(finding, rule)
    ]
    documents, masked = [], 0
    for row in finding.documents:
        number = str(row.get("document", ""))
        if number and number not in names.orders:
            masked += 1
            continue
        when = names.shown(row.get("day", 0), "day")
        documents.append(Fact(when, names.shown(row.get("amount_fen", 0), "fen"), order=number))
    return FindingView(
        finding=finding,
        title=rule_title(finding.rule_id),
        formula=in_language(rule.formula) if rule is not None else "",
        accepted=in_language(rule.accepted) if rule is not None else "",
        answer=in_language(rule.answer) if rule is not None else "",
        source=(rule.legal_basis or rule.source) if rule is not None else "",
        facts=facts,
        parameters=_parameters(finding, rule, names),
        documents=documents,
        masked_documents=masked,
        opens=finding.standing in OPENING,
        exclusions=[in_language(one) for one in rule.exclusions] if rule is not None else [],
    )


def _evidence(finding: Finding, rule: Rule | None) -> Iterable[tuple[str, Any, str]]:
    """(name, value, shown as) of what the rule declares, in its order; of a rule that is gone what was kept."""
    if rule is None:
        for key, value in finding.evidence.items():
            yield key, value, "fen" if key.endswith("_fen") else "text"
        return
    for one in rule.evidence:
        if one.name in finding.evidence:
            yield in_language(one.words), finding.evidence[one.name], one.shown_as


def _parameters(finding: Finding, rule: Rule | None, names: _Names) -> list[Fact]:
    known = {one.name: one for one in rule.parameters} if rule is not None else {}
    return [
        Fact(in_language(known[name].words), names.shown(value, known[name].unit))
        if name in known
        else Fact(name, str(value))
        for name, value in sorted(finding.parameters.items())
    ]


class _Names:
    """What ids are called for this reader; everything that the findings name is asked for at once."""

    def __init__(self, actor: Actor, findings: Sequence[Finding]) -> None:
        self.actor = actor
        ids: dict[str, set[Any]] = {}
        for finding in findings:
            for _name, value, as_what in _evidence(finding, rules().get(finding.rule_id)):
                ids.setdefault(as_what, set()).add(value)
        parties = {int(one) for one in (*ids.get("unit", ()), *ids.get("supplier", ())) if _is_id(one)}
        self.parties = {
            one.id: one for one in session().scalars(select(Organisation).where(Organisation.id.in_(parties)))
        }
        self.products = _named(Product, ids.get("product", ()))
        self.listings = _named(Listing, ids.get("listing", ()))
        codes = {str(one) for one in ids.get("category", ())}
        self.categories = dict(
            session().execute(select(Category.code, Category.name).where(Category.code.in_(codes))).all()
        )
        numbers = {str(row.get("document", "")) for finding in findings for row in finding.documents}
        numbers |= {str(one) for one in ids.get("order", ())}
        query = visible_to(actor, select(Order)).with_only_columns(Order.number).where(Order.number.in_(numbers))
        self.orders = set(session().scalars(query))

    def shown(self, value: Any, as_what: str) -> str:
        """The value in words."""
        if value is None:
            return "—"
        if not isinstance(value, int):
            if as_what == "category":
                return f"{value} {self.categories.get(str(value), '')}".strip()
            if as_what == "order":
                return str(value) if value in self.orders else _("其他单位的订单")
            return str(value)
        known = {
            **dict.fromkeys(("fen", "basis_points", "percent"), lambda: plain_value(value, as_what)),
            "days": lambda: _("%(count)s 天", count=value),
            "working_days": lambda: _("%(count)s 个工作日", count=value),
            "weeks": lambda: _("%(count)s 周", count=value),
            "hours": lambda: _("%(count)s 小时", count=value),
            "minutes": lambda: _("%(count)s 分钟", count=value),
            "day": lambda: day_of_number(value).isoformat() if value else "—",
            "unit": lambda: self._unit(value),
            "supplier": lambda: self._supplier(value),
            "product": lambda: self.products.get(value, "—"),
            "listing": lambda: self.listings.get(value, "—"),
            "region": lambda: region_name(value),
            "person": lambda: _("（不公开）"),
        }
        return known[as_what]() if as_what in known else str(value)

    def openable(self, value: Any, as_what: str) -> str:
        return str(value) if as_what == "order" and value in self.orders else ""

    def _unit(self, unit_id: int) -> str:
        unit = self.parties.get(unit_id)
        if unit is None:
            return "—"
        is_own = unit_id in self.actor.organisations_as(*UNIT_ROLES)
        regulates = any(covers(region, unit.region_code) for region in self.actor.regions_as("regulator"))
        return unit.name if is_own or regulates else _("%(region)s的一家单位", region=region_name(unit.region_code))

    def _supplier(self, supplier_id: int) -> str:
        supplier = self.parties.get(supplier_id)
        if supplier is None:
            return "—"
        is_shown = self.actor.has_role("regulator") or supplier_id in self.actor.supplier_ids
        return supplier.name if is_shown else _("一家供应商")


def _is_id(value: Any) -> bool:
    return isinstance(value, int) and 0 < value < 2**63


def _named(table: type[Product] | type[Listing], ids: Iterable[Any]) -> dict[int, str]:
    wanted = {one for one in ids if _is_id(one)}
    return dict(session().execute(select(table.id, table.name).where(table.id.in_(wanted))).all()) if wanted else {}
