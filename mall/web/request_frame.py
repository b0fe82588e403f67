"""The frame around every request: its id, its log line, its measures, and the end of its reading session."""

from __future__ import annotations

import re
import time
import uuid

import structlog
from flask import Flask, Response, g, request

from mall.audit.record import RequestFacts, request_facts
from mall.database import close_reading, settle
from mall.web.identify import visitor_address
from mall.web.request_metrics import measure

_GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_log = structlog.get_logger("web")


def install_request_frame(app: Flask) -> None:
    """First in, last out."""
    app.before_request(_begin)
    app.after_request(_finish)
    app.teardown_request(_end)


def request_id() -> str:
    """The id of this request, for logs, the audit and the words of an error page."""
    if "request_id" not in g:
        g.request_id = _given_or_new()
    return str(g.request_id)


def _given_or_new() -> str:
    given = request.headers.get("X-Request-Id", "")
    return given if _GIVEN_ID.fullmatch(given) else uuid.uuid4().hex


def _begin() -> None:
    g.began = time.perf_counter()
    g.facts_token = request_facts.set(RequestFacts(address=visitor_address(), request_id=request_id()))


def _finish(response: Response) -> Response:
    if response.status_code < 500:
        settle()
    response.headers["X-Request-Id"] = request_id()
    seconds = time.perf_counter() - getattr(g, "began", time.perf_counter())
    route = request.url_rule.rule if request.url_rule is not None else "-"
    measure(method=request.method, route=route, status=response.status_code, seconds=seconds)
    if request.endpoint != "static":
        # The rule, not the address: addresses hold numbers of orders and what people search for.
        _log.info(
            "request",
            method=request.method,
            route=route,
            status=response.status_code,
            ms=round(seconds * 1000, 1),
            user_id=g.actor.user_id if hasattr(g, "actor") else None,
            request_id=request_id(),
        )
    return response


def _end(_error: BaseException | None) -> None:
    close_reading()
    token = g.pop("facts_token", None)
    if token is not None:
        request_facts.reset(token)
