"""A supplier's own goods: what is on the shelf, at what price, and putting it on and off."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from mall import clock
from mall.access.authorize import may
from mall.access.guards import current_actor, needs
from mall.audit.record import record_refusal
from mall.catalogue.category import Category
from mall.catalogue.change_price import change_price
from mall.catalogue.completeness import completeness
from mall.catalogue.listing import Listing
from mall.catalogue.listing_change import waiting_changes
from mall.catalogue.listing_image import image_counts
from mall.catalogue.listing_states import LISTING_STATES
from mall.catalogue.product import Product
from mall.catalogue.shelve_listing import shelve_listing
from mall.database import session
from mall.errors import Refusal
from mall.ordering.money_forms import fen_of, yuan_of
from mall.web.words import status_of, words_for

pages = Blueprint("supplier_listings", __name__)

PAGE_SIZE = 25


@pages.get("/supplier/listings")
@needs("listing.edit")
def index() -> str:
    """The listings of the reader's own suppliers."""
    return _page()


@pages.post("/supplier/listings/<int:listing_id>/shelf")
@needs("listing.edit")
def shelve(listing_id: int) -> Response | tuple[str, int]:
    """Put a listing on the shelf or take it off."""
    action = request.form.get("action", "")
    try:
        _require_own(listing_id, action="listing.shelve")
        state = shelve_listing(
            actor=current_actor(),
            listing_id=listing_id,
            action=action,
            request_key=request.form.get("request_key") or None,
        )
    except Refusal as refusal:
        return _page(refused=listing_id, refusal=refusal), status_of(refusal)
    flash(_("已上架。") if state == "on_shelf" else _("已下架，单位不能再买；已下的订单照常履行。"), "success")
    return _back()


@pages.post("/supplier/listings/<int:listing_id>/price")
@needs("listing.edit")
def reprice(listing_id: int) -> Response | tuple[str, int]:
    """Change the price of one listing."""
    typed = request.form.get("price", "")
    try:
        _require_own(listing_id, action="listing.change_price")
        price_fen = fen_of(typed)
        if not price_fen:
            message = _("单价请填写为元，例如 128.50。")
            raise Refusal("request.invalid", errors=[{"field": "price", "message": message}])
        outcome = change_price(
            actor=current_actor(),
            listing_id=listing_id,
            price_fen=price_fen,
            reason=request.form.get("reason", "").strip()[:200],
            request_key=request.form.get("request_key") or None,
        )
    except Refusal as refusal:
        if not refusal.recorded:
            record_refusal(
                actor=current_actor(), action="listing.change_price", refusal=refusal, subject=f"listing:{listing_id}"
            )
        return _page(refused=listing_id, refusal=refusal, typed=typed), status_of(refusal)
    _say(outcome)
    return _back()


def _say(outcome: str) -> None:
    if outcome == "waiting":
        flash(_("涨价已提交审核；审核通过之前仍按原价销售，可以撤回。"), "success")
    elif outcome == "intercepted":
        flash(_("新价格高于限价，已被拦截，仍按原价销售；限价、依据和可替代商品见该商品的记录。"), "warning")
    else:
        flash(_("价格已改。已下的订单仍按原价；购物车里会提示价格变化。"), "success")


def _require_own(listing_id: int, *, action: str) -> None:
    """Foreign and missing look the same: Refusal("listing.unknown"), recorded. The use-case asks again."""
    found = session().get(Listing, listing_id)
    if found is None or not may(current_actor(), "listing.edit", found):
        refusal = Refusal("listing.unknown", listing_id=listing_id)
        record_refusal(actor=current_actor(), action=action, refusal=refusal, subject=f"listing:{listing_id}")
        raise refusal


def _filters() -> dict[str, str]:
    """What the reader searched for, from the address or from the hidden fields of a form."""
    return {name: request.values.get(name, "").strip()[:100] for name in ("text", "state", "page")}


def _back() -> Response:
    return redirect(url_for("supplier_listings.index", **{name: value for name, value in _filters().items() if value}))


def _page(*, refused: int | None = None, refusal: Refusal | None = None, typed: str = "") -> str:
    filters = _filters()
    query = (
        select(Listing, Product, Category)
        .join(Product, Product.id == Listing.product_id)
        .outerjoin(Category, Category.code == Product.category_code)
        .where(Listing.supplier_id.in_(current_actor().supplier_ids))
    )
    if filters["state"] in LISTING_STATES.states:
        query = query.where(Listing.state == filters["state"])
    if filters["text"]:
        text = filters["text"]
        query = query.where(
            Listing.name.icontains(text, autoescape=True)
            | Listing.sku.icontains(text, autoescape=True)
            | Product.brand.icontains(text, autoescape=True)
            | Product.model.icontains(text, autoescape=True)
        )
    total = session().scalar(query.with_only_columns(func.count(Listing.id))) or 0
    page_count = max(1, -(-total // PAGE_SIZE))
    page = min(max(1, int(filters["page"]) if filters["page"].isdecimal() else 1), page_count)
    found = query.order_by(Listing.sku, Listing.id).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)
    rows = session().execute(found).all()
    today = clock.today()
    image_count_of = image_counts([listing.id for listing, _product, _category in rows])
    errors = (refusal.facts.get("errors") or []) if refusal is not None else []
    return render_template(
        "suppliers/listings.html",
        rows=rows,
        changes=waiting_changes([listing.id for listing, _product, _category in rows]),
        complete={
            listing.id: completeness(
                listing, product, category, on=today, image_count=image_count_of.get(listing.id, 0)
            )
            for listing, product, category in rows
        },
        image_count_of=image_count_of,
        filters=filters,
        states=LISTING_STATES.states,
        total=total,
        page=page,
        page_count=page_count,
        refused=refused,
        refusal=words_for(refusal) if refusal is not None else None,
        messages=[error["message"] for error in errors],
        typed=typed,
        yuan_of=yuan_of,
    )
