"""Counting requests and their time, for Prometheus."""

from __future__ import annotations

from prometheus_client import Counter, Histogram

REQUESTS = Counter("sunmall_requests", "Requests by route and status.", ("method", "route", "status"))
SECONDS = Histogram(
    "sunmall_request_seconds",
    "Time from the first byte read to the answer.",
    ("route",),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def measure(*, method: str, route: str, status: int, seconds: float) -> None:
    """One request more. The rule and known methods only, so that nobody can invent series."""
    REQUESTS.labels(method if method in _METHODS else "other", route, str(status)).inc()
    SECONDS.labels(route).observe(seconds)
