"""What a regulator may wish of a rule, and what is refused, each for its reason."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from mall import clock
from mall.audit.audit_record import AuditRecord
from mall.database import close_reading, session
from mall.errors import Refusal
from mall.settings import Settings
from supervision.rule_changes.draft import plain_value
from tests.supervision.rule_changes.drafts import (
    PROVINCE,
    back_tested,
    draw_up,
    in_force,
    second_regulator,
    take,
)
from tests.world import COUNTY_REGION, World


def refused(world: World, who: str = "regulator-city", **given: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        draw_up(world, who, **given)
    close_reading()
    return caught.value


def test_a_draft_holds_what_differs_and_is_audited(world: World) -> None:
    change = draw_up(world)

    assert (change.state, change.values, change.bounds) == ("draft", {"limit_fen": 900_000}, {})
    assert change.number.startswith("GZ-410100-")
    with session() as reading:
        audited = reading.scalars(select(AuditRecord.action).where(AuditRecord.subject == change.reference)).all()
    assert audited == ["rule_change.draw_up"]


def test_the_same_request_twice_is_one_draft(world: World) -> None:
    first = draw_up(world, request_key="once-and-again")
    again = draw_up(world, request_key="once-and-again")

    assert first.number == again.number


@pytest.mark.parametrize(
    ("who", "given", "code"),
    [
        ("regulator-city", {"rule_id": "no.rule"}, "rule.unknown"),
        ("regulator-city", {"region_code": 999999}, "rule.unknown_region"),
        ("regulator-city", {"region_code": PROVINCE}, "access.denied"),
        ("regulator-county", {}, "access.denied"),
        ("handler", {}, "access.denied"),
        ("regulator-city", {"values": {"limit": 1}}, "rule.unknown_parameter"),
        ("regulator-city", {"bounds": {"limit": (1, 2)}}, "rule.unknown_parameter"),
        ("regulator-city", {"bounds": {"limit_fen": (1, 2)}}, "rule.bounds_by_province"),
        ("regulator-city", {"values": {"warn_percent": 70}}, "rule.province_only"),
        ("regulator-city", {"values": {"limit_fen": 10**15}}, "rule.would_loosen"),
        ("regulator-city", {"values": {"limit_fen": -1}}, "rule.outside_bounds"),
        ("regulator-city", {"values": {"limit_fen": 10**18}}, "rule.outside_bounds"),
        ("regulator-city", {"mode": "shadow"}, "rule.mode_would_loosen"),
        ("regulator-city", {"mode": "loud"}, "rule.unknown_mode"),
        ("regulator-city", {"values": {}}, "rule.nothing_changed"),
        ("regulator-city", {"reason": " "}, "rule.reason_needed"),
        ("regulator-city", {"legal_reference": ""}, "rule.legal_reference_needed"),
        ("regulator-city", {"rule_version": 99}, "rule.stale_version"),
        ("regulator", {"region_code": PROVINCE, "values": {"warn_percent": 49}}, "rule.outside_bounds"),
        ("regulator", {"region_code": PROVINCE, "values": {"warn_percent": 101}}, "rule.outside_bounds"),
        ("regulator", {"region_code": PROVINCE, "bounds": {"warn_percent": (90, 60)}}, "rule.bad_bounds"),
        ("regulator", {"region_code": PROVINCE, "bounds": {"warn_percent": (10, 60)}}, "rule.bad_bounds"),
        # 80 holds, and the new bounds would cut it off
        ("regulator", {"region_code": PROVINCE, "bounds": {"warn_percent": (50, 60)}}, "rule.outside_bounds"),
        # a number of the law is loosened by the law alone
        ("regulator", {"region_code": PROVINCE, "values": {"limit_fen": 10**14}}, "rule.would_loosen"),
    ],
)  # fmt: skip
def test_what_may_not_be_wished_is_refused(world: World, who: str, given: dict[str, Any], code: str) -> None:
    assert refused(world, who, **given).code == code


def test_the_refusal_names_the_parameter_and_the_bounds(world: World) -> None:
    refusal = refused(world, "regulator", region_code=PROVINCE, values={"warn_percent": 49})

    assert refusal.facts["name"] == "warn_percent"
    assert (refusal.facts["lowest"], refusal.facts["highest"], refusal.facts["value"]) == ("50%", "100%", "49%")


def test_what_is_stricter_holds_from_tomorrow_and_what_is_looser_may_hold_today(world: World) -> None:
    today = clock.today()
    city = {"values": {"limit_fen": 900_000}, "valid_from": today}
    looser = {"region_code": PROVINCE, "values": {"warn_percent": 90}}

    assert refused(world, **city).facts["earliest"] == (today + timedelta(days=1)).isoformat()
    stricter = refused(world, "regulator", region_code=PROVINCE, values={"warn_percent": 70}, valid_from=today)
    assert stricter.code == "rule.too_early"
    assert refused(world, "regulator", **looser, valid_from=today - timedelta(days=1)).code == "rule.too_early"
    assert draw_up(world, "regulator", **looser, valid_from=today).valid_from == today
    assert draw_up(world, "regulator", region_code=PROVINCE, values={}, mode="off", valid_from=today).mode == "off"


def test_a_regulator_draws_up_for_a_division_below_hers(world: World) -> None:
    change = draw_up(world, "regulator", region_code=COUNTY_REGION)

    assert change.region_code == COUNTY_REGION


def test_bounds_of_the_province_bind_the_divisions_below(world: World, settings: Settings) -> None:
    second = second_regulator(world)
    bounds = {"limit_fen": (500_000, 10**14)}
    in_force(world, settings, "regulator", second, region_code=PROVINCE, values={}, bounds=bounds)
    tomorrow = clock.today() + timedelta(days=1)

    below = refused(world, values={"limit_fen": 400_000}, valid_from=tomorrow)

    assert (below.code, below.facts["lowest"]) == ("rule.outside_bounds", "¥5,000.00")
    assert draw_up(world, values={"limit_fen": 500_000}, valid_from=tomorrow).values == {"limit_fen": 500_000}


def test_an_edit_makes_it_a_draft_again_and_forgets_the_back_test(world: World, settings: Settings) -> None:
    change = back_tested(world, settings)
    body = {
        "mode": "on", "values": {"limit_fen": 800_000}, "valid_from": change.valid_from.isoformat(),
        "legal_reference": "郑财购〔2026〕2号", "reason": "再从严一些",
    }  # fmt: skip

    edited = take(world, change, "edit", **body)

    assert (edited.state, edited.values, edited.back_test) == ("draft", {"limit_fen": 800_000}, {})


def test_whoever_edited_cannot_decide(world: World, settings: Settings) -> None:
    change = draw_up(world)
    body = {
        "mode": "on", "values": {"limit_fen": 800_000}, "valid_from": change.valid_from.isoformat(),
        "legal_reference": "郑财购〔2026〕2号", "reason": "再从严一些",
    }  # fmt: skip

    edited = take(world, change, "edit", "regulator", **body)

    assert world.users["regulator"] in edited.maker_ids


def test_an_edit_in_the_wrong_shape_is_refused(world: World) -> None:
    change = draw_up(world)

    with pytest.raises(Refusal, match=r"request\.invalid"):
        take(world, change, "edit", mode="on", values={"limit_fen": "much"}, valid_from="soon")
    close_reading()


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [(123456, "fen", "¥1,234.56"), (1250, "basis_points", "12.50%"), (-5, "basis_points", "-0.05%"),
     (80, "percent", "80%"), (1200, "days", "1,200")],
)  # fmt: skip
def test_values_are_shown_as_people_read_them(value: int, unit: str, shown: str) -> None:
    assert plain_value(value, unit) == shown
