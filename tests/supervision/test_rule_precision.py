"""Precision of rules in integers: Wilson's bound against published values, prior, fallback, and what it allows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mall import clock
from mall.access.actor import SYSTEM
from mall.audit.record import record
from mall.database import atomic, session
from supervision.rule_precision import (
    NOTHING_KNOWN,
    Precision,
    may_open_cases,
    may_warn,
    precisions,
    standing_of,
    wilson_lower,
)
from supervision.rule_run import RuleMeasurement
from supervision.rules.splitting_statutory import RULE
from tests.supervision.cases.found import a_finding
from tests.world import World

UNPROVEN = replace(RULE, legal_basis="", action="case")


@pytest.mark.parametrize(
    ("true", "hits", "lower"),
    [
        # Newcombe (1998), table I, method 3: 81/263 .2553, 15/148 .0624, 0/20 .0000, 1/29 .0061; and 8/10, 10/10
        (81, 263, 255_300),
        (15, 148, 62_400),
        (0, 20, 0),
        (1, 29, 6_100),
        (8, 10, 490_200),
        (10, 10, 722_500),
    ],
)
def test_wilsons_bound_is_the_published_one(true: int, hits: int, lower: int) -> None:
    assert abs(wilson_lower(true, hits) - lower) <= 60


def test_wilsons_bound_grows_with_the_data_and_never_exceeds_the_share() -> None:
    bounds = [wilson_lower(half, 2 * half) for half in (1, 10, 100, 10_000, 10**9)]

    assert bounds == sorted(bounds)
    assert 499_000 < bounds[-1] <= 500_000
    assert wilson_lower(0, 0) == 0


def test_more_true_findings_than_findings_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="3 of 2"):
        wilson_lower(3, 2)


def test_without_data_the_prior_speaks_softly() -> None:
    assert NOTHING_KNOWN.share == 200_000
    assert Precision(20, 20).share == 840_000
    assert NOTHING_KNOWN.lowest == 0


@pytest.mark.parametrize(
    ("precision", "warns", "opens"),
    [
        (NOTHING_KNOWN, False, False),
        (Precision(10, 6), True, False),
        (Precision(10, 8), True, False),
        (Precision(11, 9), True, True),
        (Precision(200, 59), False, False),
    ],
)
def test_a_rule_may_what_it_has_shown(precision: Precision, warns: bool, opens: bool) -> None:
    assert may_warn(UNPROVEN, precision) is warns
    assert may_open_cases(UNPROVEN, precision) is opens


@pytest.mark.parametrize(
    ("action", "mode", "precision", "standing"),
    [
        ("case", "off", Precision(100, 100), "shadow"),
        ("case", "shadow", Precision(100, 100), "shadow"),
        ("case", "on", Precision(100, 100), "case"),
        ("hold", "on", Precision(100, 100), "case"),
        ("case", "on", Precision(10, 6), "warn"),
        ("warn", "on", Precision(100, 100), "warn"),
        ("warn", "on", NOTHING_KNOWN, "inform"),
        ("case", "on", NOTHING_KNOWN, "inform"),
        ("inform", "on", Precision(100, 100), "inform"),
    ],
)
def test_without_a_legal_basis_a_rule_does_no_more_than_it_has_shown(
    action: str, mode: str, precision: Precision, standing: str
) -> None:
    assert standing_of(replace(UNPROVEN, action=action), mode, precision) == standing


@pytest.mark.parametrize("action", ["block", "hold", "case", "warn", "inform"])
def test_a_legal_basis_needs_no_proof(action: str) -> None:
    assert standing_of(replace(RULE, action=action), "on", NOTHING_KNOWN) == action


def test_an_unknown_mode_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="mode"):
        standing_of(RULE, "loud", NOTHING_KNOWN)


def test_reviewed_findings_count_and_wrong_data_counts_against_the_rule(world: World) -> None:
    for code in ("true", "true", "urgent", "wrong_unit", "rule_wrong"):
        a_finding(world, rule_id="prices.test", category_code="A0504010101", review_code=code)
    a_finding(world, rule_id="prices.test")
    a_finding(world, rule_id="prices.test", rule_version=2, review_code="true")

    known = precisions()

    assert known.of("prices.test", version=1) == Precision(5, 2)
    assert known.of("prices.test", version=2) == Precision(1, 1)
    assert known.of("prices.other", version=1) == NOTHING_KNOWN


def test_a_category_speaks_for_itself_from_twenty_findings_on(world: World) -> None:
    for place in range(20):
        code = "true" if place < 15 else "urgent"
        a_finding(world, rule_id="prices.test", category_code="A05040101", review_code=code)
    for _ in range(19):
        a_finding(world, rule_id="prices.test", category_code="A02021003", review_code="rule_wrong")

    known = precisions()

    assert known.of("prices.test", version=1, category_code="A0504010199") == Precision(20, 15)
    assert known.of("prices.test", version=1, category_code="A02021003") == Precision(39, 15)


@atomic
def _measure(*, category_code: str, hits: int, true: int, source: str) -> None:
    session().add(
        RuleMeasurement(
            rule_id="prices.test", rule_version=1, category_code=category_code, hit_count=hits, true_count=true,
            source=source, at=clock.now(),
        )
    )  # fmt: skip
    record(actor=SYSTEM, action="test.measure", subject="prices.test")


def test_measurements_count_once_a_source_and_a_total_stands_before_its_parts(world: World) -> None:
    _measure(category_code="", hits=100, true=10, source="panel 1")
    _measure(category_code="", hits=100, true=70, source="panel 1")
    _measure(category_code="A050401", hits=60, true=50, source="panel 1")
    _measure(category_code="A050401", hits=40, true=20, source="panel 2")

    known = precisions()

    assert known.of("prices.test", version=1) == Precision(140, 90)
    assert known.of("prices.test", version=1, category_code="A05040101") == Precision(100, 70)
