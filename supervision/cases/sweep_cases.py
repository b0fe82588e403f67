"""What days do to cases and holds by themselves: terms pass, holds end."""

from __future__ import annotations

import structlog

from mall.database import close_reading
from supervision.cases.answer_case import pass_deadlines
from supervision.cases.apply_holds_subscriber import end_due_holds

_log = structlog.get_logger("cases")


def sweep_cases() -> int:
    """Mark what was not answered in time and end what has had its last day. Returns how many; safe to run twice."""
    passed = pass_deadlines()
    close_reading()
    ended = end_due_holds()
    if passed or ended:
        _log.info("cases.swept", passed=passed, ended=ended)
    return passed + ended
