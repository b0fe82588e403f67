"""The public page of the ledger's seals: what a stranger notes down today, and may hold against the books tomorrow."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, render_template, request, url_for

from ledger.seal_anchor import Anchor, BadAnchor, anchor_facts
from mall.access.guards import everyone
from mall.errors import Refusal
from mall.open_data.daily_anchor import anchor_folder, kept_anchor, kept_days, path_of, present_anchor

pages = Blueprint("open_ledger", __name__)

DAYS_SHOWN = 31
WHY = "a digest proves nothing unless strangers keep it; it says nothing about anybody"


@pages.get("/open/ledger")
@everyone(WHY)
def index() -> str:
    """The last seals of all books, the digests of the last days, and how to check them."""
    folder = _folder()
    return render_template(
        "open_data/ledger.html", present=present_anchor(folder), days=_last_days(folder), days_shown=DAYS_SHOWN
    )


@pages.get("/open/ledger.json")
@everyone(WHY)
def twin() -> Response:
    """The same as JSON; with ?day=2026-11-23 the file of that day, byte for byte. Either serves as --anchor."""
    folder = _folder()
    if "day" in request.args:
        return _file_of(folder, request.args["day"])
    facts = anchor_facts(present_anchor(folder))
    facts["days"] = [
        {
            "day": day.isoformat(),
            "digest": anchor.digest if anchor else None,
            "url": url_for(".twin", day=day.isoformat()),
        }
        for day, anchor in _last_days(folder)
    ]
    return _json(json.dumps(facts, ensure_ascii=False, indent=1) + "\n")


def _file_of(folder: Path, typed: str) -> Response:
    try:
        return _json(path_of(folder, date.fromisoformat(typed)).read_text(encoding="utf-8"))
    except (ValueError, FileNotFoundError) as missing:
        raise Refusal("page.not_found") from missing


def _json(text: str) -> Response:
    return Response(text, content_type="application/json; charset=utf-8")


def _last_days(folder: Path) -> list[tuple[date, Anchor | None]]:
    """Newest first; None for a file that was changed since it was written."""
    found: list[tuple[date, Anchor | None]] = []
    for day in reversed(kept_days(folder)[-DAYS_SHOWN:]):
        try:
            found.append((day, kept_anchor(folder, day)))
        except BadAnchor:
            found.append((day, None))
    return found


def _folder() -> Path:
    settings: Any = current_app.config["SUNMALL"]
    return anchor_folder(settings.data_dir)
