"""A lost engine is left alone for a while, and tried again by one reader at a time."""

from __future__ import annotations

import pytest

from mall.search import search_catalogue
from mall.search.circuit_breaker import FAILURES_MAX, PAUSE_SECONDS, CircuitBreaker
from mall.search.engine import EngineUnavailable
from mall.search.query import Query
from tests.conftest import Clone


class Engine:
    """Answers or is lost, as it is told, and counts how often it was asked."""

    def __init__(self) -> None:
        self.is_lost = True
        self.asked = 0

    def search(self, _query: Query) -> str:
        self.asked += 1
        if self.is_lost:
            raise EngineUnavailable("refused")
        return "found"


class Watch:
    def __init__(self) -> None:
        self.now = 50.0

    def __call__(self) -> float:
        return self.now


def ask(breaker: CircuitBreaker, engine: Engine) -> str:
    try:
        return breaker.ask(lambda: engine.search(Query()))
    except EngineUnavailable:
        return "lost"


def test_after_some_failures_nobody_waits_for_it_any_more() -> None:
    engine, breaker = Engine(), CircuitBreaker(now=Watch())

    answers = [ask(breaker, engine) for _ in range(FAILURES_MAX + 20)]

    assert set(answers) == {"lost"}
    assert engine.asked == FAILURES_MAX
    assert breaker.is_open


def test_after_the_pause_one_question_tries_it_and_an_answer_ends_the_pause() -> None:
    watch, engine = Watch(), Engine()
    breaker = CircuitBreaker(now=watch)
    for _ in range(FAILURES_MAX):
        ask(breaker, engine)

    watch.now += PAUSE_SECONDS
    assert [ask(breaker, engine) for _ in range(5)] == ["lost"] * 5
    assert engine.asked == FAILURES_MAX + 1

    watch.now += PAUSE_SECONDS
    engine.is_lost = False
    assert [ask(breaker, engine) for _ in range(5)] == ["found"] * 5
    assert not breaker.is_open


def test_while_one_question_tries_it_the_others_do_not_wait() -> None:
    watch, engine = Watch(), Engine()
    breaker = CircuitBreaker(now=watch)
    for _ in range(FAILURES_MAX):
        ask(breaker, engine)
    watch.now += PAUSE_SECONDS
    meanwhile: list[str] = []

    def slow() -> str:
        meanwhile.extend(ask(breaker, engine) for _ in range(3))
        return "found"

    assert breaker.ask(slow) == "found"
    assert meanwhile == ["lost"] * 3
    assert engine.asked == FAILURES_MAX


def test_an_answer_between_failures_keeps_it_closed() -> None:
    engine, breaker = Engine(), CircuitBreaker(now=Watch())
    for _ in range(10):
        engine.is_lost = True
        for _ in range(FAILURES_MAX - 1):
            ask(breaker, engine)
        engine.is_lost = False
        assert ask(breaker, engine) == "found"


def test_faults_of_other_kinds_are_no_sign_of_a_lost_engine() -> None:
    breaker = CircuitBreaker(now=Watch())

    for _ in range(FAILURES_MAX + 1):
        with pytest.raises(ZeroDivisionError):
            breaker.ask(lambda: 1 // 0)

    assert not breaker.is_open


def test_pages_come_from_the_database_while_the_engine_is_left_alone(own_database: Clone) -> None:
    engine = Engine()
    search_catalogue.use_engine(engine)  # type: ignore[arg-type]
    try:
        pages = [search_catalogue.search_listings(Query(text="复印纸")) for _ in range(FAILURES_MAX + 4)]
    finally:
        search_catalogue.use_engine(None)

    assert all(page.degraded and page.rows for page in pages)
    assert engine.asked == FAILURES_MAX
