"""A program that talks to the API as one person, and holds every answer against the API's own description."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from jsonschema import Draft202012Validator
from werkzeug.test import TestResponse

from mall.database import close_reading
from mall.people.issue_token import issue_token
from mall.search.engine import EngineSettings
from mall.search.load_documents import documents_for_index
from mall.search.open_engine import open_engine
from mall.search.rebuild_index import rebuild
from mall.search.search_catalogue import use_engine
from tests.world import PASSWORD, World


class Description:
    """openapi.json, and whether an answer is as it says."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self._rules = {path: re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path)) for path in document["paths"]}

    def operation(self, path: str, method: str) -> dict[str, Any] | None:
        # A path without a parameter is the better match.
        for rule in sorted(self._rules, key=lambda one: one.count("{")):
            if self._rules[rule].fullmatch(path) and method.lower() in self.document["paths"][rule]:
                return dict(self.document["paths"][rule][method.lower()])
        return None

    def require_described(self, path: str, method: str, response: TestResponse) -> None:
        """The status, the type and the shape of this answer stand in the description."""
        operation = self.operation(path, method)
        if operation is None:
            assert response.status_code in (404, 405), f"{method} {path} is not described"
            return
        described = operation["responses"].get(str(response.status_code))
        assert described is not None, f"{method} {path} answers {response.status_code}, which is not described"
        assert response.mimetype in described["content"], f"{method} {path} answers {response.mimetype}"
        self.require_shape(described["content"][response.mimetype]["schema"], response.get_json())

    def require_shape(self, schema: dict[str, Any], value: Any) -> None:
        Draft202012Validator({**schema, "components": self.document["components"]}).validate(value)


class Caller:
    """One person's program. Every answer is checked: described, and money whole."""

    def __init__(self, app: Flask, description: Description, token: str | None) -> None:
        self._client = app.test_client(use_cookies=False)
        self._description = description
        self.token = token

    def call(self, method: str, path: str, *, key: str | None = None, **options: Any) -> TestResponse:
        headers = {"Accept-Language": "en", **options.pop("headers", {})}
        if self.token is not None:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        if key is not None:
            headers["Idempotency-Key"] = key
        response = self._client.open(f"/api/v1{path}", method=method, headers=headers, **options)
        self._description.require_described(f"/api/v1{path.partition('?')[0]}", method, response)
        require_whole_fen(response.get_json())
        return response

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.call("GET", path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> TestResponse:
        return self.call("POST", path, json=body, **options)

    def act(self, number: str, action: str, body: dict[str, Any] | None = None, **options: Any) -> dict[str, Any]:
        """Take an action that must succeed; the order afterwards."""
        response = self.post(f"/orders/{number}/{action}", body or {}, **options)
        assert response.status_code == 200, response.get_json()
        return dict(response.get_json())


def require_whole_fen(value: Any) -> None:
    """Whatever ends in _fen is an int or null, at any depth."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name.endswith("_fen"):
                assert inner is None or type(inner) is int, f"{name} is {inner!r}"
            require_whole_fen(inner)
    elif isinstance(value, list):
        for inner in value:
            require_whole_fen(inner)


class Api:
    """The API of this test's application."""

    def __init__(self, app: Flask, world: World) -> None:
        self.app = app
        self.world = world

    @cached_property
    def description(self) -> Description:
        return Description(self.app.test_client(use_cookies=False).get("/api/v1/openapi.json").get_json())

    def visitor(self) -> Caller:
        return Caller(self.app, self.description, None)

    def person(self, username: str) -> Caller:
        """A program with a token of this person."""
        token = issue_token(username=username, password=PASSWORD, address="10.0.0.1")
        close_reading()
        return Caller(self.app, self.description, token)

    def wanted(self, *goods: tuple[str, int], line: str = "school_office") -> dict[str, Any]:
        """The body of an order."""
        return {
            "lines": [
                {"listing_id": self.world.listings[key], "quantity": count, "budget_line_id": self.world.lines[line]}
                for key, count in goods
            ],
            "delivery": {"address": "郑州市阳光路1号", "contact": "王老师", "phone": "0371-60000000"},
        }

    def placed(self, *goods: tuple[str, int]) -> str:
        """The number of one order that the school's handler has just placed."""
        response = self.person("handler").post("/orders", self.wanted(*goods))
        assert response.status_code == 201, response.get_json()
        (order,) = response.get_json()["orders"]
        return str(order["number"])


@pytest.fixture
def api(app: Flask, world: World) -> Api:
    return Api(app, world)


@pytest.fixture
def index(app: Flask, tmp_path: Path) -> Iterator[None]:
    """A search index of the small province."""
    settings = EngineSettings(kind="tantivy", data_dir=tmp_path / "search", read_only=False)
    engine = open_engine(settings)
    engine.ensure()
    rebuild(engine, documents_for_index())
    close_reading()
    use_engine(engine)
    yield
    use_engine(None)
    engine.close()
