"""When a part that ended is started again."""

from __future__ import annotations

from pathlib import Path

from mall.installation.restarts import (
    FILE_NAME,
    MAKES_UP_FOR_AN_END_SECONDS,
    NOTES_KEPT,
    PAUSES_SECONDS,
    Restarts,
    kept_restarts,
)


class Watch:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_what_ends_again_and_again_waits_longer_and_is_given_up(tmp_path: Path) -> None:
    watch = Watch()
    restarts = Restarts(tmp_path, now=watch)
    pauses = []

    for _ in range(len(PAUSES_SECONDS) + 1):
        restarts.started("worker")
        watch.now += 1
        pauses.append(restarts.pause_before("worker"))

    assert pauses == [0.0, 0.5, 1.0, 2.0, 4.0, 8.0, None]


def test_a_life_makes_up_for_the_ends_before_it(tmp_path: Path) -> None:
    watch = Watch()
    restarts = Restarts(tmp_path, now=watch)
    pauses = []

    for lives in (0, 0, 0, 1, 2, 10, 0):
        restarts.started("web")
        watch.now += lives * MAKES_UP_FOR_AN_END_SECONDS + 1
        pauses.append(restarts.pause_before("web"))

    assert pauses == [0.0, 0.5, 1.0, 1.0, 0.5, 0.0, 0.5]


def test_what_is_killed_from_outside_but_lives_between_is_never_given_up(tmp_path: Path) -> None:
    watch = Watch()
    restarts = Restarts(tmp_path, now=watch)

    for _ in range(100):
        restarts.started("worker")
        watch.now += MAKES_UP_FOR_AN_END_SECONDS
        assert restarts.pause_before("worker") == 0.0


def test_one_part_does_not_count_against_another(tmp_path: Path) -> None:
    restarts = Restarts(tmp_path, now=Watch())
    for part in ("web", "worker"):
        restarts.started(part)

    assert [restarts.pause_before(part) for part in ("web", "worker", "web")] == [0.0, 0.0, 0.5]


def test_the_last_restarts_are_kept_for_the_health_page(tmp_path: Path) -> None:
    restarts = Restarts(tmp_path)

    for number in range(NOTES_KEPT + 3):
        restarts.note("web", ended_with=str(-number))
    kept = kept_restarts(tmp_path)

    assert len(kept) == NOTES_KEPT
    assert (kept[-1].part, kept[-1].ended_with) == ("web", str(-NOTES_KEPT - 2))
    assert kept[-1].instant.tzinfo is not None


def test_a_damaged_note_keeps_nobody_from_seeing_health(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text("[{", encoding="utf-8")

    assert kept_restarts(tmp_path) == []
