"""Synonyms of the purchasing centre: they count at the next question, in every process, until they are taken back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from mall.audit.audit_record import AuditRecord
from mall.database import close_reading, session
from mall.errors import Refusal
from mall.search import search_catalogue
from mall.search.edit_synonyms import add_synonyms, withdraw_synonyms
from mall.search.keep_index import IndexKeeper
from mall.search.query import Query
from mall.search.search_catalogue import search_listings, suggestions
from mall.search.search_synonym import SearchSynonym
from mall.search.tantivy_engine import TantivyEngine
from tests.form_browser import FormBrowser
from tests.world import World


def found(text: str) -> list[int]:
    close_reading()
    page = search_listings(Query(text=text))
    return [] if page.relaxed else [row.id for row in page.rows]


def add(world: World, *words: str, direction: str = "both", key: str | None = None) -> SearchSynonym:
    return add_synonyms(actor=world.actor("centre"), direction=direction, words=words, request_key=key)


@pytest.fixture
def reader(keeper: IndexKeeper, tmp_path: Path) -> Iterator[None]:
    """The shop searches with a reader of its own, as a web process does beside the worker."""
    engine = TantivyEngine(folder=tmp_path / "search", read_only=True)
    search_catalogue.use_engine(engine)
    yield
    search_catalogue.use_engine(None)
    engine.close()


def test_what_is_added_counts_at_the_next_question_and_what_is_taken_back_no_more(world: World, reader: None) -> None:
    printer = world.listings["printer"]
    assert printer not in found("喷纸神器")

    added = add(world, "喷纸神器", "打印机")

    assert printer in found("喷纸神器")
    assert [one.text for one in suggestions("喷纸神器", limit=5, scope={})]

    withdraw_synonyms(actor=world.actor("centre"), synonym_id=added.id)

    assert printer not in found("喷纸神器")


def test_one_way_words_find_the_others_and_are_not_found_by_them(world: World, reader: None) -> None:
    before = found("打印机")
    add(world, "复印纸", "打印机", direction="first")

    assert world.listings["printer"] in found("复印纸")
    assert found("打印机") == before


def test_a_rebuilt_index_knows_them_too(world: World, keeper: IndexKeeper, reader: None) -> None:
    add(world, "喷纸神器", "打印机")

    keeper.rebuild()

    assert world.listings["printer"] in found("喷纸神器")


@pytest.mark.parametrize(
    ("words", "direction", "code"),
    [
        (("打印机",), "both", "synonym.bad_words"),
        (("打印机", " 打印机 ", ""), "both", "synonym.bad_words"),
        (("打印机", "字" * 31), "both", "synonym.bad_words"),
        (tuple(f"词{number}" for number in range(13)), "both", "synonym.bad_words"),
        (("打印机", "喷纸神器"), "sideways", "synonym.bad_words"),
    ],
)
def test_groups_without_sense_are_refused(world: World, words: tuple[str, ...], direction: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        add(world, *words, direction=direction)

    assert refused.value.code == code


def test_the_same_group_is_not_kept_twice_and_the_same_request_answers_once(world: World) -> None:
    first = add(world, "喷纸神器", "打印机", key="synonyms-once")

    assert add(world, "喷纸神器", "打印机", key="synonyms-once").id == first.id
    with pytest.raises(Refusal) as refused:
        add(world, "打印机", "喷纸神器")
    assert refused.value.code == "synonym.known"


def test_the_centre_adds_and_takes_back_on_the_page(world: World, app: Flask) -> None:
    centre = FormBrowser(app.test_client(), "centre")
    page = centre.get("/synonyms")
    assert "商城自带的同义词" in page.words

    added = centre.send(page, "/synonyms", words="喷纸神器、打印机\n印机", direction="both", note="学校都这么说")
    assert "喷纸神器" in added.words and "学校都这么说" in added.words
    refused = centre.send(added, "/synonyms", words="只有一个", direction="first")
    assert refused.status == 422
    assert refused.value("words") == "只有一个"
    (synonym,) = session().scalars(select(SearchSynonym)).all()
    assert synonym.words == ["喷纸神器", "打印机", "印机"]
    close_reading()

    gone = centre.send(centre.get("/synonyms"), f"/synonyms/{synonym.id}")

    assert "撤回" in gone.words
    done = session().scalars(select(AuditRecord.action).where(AuditRecord.action.like("synonym.%"))).all()
    assert {"synonym.add", "synonym.withdraw"} <= set(done)
