"""Leaves a lost search engine alone for a while, so that not every reader waits for it in vain."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from mall.search.engine import EngineUnavailable

FAILURES_MAX = 3
#: how long nobody asks an engine that failed so often in a row; then one question at a time tries it
PAUSE_SECONDS = 10.0

T = TypeVar("T")


class CircuitBreaker:
    """Counts failures in a row. Threads may share one; each process has its own."""

    def __init__(self, *, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._failures = 0
        self._asked_again_at = 0.0

    @property
    def is_open(self) -> bool:
        """Whether the engine is being left alone."""
        return self._failures >= FAILURES_MAX

    def ask(self, question: Callable[[], T]) -> T:
        """The answer of the engine. Raises EngineUnavailable, at once while the engine is being left alone."""
        with self._lock:
            if self.is_open:
                if self._now() < self._asked_again_at:
                    raise EngineUnavailable(f"lost {self._failures} times in a row; left alone for a while")
                # This one question tries it; the others go on without, until it has an answer.
                self._asked_again_at = self._now() + PAUSE_SECONDS
        try:
            answer = question()
        except EngineUnavailable:
            with self._lock:
                self._failures += 1
                self._asked_again_at = self._now() + PAUSE_SECONDS
            raise
        with self._lock:
            self._failures = 0
        return answer
