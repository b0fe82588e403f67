"""Fits supervision to the application: its pages, its panels on the start page, and its ears for events."""

from __future__ import annotations

from flask import Flask

from mall.desk.desk_panels import add_panel
from mall.shelf import modules_below
from supervision.cases import watch_case_pages, watch_hold_pages
from supervision.cases.case_todo import cases_on_desk

#: modules that subscribe to events are found by how their names end
SUBSCRIBER_ENDING = "_subscriber"


def install(app: Flask) -> None:
    """Register the pages, tell the start page what waits, and listen to the outbox.

    The worker's chores are `cases.merge_findings.merge_findings` and `cases.sweep_cases.sweep_cases`.
    """
    app.register_blueprint(watch_case_pages.pages)
    app.register_blueprint(watch_hold_pages.pages)
    add_panel("cases", cases_on_desk)
    modules_below("supervision", ending=SUBSCRIBER_ENDING)
