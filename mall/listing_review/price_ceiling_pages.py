"""The list of price ceilings: the centre enters one, a second person puts it in force."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from mall.access.guards import current_actor, needs
from mall.audit.record import record_refusal
from mall.catalogue.category import Category
from mall.catalogue.enter_ceiling import decide_ceiling, enter_ceiling
from mall.catalogue.price_ceiling import PriceCeiling
from mall.catalogue.product import Product
from mall.database import session
from mall.documents.advance import possible_actions
from mall.errors import Refusal
from mall.ordering.money_forms import fen_of
from mall.people.user import UserAccount
from mall.web.words import status_of, words_for

pages = Blueprint("ceilings", __name__)

SHOWN_MAX = 200


@pages.get("/ceilings")
@needs("ceiling.read")
def index() -> str:
    """The ceilings, those that wait for confirmation first."""
    return _page()


@pages.post("/ceilings")
@needs("ceiling.enter")
def add() -> Response | tuple[str, int]:
    """Enter a ceiling; it binds nobody until it is confirmed."""
    try:
        enter_ceiling(
            actor=current_actor(),
            category_code=request.form.get("category_code", "").strip()[:20] or None,
            product_id=_product_id(request.form.get("product_id", "").strip()),
            ceiling_fen=fen_of(request.form.get("ceiling", "")) or 0,
            valid_from=_day("valid_from") or _missing("valid_from"),
            valid_to=_day("valid_to"),
            source=request.form.get("source", ""),
            request_key=request.form.get("request_key") or None,
        )
    except Refusal as refusal:
        return _refused(refusal, action="ceiling.enter")
    flash(_("已登记，等另一人复核后生效。"), "success")
    return redirect(url_for("ceilings.index"))


@pages.post("/ceilings/<int:ceiling_id>")
@needs("ceiling.read")
def decide(ceiling_id: int) -> Response | tuple[str, int]:
    """Confirm, withdraw or end one; the use-case asks whether this person may."""
    action = request.form.get("action", "")
    try:
        decide_ceiling(
            actor=current_actor(),
            ceiling_id=ceiling_id,
            action=action,
            note=request.form.get("note", "").strip()[:200],
            request_key=request.form.get("request_key") or None,
        )
    except Refusal as refusal:
        return _refused(refusal, action="ceiling.decide")
    flash(_("已办理。"), "success")
    return redirect(url_for("ceilings.index"))


def _refused(refusal: Refusal, *, action: str) -> tuple[str, int]:
    if not refusal.recorded:
        record_refusal(actor=current_actor(), action=action, refusal=refusal)
    return _page(refusal=refusal), status_of(refusal)


def _product_id(typed: str) -> int | None:
    if not typed:
        return None
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 18):
        raise Refusal("ceiling.no_subject")
    return int(typed)


def _day(name: str) -> date | None:
    typed = request.form.get(name, "").strip()
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError:
        return _missing(name)


def _missing(name: str) -> date:
    message = _("请填写日期，例如 2026-12-31。")
    raise Refusal("request.invalid", errors=[{"field": name, "message": message}])


def _page(*, refusal: Refusal | None = None) -> str:
    rows = (
        session()
        .execute(
            select(PriceCeiling, Category, Product, UserAccount.name)
            .outerjoin(Category, Category.code == PriceCeiling.category_code)
            .outerjoin(Product, Product.id == PriceCeiling.product_id)
            .outerjoin(UserAccount, UserAccount.id == PriceCeiling.entered_by_id)
            .order_by(PriceCeiling.state != "entered", PriceCeiling.id.desc())
            .limit(SHOWN_MAX)
        )
        .all()
    )
    actor = current_actor()
    return render_template(
        "listing_review/ceilings.html",
        rows=[(*row, possible_actions(row[0], actor)) for row in rows],
        refusal=words_for(refusal) if refusal is not None else None,
        given=request.form,
    )
