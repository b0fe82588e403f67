"""Alive and ready are two questions."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from mall.database import atomic, disconnect, session
from mall.installation.restarts import Restarts
from mall.jobs.heartbeat import WorkerHeartbeat, beat
from mall.outbox.event import publish
from mall.outbox.outbox_event import OutboxEvent
from mall.search import search_catalogue
from mall.search.engine import Health
from mall.settings import Settings
from tests.mall.web.browser import Browser, signed_in


class ReadyEngine:
    """A search engine that is well."""

    name = "ready"

    def health(self) -> Health:
        return Health(state="ready")


@pytest.fixture
def well(app: Flask) -> Browser:
    search_catalogue.use_engine(ReadyEngine())  # type: ignore[arg-type]
    beat("worker")
    return Browser(app)


def test_ready_when_every_part_is_well(well: Browser) -> None:
    response = well.get("/readyz")

    assert response.status_code == 200
    checks = response.get_json()["checks"]
    assert {name: check["ok"] for name, check in checks.items()} == {
        "database": True,
        "migrations": True,
        "search": True,
        "worker": True,
    }


def test_not_ready_when_the_worker_is_silent(well: Browser) -> None:
    @atomic(housekeeping="given of a test")
    def grow_old() -> None:
        session().execute(update(WorkerHeartbeat).values(beat_at=WorkerHeartbeat.beat_at - timedelta(seconds=61)))

    grow_old()

    response = well.get("/readyz")

    assert response.status_code == 503
    assert response.get_json()["checks"]["worker"]["ok"] is False


def test_alive_but_not_ready_without_a_database(well: Browser) -> None:
    disconnect()

    assert well.get("/healthz").status_code == 200
    response = well.get("/readyz")
    assert response.status_code == 503
    assert response.get_json()["checks"]["database"]["ok"] is False


def test_a_parked_event_is_shown_to_the_system_administrator_and_let_go_on(app: Flask) -> None:
    @atomic(housekeeping="given of a test")
    def park() -> None:
        publish("order.ship", document="order:1")
        session().execute(update(OutboxEvent).values(state="parked", last_error="KeyError: x"))

    park()
    officer = signed_in(app, "sysadmin")

    page = officer.get("/platform").get_data(as_text=True)
    released = officer.post("/platform/events/1/release", page="/platform")
    again = officer.post("/platform/events/1/release", page="/platform")

    assert "KeyError: x" in page
    assert released.status_code == 302
    assert again.status_code == 409


def test_what_was_started_again_is_shown_to_the_system_administrator(app: Flask, settings: Settings) -> None:
    Restarts(settings.data_dir).note("worker", ended_with="-9")

    page = signed_in(app, "sysadmin").get("/platform").get_data(as_text=True)
    figures = app.test_client().get("/metrics").get_data(as_text=True)

    assert "后台任务" in page and "-9" in page
    assert 'sunmall_last_restart_timestamp_seconds{part="worker"}' in figures


def test_health_page_is_for_the_system_administrator(app: Flask) -> None:
    assert signed_in(app, "auditor").get("/platform").status_code == 403
