"""The only place that knows all four packages: puts the application together for the server, the commands and the tests."""

from __future__ import annotations

from flask import Flask

from catalog_import.install import install as install_catalog_import
from mall.settings import Settings, read_settings
from mall.web.app import build_app
from mall.web.default_deny import require_declarations


def create_app(settings: Settings | None = None) -> Flask:
    """The whole application. `settings` default to the environment's."""
    app = build_app(settings or read_settings())
    install_catalog_import(app)
    require_declarations(app)
    return app
