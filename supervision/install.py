"""Fits supervision to the application: its pages, and what it puts into the slots of the mall."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mall.web.app import MallApp, add_api
from supervision.credit import (
    carry_out_measure,
    credit_api,
    credit_pages,
    dishonesty,
    measure_pages,
    send_measure_notices,
)
from supervision.credit.carry_out_measure import end_due_measures, measure_deeds
from supervision.credit.credit_formula import PARTY_KINDS
from supervision.credit.credit_rights import install_rights
from supervision.credit.deeds import add_source
from supervision.credit.dishonesty import dishonesty_deeds
from supervision.credit.exchange_credit import exchange_with_platform
from supervision.credit.reckon_credit import reckon_by_night
from supervision.inspection import inspection_pages
from supervision.inspection.draw_inspection import draw_due_inspections
from supervision.records import public_report_pages, record_pages


def chores(data_dir: Path) -> tuple[tuple[str, Callable[[], int], int], ...]:
    """(name, work, every so many seconds) for the worker."""
    return (
        ("credit", reckon_by_night, 600),
        ("measures", end_due_measures, 600),
        ("credit platform", lambda: exchange_with_platform(data_dir), 600),
        ("inspections", lambda: draw_due_inspections(data_dir), 3600),
    )


def install(app: MallApp) -> None:
    """Register the pages and fill the slots. The worker gets its `chores`."""
    app.register_blueprint(credit_pages.pages)
    app.register_blueprint(credit_pages.open_pages)
    app.register_blueprint(measure_pages.pages)
    app.register_blueprint(public_report_pages.open_pages)
    app.register_blueprint(public_report_pages.pages)
    app.register_blueprint(record_pages.pages)
    app.register_blueprint(inspection_pages.pages)
    app.register_blueprint(inspection_pages.open_pages)
    install_rights()
    for party_kind in PARTY_KINDS:
        add_source(party_kind, measure_deeds)
    add_source("supplier", dishonesty_deeds)
    add_api(app, credit_api.api)


#: they subscribe to the outbox when they are imported
SUBSCRIBERS = (carry_out_measure, dishonesty, send_measure_notices)
