"""Clients that walk orders down their road over HTTP, try again under the same key, and note what was acknowledged."""

from __future__ import annotations

import http.client
import itertools
import json
import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from mall import clock
from tests.crash.running_product import Product
from tests.world import PASSWORD

#: who does what, in this order; the treasury pays afterwards by itself
ROAD = (
    ("approver", "approve"),
    ("supplier", "confirm"),
    ("handler", "sign"),
    ("supplier", "sign"),
    ("supplier", "ship"),
    ("receiver", "receive"),
    ("receiver", "accept"),
    ("supplier", "invoice"),
    ("accountant", "request_payment"),
    ("finance", "approve_payment"),
)
PRICE_FEN = 2150
ONE_TRY_SECONDS = 20
GIVES_UP_AFTER_SECONDS = 120
TRIES_AGAIN_AFTER_SECONDS = 0.1


@dataclass(frozen=True)
class Acknowledged:
    """One request that the server answered with 200 or 201."""

    key: str
    who: str
    path: str
    body: dict[str, Any]
    order: str
    action: str
    answer: Any


@dataclass
class Crowd:
    """A few clients, each in a thread of its own, until `finish`."""

    product: Product
    name: str
    clients: int = 4
    acknowledged: list[Acknowledged] = field(default_factory=list)
    #: what a client was told that is neither an acknowledgement nor "try again"
    refused: list[str] = field(default_factory=list)
    tries: int = 0
    #: when the last acknowledged request began, by the monotonic clock
    last_good_began_at: float = 0.0
    _stop: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _threads: list[threading.Thread] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def begin(self) -> None:
        for _ in range(self.clients):
            thread = threading.Thread(target=self._live, daemon=True)
            thread.start()
            self._threads.append(thread)

    def finish(self) -> None:
        """Let everybody bring the order in hand to its end."""
        self._stop.set()
        for thread in self._threads:
            thread.join(GIVES_UP_AFTER_SECONDS * len(ROAD))

    def _live(self) -> None:
        while not self._stop.is_set():
            running = next(self._numbers)
            note = f"{self.name}-{running:05d}"
            body = {
                "lines": [
                    {
                        "listing_id": self.product.world.listings["paper"],
                        "quantity": 1,
                        "budget_line_id": self.product.world.lines["school_office"],
                    }
                ],
                "delivery": {"address": "教学楼一层", "contact": "张老师"},
                "note": note,
            }
            placed = self._until_acknowledged("handler", "/orders", body, key=f"{note}-place", order="", action="place")
            if placed is None:
                continue
            number = placed["orders"][0]["number"]
            for step, (who, action) in enumerate(ROAD):
                path, key = f"/orders/{number}/{action}", f"{note}-{step:02d}-{action}"
                given = self._given(action, running=running)
                if self._until_acknowledged(who, path, given, key=key, order=number, action=action) is None:
                    break

    def _given(self, action: str, *, running: int) -> dict[str, Any]:
        if action == "sign":
            return {"password": PASSWORD}
        if action == "invoice":
            tail = f"{abs(hash(self.name)) % 10**4:04d}{running:08d}"
            return {"number": f"24412000{tail}", "issued_on": clock.today().isoformat(), "amount_fen": PRICE_FEN}
        return {}

    def _until_acknowledged(
        self, who: str, path: str, body: dict[str, Any], *, key: str, order: str, action: str
    ) -> Any | None:
        gives_up_at = time.monotonic() + GIVES_UP_AFTER_SECONDS
        while time.monotonic() < gives_up_at:
            began_at = time.monotonic()
            with self._lock:
                self.tries += 1
            status, answer, _ = call(self.product, who, path, body, key=key)
            if status in (200, 201):
                with self._lock:
                    self.acknowledged.append(Acknowledged(key, who, path, body, order, action, answer))
                    self.last_good_began_at = max(self.last_good_began_at, began_at)
                return answer
            if 400 <= status < 500 and status != 429:
                with self._lock:
                    self.refused.append(f"{key}: {status} {answer.get('code')}")
                return None
            time.sleep(TRIES_AGAIN_AFTER_SECONDS * random.uniform(0.5, 1.5))
        with self._lock:
            self.refused.append(f"{key}: no answer in {GIVES_UP_AFTER_SECONDS} s")
        return None


def call(product: Product, who: str, path: str, body: dict[str, Any], *, key: str) -> tuple[int, Any, bool]:
    """(status, JSON, whether it was answered before); status 0 when the connection broke."""
    connection = http.client.HTTPConnection("127.0.0.1", product.port, timeout=ONE_TRY_SECONDS)
    headers = {
        "Authorization": f"Bearer {product.tokens[who]}",
        "Content-Type": "application/json",
        "Idempotency-Key": key,
        "Connection": "close",
    }
    try:
        connection.request("POST", f"/api/v1{path}", json.dumps(body), headers)
        response = connection.getresponse()
        content = response.read()
        return response.status, json.loads(content), response.headers.get("Idempotency-Replayed") == "true"
    except (OSError, http.client.HTTPException, ValueError):
        return 0, {}, False
    finally:
        connection.close()
