"""A draft on past orders: what it would find and lose, what people had said, and an honest end of every attempt."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from mall import clock
from mall.database import close_reading
from mall.documents.history import history_of
from mall.settings import Settings
from supervision.analytics import history_folder
from supervision.engines.duckdb_engine import DuckdbEngine
from supervision.history_files import read_manifest
from supervision.rule import CLEAR, HIT, NOT_COMPUTABLE, Verdict
from supervision.rule_changes import run_back_tests
from supervision.rule_changes.run_back_tests import run_waiting_back_tests
from supervision.rule_shelf import rules
from supervision.rules.splitting_statutory import RULE
from supervision.watch_night import export_now
from tests.supervision.cases.found import a_finding
from tests.supervision.rule_changes.drafts import (
    PROVINCE,
    back_tested,
    draw_up,
    in_force,
    order_computers,
    second_regulator,
    take,
    the_change,
)
from tests.world import COUNTY_REGION, World


def subject_of(world: World, settings: Settings) -> str:
    """The subject under which the school's two computers are found."""
    change = back_tested(world, settings, reason="看看对象")
    return str(change.back_test["examples"][0]["subject"])


def test_a_stricter_draft_says_what_it_would_find(world: World, settings: Settings) -> None:
    order_computers(world)
    order_computers(world)

    change = back_tested(world, settings)

    test = change.back_test
    assert (change.state, change.back_test_requested_at, test["kind"]) == ("tested", None, "swept")
    assert (test["draft"]["hit_count"], test["draft"]["amount_fen"]) == (1, 939_800)
    assert (test["held"]["hit_count"], test["held"]["amount_fen"]) == (0, 0)
    assert (test["new"]["hit_count"], test["gone"]["hit_count"], test["both"]["hit_count"]) == (1, 0, 0)
    assert test["draft"]["counts"] == {"hit": 1, "clear": 0, "not_applicable": 0, "not_computable": 0}
    assert test["held"]["counts"] == {"hit": 0, "clear": 1, "not_applicable": 0, "not_computable": 0}
    (example,) = test["examples"]
    assert (example["change"], example["unit_id"], example["amount_fen"]) == ("new", world.school_id, 939_800)
    manifest = read_manifest(history_folder(settings))
    assert manifest is not None and test["history_digest"] == manifest.digest
    assert history_of(change.reference)[-1].action == "back_test"


def test_switching_off_loses_what_is_found_and_what_reviewers_said_is_counted(world: World, settings: Settings) -> None:
    order_computers(world)
    order_computers(world)
    subject = subject_of(world, settings)
    in_force(world, settings, values={"limit_fen": 900_000})
    a_finding(world, subject=subject, review_code="true")
    second_regulator(world)

    with clock.frozen(clock.now() + timedelta(days=2)):
        change = back_tested(world, settings, "regulator", region_code=PROVINCE, values={}, mode="off")

    # The city keeps its own threshold and does not switch on by itself: the province's word is the least.
    test = change.back_test
    assert test["gone"] == {"hit_count": 1, "amount_fen": 939_800, "reviews": {"true": 1}}
    assert (test["draft"]["hit_count"], test["draft"]["off_count"]) == (0, 1)
    assert test["examples"][0]["change"] == "gone"
    assert test["examples"][0]["finding_id"] is not None


def test_a_draft_is_tried_on_its_own_region_alone(world: World, settings: Settings) -> None:
    order_computers(world)
    order_computers(world)

    change = back_tested(world, settings, "regulator-county", region_code=COUNTY_REGION)

    assert sum(change.back_test["draft"]["counts"].values()) == 0
    assert change.back_test["examples"] == []


def test_postgresql_says_the_same(world: World, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    order_computers(world)
    order_computers(world)
    by_duckdb = back_tested(world, settings).back_test
    monkeypatch.setenv("SUNMALL_ANALYTICS", "postgresql")
    by_postgresql = back_tested(world, settings, reason="另一个引擎").back_test

    assert by_postgresql["engine"] == "postgresql"
    assert {name: by_duckdb[name] for name in ("draft", "held", "new", "gone", "both", "examples")} == {
        name: by_postgresql[name] for name in ("draft", "held", "new", "gone", "both", "examples")
    }


def failed(world: World, settings: Settings) -> Any:
    """A draft whose back-test was run and did not succeed."""
    change = draw_up(world)
    take(world, change, "request_back_test")
    assert run_waiting_back_tests(settings) == 1
    return the_change(change.number)


def test_without_history_nothing_found_is_not_what_is_said(world: World, settings: Settings) -> None:
    change = failed(world, settings)

    assert (change.state, change.back_test_requested_at) == ("draft", None)
    assert (change.back_test["kind"], change.back_test["code"]) == ("failed", "rule.no_history")
    assert history_of(change.reference)[-1].action == "back_test_failed"


def test_an_engine_that_fails_ends_in_words_and_may_be_asked_again(
    world: World, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    export_now(settings, on=clock.today())
    with monkeypatch.context() as broken:
        broken.setattr(DuckdbEngine, "sweep", lambda *_: 1 / 0)
        change = failed(world, settings)

    assert (change.state, change.back_test["code"]) == ("draft", "watch.engine_failed")
    assert change.back_test["words"].startswith("ZeroDivisionError")
    take(world, change, "request_back_test")
    assert run_waiting_back_tests(settings) == 1
    assert the_change(change.number).state == "tested"


def test_an_unknown_engine_is_named(world: World, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUNMALL_ANALYTICS", "abacus")

    assert failed(world, settings).back_test["code"] == "watch.unknown_engine"


def test_a_result_of_something_else_is_not_kept(
    world: World, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = draw_up(world)
    take(world, change, "request_back_test")

    def edit_meanwhile(*_: object) -> dict[str, Any]:
        close_reading()
        take(
            world, change, "edit", mode="on", values={"limit_fen": 800_000}, legal_reference="文号", reason="改一改",
            valid_from=change.valid_from.isoformat(),
        )  # fmt: skip
        return {"kind": "nothing"}

    monkeypatch.setattr(run_back_tests, "_try_draft", edit_meanwhile)
    run_waiting_back_tests(settings)

    assert (the_change(change.number).state, the_change(change.number).back_test) == ("draft", {})
    close_reading()


def _check(given: Any, values: Any) -> Verdict:
    if given["total_fen"] is None:
        return Verdict(NOT_COMPUTABLE)
    is_hit = given["total_fen"] >= values["limit_fen"]
    return Verdict(HIT if is_hit else CLEAR, amount_fen=given["total_fen"])


CHECK_ONLY = replace(
    RULE, find=None, documents=None, stages=("order",), tables=(), needs=("total_fen", "amount_fen"), check=_check
)


def test_a_mere_check_is_replayed_over_what_its_findings_kept(
    world: World, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(rules(), RULE.id, CHECK_ONLY)
    a_finding(world, evidence={"total_fen": 450_000_000}, review_code="urgent")
    a_finding(world, evidence={"total_fen": 950_000})
    a_finding(world, evidence={"something": 1})
    a_finding(world, evidence={"total_fen": None})

    test = back_tested(world, settings).back_test

    assert test["kind"] == "replayed"
    assert test["draft"]["counts"] == {"hit": 2, "clear": 0, "not_applicable": 0, "not_computable": 1}
    assert (test["draft"]["amount_fen"], test["new"]["amount_fen"]) == (450_950_000, 950_000)
    assert test["both"]["reviews"] == {"urgent": 1}


def test_a_mere_check_without_such_findings_says_plainly_that_there_is_nothing(
    world: World, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(rules(), RULE.id, CHECK_ONLY)
    a_finding(world, evidence={"something": 1})

    change = back_tested(world, settings)

    assert (change.state, change.back_test["kind"]) == ("tested", "nothing")
