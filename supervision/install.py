"""Fits supervision to the application: its pages, and what it puts into the slots of the mall."""

from __future__ import annotations

from flask import Flask

from supervision.credit import credit_pages
from supervision.credit.credit_rights import install_rights


def install(app: Flask) -> None:
    """Register the pages and fill the slots. The worker's chore is `reckon_by_night`, every ten minutes."""
    app.register_blueprint(credit_pages.pages)
    app.register_blueprint(credit_pages.open_pages)
    install_rights()
