"""A supplier's system that calls the mall: signs and dates every call, unless a test wants one of them wrong."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from mall import clock
from mall.signed_calls.signature import Key, Signed, instant_text, sign

PREFIX = "/api/v1/supplier"


@dataclass
class Pusher:
    """One system with its key."""

    app: Flask
    key: Key

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        at: datetime | None = None,
        nonce: str | None = None,
        sent_body: bytes | None = None,
        sent_path: str | None = None,
        sent_method: str | None = None,
        request_key: str | None = None,
        language: str = "zh",
    ) -> TestResponse:
        """One signed call; what is named `sent_...` goes out instead of what was signed."""
        content = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        path = f"{PREFIX}{path}"
        signed = sign(self.key, method=method, path=path, body=content, at=at or clock.now(), nonce=nonce)
        return self.send(
            sent_method or method,
            sent_path or path,
            content if sent_body is None else sent_body,
            signed,
            request_key=request_key,
            language=language,
        )

    def send(
        self,
        method: str,
        path: str,
        content: bytes,
        signed: Signed,
        *,
        request_key: str | None = None,
        language: str = "zh",
    ) -> TestResponse:
        """Exactly this, as somebody who listened would send it again."""
        headers = {
            "Sunmall-Key": signed.key_id,
            "Sunmall-Timestamp": instant_text(signed.at),
            "Sunmall-Nonce": signed.nonce,
            "Sunmall-Signature": signed.digest,
            "Accept-Language": language,
        }
        if content:
            headers["Content-Type"] = "application/json"
        if request_key is not None:
            headers["Idempotency-Key"] = request_key
        return self.app.test_client().open(path, method=method, data=content, headers=headers)

    def got(self, path: str) -> dict[str, Any]:
        """The answer to a GET that must succeed."""
        answer = self.call("GET", path)
        assert answer.status_code == 200, answer.json
        return answer.json

    def outcomes(self, kind: str, *entries: Any, request_key: str | None = None) -> list[dict[str, Any]]:
        """Push a batch ("prices", "stock" or "shelf") that must be taken; what became of each entry."""
        answer = self.call("POST", f"/{kind}", {kind: list(entries)}, request_key=request_key)
        assert answer.status_code == 200, answer.json
        return answer.json["outcomes"]

    def outcome(self, kind: str, **entry: Any) -> dict[str, Any]:
        """What became of the only entry of a batch."""
        (found,) = self.outcomes(kind, entry)
        return found

    def messages(self, query: str = "") -> list[dict[str, Any]]:
        """What is not acknowledged."""
        return self.got(f"/messages{query}")["items"]

    def kinds(self) -> list[tuple[str, str | None]]:
        """(kind, SKU) of what is not acknowledged, oldest first."""
        return [(message["kind"], message["sku"]) for message in self.messages()]
