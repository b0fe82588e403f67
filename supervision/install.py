"""Fits supervision to the application: its pages, its panels on the start page, its checks, its ears for events."""

from __future__ import annotations

from flask import Flask

from mall.desk.desk_panels import add_panel
from mall.ordering.order_checks import add_check
from mall.shelf import modules_below
from supervision.cases import watch_case_pages, watch_hold_pages
from supervision.cases.case_todo import cases_on_desk
from supervision.order_gate import check_order

#: modules that subscribe to events are found by how their names end
SUBSCRIBER_ENDING = "_subscriber"


def install(app: Flask) -> None:
    """Register the pages, tell the start page what waits, fill the slots, and listen to the outbox.

    The commands go to the console by `watch_commands.register`; the worker's chores are
    `watch_night.run_night_when_due`, `cases.merge_findings.merge_findings` and `cases.sweep_cases.sweep_cases`.
    """
    app.register_blueprint(watch_case_pages.pages)
    app.register_blueprint(watch_hold_pages.pages)
    add_panel("cases", cases_on_desk)
    add_check(check_order)
    modules_below("supervision", ending=SUBSCRIBER_ENDING)
