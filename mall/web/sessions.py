"""Sessions of the web: rows for people who are signed in, a signed cookie for visitors, nothing at all for the API."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from flask import Flask, Request, Response
from flask.json.tag import TaggedJSONSerializer
from flask.sessions import SessionInterface, SessionMixin
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.datastructures import CallbackDict

from mall import clock
from mall.access.actor import VISITOR, Actor
from mall.people.web_session import SEEN_EVERY, begin_session, find_session, keep_session

COOKIE = "sunmall_session"
VISITOR_COOKIE = "sunmall_visitor"
VISITOR_COOKIE_MAX = 3_500
VISITOR_LIFE_SECONDS = 12 * 3600

_tagged = TaggedJSONSerializer()


class WebSessionData(CallbackDict[str, Any], SessionMixin):
    """What `flask.session` is here: scratch contents, and the person who is signed in.

    Contents of a visitor travel in a signed cookie, so that no visitor can fill a table.
    """

    def __init__(self, contents: dict[str, Any] | None = None) -> None:
        def note(_: Any) -> None:
            self.modified = True

        super().__init__(contents or {}, note)
        self.modified = False
        self.session_id: int | None = None
        self.actor: Actor = VISITOR
        self.language = ""
        self.last_seen_at: datetime | None = None
        self.new_secret: str | None = None
        self.drop_cookie = False

    def begin(self, *, user_id: int, address: str, browser: str) -> None:
        """Go on as a signed-in person, under a fresh secret and with nothing of what a visitor had."""
        self.clear()
        self.session_id, self.new_secret = begin_session(user_id=user_id, address=address, browser=browser)
        self.drop_cookie = False
        # The layout of the very answer may still need a token for its forms.
        self.modified = True

    def end(self) -> None:
        """Go on as a visitor; whoever ends the row does so in a use-case."""
        self.clear()
        self.session_id = None
        self.new_secret = None
        self.actor = VISITOR
        self.drop_cookie = True


class NoSession(WebSessionData):
    """For paths without cookies: whatever is put in is forgotten."""


class MallSessions(SessionInterface):
    """Opens and keeps sessions. `https` adds Secure and the __Host- prefix."""

    def __init__(self, *, https: bool, secret_key: str) -> None:
        self.https = https
        prefix = "__Host-" if https else ""
        self.cookie = prefix + COOKIE
        self.visitor_cookie = prefix + VISITOR_COOKIE
        self._signer = URLSafeTimedSerializer(secret_key, salt="visitor")

    def open_session(self, app: Flask, request: Request) -> WebSessionData:
        if _is_without_session(request.path, app):
            return NoSession()
        secret = request.cookies.get(self.cookie, "")
        if secret and len(secret) < 100:
            found = find_session(secret)
            if found is not None:
                opened = WebSessionData(_read(found.contents))
                opened.session_id, opened.actor, opened.language = found.session_id, found.actor, found.language
                opened.last_seen_at = found.last_seen_at
                return opened
        opened = WebSessionData(self._visitor_contents(request))
        opened.drop_cookie = bool(secret)
        return opened

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        assert isinstance(session, WebSessionData)
        if isinstance(session, NoSession):
            return
        response.vary.add("Cookie")
        if session.session_id is None:
            self._save_visitor(session, response)
            return
        is_due = session.last_seen_at is None or clock.now() - session.last_seen_at > SEEN_EVERY
        if session.modified or is_due:
            keep_session(
                session_id=session.session_id, contents=_tagged.dumps(dict(session)) if session.modified else None
            )
        if session.new_secret is not None:
            self._set(response, self.cookie, session.new_secret)
            self._drop(response, self.visitor_cookie)

    def _save_visitor(self, session: WebSessionData, response: Response) -> None:
        if session.drop_cookie:
            self._drop(response, self.cookie)
        if not session.modified:
            return
        text = str(self._signer.dumps(_tagged.dumps(dict(session))))
        if not session or len(text) > VISITOR_COOKIE_MAX:
            self._drop(response, self.visitor_cookie)
        else:
            self._set(response, self.visitor_cookie, text)

    def _visitor_contents(self, request: Request) -> dict[str, Any]:
        text = request.cookies.get(self.visitor_cookie, "")
        if not text:
            return {}
        try:
            return _read(self._signer.loads(text, max_age=VISITOR_LIFE_SECONDS))
        except BadSignature:
            return {}

    def _set(self, response: Response, name: str, value: str) -> None:
        response.set_cookie(name, value, httponly=True, secure=self.https, samesite="Lax", path="/")

    def _drop(self, response: Response, name: str) -> None:
        response.delete_cookie(name, httponly=True, secure=self.https, samesite="Lax", path="/")


def _is_without_session(path: str, app: Flask) -> bool:
    return path.startswith(("/api/", f"{app.static_url_path}/")) or path in ("/healthz", "/readyz")


def _read(text: str) -> dict[str, Any]:
    try:
        contents = _tagged.loads(text)
    except (json.JSONDecodeError, ValueError, TypeError):
        return {}
    return contents if isinstance(contents, dict) else {}
