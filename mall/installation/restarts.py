"""When a part of the running mall that ended is started again, and the notes of it that the health page shows."""

import json
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

FILE_NAME = "restarts.json"
NOTES_KEPT = 50
# At once the first time, since somebody waits; then ever later, since what ends again and again is ill.
PAUSES_SECONDS = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0)
# Each so many seconds of life make up for one end: a part that does its work for a while and dies of something outside
# is started again for ever, and one that cannot live is given up within a minute.
MAKES_UP_FOR_AN_END_SECONDS = 5.0


@dataclass(frozen=True)
class Restart:
    """One note: which part was started again, when (UTC, ISO 8601), and how the one before it ended."""

    part: str
    at: str
    ended_with: str

    @property
    def instant(self) -> datetime:
        return datetime.fromisoformat(self.at)


class Restarts:
    """Counts the ends that a part's life did not make up for; keeps the last notes in a file of the data directory."""

    def __init__(self, data_dir: Path, *, now: Callable[[], float] = time.monotonic) -> None:
        self._path = data_dir / FILE_NAME
        self._now = now
        self._started_at: dict[str, float] = {}
        self._in_a_row: dict[str, int] = {}

    def started(self, part: str) -> None:
        """The part has been started, for the first time or again."""
        self._started_at[part] = self._now()

    def pause_before(self, part: str) -> float | None:
        """How many seconds to wait before the ended part is started again; None when it has ended too often."""
        made_up_for = int((self._now() - self._started_at[part]) // MAKES_UP_FOR_AN_END_SECONDS)
        ended_before = max(0, self._in_a_row.get(part, 0) - made_up_for)
        if ended_before >= len(PAUSES_SECONDS):
            return None
        self._in_a_row[part] = ended_before + 1
        return PAUSES_SECONDS[ended_before]

    def note(self, part: str, *, ended_with: str) -> None:
        """Write down that the part is started again."""
        kept = kept_restarts(self._path.parent)
        kept.append(Restart(part=part, at=datetime.now(UTC).isoformat(timespec="seconds"), ended_with=ended_with))
        beside = self._path.with_suffix(".part")
        beside.write_text(json.dumps([asdict(note) for note in kept[-NOTES_KEPT:]]), encoding="utf-8")
        os.replace(beside, self._path)


def kept_restarts(data_dir: Path) -> list[Restart]:
    """The last restarts of this data directory's mall, oldest first; empty when nothing was ever started again."""
    try:
        return [Restart(**note) for note in json.loads((data_dir / FILE_NAME).read_text(encoding="utf-8"))]
    except (FileNotFoundError, ValueError, TypeError):
        return []
