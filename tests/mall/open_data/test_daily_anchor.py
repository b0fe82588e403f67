"""One file a day, written when the day has ended, never again, and chained to the one before."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from ledger.seal_anchor import BadAnchor, anchor_text, read_anchor
from mall import clock
from mall.database import close_reading
from mall.open_data.daily_anchor import (
    anchor_folder,
    kept_anchor,
    kept_anchors,
    kept_days,
    path_of,
    present_anchor,
    write_due_anchors,
)
from mall.open_data.seal_ledger import seal_and_anchor

#: a Tuesday at noon in Shanghai
NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
TUESDAY = date(2026, 11, 24)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return anchor_folder(tmp_path)


def write_on(folder: Path, moment: datetime) -> list[str]:
    with clock.frozen(moment):
        written = [path.name for path in write_due_anchors(folder)]
    close_reading()
    return written


@pytest.fixture
def sealed_on_tuesday(seal_everything: Callable[[], int]) -> int:
    with clock.frozen(NOON):
        return seal_everything()


def test_a_day_gets_its_file_when_it_has_ended(folder: Path, sealed_on_tuesday: int) -> None:
    before_midnight = write_on(folder, NOON + timedelta(hours=11, minutes=59))
    after_midnight = write_on(folder, NOON + timedelta(hours=12))

    anchor = kept_anchor(folder, TUESDAY)
    assert (before_midnight, after_midnight) == ([], ["ledger-2026-11-24.json"])
    assert sum(seal.txns for seal in anchor.seals) == sealed_on_tuesday > 0
    assert (anchor.day, anchor.at, anchor.previous) == (TUESDAY, NOON + timedelta(hours=12), "")


def test_a_file_is_for_reading_only_and_never_written_again(folder: Path, sealed_on_tuesday: int) -> None:
    write_on(folder, NOON + timedelta(days=1))
    path = path_of(folder, TUESDAY)
    before = (path.read_bytes(), path.stat().st_mtime_ns)

    again = write_on(folder, NOON + timedelta(days=1, hours=1))

    assert again == []
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    assert stat.S_IMODE(path.stat().st_mode) == 0o440
    assert os.listdir(folder) == ["ledger-2026-11-24.json"]


def test_days_the_worker_slept_through_are_written_afterwards_in_a_chain(folder: Path, sealed_on_tuesday: int) -> None:
    write_on(folder, NOON + timedelta(days=1))

    written = write_on(folder, NOON + timedelta(days=4))

    anchors, findings = kept_anchors(folder)
    assert written == [f"ledger-2026-11-{day}.json" for day in (25, 26, 27)]
    assert [anchor.previous for anchor in anchors[1:]] == [anchor.digest for anchor in anchors[:-1]]
    assert findings == []


def test_before_the_first_seal_there_is_no_file(folder: Path, sealed_on_tuesday: int) -> None:
    assert write_on(folder, NOON) == []
    assert kept_days(folder) == []


def test_a_changed_file_and_one_taken_out_of_the_row_are_named(folder: Path, sealed_on_tuesday: int) -> None:
    for days in (1, 2, 3, 4):
        write_on(folder, NOON + timedelta(days=days))
    path_of(folder, date(2026, 11, 25)).unlink()
    changed = path_of(folder, date(2026, 11, 27))
    words = changed.read_text(encoding="utf-8").replace('"txns": ', '"txns": 1')
    changed.unlink()
    changed.write_text(words, encoding="utf-8")

    anchors, findings = kept_anchors(folder)

    assert [anchor.name for anchor in anchors] == ["ledger-2026-11-24.json", "ledger-2026-11-26.json"]
    assert [(finding.kind, finding.facts["anchor"]) for finding in findings] == [
        ("anchor.unchained", "ledger-2026-11-26.json"),
        ("anchor.unreadable", "ledger-2026-11-27.json"),
    ]


@pytest.mark.parametrize("words", ["", "{}", "[]", '{"format": "another"}', "no json"])
def test_what_is_no_anchor_is_not_taken_for_one(words: str) -> None:
    with pytest.raises(BadAnchor):
        read_anchor(words, name="x")


def test_the_digest_depends_on_every_fact(folder: Path, sealed_on_tuesday: int) -> None:
    text = anchor_text(present_anchor(folder))
    sound = read_anchor(text, name="x")
    hash_ = sound.seals[0].hash

    for before, after in (
        (hash_, hash_[:-1] + ("0" if hash_[-1] != "0" else "1")),
        (f'"no": {sound.seals[0].no},', '"no": 77,'),
        ('"algorithm": "sha256"', '"algorithm": "sm3"'),
        ('"year": 2026', '"year": 2027'),
        ('"previous": ""', '"previous": "x"'),
        (sound.digest, "0" * 64),
    ):
        assert before in text
        with pytest.raises(BadAnchor):
            read_anchor(text.replace(before, after, 1), name="x")


def test_the_chore_seals_and_anchors(tmp_path: Path, folder: Path, sealed_on_tuesday: int) -> None:
    with clock.frozen(NOON + timedelta(days=1)):
        made = seal_and_anchor(tmp_path, algorithm="sha256")

    assert made == 0
    assert kept_days(folder) == [TUESDAY]
