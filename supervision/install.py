"""Fits supervision to the application."""

from __future__ import annotations

from flask import Flask


def install(app: Flask) -> None:
    """Register the pages and fill the slots.

    The commands go to the console by `watch_commands.register`; the worker's chore is
    `watch_night.run_night_when_due`.
    """
