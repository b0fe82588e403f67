"""Which listings a standard product has: the centre merges it into another one, splits it, and undoes both."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from mall.access.guards import current_actor, needs
from mall.audit.record import record_refusal
from mall.catalogue.listing import Listing
from mall.catalogue.merge_products import merge_products
from mall.catalogue.product import Product, redirects_to
from mall.catalogue.product_history import product_history
from mall.catalogue.split_product import brought_along, split_product
from mall.database import session
from mall.errors import Refusal
from mall.suppliers.supplier import Supplier
from mall.web.words import status_of, words_for

pages = Blueprint("product_group", __name__)


@pages.get("/products/<int:product_id>/listings")
@needs("product.merge")
def show(product_id: int) -> str:
    """All listings of the product, whatever their state, and what was merged into it."""
    return _page(product_id)


@pages.post("/products/<int:product_id>/merge")
@needs("product.merge")
def merge(product_id: int) -> Response | tuple[str, int]:
    """Merge this product into another one."""

    def deed() -> int:
        into_id = _number(request.form.get("into", ""))
        if into_id is None:
            raise Refusal("product.unknown", product_id=request.form.get("into", "")[:20])
        merge_products(
            actor=current_actor(), product_id=product_id, into_id=into_id, reason=request.form.get("reason", ""),
            request_key=request.form.get("request_key") or None,
        )  # fmt: skip
        return into_id

    return _do(product_id, deed, action="product.merge", done=_("已并入。"))


@pages.post("/products/<int:product_id>/split")
@needs("product.split")
def split(product_id: int) -> Response | tuple[str, int]:
    """Split the ticked listings off, or give them back to the product that had been merged into this one."""

    def deed() -> int:
        return split_product(
            actor=current_actor(),
            product_id=product_id,
            listing_ids=[one for one in map(_number, request.form.getlist("listing")) if one is not None],
            reason=request.form.get("reason", ""),
            into_id=_number(request.form.get("into", "")),
            request_key=request.form.get("request_key") or None,
        )

    return _do(product_id, deed, action="product.split", done=_("已拆出。"))


def _do(product_id: int, deed: Callable[[], int], *, action: str, done: str) -> Response | tuple[str, int]:
    try:
        shown_id = deed()
    except Refusal as refusal:
        if not refusal.recorded:
            record_refusal(actor=current_actor(), action=action, refusal=refusal, subject=f"product:{product_id}")
        return _page(product_id, refusal=refusal), status_of(refusal)
    flash(done, "success")
    return redirect(url_for("product_group.show", product_id=shown_id))


def _number(typed: str) -> int | None:
    typed = typed.strip()
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 18 else None


def _page(product_id: int, *, refusal: Refusal | None = None) -> str:
    product = session().get(Product, product_id)
    if product is None:
        abort(404)
    rows = session().execute(
        select(Listing, Supplier)
        .join(Supplier, Supplier.id == Listing.supplier_id)
        .where(Listing.product_id == product_id)
        .order_by(Listing.id)
    )
    own = {listing.id: (listing, supplier) for listing, supplier in rows}
    return render_template(
        "listing_review/product_group.html",
        product=product,
        into=session().get(Product, product.merged_into_id) if product.merged_into_id else None,
        rows=list(own.values()),
        merged=[(one, [own[key] for key in brought_along(one) if key in own]) for one in redirects_to(product_id)],
        history=product_history(product_id, reader=current_actor()),
        refusal=words_for(refusal) if refusal is not None else None,
        given=request.form,
        ticked=set(request.form.getlist("listing")),
    )
