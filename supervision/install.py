"""Fits supervision to the application."""

from __future__ import annotations

from flask import Flask

from mall.ordering.order_checks import add_check
from supervision.finding_review import finding_pages
from supervision.order_gate import check_order
from supervision.rule_changes import change_pages, rule_pages, send_change_notices


def install(app: Flask) -> None:
    """Register the pages and fill the slots.

    The commands go to the console by `watch_commands.register`; the worker's chores are
    `watch_night.run_night_when_due` and `rule_changes.run_back_tests.run_waiting_back_tests`.
    """
    app.register_blueprint(rule_pages.pages)
    app.register_blueprint(change_pages.pages)
    app.register_blueprint(finding_pages.pages)
    # It subscribes by being imported; named here, so that nobody takes the import away.
    assert send_change_notices.CODES
    add_check(check_order)
