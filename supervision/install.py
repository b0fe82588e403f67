"""Fits supervision to the application."""

from __future__ import annotations

from flask import Flask

from mall.ordering.order_checks import add_check
from supervision.order_gate import check_order
from supervision.seeing.install_pages import install_pages


def install(app: Flask) -> None:
    """Register the pages and fill the slots.

    The commands go to the console by `watch_commands.register`; the worker's chore is
    `watch_night.run_night_when_due`.
    """
    add_check(check_order)
    install_pages(app)
