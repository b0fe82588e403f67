"""The pages of rules and their changes, as two regulators use them, without JavaScript."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from mall import clock
from mall.access.actor import SYSTEM
from mall.audit.record import record
from mall.database import atomic, close_reading, session
from mall.outbox.deliver import deliver_waiting
from mall.settings import Settings
from supervision.rule_changes.change_form import number_typed, read_change_form
from supervision.rule_changes.run_back_tests import run_waiting_back_tests
from supervision.rule_run import RuleRun
from supervision.rule_shelf import rules
from supervision.rules.splitting_statutory import RULE
from supervision.watch_night import export_now, run_night
from tests.form_browser import FormBrowser
from tests.supervision.rule_changes.drafts import draw_up, order_computers, take
from tests.world import World

_CHINESE = re.compile("[\u4e00-\u9fff]")


@atomic
def a_run(**given: object) -> None:
    """A run of the rule in the night before."""
    facts = {
        "rule_id": RULE.id, "rule_version": RULE.version, "on_day": clock.today(), "engine": "duckdb",
        "parameters": {}, "history_digest": "d" * 64, "hit_count": 3, "clear_count": 40, "not_applicable_count": 5,
        "not_computable_count": 7, "took_ms": 120, "at": clock.now(), **given,
    }  # fmt: skip
    session().add(RuleRun(**facts))
    session().flush()
    record(actor=SYSTEM, action="test.run", subject="run")


def test_the_catalogue_shows_every_rule_and_tells_uncomputed_from_clear(app: Flask, world: World) -> None:
    a_run()
    page = FormBrowser(app.test_client(), "regulator").get("/watch/rules")

    assert all(rule.name.zh in page.words for rule in rules().values())
    assert all(rule.name.en in page.words for rule in rules().values())
    assert "命中 3" in page.words and "未发现 40" in page.words
    assert "不适用 5" in page.words and "无法计算 7" in page.words
    assert "还没有人审核" in page.words


def test_a_failed_run_is_shown_as_failed(app: Flask, world: World) -> None:
    a_run(failure="ZeroDivisionError: division by zero", hit_count=0, clear_count=0)
    regulator = FormBrowser(app.test_client(), "regulator")

    for path in ("/watch/rules", f"/watch/rules/{RULE.id}"):
        words = regulator.get(path).words
        assert "运行失败" in words and "ZeroDivisionError" in words


def test_a_change_is_walked_from_the_rule_to_the_value_in_force(app: Flask, world: World, settings: Settings) -> None:
    order_computers(world)
    order_computers(world)
    maker = FormBrowser(app.test_client(), "regulator-city")
    page = maker.get(f"/watch/rules/{RULE.id}")
    assert RULE.formula.zh in page.words and "《政府采购法实施条例》第二十八条" in page.words
    form = maker.get(f"/watch/rules/{RULE.id}/change")
    typed = {"value-limit_fen": "九千", "legal_reference": "郑财购〔2026〕1号", "reason": "试行从严"}
    again = maker.send(form, f"/watch/rules/{RULE.id}/change", **typed)
    assert again.status == 422 and "看不懂" in again.words
    assert [again.value(name) for name in typed] == list(typed.values())
    looser = maker.send(again, f"/watch/rules/{RULE.id}/change", **{"value-limit_fen": "90000000"})
    assert looser.status == 409 and "宽松" in looser.words
    assert looser.value("value-limit_fen") == "90000000"
    drawn = maker.send(looser, f"/watch/rules/{RULE.id}/change", **{"value-limit_fen": "9,000.00"})
    assert "草案已建立" in drawn.words and "¥9,000.00" in drawn.words
    path = drawn.path
    asked = maker.send(drawn, "/request_back_test")
    assert "回测在后台进行" in asked.words
    assert not asked.has_form("/propose")

    export_now(settings, on=clock.today())
    run_waiting_back_tests(settings)
    page = maker.get(path)
    assert "草案新增" in page.words and "¥9,398.00" in page.words
    page = maker.send(page, "/shadow")
    assert "今夜第一次运行" in page.words
    run_night(settings, on=clock.today(), only=[RULE.id])
    run_night(settings, on=clock.today() + timedelta(days=1), only=[RULE.id])
    page = maker.get(path)
    assert page.tree.xpath("//svg") and "每夜命中" in page.text
    page = maker.send(page, "/propose")
    assert not page.has_form("/switch_on")
    assert "您参与了这项变更" in page.words

    deliver_waiting()
    decider = FormBrowser(app.test_client(), "regulator")
    notices = decider.get("/notices")
    assert "等您启用或驳回" in notices.words
    notice_id, number = notices.tree.xpath("//*[@name='notice_id']/@value")[0], path.rpartition("/")[2]
    page = decider.send(notices, "/notices/read", notice_id=notice_id, order=number, go="1")
    assert page.path == path
    page = decider.send(page, "/switch_on")
    assert "已启用" in page.words
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()
    assert f"自 {tomorrow} 起生效" in page.words
    # It holds from tomorrow on; until then the rule's page tells it among the dated values.
    words = maker.get(f"/watch/rules/{RULE.id}").words
    assert "还没有生效" in words and "¥9,000.00" in words


def test_a_refused_decision_keeps_what_was_typed(app: Flask, world: World, settings: Settings) -> None:
    export_now(settings, on=clock.today())
    change = draw_up(world)
    take(world, change, "request_back_test")
    run_waiting_back_tests(settings)
    take(world, change, "propose")
    decider = FormBrowser(app.test_client(), "regulator")
    page = decider.get(f"/watch/rules/changes/{change.number}")

    refused = decider.send(page, "/reject", reason="不")

    assert refused.status == 422
    assert refused.value("reason") == "不"


def test_a_draft_is_edited_with_what_it_holds(app: Flask, world: World) -> None:
    change = draw_up(world)
    maker = FormBrowser(app.test_client(), "regulator-city")
    form = maker.get(f"/watch/rules/changes/{change.number}/edit")
    assert form.value("value-limit_fen") == "9000.00"

    page = maker.send(form, "/edit", **{"value-limit_fen": "8000"})

    assert "草案已修改" in page.words and "¥8,000.00" in page.words


def test_what_is_decided_is_not_edited(app: Flask, world: World) -> None:
    change = take(world, draw_up(world), "withdraw")
    maker = FormBrowser(app.test_client(), "regulator-city")

    assert maker.get(f"/watch/rules/changes/{change.number}/edit").path == f"/watch/rules/changes/{change.number}"
    assert maker.get(f"/watch/rules/changes/{change.number}").status == 200


def test_the_public_page_and_its_twin_tell_formulas_and_no_values(client: FlaskClient, world: World) -> None:
    page = client.get("/open/rules").get_data(as_text=True)
    told = json.loads(client.get("/open/rules.json").get_data(as_text=True))

    assert RULE.formula.zh in page and RULE.source in page
    assert {one["id"] for one in told["rules"]} == set(rules())
    for one in told["rules"]:
        assert all(set(parameter) == {"name", "unit", "words"} for parameter in one["parameters"])
    for text in (page, json.dumps(told)):
        assert str(RULE.parameter("limit_fen").default) not in text and "2,000,000" not in text


def test_the_pages_speak_english(app: Flask, world: World) -> None:
    a_run()
    change = draw_up(world, legal_reference="Document 1", reason="A trial")
    regulator = FormBrowser(app.test_client(), "regulator-city")
    regulator.send(regulator.get("/watch/rules"), "/language", language="en")

    for path in (f"/watch/rules/{RULE.id}/change", f"/watch/rules/changes/{change.number}", "/watch/findings"):
        main = regulator.get(path).tree.xpath("//main")[0]
        left = [text for text in main.itertext() if _CHINESE.search(text) and "中文" not in text]
        known = ("郑州", "测试", "河南")
        assert [text for text in left if not any(name in text for name in known)] == [], path
    assert "Could not" not in regulator.get("/watch/rules").words
    close_reading()


@pytest.mark.parametrize(
    ("typed", "value"),
    [("9000", 900_000), ("9,000.5", 900_050), ("¥12.34", 1_234), ("-1", -100), ("", None)],
)
def test_yuan_are_read_as_people_type_them(typed: str, value: int | None) -> None:
    found = read_change_form(RULE, {"value-limit_fen": typed, "valid_from": "2026-12-01"})

    assert found.body["values"].get("limit_fen") == value
    assert found.faulty == []


@pytest.mark.parametrize("typed", ["九千", "1.234", "1e5", "NaN", "١٢", "1_000", "9" * 30])
def test_what_is_no_number_is_named(typed: str) -> None:
    assert read_change_form(RULE, {"value-limit_fen": typed, "valid_from": "2026-12-01"}).faulty == ["value-limit_fen"]


def test_one_bound_alone_and_a_day_that_is_none_are_named() -> None:
    faulty = read_change_form(RULE, {"lowest-warn_percent": "60", "valid_from": "2026-02-30"}).faulty

    assert faulty == ["highest-warn_percent", "valid_from"]


def test_a_value_is_typed_as_it_was_shown() -> None:
    assert [number_typed(900_050, "fen"), number_typed(-5, "basis_points"), number_typed(80, "percent")] == [
        "9000.50", "-0.05", "80",
    ]  # fmt: skip
