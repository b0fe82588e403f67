"""A browser for tests: signs in and submits forms as a person would, with the token of the page."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.world import PASSWORD

_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


class Browser:
    """One cookie jar over the application."""

    def __init__(self, app: Flask, *, address: str = "192.0.2.10") -> None:
        self.client: FlaskClient = app.test_client()
        self.environ = {"REMOTE_ADDR": address}

    def get(self, path: str, **kwargs: Any) -> TestResponse:
        return self.client.get(path, environ_overrides=self.environ, **kwargs)

    def token(self, path: str = "/sign-in") -> str:
        """The form token of a page."""
        found = _TOKEN.search(self.get(path, follow_redirects=True).get_data(as_text=True))
        assert found, f"no form on {path}"
        return found.group(1)

    def post(
        self, path: str, data: dict[str, Any] | None = None, *, page: str = "/sign-in", **kwargs: Any
    ) -> TestResponse:
        """Submit a form with the token that `page` carries."""
        form = {"csrf_token": self.token(page), **(data or {})}
        return self.client.post(path, data=form, environ_overrides=self.environ, **kwargs)

    def bare_post(self, path: str, data: dict[str, Any] | None = None, **kwargs: Any) -> TestResponse:
        """Submit without any token."""
        return self.client.post(path, data=data or {}, environ_overrides=self.environ, **kwargs)

    def sign_in(self, username: str, password: str = PASSWORD, **kwargs: Any) -> TestResponse:
        return self.post("/sign-in", {"username": username, "password": password}, **kwargs)

    def session_cookie(self) -> str | None:
        cookie = self.client.get_cookie("sunmall_session")
        return cookie.value if cookie is not None else None


def signed_in(app: Flask, username: str, *, address: str = "192.0.2.10") -> Browser:
    """A browser in which this person has signed in."""
    browser = Browser(app, address=address)
    response = browser.sign_in(username)
    assert response.status_code == 302, response.get_data(as_text=True)
    return browser
