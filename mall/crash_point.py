"""Named points at which a crash drill ends the process outright; nothing in an installation that holds no drill.

SUNMALL_CRASH_POINTS, read once when the process starts, names a folder. A file in it with the name of a point makes
the next process that comes by die there, as by SIGKILL; the file goes with it. A number in the file says at which
coming. No request can do either.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

_FOLDER = os.environ.get("SUNMALL_CRASH_POINTS")

BEFORE_COMMIT = "before_commit"
AFTER_COMMIT = "after_commit_before_answer"
BEFORE_ANY_COMMIT = "before_any_commit"
AFTER_ANY_COMMIT = "after_any_commit"
BETWEEN_DELIVERIES = "between_two_deliveries"
BEFORE_BATCH_FILE = "batch_committed_before_its_file"
HALF_A_BATCH_FILE = "half_a_batch_file"
BETWEEN_RETURN_LINES = "between_lines_of_a_return_file"
INDEXED_NOT_STRUCK_OFF = "indexed_before_it_is_struck_off"
INDEX_NOT_CURRENT = "new_index_before_it_is_current"


def crash_point(name: str) -> None:
    """Die here if a drill has laid out this point."""
    if _FOLDER is None:
        return
    laid_out = Path(_FOLDER, name)
    try:
        comings_left = int(laid_out.read_text() or 1)
        if comings_left > 1:
            laid_out.write_text(str(comings_left - 1))
            return
        laid_out.unlink()
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)
