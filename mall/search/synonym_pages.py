"""The synonyms of the search: those of the house to read, those of the purchasing centre to add and to take back."""

from __future__ import annotations

import re

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from mall.access.guards import current_actor, needs
from mall.audit.record import record_refusal
from mall.database import session
from mall.errors import Refusal
from mall.people.user import UserAccount
from mall.search.edit_synonyms import add_synonyms, withdraw_synonyms
from mall.search.search_synonym import SearchSynonym
from mall.search.synonyms import read_table
from mall.web.words import status_of, words_for

pages = Blueprint("synonyms", __name__)

SHOWN_MAX = 500
_SEPARATORS = re.compile(r"[|｜、,，;；\r\n]+")


@pages.get("/synonyms")
@needs("synonym.read")
def index() -> str:
    """Those in force, the newest first, and below them the table of the house."""
    return _page()


@pages.post("/synonyms")
@needs("synonym.edit")
def add() -> Response | tuple[str, int]:
    """Add a group of words; it counts from the next question on."""
    try:
        add_synonyms(
            actor=current_actor(),
            direction=request.form.get("direction", ""),
            words=_SEPARATORS.split(request.form.get("words", "")[:1000]),
            note=request.form.get("note", ""),
            request_key=request.form.get("request_key") or None,
        )
    except Refusal as refusal:
        return _refused(refusal, action="synonym.add")
    flash(_("已添加，下一次搜索起生效。"), "success")
    return redirect(url_for("synonyms.index"))


@pages.post("/synonyms/<int:synonym_id>")
@needs("synonym.edit")
def withdraw(synonym_id: int) -> Response | tuple[str, int]:
    """Take a group back."""
    try:
        withdraw_synonyms(
            actor=current_actor(), synonym_id=synonym_id, request_key=request.form.get("request_key") or None
        )
    except Refusal as refusal:
        return _refused(refusal, action="synonym.withdraw")
    flash(_("已撤回，下一次搜索起生效。"), "success")
    return redirect(url_for("synonyms.index"))


def _refused(refusal: Refusal, *, action: str) -> tuple[str, int]:
    if not refusal.recorded:
        record_refusal(actor=current_actor(), action=action, refusal=refusal)
    return _page(refusal=refusal), status_of(refusal)


def _page(*, refusal: Refusal | None = None) -> str:
    query = (
        select(SearchSynonym, UserAccount.name)
        .outerjoin(UserAccount, UserAccount.id == SearchSynonym.entered_by_id)
        .order_by(SearchSynonym.withdrawn_at.is_not(None), SearchSynonym.id.desc())
        .limit(SHOWN_MAX)
    )
    return render_template(
        "shop/synonyms.html",
        rows=session().execute(query).all(),
        built_in=read_table(),
        refusal=words_for(refusal) if refusal else None,
        given=request.form if refusal else {},
    )
