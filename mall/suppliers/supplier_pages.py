"""The list of suppliers as the purchasing centre and the regulators read it."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from sqlalchemy import func, select

from mall import clock
from mall.access.guards import needs
from mall.catalogue.listing import Listing
from mall.database import session
from mall.suppliers.supplier import Supplier, licence_expired

pages = Blueprint("suppliers", __name__)

PAGE_SIZE = 50


@pages.get("/suppliers")
@needs("supplier.list")
def index() -> str:
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
    suppliers = list(
        session().scalars(query.order_by(Supplier.name).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE))
    )
    on_shelf = session().execute(
        select(Listing.supplier_id, func.count())
        .where(Listing.state == "on_shelf", Listing.supplier_id.in_([supplier.id for supplier in suppliers]))
        .group_by(Listing.supplier_id)
    )
    return render_template(
        "suppliers/index.html",
        suppliers=suppliers,
        expired={supplier.id for supplier in suppliers if licence_expired(supplier, on=clock.today())},
        on_shelf=dict(on_shelf.all()),
        text=text,
        state=state,
        total=total,
        page=page,
        page_count=max(1, -(-total // PAGE_SIZE)),
    )
