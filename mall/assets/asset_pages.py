"""The page of asset cards: which pieces still wait for their number and place, and those registered."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from sqlalchemy import func, select

from mall.access.actor import UNIT_ROLES
from mall.access.guards import current_actor, needs
from mall.assets.asset_card import AssetCard
from mall.database import session
from mall.ordering.order import Order

pages = Blueprint("assets", __name__)

PAGE_SIZE = 50


@pages.get("/assets")
@needs("order.register_asset")
def index() -> str:
    """The cards of the reader's own units, waiting ones first."""
    units = current_actor().organisations_as(*UNIT_ROLES)
    text = request.args.get("text", "").strip()[:100]
    page = max(1, request.args.get("page", default=1, type=int))
    query = select(AssetCard, Order.number).join(Order, Order.id == AssetCard.order_id)
    query = query.where(AssetCard.unit_id.in_(units))
    if request.args.get("state") in ("waiting", "registered"):
        query = query.where(AssetCard.state == request.args["state"])
    if text:
        query = query.where(
            AssetCard.name.icontains(text, autoescape=True)
            | AssetCard.number.icontains(text, autoescape=True)
            | AssetCard.serial_number.icontains(text, autoescape=True)
            | AssetCard.place.icontains(text, autoescape=True)
            | AssetCard.keeper.icontains(text, autoescape=True)
        )
    total, value_fen = (
        session().execute(query.with_only_columns(func.count(), func.coalesce(func.sum(AssetCard.value_fen), 0))).one()
    )
    ordered = query.order_by((AssetCard.state == "waiting").desc(), AssetCard.id.desc())
    rows = session().execute(ordered.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)).all()
    return render_template(
        "assets/index.html",
        rows=rows,
        text=text,
        state=request.args.get("state", ""),
        total=total,
        value_fen=int(value_fen),
        page=page,
        page_count=max(1, -(-total // PAGE_SIZE)),
    )
