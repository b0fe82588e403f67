"""The system administrator's page: how the parts are, and the events that got stuck."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from mall.access.guards import current_actor, needs
from mall.health.check_health import check_health, count_outbox, parked_events
from mall.health.release_event import release_event
from mall.installation.restarts import kept_restarts

RESTARTS_SHOWN = 10

pages = Blueprint("platform", __name__, url_prefix="/platform")


@pages.get("")
@needs("platform.health")
def health() -> str:
    """Checks, the outbox with what is parked in it, and restarts; names of documents only, no business data."""
    return render_template(
        "health/platform.html",
        findings=check_health(),
        outbox=count_outbox(),
        parked=parked_events(),
        restarts=kept_restarts(current_app.config["SUNMALL"].data_dir)[: -RESTARTS_SHOWN - 1 : -1],
    )


@pages.post("/events/<int:event_id>/release")
@needs("platform.health")
def release(event_id: int) -> Response:
    """Let a parked event be tried again."""
    release_event(actor=current_actor(), event_id=event_id)
    flash(_("事件已重新排队。"), "success")
    return redirect(url_for("platform.health"))
