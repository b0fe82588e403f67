"""Who is asking: by the session's cookie on pages, by the bearer token in the API, never by both."""

from __future__ import annotations

from flask import Flask, g, request, session

from mall.access.actor import VISITOR, Actor
from mall.database import leave_watch_role, take_watch_role
from mall.people.api_token import actor_of_token
from mall.people.stranger_throttle import refuse_bad_token
from mall.web.sessions import WebSessionData

API_PREFIX = "/api/"


def is_api() -> bool:
    """Whether this request is for the JSON API: bearer tokens only, problem+json, no cookies."""
    return request.path.startswith(API_PREFIX)


def visitor_address() -> str:
    """The address of the other end; a proxy's word was taken, or not, before the application saw the request."""
    return request.remote_addr or ""


def install_identity(app: Flask) -> None:
    """Put the actor of every request into `g.actor`, before anything else asks."""
    app.before_request(_identify)
    app.before_request(_take_role)
    app.teardown_request(_leave_role)


#: where a regulator changes what is her own and no paper of the watch: her password, her language, her session
OWN_ROOMS = ("account",)


def _take_role() -> None:
    """Whoever only regulates works on a database role that cannot write the region's business."""
    if g.actor.roles == {"regulator"} and request.blueprint not in OWN_ROOMS:
        take_watch_role()


def _leave_role(_error: BaseException | None) -> None:
    leave_watch_role()


def _identify() -> None:
    g.actor = VISITOR
    if is_api():
        g.actor = _bearer()
        return
    # Only the real session: `session` is a proxy and says nothing of its class.
    opened = session._get_current_object()  # type: ignore[attr-defined]
    assert isinstance(opened, WebSessionData)
    g.actor = opened.actor


def _bearer() -> Actor:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return VISITOR
    actor = actor_of_token(token.strip())
    if actor is None:
        refuse_bad_token(address=visitor_address())
    return actor
