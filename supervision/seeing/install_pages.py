"""Registers the pages of this room."""

from __future__ import annotations

from flask import Flask

from supervision.seeing import effect_pages, network_pages, place_pages, price_pages, unit_pages


def install_pages(app: Flask) -> None:
    for room in (place_pages, price_pages, unit_pages, network_pages, effect_pages):
        app.register_blueprint(room.pages)
