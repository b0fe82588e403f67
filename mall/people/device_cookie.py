"""The cookie by which a browser is known again, so that others' wrong guesses do not lock its owner out."""

from __future__ import annotations

from flask import Request, current_app, request
from werkzeug.wrappers import Response

from mall.people.sign_in import remember_device

_NAME = "sunmall_device"


def device_of(asked: Request) -> str | None:
    """The secret that this browser holds, if any."""
    return asked.cookies.get(_name())


def set_device(response: Response, *, user_id: int) -> None:
    """Let this browser be known to belong to the person, for 180 days from now."""
    secret, expires_at = remember_device(user_id=user_id, device=device_of(request))
    https = current_app.config["SUNMALL"].https
    response.set_cookie(_name(), secret, expires=expires_at, httponly=True, secure=https, samesite="Lax", path="/")


def _name() -> str:
    return f"__Host-{_NAME}" if current_app.config["SUNMALL"].https else _NAME
