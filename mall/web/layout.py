"""What templates may call: filters for money, time and names, and the globals of the layout."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from flask import Flask, g, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from jinja2 import StrictUndefined

from mall import clock
from mall.access.authorize import may
from mall.access.guards import current_actor
from mall.errors import Refusal
from mall.regions.region import region_names
from mall.web.amounts import fen, yuan
from mall.web.names import (
    action_name,
    budget_kind_name,
    change_kind_name,
    channel_name,
    deed_name,
    disposal_name,
    role_name,
    seat_name,
    state_name,
    verdict_name,
)
from mall.web.request_frame import request_id
from mall.web.translation import LANGUAGES, current_language
from mall.web.words import Words, words_for


def install_layout(app: Flask) -> None:
    """Filters and globals; a name that a template got wrong is an error, never an empty string."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(fen=fen, yuan=yuan, when=when, day=day, due=due)
    app.jinja_env.globals.update(
        state_name=state_name,
        action_name=action_name,
        deed_name=deed_name,
        role_name=role_name,
        budget_kind_name=budget_kind_name,
        disposal_name=disposal_name,
        change_kind_name=change_kind_name,
        channel_name=channel_name,
        seat_name=seat_name,
        verdict_name=verdict_name,
        region_name=region_name,
        request_key=lambda: str(uuid.uuid4()),
        request_id=request_id,
        now=clock.now,
        words=words,
        languages=LANGUAGES,
        asset=asset,
    )

    @app.context_processor
    def of_this_request() -> dict[str, Any]:
        actor = current_actor()
        return {
            "actor": actor,
            "language": current_language(),
            "may": lambda permission, subject=None: may(actor, permission, subject),
        }


def when(instant: datetime | None) -> str:
    """An instant on a Shanghai wall clock: "2026-11-23 15:04"."""
    return "—" if instant is None else clock.local(instant).strftime("%Y-%m-%d %H:%M")


def day(value: date | datetime | None) -> str:
    """A date, "2026-11-23"; of an instant its Shanghai date."""
    if value is None:
        return "—"
    return (clock.local(value).date() if isinstance(value, datetime) else value).isoformat()


def due(deadline: datetime | None) -> str:
    """A deadline with how far away it is: "2026-11-25 23:59（还有 2 天）"."""
    if deadline is None:
        return "—"
    days = (clock.local(deadline).date() - clock.today()).days
    if deadline < clock.now():
        words = _("已过期")
    elif days == 0:
        words = _("今天到期")
    else:
        words = ngettext("还有 %(num)s 天", "还有 %(num)s 天", days)
    return _("%(instant)s（%(words)s）", instant=when(deadline), words=words)


def region_name(code: int | None) -> str:
    """The division's name in the reader's language; all names are read once a request."""
    if code is None:
        return "—"
    if "region_names" not in g:
        g.region_names = region_names()
    names = g.region_names.get(code)
    if names is None:
        return str(code)
    return names[1] if current_language() == "en" and names[1] else names[0]


def words(refusal: Refusal) -> Words:
    """The words of a refusal, for templates."""
    return words_for(refusal)


def asset(path: str) -> str:
    """The address of a file below mall/static."""
    return url_for("static", filename=path)
