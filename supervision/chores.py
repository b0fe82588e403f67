"""What supervision does in the worker. A module of its own: web processes start without the night and its engines."""

from __future__ import annotations

from collections.abc import Callable

from mall.settings import Settings
from supervision.cases.merge_findings import merge_findings
from supervision.cases.sweep_cases import sweep_cases
from supervision.credit.carry_out_measure import end_due_measures
from supervision.credit.exchange_credit import exchange_with_platform
from supervision.credit.reckon_credit import reckon_by_night
from supervision.inspection.draw_inspection import draw_due_inspections
from supervision.rule_changes.run_back_tests import run_waiting_back_tests
from supervision.watch_night import run_night_when_due


def chores(settings: Settings) -> tuple[tuple[str, Callable[[], int | None], int], ...]:
    """(name, work, every so many seconds) for the worker."""
    return (
        ("watch", lambda: run_night_when_due(settings), 60),
        ("back-tests of rules", lambda: run_waiting_back_tests(settings), 5),
        ("findings into cases", merge_findings, 300),
        ("deadlines of cases", sweep_cases, 60),
        ("credit", reckon_by_night, 600),
        ("measures", end_due_measures, 600),
        ("credit platform", lambda: exchange_with_platform(settings.data_dir), 600),
        ("inspections", lambda: draw_due_inspections(settings.data_dir), 3600),
    )
