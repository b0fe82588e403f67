"""Every route, for every person, upon own, foreign and missing objects, against an oracle written by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest
from flask import Flask

from mall import database
from mall.access import permission_table
from mall.access.actor import VISITOR
from mall.access.guards import everyone, needs
from mall.access.predicates import in_any_unit_post, signed_in
from mall.audit.record import record
from mall.ordering import order_pages
from mall.ordering.order import order_numbered
from mall.regions import regional_rule
from mall.search import search_catalogue
from mall.settings import read_settings
from tests.conftest import Template, _drop, books_findings, clone
from tests.house.access_judge import (
    BUSINESS_PAGES,
    Judge,
    Line,
    _asked,
    business_lines,
    lines_without_route,
    officers_among,
    read_oracle,
    routes_without_line,
)
from tests.house.access_people import GROUPS, PEOPLE, add_newcomers, sign_everybody_in
from tests.house.access_scene import Scene

LINES = read_oracle()


@pytest.fixture(scope="module")
def judge(
    template: Template, server_url: str, whole_app: Flask, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Judge]:
    """One database for all cells, which takes seconds to fill; at the end the books must be sound."""
    folder = tmp_path_factory.mktemp("access")
    made = clone(template, server_url)
    settings = read_settings(
        {"SUNMALL_DATA_DIR": str(folder), "SUNMALL_APP_DATABASE_URL": "", "SUNMALL_SECRET_KEY": "for tests only"}
    )
    with pytest.MonkeyPatch.context() as patch, psycopg.connect(made.admin, autocommit=True) as admin:
        patch.setenv("SUNMALL_DATA_DIR", str(folder))
        patch.setitem(whole_app.config, "SUNMALL", settings)
        database.connect(made.app, pool_size=8)
        regional_rule.forget_kept_rules()
        search_catalogue.use_engine(None)
        world = replace(template.world, users=dict(template.world.users))
        add_newcomers(world)
        people = sign_everybody_in(whole_app, world, admin)
        yield Judge(Scene(world, people, admin=admin, folder=folder), whole_app)
    database.close_reading()
    database.disconnect()
    findings = books_findings(made.admin)
    _drop(server_url, made.name)
    assert findings == [], "the books are unsound after the access test"


def line_of(text: str) -> Line:
    """The line of the oracle that reads like this."""
    return next(line for line in LINES if str(line) == text)


def test_every_route_has_its_line_and_every_line_its_route(judge: Judge) -> None:
    assert routes_without_line(judge.app, LINES) == set()
    assert lines_without_route(judge.app, LINES) == set()


def test_oracle_asks_more_than_four_thousand_questions() -> None:
    assert len(LINES) == len({str(line) for line in LINES})
    assert len(LINES) * len(PEOPLE) > 4_000


@pytest.mark.parametrize("line", LINES, ids=str)
def test_a_sixth_of_all_people_may_what_the_oracle_says_and_nothing_else(judge: Judge, line: Line) -> None:
    assert judge.breaches(line, one_of=6) == []


@pytest.mark.long
@pytest.mark.parametrize("line", LINES, ids=str)
def test_everybody_may_what_the_oracle_says_and_nothing_else(judge: Judge, line: Line) -> None:
    assert judge.breaches(line) == []


def test_every_person_is_asked_often_and_every_kind_of_line_by_many() -> None:
    asked = [(line, one) for line in LINES for one in _asked(line, one_of=6)]

    assert min(Counter(one for _line, one in asked).values()) > len(LINES) // 9
    assert len(asked) > len(LINES) * len(PEOPLE) // 6


def test_oracle_lets_no_regulator_change_anything_but_the_watchs_own_papers() -> None:
    # Below /watch/ lie their own papers; what comes of those in others' business is carried out by the system.
    lines = [line for line in business_lines(LINES) if not line.rule.startswith("/watch/")]
    let_in = {str(line): set(line.may) & set(GROUPS["regulators"]) for line in lines}

    assert {line: people for line, people in let_in.items() if people} == {}


def test_oracle_shows_the_officers_no_business() -> None:
    let_in = {str(line): officers_among(line) for line in LINES if line.rule.startswith(BUSINESS_PAGES)}

    assert {line: people for line, people in let_in.items() if people} == {}


@pytest.mark.parametrize("officer", GROUPS["officers"])
def test_officers_see_no_business_anywhere(judge: Judge, officer: str) -> None:
    scene = judge.scene
    number = scene.placed(("paper", 1))
    paths = {line.rule for line in LINES if line.method == "GET" and "<" not in line.rule}

    pages = {path: scene.people[officer].ask("GET", path).get_data(as_text=True) for path in paths - {"/audit"}}
    seen = {
        path for path, text in pages.items() if any(word in text for word in (number, "金丝雀收货人", "金丝雀经费"))
    }

    assert seen == set()


def test_one_person_with_all_posts_carries_only_one_duty_of_an_order(judge: Judge) -> None:
    scene = judge.scene
    person = scene.people["everything"]
    number = scene.placed(("paper", 2), by="everything")
    answers = {}

    def asked(action: str, **form: str) -> None:
        before = judge.fingerprint.take()
        answer = person.ask("POST", f"/orders/{number}/{action}", form=form)
        answers[action] = answer.status_code, judge.fingerprint.take() == before

    asked("approve")
    scene.drive(number, (("approver", "approve", {}), ("supplier", "confirm", {})))
    for who in ("everything", "supplier"):
        scene.drive(number, ((who, "sign", {"password": "Sonne-2026-Test"}),))
    scene.drive(number, (("supplier", "ship", {}),))
    asked("receive", quantity_1="1")
    scene.drive(number, (("receiver", "receive", {}),))
    asked("accept", quantity_1="1")
    scene.drive(number, (("receiver", "accept", {}), ("supplier", "invoice", {})))
    asked("request_payment")

    assert answers == dict.fromkeys(("approve", "receive", "accept", "request_payment"), (409, True))


def test_foreign_budget_line_looks_like_a_missing_one_in_an_order(judge: Judge) -> None:
    scene = judge.scene
    handler = scene.people["handler2"]
    before = judge.fingerprint.take()

    def asked(budget_line_id: int) -> dict[str, object]:
        lines = [{"listing_id": scene.world.listings["paper"], "quantity": 1, "budget_line_id": budget_line_id}]
        answer = handler.ask("POST", "/api/v1/orders", body={"lines": lines}).get_json()
        return {name: answer[name] for name in ("status", "code", "title", "detail")}

    foreign, missing = asked(scene.school_money), asked(999_999_999)

    assert foreign == missing
    assert foreign["code"] == "budget.unknown_line"
    assert judge.fingerprint.take() == before


def test_links_of_officers_are_renewed_by_no_colleague(judge: Judge) -> None:
    scene = judge.scene
    before = judge.fingerprint.take()

    answer = scene.people["sysadmin"].ask("POST", f"/people/{scene.world.users['auditor']}/link")

    assert answer.status_code == 409
    assert judge.fingerprint.take() == before


# From here on: the test can fail. Each hole is made on purpose, and found by the same functions.


def test_new_route_without_a_line_is_found() -> None:
    app = Flask("toy", static_folder=None)
    app.add_url_rule("/hole", view_func=lambda: "", methods=["GET", "DELETE"])

    assert routes_without_line(app, LINES) == {("GET", "/hole"), ("DELETE", "/hole")}


def test_line_without_a_route_is_found() -> None:
    line = replace(LINES[0], rule="/gone")

    assert lines_without_route(Flask("toy", static_folder=None), [line]) == {("GET", "/gone")}


def test_view_without_a_declaration_is_found(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(judge.app.view_functions, "audit.index", lambda: "canary:audit")

    assert judge.breaches(line_of("GET /audit audit_row")) == ["GET /audit audit_row by auditor (403): kept out"]


def test_view_declared_open_is_found(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    view = everyone("a hole made on purpose")(lambda: "an open page")
    monkeypatch.setitem(judge.app.view_functions, "platform.health", view)

    found = judge.breaches(line_of("GET /platform parked_event"))

    assert "GET /platform parked_event by visitor (200): let in" in found
    assert "GET /platform parked_event by regulator (200): let in" in found


def test_reading_permission_made_too_wide_is_found(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(permission_table.PERMISSIONS, "audit.read", ((signed_in,),))

    found = judge.breaches(line_of("GET /audit audit_row"))

    assert "GET /audit audit_row by handler (200): let in" in found
    assert "GET /audit audit_row by handler (200): refused, yet it shows the object" in found
    assert not any("by visitor" in breach for breach in found)


def test_acting_permission_made_too_wide_is_found(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(permission_table.PERMISSIONS, "order.cancel", ((in_any_unit_post,),))

    found = judge.breaches(line_of("POST /orders/<number>/<action> to:cancel"))

    assert "POST /orders/<number>/<action> to:cancel by approver (302): let in" in found
    assert any("by approver (302): refused, yet it changed" in breach for breach in found)


def test_page_that_forgets_whose_orders_it_may_show_is_found(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order_pages, "visible_order", lambda actor, number: order_numbered(number))

    found = judge.breaches(line_of("GET /orders/<number> school_order"))

    assert "GET /orders/<number> school_order by handler2 (200): let in" in found
    assert "GET /orders/<number> school_order by supplier2 (200): refused, yet it shows the object" in found
    assert "GET /orders/<number> school_order by handler2: foreign is 200, missing is 404" in found


def test_reading_that_writes_is_found(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = judge.scene

    def view() -> str:
        scene.admin.execute("update product set name = name || '!' where id = (select min(id) from product)")
        return "canary:audit"

    monkeypatch.setitem(judge.app.view_functions, "audit.index", needs("audit.read")(view))

    found = judge.breaches(replace(line_of("GET /audit audit_row"), reaches=None))

    assert found == ["GET /audit audit_row by auditor (200): reading changed public.product"]


def test_refusal_that_nobody_recorded_is_found(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mall.web.error_pages.record_refusal", lambda **facts: None)

    found = judge.breaches(line_of("POST /audit.csv"))

    assert "POST /audit.csv by handler (403): 0 audit records of a refusal instead of one" in found


def test_refusals_are_told_by_the_audit_and_by_nothing_else(judge: Judge) -> None:
    before, refusals = judge.fingerprint.take(), judge.fingerprint.refusals()

    _record_a_refusal()

    assert judge.fingerprint.refusals() == refusals + 1
    assert judge.fingerprint.take() == before


@database.atomic
def _record_a_refusal() -> None:
    record(actor=VISITOR, action="test.refusal", subject="test", result="refused")
