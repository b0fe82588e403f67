"""Whose rows regulators see, and that units elsewhere have no names."""

from __future__ import annotations

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from mall.errors import Refusal
from supervision.seeing.sight import Scope, Sight, names_for, scope_asked, sight_of
from tests.world import COUNTY_REGION, SCHOOL_REGION, World

UNITS = [(1, 410100, "郑州市阳光中学"), (2, 410300, "洛阳市月光中学"), (3, 410324, "栾川县小学"), (4, 410000, "省厅")]


def test_names_stay_in_sight_and_are_masked_elsewhere(app: Flask) -> None:
    with app.test_request_context():
        found = names_for(UNITS, sight=Sight((410100,)), key="secret")

    assert found[1] == "郑州市阳光中学"
    assert {found[2][:-1], found[3][:-1], found[4][:-1]} == {"某市某单位 ", "某县（区）某单位 ", "某省级单位 "}
    assert sorted(found[one][-1] for one in (2, 3, 4)) == ["1", "2", "3"]


def test_masks_follow_the_key_and_not_the_ids(app: Flask) -> None:
    many = [(number, 410300, f"单位{number}") for number in range(1, 21)]
    with app.test_request_context():
        one, again, other = (names_for(many, sight=Sight((410100,)), key=key) for key in ("a", "a", "b"))

    assert one == again
    assert one != other
    assert [int(one[number].rpartition(" ")[2]) for number, _, _ in many] != list(range(1, 21))


def test_a_province_sees_all_names(app: Flask) -> None:
    with app.test_request_context():
        found = names_for(UNITS, sight=Sight((410000,)), key="secret")

    assert found == {number: name for number, _region, name in UNITS}


@pytest.mark.parametrize(
    ("who", "asked", "is_seen"),
    [
        ("regulator", {"region": "410324"}, True),
        ("regulator", {"everywhere": "1", "region": "410000"}, True),
        ("regulator-city", {"region": "410100"}, True),
        ("regulator-city", {"region": "410000"}, False),
        ("regulator-city", {"region": "410324"}, False),
        ("regulator-city", {"region": "410100", "everywhere": "1"}, False),
        ("regulator-county", {"region": "410300"}, False),
        ("regulator-county", {"region": "410324"}, True),
        ("centre", {"region": "410000"}, False),
    ],
)
def test_a_scope_out_of_sight_is_not_there(world: World, who: str, asked: dict[str, str], is_seen: bool) -> None:
    if is_seen:
        assert scope_asked(world.actor(who), MultiDict(asked)).region_code == int(asked["region"])
    else:
        with pytest.raises(Refusal, match=r"page\.not_found"):
            scope_asked(world.actor(who), MultiDict(asked))


def test_a_foreign_unit_is_as_unknown_as_a_missing_one(world: World) -> None:
    own = scope_asked(world.actor("regulator-city"), MultiDict({"unit": str(world.school_id)}))

    assert own == Scope(SCHOOL_REGION, unit_id=world.school_id)
    for unit_id in (world.county_id, 999_999, -1, 2**63, world.sunny_id):
        with pytest.raises(Refusal, match=r"page\.not_found"):
            scope_asked(world.actor("regulator-city"), MultiDict({"unit": str(unit_id)}))


def test_only_the_post_of_a_regulator_opens_regions(world: World) -> None:
    assert sight_of(world.actor("regulator-county")).regions == (COUNTY_REGION,)
    assert sight_of(world.actor("centre")).regions == ()
