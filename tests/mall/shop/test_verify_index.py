"""The index beside the database: what differs is named, what waits is not, and the worker mends the rest."""

from __future__ import annotations

from dataclasses import replace

import pytest
from click.testing import CliRunner
from sqlalchemy import update

from mall import clock, commands
from mall.catalogue.listing import Listing
from mall.database import atomic, close_reading, session
from mall.search.keep_index import IndexKeeper
from mall.search.load_documents import documents_for_index
from mall.search.rebuild_index import apply
from mall.search.search_task import queue_listings, waiting_tasks
from mall.search.verify_index import queue_findings, verify_index
from tests.world import World


@atomic(housekeeping="a test's own change, of which nobody is told")
def _change(listing_id: int, **values: object) -> None:
    session().execute(update(Listing).where(Listing.id == listing_id).values(**values, updated_at=clock.now()))


@atomic(housekeeping="a test's own queue")
def _queue(*listing_ids: int) -> None:
    queue_listings(listing_ids)


def test_an_index_as_it_was_built_differs_in_nothing(world: World, keeper: IndexKeeper) -> None:
    report = verify_index(keeper._engine)

    assert (report.findings, report.waiting) == ((), 0)
    assert report.compared == keeper._engine.stats().listings > 5


def test_what_is_missing_stale_and_too_much_is_named_and_mended(world: World, keeper: IndexKeeper) -> None:
    stale, surplus, missing = (world.listings[name] for name in ("printer", "paper", "computer"))
    stranger = replace(next(iter(documents_for_index([stale]))), id=999_999)
    close_reading()
    apply(keeper._engine, upserts=[stranger], deletes=[missing])
    _change(stale, price_fen=77_700)
    _change(surplus, state="off_shelf")

    report = verify_index(keeper._engine)

    assert (report.stale, report.missing, report.surplus) == ((stale,), (missing,), tuple(sorted((surplus, 999_999))))
    assert queue_findings(report) == 4
    keeper.step()
    assert verify_index(keeper._engine).findings == ()


def test_what_the_worker_has_in_its_queue_is_no_finding(world: World, keeper: IndexKeeper) -> None:
    _change(world.listings["printer"], price_fen=77_700)
    _queue(world.listings["printer"])

    report = verify_index(keeper._engine)

    assert (report.findings, report.waiting) == ((), 1)


def test_the_command_names_what_differs_and_repairs_when_asked(
    world: World, keeper: IndexKeeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "open_engine", lambda _settings: keeper._engine)
    verify = commands.index_verify.callback.__wrapped__  # without opening a database of its own
    monkeypatch.setattr(commands.index_verify, "callback", verify)

    sound = CliRunner().invoke(commands.index_verify)
    _change(world.listings["printer"], price_fen=77_700)
    wrong = CliRunner().invoke(commands.index_verify, ["--repair"])

    assert (sound.exit_code, "不一致 0 条" in sound.output) == (0, True)
    assert wrong.exit_code == 1
    assert f"过时 stale 1：{world.listings['printer']}" in wrong.output
    assert [listing_id for listing_id, _ in waiting_tasks(limit=5)] == [world.listings["printer"]]


def test_the_search_command_prints_what_is_found(
    world: World, keeper: IndexKeeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands.search, "callback", commands.search.callback.__wrapped__)

    said = CliRunner().invoke(commands.search, ["打印机"])

    assert said.exit_code == 0, said.output
    assert "打印机" in said.output and "共 1 条" in said.output
