"""Whose rows a regulator sees, of which place or unit a page speaks, and what units elsewhere are called there."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, false, or_, select

from mall.access.actor import Actor
from mall.access.predicates import covers
from mall.database import session
from mall.errors import Refusal
from mall.people.organisation import Organisation
from mall.regions.region import code_bounds

#: what a finding carries that is about a supplier or a product of the whole province
NO_REGION = 0


@dataclass(frozen=True)
class Sight:
    """The divisions that somebody regulates; other posts of the same person open nothing here."""

    regions: tuple[int, ...]

    def covers(self, region_code: int) -> bool:
        return any(covers(region, region_code) for region in self.regions)

    @property
    def sees_province(self) -> bool:
        return any(region % 10000 == 0 for region in self.regions)

    def condition(self, column: Any) -> ColumnElement[bool]:
        """Rows whose region code, in `column`, lies in these divisions."""
        if not self.regions:
            return false()
        return or_(*(column.between(*code_bounds(region)) for region in self.regions))


def sight_of(actor: Actor) -> Sight:
    return Sight(actor.regions_as("regulator"))


@dataclass(frozen=True)
class Scope:
    """What a page is about: a division with those below it, the division's own units alone, or one unit.

    `is_everywhere`: what belongs to no division; only the province has such rows.
    """

    region_code: int
    is_own: bool = False
    unit_id: int | None = None
    is_everywhere: bool = False

    def condition(self, region_column: Any, unit_column: Any) -> ColumnElement[bool]:
        """The rows of this scope. A province's scope holds what belongs to no division, too."""
        if self.is_everywhere:
            return region_column == NO_REGION
        if self.unit_id is not None:
            return and_(unit_column == self.unit_id)
        if self.is_own:
            return region_column == self.region_code
        inside = region_column.between(*code_bounds(self.region_code))
        return or_(inside, region_column == NO_REGION) if self.region_code % 10000 == 0 else inside

    @property
    def arguments(self) -> dict[str, int]:
        """For addresses: what `scope_asked` reads again."""
        if self.unit_id is not None:
            return {"unit": self.unit_id}
        if self.is_everywhere:
            return {"region": self.region_code, "everywhere": 1}
        return {"region": self.region_code, "own": 1} if self.is_own else {"region": self.region_code}


def scope_asked(actor: Actor, asked: Any) -> Scope:
    """The scope that the arguments `unit`, `region`, `own`, `everywhere` name; without them the actor's own division.

    Raises Refusal("page.not_found") for what is out of sight, as for what is not there.
    """
    sight = sight_of(actor)
    unit_id = asked.get("unit", type=int)
    if unit_id is not None:
        return scope_of_unit(sight, unit_id)
    region_code = asked.get("region", default=sight.regions[0] if sight.regions else 0, type=int)
    is_everywhere = asked.get("everywhere") == "1"
    if not sight.covers(region_code) or (is_everywhere and region_code % 10000):
        raise Refusal("page.not_found")
    return Scope(region_code, is_own=asked.get("own") == "1", is_everywhere=is_everywhere)


def scope_of_unit(sight: Sight, unit_id: int) -> Scope:
    """The scope of one unit in sight. Raises Refusal("page.not_found")."""
    unit = unit_in_sight(sight, unit_id)
    return Scope(unit.region_code, unit_id=unit.id)


def unit_in_sight(sight: Sight, unit_id: int) -> Organisation:
    """The unit. Raises Refusal("page.not_found") for a foreign one as for a missing one."""
    query = select(Organisation).where(
        Organisation.id == (unit_id if 0 < unit_id < 2**63 else 0),
        Organisation.kind == "unit",
        sight.condition(Organisation.region_code),
    )
    unit = session().scalar(query)
    if unit is None:
        raise Refusal("page.not_found")
    return unit


def names_for(units: Iterable[tuple[int, int, str]], *, sight: Sight, key: str) -> dict[int, str]:
    """{unit id: name} of (id, region code, name): its name in sight, elsewhere "某市某单位 3".

    Numbers follow a keyed digest, so that they tell neither the order of the ids nor that of the names, and stay the
    same for the same units.
    """
    found: dict[int, str] = {}
    hidden: list[tuple[str, int, int]] = []
    for unit_id, region_code, name in units:
        if sight.covers(region_code):
            found[unit_id] = name
        else:
            digest = hmac.new(key.encode(), f"unit {unit_id}".encode(), hashlib.sha256).hexdigest()
            hidden.append((digest, unit_id, region_code))
    for number, (_digest, unit_id, region_code) in enumerate(sorted(hidden), start=1):
        found[unit_id] = _masked(region_code, number)
    return found


def _masked(region_code: int, number: int) -> str:
    if region_code % 10000 == 0:
        return _("某省级单位 %(number)s", number=number)
    if region_code % 100 == 0:
        return _("某市某单位 %(number)s", number=number)
    return _("某县（区）某单位 %(number)s", number=number)
