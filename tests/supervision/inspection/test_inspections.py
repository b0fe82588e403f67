"""Inspections: drawn once by a public digest, taken with a snapshot, recorded by whoever took it."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import undefer

from mall import clock
from mall.access.actor import SYSTEM
from mall.catalogue.change_price import change_price
from mall.database import close_reading, session
from mall.errors import Refusal
from supervision.inspection import draw_inspection as drawing
from supervision.inspection.carry_out_inspection import perform
from supervision.inspection.draw_inspection import draw_due_inspections, draw_inspection, latest_anchor
from supervision.inspection.draw_sample import draw, population_of
from supervision.inspection.inspection import InspectionDraw, InspectionTask
from supervision.inspection.take_snapshot import hash_of_snapshot
from tests.conftest import Clone
from tests.form_browser import FormBrowser, page_of
from tests.journeys.story import Story
from tests.world import World

ANCHOR = ("ledger-2026-06-14.json", "ab" * 32)


def drawn(region_code: int = 410100) -> InspectionDraw:
    number = draw_inspection(actor=SYSTEM, region_code=region_code, anchor=ANCHOR).number
    close_reading()
    query = select(InspectionDraw).where(InspectionDraw.number == number)
    return session().scalars(query.options(undefer(InspectionDraw.population))).one()


def tasks(**by: Any) -> list[InspectionTask]:
    close_reading()
    return list(session().scalars(select(InspectionTask).filter_by(**by).order_by(InspectionTask.id)))


def refused(deed: Any, **facts: Any) -> str:
    with pytest.raises(Refusal) as raised:
        deed(**facts)
    close_reading()
    return raised.value.code


def test_a_draw_holds_all_that_is_needed_to_draw_again(story: Story) -> None:
    number = story.place(story.wanted("paper", 10, "school_office"))
    story.walk(number, until="accept")

    made = drawn()

    population = population_of(made.population)
    assert hashlib.sha256(made.population.encode()).hexdigest() == made.population_sha256
    listings = [one for one in population if one.subject.startswith("listing:")]
    assert len(listings) == 4
    assert [one.subject for one in population if one.subject.startswith("order:")] == [f"order:{number}"]
    again = draw(listings, seed=made.seed, count=20)
    assert [one.subject for one in tasks(kind="listing")] == [one.member.subject for one in again]
    assert [one.ticket for one in tasks(kind="listing")] == [one.ticket for one in again]
    assert [one.supplier_id for one in tasks(kind="order")] == [story.world.sunny_id]


def test_a_day_has_one_draw_in_a_division(world: World) -> None:
    first, second = drawn(), drawn()

    assert first.id == second.id
    assert len(tasks()) == first.drawn_count
    assert refused(
        draw_inspection, actor=world.actor("regulator"), region_code=410100, anchor=ANCHOR
    ) == "access.denied"  # fmt: skip


def test_risk_weighs_more_and_grade_a_less(world: World, own_database: Clone, story: Story) -> None:
    change_price(
        actor=world.actor("supplier"), listing_id=world.listings["printer"], price_fen=119_000, reason="进价上涨"
    )
    story.alter("update listing set created_at = now() - interval '1 year', price_fen = 119000")
    story.alter(
        "insert into price_change (listing_id, old_price_fen, new_price_fen, changed_at) values (%s, 1, 2, %s)",
        world.listings["computer"], clock.now(),
    )  # fmt: skip
    before = {one.subject: one.weight for one in population_of(drawn().population)}
    story.alter(
        "insert into credit_standing (party_id, party_kind, region_code, score, marks, deeds, grade, formula_version,"
        " reckoned_on) values (%s, 'supplier', 410100, 9900, '{}', 99, 'A', 1, current_date)",
        world.sunny_id,
    )
    with clock.frozen(clock.now() + timedelta(days=1)):
        after = {one.subject: one.weight for one in population_of(drawn().population)}

    assert before[f"listing:{world.listings['computer']}"] == 4
    assert before[f"listing:{world.listings['paper']}"] == 2
    assert {subject: 2 * weight for subject, weight in after.items()} == before


def test_the_week_is_drawn_by_the_last_public_digest(world: World, tmp_path: Path, monkeypatch: Any) -> None:
    assert latest_anchor(tmp_path, before=clock.today()) is None
    assert draw_due_inspections(tmp_path) == 0
    monkeypatch.setattr(drawing, "latest_anchor", lambda data_dir, before: ANCHOR)

    assert draw_due_inspections(tmp_path) >= 2
    assert draw_due_inspections(tmp_path) == 0
    with clock.frozen(clock.now() + timedelta(days=6)):
        assert draw_due_inspections(tmp_path) == 0
    with clock.frozen(clock.now() + timedelta(days=7)):
        assert draw_due_inspections(tmp_path) >= 2


def test_what_is_inspected_is_put_down_before_it_can_be_mended(world: World, own_database: Clone) -> None:
    drawn()
    task = next(one for one in tasks() if one.subject == f"listing:{world.listings['printer']}")
    inspector = world.actor("regulator-city")

    perform("take", actor=inspector, number=task.number)

    taken = tasks(id=task.id)[0]
    assert taken.snapshot["price_fen"] == 118_000
    assert hash_of_snapshot(taken.snapshot) == taken.snapshot_sha256
    facts = {"action": "record", "number": task.number, "result": "finding", "finding_code": "price_too_high"}
    assert refused(perform, actor=world.actor("centre"), **facts, note="别处更低") == "inspection.not_yours"
    assert refused(perform, actor=inspector, **facts) == "inspection.note_needed"
    assert refused(perform, actor=inspector, **{**facts, "finding_code": ""}) == "inspection.bad_result"
    assert refused(perform, actor=inspector, **{**facts, "finding_code": "paper_missing"}) == "inspection.bad_result"
    assert refused(perform, actor=inspector, **{**facts, "result": "ok"}) == "inspection.bad_result"
    perform(actor=inspector, **facts, note="别处低三成")
    done = tasks(id=task.id)[0]
    assert (done.state, done.finding_code, done.snapshot_sha256) == ("done", "price_too_high", taken.snapshot_sha256)
    assert refused(perform, actor=inspector, **facts, note="再登一次") == "state.not_possible"


def test_a_task_given_back_is_taken_by_another(world: World) -> None:
    drawn()
    number = tasks()[0].number
    perform("take", actor=world.actor("regulator-city"), number=number)
    assert refused(perform, action="take", actor=world.actor("centre"), number=number) == "state.not_possible"

    perform("give_back", actor=world.actor("regulator-city"), number=number)
    perform("take", actor=world.actor("centre"), number=number)

    assert perform("record", actor=world.actor("centre"), number=number, result="ok").state == "done"


def test_inspectors_of_the_region_and_nobody_else(world: World) -> None:
    drawn()
    number = tasks()[0].number

    for who in ("regulator-county", "supplier", "handler", "monitor", "budget-city"):
        assert refused(perform, action="take", actor=world.actor(who), number=number) == "inspection.unknown"
    assert refused(perform, action="fly", actor=world.actor("regulator"), number=number) == "inspection.unknown_action"


def test_pages_of_inspectors_and_the_open_page(story: Story) -> None:
    order = story.place(story.wanted("paper", 10, "school_office"))
    story.walk(order, until="accept")
    made = drawn()
    inspector = FormBrowser(story.app.test_client(), "regulator-city")
    listed = inspector.get("/watch/inspections")
    assert made.number in listed.words
    of_order = tasks(kind="order")[0].number

    taken = inspector.send(inspector.get(f"/watch/inspections/{of_order}"), "/take")
    assert "快照已固定" in taken.words
    assert "张老师" not in taken.words
    assert "得力 7402" in taken.words
    refused_page = inspector.send(taken, "/record", result="finding", finding_code="quantity_differs")
    assert "请写明情况" in refused_page.words
    done = inspector.send(refused_page, "/record", note="少了一包")
    assert "疑似数量不符" in done.words

    visitor = story.app.test_client()
    page = page_of(visitor.get("/open/inspections"))
    assert made.seed in page.words
    assert "发现疑点 1" in page.words
    assert visitor.get(f"/open/inspections/{made.number}.csv").status_code == 404
    clock.advance_frozen(timedelta(days=30))
    assert visitor.get(f"/open/inspections/{made.number}.csv").get_data(as_text=True) == made.population
