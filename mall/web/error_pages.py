"""Refusals and errors as pages, or as problem+json in the API: what happened, why, what to do next, the request id."""

from __future__ import annotations

import html
from typing import Any

import structlog
from flask import Flask, Response, g, jsonify, redirect, render_template, request, url_for
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from mall.access.actor import VISITOR
from mall.audit.record import plain, record_refusal
from mall.errors import Refusal
from mall.people.stranger_throttle import may_be_recorded
from mall.web.identify import is_api, visitor_address
from mall.web.request_frame import request_id
from mall.web.words import Words, status_of, words_for

_log = structlog.get_logger("web")

#: refusals that stand for the errors of HTTP itself
_CODE_OF_STATUS = {
    400: "request.malformed",
    403: "access.denied",
    404: "page.not_found",
    405: "page.wrong_method",
    413: "request.too_big",
    415: "request.wrong_type",
    429: "request.too_many",
    503: "page.busy",
}
RETRY_AFTER_SECONDS = 5


def install_error_pages(app: Flask) -> None:
    """Every way in which a request can fail ends in one of these."""
    app.register_error_handler(Refusal, show_refusal)
    app.register_error_handler(HTTPException, _show_http_error)
    app.register_error_handler(500, _show_bug)


def show_refusal(refusal: Refusal) -> AnyResponse:
    """The page or problem of a refusal, recorded once; a visitor who should sign in is led there."""
    actor = getattr(g, "actor", VISITOR)
    if not refusal.recorded and (actor.is_signed_in or may_be_recorded(address=visitor_address())):
        record_refusal(actor=actor, action=request.endpoint or "request", refusal=refusal)
    if refusal.code == "access.sign_in" and not is_api() and request.method in ("GET", "HEAD"):
        return _lead_to_sign_in()
    return answer(refusal)


def answer(refusal: Refusal, *, status: int | None = None) -> AnyResponse:
    """The answer for a refusal without recording it; `status` where HTTP itself knows better than the table."""
    status = status or status_of(refusal)
    found = words_for(refusal)
    response = _problem(refusal, found, status) if is_api() else _page(refusal, found, status)
    retry_after = refusal.facts.get("retry_after")
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    if status == 401 and is_api():
        response.headers["WWW-Authenticate"] = 'Bearer realm="sunmall"'
    return response


def _lead_to_sign_in() -> AnyResponse:
    wanted = request.full_path.rstrip("?")
    address = url_for("account.sign_in", next=wanted) if wanted != "/" else url_for("account.sign_in")
    if request.headers.get("HX-Request") == "true":
        # A fragment must not be replaced by the whole sign-in page.
        return Response(status=401, headers={"HX-Redirect": url_for("account.sign_in")})
    return redirect(address)


def _problem(refusal: Refusal, found: Words, status: int) -> Response:
    response = jsonify(
        type=f"urn:sunmall:refusal:{refusal.code}",
        title=found.what,
        status=status,
        detail=found.what,
        next=found.next_step,
        code=refusal.code,
        facts=plain(refusal.facts),
        request_id=request_id(),
    )
    response.status_code = status
    response.content_type = "application/problem+json"
    return response


def _page(refusal: Refusal, found: Words, status: int) -> Response:
    try:
        text = render_template("errors/refusal.html", found=found, status=status, code=refusal.code)
    # The layout may be the very thing that is broken: then plain words are better than none.
    except Exception:
        _log.error("error_page_failed", request_id=request_id(), exc_info=True)
        text = _plain_page(found)
    return Response(text, status=status, content_type="text/html; charset=utf-8")


def _plain_page(found: Words) -> str:
    what, next_step = html.escape(found.what), html.escape(found.next_step)
    return (
        '<!doctype html><html lang="zh"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{what}</title><h1>{what}</h1><p>{next_step}</p><p>{html.escape(request_id())}</p></html>"
    )


def _show_http_error(error: HTTPException) -> AnyResponse:
    if error.code is None or error.code < 400:
        return error.get_response()  # type: ignore[return-value]
    if error.code >= 500 and error.code != 503:
        return answer(Refusal("page.bug"), status=error.code)
    code = _CODE_OF_STATUS.get(error.code, "request.malformed")
    response = answer(Refusal(code, method=request.method), status=error.code)
    allowed = getattr(error, "valid_methods", None)
    if allowed:
        response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


def _show_bug(error: Any) -> AnyResponse:
    """A bug, already logged with its stack; or the database that could not be had just now."""
    original = getattr(error, "original_exception", None)
    if isinstance(original, PoolTimeout | OperationalError):
        return answer(Refusal("page.busy", retry_after=RETRY_AFTER_SECONDS))
    return answer(Refusal("page.bug"), status=500)


def log_bug(error: BaseException) -> None:
    """The stack goes to the log under the request's id, never to the reader."""
    _log.error("bug", request_id=request_id(), route=request.endpoint, exc_info=error)
