"""The exchange with the credit platform: numbered messages out, dishonesty lists in, signed, and looked at again."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from mall import clock
from mall.access.actor import SYSTEM
from mall.audit.audit_record import AuditRecord
from mall.database import close_reading, session
from mall.errors import Refusal
from mall.exchange.exchange_key import ExchangeKey, rotate_key
from mall.notices.notice import Notice
from mall.outbox.deliver import deliver_waiting
from mall.signed_calls.signature import FILE_METHOD, fits, instant_text, read_signature_line, sign
from supervision.credit.credit_message import CreditAnswer, CreditMessage, DishonestyQuery
from supervision.credit.dishonesty import entries_of, last_query_day
from supervision.credit.exchange_credit import (
    ANSWER_PATH,
    MESSAGE_PATH,
    PARTNER,
    PLATFORM_ACTOR,
    exchange_with_platform,
    make_message,
    receive_answer,
)
from supervision.credit.reckon_credit import reckon_credit
from tests.journeys.story import Story
from tests.world import World

SUNNY = "91410100MA00000011"


def answer(*entries: dict[str, Any], at: datetime | None = None, **other: Any) -> bytes:
    facts = {
        "format": "sunmall-dishonesty-1",
        "source": "信用中国",
        "queried_at": (at or clock.now()).isoformat(),
        "answers": [{"credit_code": SUNNY, "entries": list(entries)}],
    }
    return json.dumps({**facts, **other}, ensure_ascii=False).encode()


def listed(**other: Any) -> dict[str, Any]:
    return {"list": "serious_violation", "from_day": "2026-03-01", **other}


def received(content: bytes) -> None:
    receive_answer(actor=PLATFORM_ACTOR, content=content, came_by="api", key_id="credit-1")
    close_reading()


def lists_on(supplier_id: int, on: date) -> list[str]:
    close_reading()
    return [one.list_name for one in entries_of(supplier_id, on)]


def refused(content: bytes) -> str:
    with pytest.raises(Refusal) as raised:
        received(content)
    close_reading()
    return raised.value.code


def lay_down(folder: Path, content: bytes, key: ExchangeKey, *, path: str = ANSWER_PATH, name: str = "a.json") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    signature = sign(key, method=FILE_METHOD, path=path, body=content, at=clock.now(), sequence_no=1)
    (folder / f"{name}.sig").write_text(signature.as_line())
    (folder / name).write_bytes(content)


def test_a_list_counts_from_its_day_until_the_platform_no_longer_names_it(world: World) -> None:
    today = clock.today()
    assert last_query_day(world.sunny_id) is None
    received(answer(listed(from_day=(today - timedelta(days=9)).isoformat())))

    assert lists_on(world.sunny_id, today) == ["serious_violation"]
    assert lists_on(world.sunny_id, today - timedelta(days=10)) == []
    assert lists_on(world.moon_id, today) == []
    assert last_query_day(world.sunny_id) == today
    received(answer(at=clock.now() + timedelta(seconds=1)))
    assert lists_on(world.sunny_id, today) == []
    assert lists_on(world.sunny_id, today - timedelta(days=1)) == ["serious_violation"]


def test_the_same_answer_twice_is_one_and_an_older_one_changes_nothing(world: World) -> None:
    content = answer(listed())
    received(content)
    received(content)
    received(answer(at=clock.now() - timedelta(days=1)))

    assert lists_on(world.sunny_id, clock.today()) == ["serious_violation"]
    close_reading()
    assert len(session().scalars(select(CreditAnswer)).all()) == 2
    assert len(session().scalars(select(DishonestyQuery)).all()) == 2


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{}", b"\xff\xfe", b"[" * 100_000,
        answer(format="other"), answer(listed(list="gossip")), answer(listed(), listed()),
        answer(listed(until_day="2026-02-01")), answer(answers=[]), answer(odd=1),
        answer(at=datetime.fromisoformat("2999-01-01T00:00:00+00:00")),
    ],
)  # fmt: skip
def test_what_is_no_answer_is_refused_whole(world: World, content: bytes) -> None:
    assert refused(content) == "exchange.bad_answer"
    assert session().scalars(select(CreditAnswer)).all() == []


def test_messages_are_numbered_signed_and_hold_only_news(world: World, tmp_path: Path) -> None:
    assert make_message(actor=SYSTEM) is None
    key = rotate_key(tmp_path, actor=SYSTEM, partner=PARTNER)
    reckon_credit(actor=SYSTEM, party_id=world.sunny_id)
    assert exchange_with_platform(tmp_path) == 2
    assert exchange_with_platform(tmp_path) == 0

    path = tmp_path / "credit" / "out" / "credit-000001.json"
    facts = json.loads(path.read_text())
    assert [(one["credit_code"], one["grade"], one["score"]) for one in facts["grades"]] == [(SUNNY, "B", 10_000)]
    signed = read_signature_line(path.with_name("credit-000001.json.sig").read_text())
    assert signed is not None and signed.sequence_no == 1
    assert fits(signed, [key], method=FILE_METHOD, path=MESSAGE_PATH, body=path.read_bytes())
    clock.advance_frozen(timedelta(minutes=1))
    reckon_credit(actor=SYSTEM, party_id=world.moon_id)
    made = make_message(actor=SYSTEM)
    assert made is not None and (made.sequence_no, made.grade_count) == (2, 1)


def test_files_are_taken_only_with_the_platforms_signature_over_just_that(world: World, tmp_path: Path) -> None:
    key = rotate_key(tmp_path, actor=SYSTEM, partner=PARTNER)
    incoming = tmp_path / "credit" / "in"
    lay_down(incoming, answer(listed()), key, name="good.json")
    lay_down(incoming, answer(listed()), key, path=MESSAGE_PATH, name="echo.json")
    lay_down(incoming, answer(), ExchangeKey(PARTNER, key.id, "forged", key.made_at, None), name="forged.json")
    (incoming / "unsigned.json").write_bytes(answer())

    exchange_with_platform(tmp_path)

    assert lists_on(world.sunny_id, clock.today()) == ["serious_violation"]
    assert {path.name for path in (tmp_path / "credit" / "taken").iterdir()} == {"good.json", "good.json.sig"}
    assert {path.name for path in (tmp_path / "credit" / "refused").glob("*.json")} == {"echo.json", "forged.json"}
    assert [path.name for path in incoming.iterdir()] == ["unsigned.json"]


def test_without_a_key_nothing_comes_in(world: World, tmp_path: Path) -> None:
    lay_down(tmp_path / "credit" / "in", answer(listed()), ExchangeKey(PARTNER, "x", "x", clock.now(), None))

    exchange_with_platform(tmp_path)

    assert lists_on(world.sunny_id, clock.today()) == []


def test_the_platform_fetches_and_sends_by_signed_calls(app: Flask, world: World) -> None:
    data_dir = app.config["SUNMALL"].data_dir
    key = rotate_key(data_dir, actor=SYSTEM, partner=PARTNER)
    reckon_credit(actor=SYSTEM, party_id=world.sunny_id)
    make_message(actor=SYSTEM)
    close_reading()
    numbers = iter(range(1, 99))

    def call(method: str, path: str, body: bytes = b"") -> Any:
        signed = sign(key, method=method, path=path, body=body, at=clock.now(), sequence_no=next(numbers))
        headers = {
            "Sunmall-Key": signed.key_id, "Sunmall-Timestamp": instant_text(signed.at),
            "Sunmall-Sequence": str(signed.sequence_no), "Sunmall-Nonce": signed.nonce,
            "Sunmall-Signature": signed.digest,
        }  # fmt: skip
        return app.test_client().open(path, method=method, data=body, headers=headers)

    assert [one["sequence_no"] for one in call("GET", "/api/v1/credit/messages?after=0").json["items"]] == [1]
    one = call("GET", "/api/v1/credit/messages/1")
    assert one.json["grades"][0]["grade"] == "B"
    detached = read_signature_line(one.headers["Sunmall-File-Signature"])
    assert detached is not None and fits(detached, [key], method=FILE_METHOD, path=MESSAGE_PATH, body=one.data)
    assert call("GET", "/api/v1/credit/messages/2").status_code == 404
    assert call("POST", "/api/v1/credit/lists", answer(listed())).status_code == 200
    assert lists_on(world.sunny_id, clock.today()) == ["serious_violation"]
    assert call("POST", "/api/v1/credit/lists", b"{}").status_code == 422
    assert app.test_client().get("/api/v1/credit/messages").status_code == 401


def test_a_list_costs_all_honesty_and_gives_it_back(story: Story) -> None:
    sunny = story.world.sunny_id
    received(answer(listed(from_day=(clock.today() - timedelta(days=9)).isoformat())))
    reckon_credit(actor=SYSTEM, party_id=sunny)
    assert story.ask("select score from credit_standing where party_id = %s", sunny) == [(8500,)]

    received(answer(at=clock.now() + timedelta(seconds=1)))
    reckon_credit(actor=SYSTEM, party_id=sunny)

    assert story.ask("select score from credit_standing where party_id = %s", sunny) == [(10_000,)]


def test_lists_are_looked_at_again_when_money_is_asked_for(story: Story) -> None:
    number = story.place(story.wanted("paper", 10, "school_office"))
    story.walk(number, until="invoice")
    received(answer(listed(from_day=(clock.today() - timedelta(days=9)).isoformat())))
    story.act("accountant", "request_payment", number)
    deliver_waiting()

    close_reading()
    checks = session().scalars(select(AuditRecord).where(AuditRecord.action == "dishonesty.check")).all()
    assert [one.facts["lists"] for one in checks] == [["serious_violation"]]
    told = set(session().scalars(select(Notice.user_id).where(Notice.code == "payee_listed")))
    assert told == {story.world.users["finance"]}
    assert session().scalars(select(CreditMessage)).all() == []
