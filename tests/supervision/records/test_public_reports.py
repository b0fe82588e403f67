"""Public reports: filed without an account, followed by a code, handled by the regulators of the region."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from mall import clock
from mall.audit.audit_record import AuditRecord
from mall.database import atomic, close_reading, session
from mall.documents.history import DocumentStep
from mall.documents.once import RequestRecord
from mall.errors import Refusal
from mall.people.sign_in_throttle import SignInCounter
from supervision.records.file_public_report import (
    FILED_MOST,
    Told,
    add_to_report,
    file_public_report,
    perform,
    require_turn,
)
from supervision.records.public_report import PublicReport, report_with_code, words_of
from tests.conftest import Clone
from tests.form_browser import FormBrowser, page_of
from tests.world import World

ADDRESS = "198.51.100.77"
WORDS = "同一型号打印机，别处便宜三成，供应商不肯降价。"


def told(**other: Any) -> Told:
    facts = {"region_code": 410100, "subject": "price", "about": "某供应商", "words": WORDS}
    return Told(**{**facts, **other})


def filed(key: str = "report-key-1", **other: Any) -> str:
    code = file_public_report(told=told(**other), secret="secret", request_key=key)
    close_reading()
    return code


def number_of(code: str) -> str:
    close_reading()
    return report_with_code(code).number


def refused(deed: Any, **facts: Any) -> str:
    with pytest.raises(Refusal) as raised:
        deed(**facts)
    close_reading()
    return raised.value.code


def test_a_report_is_answered_and_nobody_knows_who_sent_it(app: Flask, world: World) -> None:
    visitor = app.test_client()
    page = page_of(visitor.get("/report", environ_overrides={"REMOTE_ADDR": ADDRESS}))
    fields = dict(page.form("/report").form_values())
    sent = {**fields, "region": "410100", "subject": "price", "about": "某<b>供应商", "words": WORDS}
    answer = page_of(visitor.post("/report", data=sent, environ_overrides={"REMOTE_ADDR": ADDRESS}))
    found = re.search(r"(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}", answer.words)
    assert found
    code = found.group(0)

    again = page_of(visitor.post("/report", data=sent, environ_overrides={"REMOTE_ADDR": ADDRESS}))
    assert code in again.words
    close_reading()
    assert len(session().scalars(select(PublicReport)).all()) == 1

    city = FormBrowser(app.test_client(), "regulator-city")
    listed = city.get("/watch/reports")
    assert "某<b>供应商" in listed.words
    shown = city.get(f"/watch/reports/{number_of(code)}")
    assert WORDS in shown.words
    done = city.send(shown, "/answer", words="已核查，供应商已降价，谢谢。")
    assert "已答复" in done.words

    follow = page_of(visitor.get("/report/follow"))
    token = dict(follow.form("/report/follow").form_values())
    read = page_of(visitor.post("/report/follow", data={**token, "code": code.lower().replace("-", " ")}))
    assert "供应商已降价" in read.words
    assert "测试regulator-city" not in read.words
    more = {**token, "code": code, "deed": "add", "words": "补充：昨天又涨价了，请再看看。"}
    assert "昨天又涨价" in page_of(visitor.post("/report/follow", data=more)).words
    assert "办理中" in city.get(shown.path).words


def test_no_address_is_kept_anywhere_and_no_code_in_clear(app: Flask, world: World, own_database: Clone) -> None:
    visitor = app.test_client()
    page = page_of(visitor.get("/report", environ_overrides={"REMOTE_ADDR": ADDRESS}))
    fields = dict(page.form("/report").form_values())
    sent = {**fields, "region": "410100", "subject": "price", "about": "某供应商", "words": WORDS}
    answer = page_of(visitor.post("/report", data=sent, environ_overrides={"REMOTE_ADDR": ADDRESS}))
    faulty = {**sent, "words": "短", "request_key": "another-key"}
    visitor.post("/report", data=faulty, environ_overrides={"REMOTE_ADDR": ADDRESS})
    code = re.search(r"(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}", answer.words)
    assert code

    close_reading()
    written = [
        repr([getattr(row, column.key) for column in table.__table__.columns])
        for table in (PublicReport, AuditRecord, DocumentStep, RequestRecord, SignInCounter)
        for row in session().scalars(select(table))
    ]
    assert any("public_report.file" in one for one in written)
    assert not any("198.51.100" in one for one in written if "public_report" in one or "report-" in one)
    assert not any(code.group(0) in one for one in written)


def test_one_network_cannot_flood_the_desk(world: World) -> None:
    for _ in range(FILED_MOST):
        require_turn("filed", address=ADDRESS, secret="secret")

    assert refused(require_turn, kind="filed", address="198.51.100.2", secret="secret") == "report.throttled"
    require_turn("filed", address="203.0.113.9", secret="secret")
    require_turn("code", address=ADDRESS, secret="secret")
    with clock.frozen(clock.now().replace(year=clock.now().year + 1)):
        require_turn("filed", address=ADDRESS, secret="secret")


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"region_code": 999999}, "report.bad_region"),
        ({"subject": "gossip"}, "report.bad_subject"),
        ({"about": " "}, "report.about_needed"),
        ({"about": "x" * 201}, "report.about_needed"),
        ({"words": "太短"}, "report.words_needed"),
        ({"words": "x" * 4001}, "report.words_needed"),
    ],
)
def test_a_report_without_what_it_needs_is_refused(world: World, other: dict[str, Any], code: str) -> None:
    assert refused(file_public_report, told=told(**other), secret="s", request_key="report-key-1") == code


def test_a_code_is_typed_as_people_type_and_a_wrong_one_finds_nothing(world: World) -> None:
    code = filed()
    other = file_public_report(told=told(), secret="another", request_key="report-key-1x")

    assert report_with_code(code).number != report_with_code(other).number
    assert refused(add_to_report, code="AAAA-AAAA-AAAA-AAAA", words=WORDS) in (
        "printing.code_mistyped", "report.code_unknown",
    )  # fmt: skip
    assert refused(add_to_report, code="", words=WORDS) == "printing.code_mistyped"


def test_regulators_of_the_region_and_above_handle_it_and_nobody_else(world: World) -> None:
    number = number_of(filed())

    for who in ("regulator-county", "centre", "supplier", "handler", "budget-city"):
        assert refused(perform, action="handle", actor=world.actor(who), number=number) == "report.unknown"
    perform("handle", actor=world.actor("regulator"), number=number)
    assert refused(perform, action="fly", actor=world.actor("regulator"), number=number) == ("report.unknown_action")
    assert refused(perform, action="close", actor=world.actor("regulator"), number=number) == "state.not_possible"


def test_a_link_names_a_case_that_is_there_and_a_closed_report_takes_no_more(world: World, own_database: Clone) -> None:
    code = filed()
    actor, number = world.actor("regulator-city"), number_of(code)
    asked = {"action": "link", "actor": actor, "number": number, "case_number": "JG-410100-2026-000001"}
    assert refused(perform, **asked) == "report.case_unknown"
    file_a_case("JG-410100-2026-000001")

    perform(**asked)
    perform("answer", actor=actor, number=number, words="已并入监管线索办理，请等候。")
    perform("close", actor=actor, number=number)

    close_reading()
    found = report_with_code(code)
    assert (found.state, found.case_number) == ("closed", "JG-410100-2026-000001")
    assert [one.side for one in words_of(found.id)] == ["reporter", "office"]
    close_reading()
    assert refused(add_to_report, code=code, words=WORDS) == "state.not_possible"


@atomic(housekeeping="what the room of cases leaves in the history")
def file_a_case(number: str) -> None:
    session().add(
        DocumentStep(
            document=f"watch_case:{number}", action="open", before="", after="found", at=clock.now(), user_id=None,
            actor_name="测试", note="", facts={},
        )
    )  # fmt: skip
