"""The chore of every minute: seal what has settled, and once a day put the last seals down outside the database."""

from __future__ import annotations

from pathlib import Path

import structlog
from sqlalchemy.exc import DBAPIError

from ledger.seal import Seal, books, seal_next
from mall import clock
from mall.database import atomic, close_reading, session
from mall.open_data.daily_anchor import anchor_folder, write_due_anchors

_log = structlog.get_logger("seals")
#: so that a worker that is told to stop does not first seal a whole year
MOST_SEALS_AT_ONCE = 20


def seal_and_anchor(data_dir: Path, *, algorithm: str) -> int:
    """Seal, then write the anchors that are due. Returns how many seals were made."""
    try:
        made = seal_settled(algorithm=algorithm)
    finally:
        # Whatever is wrong with one book, the seals of the others are put down.
        for path in write_due_anchors(anchor_folder(data_dir)):
            _log.info("anchor.written", file=path.name)
    return len(made)


def seal_settled(*, algorithm: str, most_seals: int | None = MOST_SEALS_AT_ONCE) -> list[Seal]:
    """Seal what has settled in all books, each seal in a transaction of its own (None: however many it takes).

    Two at once do no harm: the books one of them is at are left out by the other. Raises AlgorithmMissing.
    """
    places = books(session())
    close_reading()
    made: list[Seal] = []
    broken: list[DBAPIError] = []
    for region_code, year in places:
        try:
            while most_seals is None or len(made) < most_seals:
                seal = _seal_next(region_code=region_code, year=year, algorithm=algorithm)
                if seal is None:
                    break
                made.append(seal)
        except DBAPIError as error:
            # A book that cannot be sealed must not keep the others from it; it is told at the end.
            _log.error("seal.failed", region=region_code, year=year, error=str(error.orig))
            broken.append(error)
    if broken:
        raise broken[0]
    return made


@atomic(housekeeping="a seal is its own record, and changes nothing it seals")
def _seal_next(*, region_code: int, year: int, algorithm: str) -> Seal | None:
    return seal_next(session(), region_code=region_code, year=year, sealed_at=clock.now(), algorithm=algorithm)
