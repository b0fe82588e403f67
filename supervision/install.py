"""Fits supervision to the application: its pages, and what it puts into the slots of the mall."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask

from supervision.credit import carry_out_measure, credit_pages, measure_pages, send_measure_notices
from supervision.credit.carry_out_measure import end_due_measures, measure_deeds
from supervision.credit.credit_formula import PARTY_KINDS
from supervision.credit.credit_rights import install_rights
from supervision.credit.deeds import add_source
from supervision.credit.reckon_credit import reckon_by_night
from supervision.records import public_report_pages

#: (name, work, every so many seconds) for the worker
CHORES: tuple[tuple[str, Callable[[], int], int], ...] = (
    ("credit", reckon_by_night, 600),
    ("measures", end_due_measures, 600),
)


def install(app: Flask) -> None:
    """Register the pages and fill the slots. The worker's chores are in `CHORES`."""
    app.register_blueprint(credit_pages.pages)
    app.register_blueprint(credit_pages.open_pages)
    app.register_blueprint(measure_pages.pages)
    app.register_blueprint(public_report_pages.open_pages)
    app.register_blueprint(public_report_pages.pages)
    install_rights()
    for party_kind in PARTY_KINDS:
        add_source(party_kind, measure_deeds)


#: they subscribe to the outbox when they are imported
SUBSCRIBERS = (carry_out_measure, send_measure_notices)
