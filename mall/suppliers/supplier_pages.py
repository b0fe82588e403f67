"""The list of suppliers as the purchasing centre and the regulators read it."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from mall import clock
from mall.access.guards import current_actor, needs
from mall.catalogue.listing import Listing
from mall.database import session
from mall.errors import Refusal
from mall.suppliers.supplier import Supplier, licence_expired
from mall.suppliers.suspend_supplier import restore_supplier, suspend_supplier
from mall.web.words import Words, status_of, words_for

pages = Blueprint("suppliers", __name__)

PAGE_SIZE = 50


@pages.post("/suppliers/<int:supplier_id>/suspend")
@needs("supplier.suspend")
def suspend(supplier_id: int) -> Response | tuple[str, int]:
    """No new orders for this supplier, with the reason that units will read."""
    return _change(lambda: suspend_supplier(
        actor=current_actor(), supplier_id=supplier_id, reason=request.form.get("reason", "")
    ))  # fmt: skip


@pages.post("/suppliers/<int:supplier_id>/restore")
@needs("supplier.suspend")
def restore(supplier_id: int) -> Response | tuple[str, int]:
    """The supplier may sell again."""
    return _change(lambda: restore_supplier(actor=current_actor(), supplier_id=supplier_id))


def _change(deed: Callable[[], Supplier]) -> Response | tuple[str, int]:
    try:
        changed = deed()
    except Refusal as refusal:
        return index(words=words_for(refusal)), status_of(refusal)
    flash(
        _("已暂停，单位不能再下新订单；已下的订单照常履行。") if changed.state == "suspended" else _("已恢复。"),
        "success",
    )
    return redirect(url_for("suppliers.index", text=changed.credit_code))


@pages.get("/suppliers")
@needs("supplier.list")
def index(words: Words | None = None) -> str:
    """Suppliers with their standing: state, licence, rating, declines by silence, goods on the shelf."""
    text = request.args.get("text", "").strip()[:100]
    state = request.args.get("state", "")
    page = max(1, request.args.get("page", default=1, type=int))
    query = select(Supplier)
    if text:
        query = query.where(Supplier.name.icontains(text, autoescape=True) | (Supplier.credit_code == text))
    if state in ("active", "suspended", "removed"):
        query = query.where(Supplier.state == state)
    total = session().scalar(select(func.count()).select_from(query.subquery())) or 0
    suppliers = list(session().scalars(query.order_by(Supplier.name).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)))
    on_shelf = session().execute(
        select(Listing.supplier_id, func.count())
        .where(Listing.state == "on_shelf", Listing.supplier_id.in_([supplier.id for supplier in suppliers]))
        .group_by(Listing.supplier_id)
    )
    return render_template(
        "suppliers/index.html",
        words=words,
        suppliers=suppliers,
        expired={supplier.id for supplier in suppliers if licence_expired(supplier, on=clock.today())},
        on_shelf=dict(on_shelf.all()),
        text=text,
        state=state,
        total=total,
        page=page,
        page_count=max(1, -(-total // PAGE_SIZE)),
    )
