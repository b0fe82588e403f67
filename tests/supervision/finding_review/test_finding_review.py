"""Findings looked at: who sees which, what a review does to the precision, the draw, and the digest computed again."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import select

from mall import clock
from mall.database import atomic, close_reading, session
from mall.errors import Refusal
from supervision.finding import Finding
from supervision.finding_review.finding_review import FindingReview, reviews_of
from supervision.finding_review.list_findings import FindingFilter, list_findings, next_drawn
from supervision.finding_review.replay_finding import judge_again, replay_evaluations, replay_finding
from supervision.finding_review.review_finding import review_finding
from supervision.finding_review.visible_findings import visible_finding
from supervision.keep_findings import Found, keep_findings
from supervision.rule import Rule, Verdict
from supervision.rule_precision import precisions
from supervision.rules.splitting_statutory import RULE
from tests.conftest import Clone
from tests.form_browser import FormBrowser
from tests.supervision.cases.found import a_finding, the_finding
from tests.world import COUNTY_REGION, SCHOOL_REGION, World


@atomic
def keep(world: World, rule: Rule = RULE, *, subject: str = "unit:1:p:A:2026", limit_fen: int = 900_000) -> None:
    """A finding as a sweep keeps it, with its evaluation and digest."""
    found = Found(
        subject=subject, standing="shadow", region_code=SCHOOL_REGION, unit_id=world.school_id, supplier_id=0,
        category_code="A0201010", product_id=0, document="", day=clock.today(), amount_fen=939_800,
        evidence={"total_fen": 939_800, "limit_fen": limit_fen, "order_count": 2},
        documents=[{"document": "DD-410100-2026-000001", "day": 20_000, "amount_fen": 469_900}],
        parameters={"limit_fen": limit_fen, "warn_percent": 80},
    )  # fmt: skip
    keep_findings(rule, [found], stage="nightly", run_id=None, on=clock.today(), is_whole=False)
    session().info["audited"] = True


def only_finding() -> Finding:
    close_reading()
    return session().scalars(select(Finding)).one()


def test_a_regulator_sees_her_region_and_the_province_what_names_none(world: World) -> None:
    school, county = a_finding(world), a_finding(world, region_code=COUNTY_REGION, unit_id=world.county_id)
    nowhere = a_finding(world, region_code=0, unit_id=None)

    def seen(who: str) -> set[int]:
        close_reading()
        return {one.id for one in list_findings(actor=world.actor(who), wanted=FindingFilter()).findings}

    assert seen("regulator") == {school, county, nowhere}
    assert seen("regulator-city") == {school}
    assert seen("regulator-county") == {county}
    assert seen("handler") == set()
    with pytest.raises(Refusal, match=r"watch\.unknown_finding"):
        visible_finding(world.actor("regulator-county"), school)
    close_reading()


def test_filters_narrow_the_list(world: World) -> None:
    one = a_finding(world, standing="shadow", rule_id="prices.test", review_code="true")
    other = a_finding(world, supplier_id=world.moon_id, gone_on=clock.today())
    actor = world.actor("regulator")

    def found(**wanted: object) -> list[int]:
        close_reading()
        return [each.id for each in list_findings(actor=actor, wanted=FindingFilter(**wanted)).findings]

    assert found() == [other, one]
    assert found(rule_id="prices.test") == found(family="prices") == found(standing="shadow") == [one]
    assert found(supplier_id=world.moon_id) == found(reviewed="no") == found(presence="gone") == [other]
    assert found(reviewed="yes") == found(presence="present") == [one]
    assert found(unit_id=world.county_id) == found(region_code=COUNTY_REGION) == []
    assert found(region_code=410000, page=99) == [other, one]
    close_reading()


def test_a_review_changes_the_precision_and_is_kept(world: World) -> None:
    finding_id = a_finding(world, standing="shadow")
    reviewed = review_finding(actor=world.actor("regulator-city"), finding_id=finding_id, code="true", note="核对过")

    assert (reviewed.review_code, reviewed.reviewed_by_id) == ("true", world.users["regulator-city"])
    assert precisions().of(RULE.id, version=1).true_count == 1
    review_finding(actor=world.actor("regulator"), finding_id=finding_id, code="wrong_pack")
    known = precisions().of(RULE.id, version=1)
    assert (known.hit_count, known.true_count) == (1, 0)
    assert [one.code for one in reviews_of(finding_id)] == ["true", "wrong_pack"]
    assert [one.is_drawn for one in reviews_of(finding_id)] == [True, False]
    close_reading()


def test_the_same_review_twice_is_one(world: World) -> None:
    finding_id = a_finding(world)
    for _ in range(2):
        review_finding(
            actor=world.actor("regulator"), finding_id=finding_id, code="true", request_key="a-review-of-mine"
        )

    assert len(reviews_of(finding_id)) == 1
    close_reading()


@pytest.mark.parametrize(
    ("who", "given", "code"),
    [
        ("regulator-county", {"code": "true"}, "watch.unknown_finding"),
        ("handler", {"code": "true"}, "watch.unknown_finding"),
        ("regulator", {"code": "maybe"}, "watch.unknown_review"),
        ("regulator", {"code": "rule_wrong", "note": " "}, "watch.note_needed"),
        ("regulator", {"code": "true", "input_hash": "f" * 64}, "watch.finding_changed"),
    ],
)
def test_what_may_not_be_said_is_refused(world: World, who: str, given: dict[str, str], code: str) -> None:
    finding_id = a_finding(world)
    with pytest.raises(Refusal) as caught:
        review_finding(actor=world.actor(who), finding_id=finding_id, **given)

    assert caught.value.code == code
    assert the_finding(finding_id).review_code == ""
    close_reading()


def test_only_the_province_reviews_what_names_no_region(world: World) -> None:
    finding_id = a_finding(world, region_code=0, unit_id=None)

    assert review_finding(actor=world.actor("regulator"), finding_id=finding_id, code="true").review_code == "true"


def test_the_draw_follows_a_digest_and_not_the_order_of_finding(world: World) -> None:
    for number in range(6):
        a_finding(world, standing="shadow", subject=f"draw:{number}")
    a_finding(world, standing="case", subject="draw:case")
    a_finding(world, standing="shadow", subject="draw:old", rule_version=9)
    actor = world.actor("regulator")
    drawn = []
    while (finding_id := next_drawn(actor, rule_id=RULE.id, rule_version=1)) is not None:
        assert next_drawn(actor, rule_id=RULE.id, rule_version=1) == finding_id
        drawn.append(visible_finding(actor, finding_id).subject)
        review_finding(actor=actor, finding_id=finding_id, code="urgent")

    expected = sorted(
        (f"draw:{number}" for number in range(6)),
        key=lambda subject: hashlib.sha256(f"{RULE.id}:1:{subject}".encode()).hexdigest(),
    )
    assert drawn == expected
    assert drawn != sorted(drawn)
    assert all(one.is_drawn for one in session().scalars(select(FindingReview)))
    close_reading()


def test_a_finding_gives_the_digest_it_carries(world: World) -> None:
    keep(world)
    keep(world, limit_fen=800_000)
    finding = only_finding()

    replayed = replay_evaluations(finding)

    assert replay_finding(finding)
    assert [one.agrees for one in replayed] == [True, True]
    close_reading()


def test_a_check_is_judged_again_on_the_facts_it_was_given(world: World) -> None:
    rule = replace(RULE, needs=("total_fen",), check=lambda given, values: Verdict(_outcome(given, values)))
    kept = {"rule_version": RULE.version, "parameters": {"limit_fen": 900_000, "warn_percent": 100}}
    hit = a_finding(world, evidence={"given": {"total_fen": 900_000}}, **kept)
    clear = a_finding(world, evidence={"given": {"total_fen": 899_999}}, **kept)
    forgotten = a_finding(world, evidence={"given": {}}, **kept)
    older = a_finding(world, evidence={"given": {"total_fen": 900_000}}, **{**kept, "rule_version": 99})

    again = [judge_again(the_finding(one), rule) for one in (hit, clear, forgotten, older)]

    assert again == ["hit", "clear", "", ""]
    assert judge_again(the_finding(hit), replace(rule, check=None)) == ""
    close_reading()


def _outcome(given: Any, values: Any) -> str:
    return "hit" if given["total_fen"] >= values["limit_fen"] else "clear"


def test_an_altered_row_does_not_give_its_digest(world: World, own_database: Clone) -> None:
    keep(world)
    with psycopg.connect(own_database.admin, autocommit=True) as admin:
        admin.execute("update finding set evidence = evidence || '{\"total_fen\": 1}'")
    finding = only_finding()

    assert not replay_finding(finding)
    assert [one.agrees for one in replay_evaluations(finding)] == [True]
    close_reading()


def test_a_review_of_an_older_version_does_not_speak_for_the_new_one(world: World) -> None:
    keep(world)
    review_finding(actor=world.actor("regulator"), finding_id=only_finding().id, code="true")
    keep(world)
    assert only_finding().review_code == "true"
    keep(world, replace(RULE, version=RULE.version + 1))

    finding = only_finding()
    assert (finding.rule_version, finding.review_code, finding.reviewed_at) == (RULE.version + 1, "", None)
    assert [one.code for one in reviews_of(finding.id)] == ["true"]
    close_reading()


def test_a_regulator_draws_reviews_and_sees_the_precision(app: Flask, world: World) -> None:
    keep(world)
    finding_id = only_finding().id
    close_reading()
    regulator = FormBrowser(app.test_client(), "regulator-city")
    listed = regulator.get("/watch/findings?standing=shadow&reviewed=no")
    assert f"#{finding_id}" in listed.words and "郑州市阳光中学" in listed.words

    page = regulator.get(f"/watch/findings/draw?rule={RULE.id}")
    assert page.path == f"/watch/findings/{finding_id}"
    assert "¥9,398.00" in page.words and "相符" in page.words and "80%" in page.words
    refused = regulator.send(page, "/review", code="rule_wrong", note="")
    assert refused.status == 422
    assert refused.tree.xpath("//select[@name='code']/option[@selected]/@value") == ["rule_wrong"]
    done = regulator.send(refused, "/review", code="true", note="核对过两张订单")
    assert done.path == "/watch/findings" and "都已审核" in done.words
    words = regulator.get(f"/watch/findings/{finding_id}").words
    assert "1 / 1 属实" in words and "核对过两张订单" in words and "抽取" in words
    assert "1 / 1 属实" in regulator.get("/watch/rules").words


def test_an_altered_finding_says_so(app: Flask, world: World, own_database: Clone) -> None:
    keep(world)
    with psycopg.connect(own_database.admin, autocommit=True) as admin:
        admin.execute("update finding set amount_fen = 1")
    finding_id = only_finding().id
    close_reading()

    page = FormBrowser(app.test_client(), "regulator").get(f"/watch/findings/{finding_id}")

    assert "不符" in page.words and "被改动过" in page.words
