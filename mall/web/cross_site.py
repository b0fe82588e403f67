"""Requests that another site makes a browser send: refused by token, and by what the browser says about them."""

from __future__ import annotations

from flask import Flask, current_app, request
from flask_wtf.csrf import CSRFError, CSRFProtect

from mall.errors import Refusal
from mall.web.identify import is_api

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def install_cross_site_guard(app: Flask) -> CSRFProtect:
    """Every unsafe method needs the token of its session; the API takes no cookies and is exempt by blueprint."""
    # The token lives as long as its session: an order written over lunch must not be lost.
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    app.config["WTF_CSRF_HEADERS"] = ["X-CSRFToken", "X-CSRF-Token"]
    app.before_request(_refuse_cross_site)
    protection = CSRFProtect(app)
    app.register_error_handler(CSRFError, _stale)
    return protection


def _refuse_cross_site() -> None:
    if request.method in SAFE_METHODS or is_api():
        return
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        raise Refusal("request.cross_site")


def _stale(_error: CSRFError) -> object:
    return current_app.handle_user_exception(Refusal("request.stale_form"))
