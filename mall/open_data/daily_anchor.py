"""One file a day with the last seals of that day, kept outside the database and never written again."""

from __future__ import annotations

import contextlib
import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from ledger.seal import latest_seals
from ledger.seal_anchor import Anchor, BadAnchor, anchor_text, read_anchor
from ledger.seal_guards import SealFinding
from mall import clock
from mall.database import session

#: after a longer silence of the worker older days stay without a file: what is written late proves little
MOST_DAYS_LATE = 31
_PREFIX, _SUFFIX = "ledger-", ".json"


def anchor_folder(data_dir: Path) -> Path:
    """Where the files lie. Whoever keeps the books safe copies this folder to a place the database cannot reach."""
    return data_dir / "anchors"


def kept_days(folder: Path) -> list[date]:
    """The days that have a file, oldest first."""
    days = []
    for path in folder.glob(f"{_PREFIX}*{_SUFFIX}") if folder.is_dir() else []:
        with contextlib.suppress(ValueError):
            days.append(date.fromisoformat(path.name.removeprefix(_PREFIX).removesuffix(_SUFFIX)))
    return sorted(days)


def path_of(folder: Path, day: date) -> Path:
    """The file of this day, whether it is there or not."""
    return folder / f"{_PREFIX}{day.isoformat()}{_SUFFIX}"


def kept_anchor(folder: Path, day: date) -> Anchor:
    """What the file of this day says; raises BadAnchor when it was changed, FileNotFoundError when there is none."""
    path = path_of(folder, day)
    try:
        return read_anchor(path.read_text(encoding="utf-8"), name=path.name)
    except UnicodeDecodeError as broken:
        raise BadAnchor(path.name) from broken


def kept_anchors(folder: Path) -> tuple[list[Anchor], list[SealFinding]]:
    """Every anchor that can be read, and what is wrong with the files: changed, or one taken out of the row."""
    anchors, findings, previous = [], [], None
    for day in kept_days(folder):
        name = path_of(folder, day).name
        try:
            anchor = kept_anchor(folder, day)
        except BadAnchor:
            findings.append(SealFinding("anchor.unreadable", None, None, {"anchor": name}))
            previous = None
            continue
        if previous is not None and anchor.previous != previous:
            findings.append(SealFinding("anchor.unchained", None, None, {"anchor": name}))
        anchors.append(anchor)
        previous = anchor.digest
    return anchors, findings


def present_anchor(folder: Path) -> Anchor:
    """The seals as they stand now, in the same form; the same whoever asks, until there is a new seal."""
    seals = tuple(latest_seals(session()))
    at = max((seal.sealed_at for seal in seals), default=clock.now())
    return Anchor(name="now", day=None, at=at, seals=seals, previous=_last_digest(folder))


def write_due_anchors(folder: Path) -> list[Path]:
    """Write the file of every day that has ended and has none, as far back as MOST_DAYS_LATE. Safe to do twice at once.

    A day without any seal yet gets no file.
    """
    written = []
    for day in _due_days(folder):
        ends_at = _end_of(day)
        seals = latest_seals(session(), until=ends_at)
        if seals:
            anchor = Anchor(
                name=path_of(folder, day).name, day=day, at=ends_at, seals=tuple(seals), previous=_last_digest(folder)
            )
            if _write_once(path_of(folder, day), content=anchor_text(anchor)):
                written.append(path_of(folder, day))
    return written


def _due_days(folder: Path) -> list[date]:
    yesterday = clock.today() - timedelta(days=1)
    kept = kept_days(folder)
    first = max(kept[-1] + timedelta(days=1), yesterday - timedelta(days=MOST_DAYS_LATE)) if kept else yesterday
    return [first + timedelta(days=number) for number in range((yesterday - first).days + 1)]


def _end_of(day: date) -> datetime:
    after = day + timedelta(days=1)
    return datetime(after.year, after.month, after.day, tzinfo=clock.SHANGHAI).astimezone(UTC)


def _last_digest(folder: Path) -> str:
    days = kept_days(folder)
    if not days:
        return ""
    try:
        return kept_anchor(folder, days[-1]).digest
    except BadAnchor:
        # The next file begins a new row; `ledger verify` names the one that was changed.
        return ""


def _write_once(path: Path, *, content: str) -> bool:
    """Have it whole on the disk before it bears its name; False when somebody was faster."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.unlink(missing_ok=True)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o440)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        try:
            os.link(beside, path)
        except FileExistsError:
            return False
    finally:
        beside.unlink(missing_ok=True)
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
    return True
