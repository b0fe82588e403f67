"""Objects of the access test for credit, measures, inspections, public reports and the watch's records."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mall import clock

Facts = dict[str, Any]


def _standing(scene: Any, party_id: int, *, kind: str, region_code: int, score: int = 9000) -> None:
    scene.admin.execute(
        "insert into credit_standing (party_id, party_kind, region_code, score, marks, deeds, grade, formula_version,"
        " reckoned_on) values (%s, %s, %s, %s, '{}', 1, 'B', 1, %s) on conflict do nothing",
        (party_id, kind, region_code, score, clock.today()),
    )


def _credit_of(party: str) -> Callable[[Any], Facts]:
    """A party's score with an entry that names a document of its own."""

    def make(scene: Any) -> Facts:
        of_unit = party == "school"
        party_id = scene.world.school_id if of_unit else scene.world.sunny_id
        kind, dimension, code = ("unit", "payment", "paid_in_time") if of_unit else ("supplier", "price", "fair_price")
        _standing(scene, party_id, kind=kind, region_code=410100)
        canary = f"CANARY-{next(scene.numbers):06d}"
        scene.admin.execute(
            "insert into credit_entry (party_kind, party_id, dimension, code, points, document, source, day,"
            " expires_on, formula_version, written_at) values (%s, %s, %s, %s, 5, %s, %s, current_date,"
            " current_date + 365, 1, now())",
            (kind, party_id, dimension, code, f"order:{canary}", f"{code}/order:{canary}"),
        )
        return {"party_id": party_id, "canary": canary}

    return make


def _credit_row(scene: Any) -> Facts:
    """A supplier of the city whom nobody has met, at the head of the list."""
    name = f"金丝雀信用{next(scene.numbers)}号"
    row = scene.admin.execute(
        "with place as (insert into organisation (kind, region_code, name) values ('supplier', 410100, %s)"
        " returning id) insert into supplier (id, name, credit_code, region_code, is_small_firm)"
        " select id, %s, %s, 410100, true from place returning id",
        (name, name, f"CREDIT{next(scene.numbers):012d}"),
    ).fetchone()
    _standing(scene, row[0], kind="supplier", region_code=410100, score=0)
    return {"party_id": row[0], "canary": name}


MAKERS: dict[str, Callable[[Any], Facts]] = {
    "school_credit": _credit_of("school"),
    "sunny_credit": _credit_of("sunny"),
    "credit_row": _credit_row,
}

CONTENTS: dict[str, Callable[[Facts, Any], Facts]] = {}

MISSING: Facts = {"party_id": 999999999}
