"""Answers for the machine that watches us: alive, ready, and the figures for Prometheus."""

from __future__ import annotations

import os

from flask import Blueprint, Response, abort, current_app, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Gauge, generate_latest, multiprocess

from mall.access.authorize import may
from mall.access.guards import current_actor, everyone
from mall.health.check_health import check_health, count_outbox
from mall.installation.restarts import kept_restarts
from mall.jobs.heartbeat import silence

pages = Blueprint("health", __name__)

_OWN_MACHINE = frozenset({"127.0.0.1", "::1"})


@pages.get("/healthz")
@everyone("says only that the process lives")
def alive() -> Response:
    """The process lives; nothing else is asked."""
    return jsonify(status="ok")


@pages.get("/readyz")
@everyone("says only which parts are ready; whoever distributes requests must know")
def ready() -> tuple[Response, int]:
    """Every check with its verdict; 503 when one of them is not well."""
    findings = check_health()
    is_ready = all(finding.is_well for finding in findings)
    body = {
        "status": "ready" if is_ready else "not_ready",
        "checks": {
            finding.name: {"ok": finding.is_well, "words": finding.words, "ms": finding.ms} for finding in findings
        },
    }
    return jsonify(body), 200 if is_ready else 503


@pages.get("/metrics")
@everyone("looks at the address and the post itself: others are told that there is no such page")
def metrics() -> Response:
    """The figures of all web processes, in Prometheus' text format."""
    is_near = request.remote_addr in _OWN_MACHINE and "X-Forwarded-For" not in request.headers
    if not is_near and not may(current_actor(), "platform.health"):
        abort(404)
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)
    else:
        registry = REGISTRY
    text = generate_latest(registry) + generate_latest(_of_the_moment())
    return Response(text, content_type=CONTENT_TYPE_LATEST)


def _of_the_moment() -> CollectorRegistry:
    """What the database knows now, the same from every process."""
    registry = CollectorRegistry()
    outbox = count_outbox()
    events = Gauge("sunmall_outbox_events", "Events not yet delivered.", ("state",), registry=registry)
    events.labels("waiting").set(outbox.waiting)
    events.labels("parked").set(outbox.parked)
    last = Gauge(
        "sunmall_last_restart_timestamp_seconds", "When a part last ended by itself.", ("part",), registry=registry
    )
    for restart in kept_restarts(current_app.config["SUNMALL"].data_dir):
        last.labels(restart.part).set(restart.instant.timestamp())
    silent = silence("worker")
    if silent is not None:
        age = Gauge("sunmall_worker_silence_seconds", "Since the worker's last sign of life.", registry=registry)
        age.set(silent.total_seconds())
    return registry
