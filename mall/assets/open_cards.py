"""Opening asset cards at acceptance, one per piece, waiting for number, place and keeper."""

from __future__ import annotations

from sqlalchemy import func, select

from mall import clock
from mall.assets.asset_card import AssetCard
from mall.assets.asset_kind import useful_years
from mall.catalogue.category import Category
from mall.database import session
from mall.documents.numbers import next_number
from mall.ordering.order import Order


def open_cards(order: Order, quantities: dict[str, int]) -> None:
    """A card for every accepted piece of a line that was an asset when it was ordered."""
    for line in order.lines:
        pieces = quantities.get(str(line.line_no), 0)
        if not line.is_asset or not pieces:
            continue
        # Pieces that went back keep their numbers; what comes in their place gets new ones.
        already = session().scalar(select(func.max(AssetCard.piece_no)).where(AssetCard.order_line_id == line.id)) or 0
        category = session().get(Category, line.category_code)
        for piece_no in range(already + 1, already + pieces + 1):
            session().add(
                AssetCard(
                    number=next_number("asset", region_code=order.region_code, year=order.year),
                    order_id=order.id,
                    order_line_id=line.id,
                    unit_id=order.unit_id,
                    region_code=order.region_code,
                    year=order.year,
                    piece_no=piece_no,
                    category_code=line.category_code,
                    name=line.name,
                    value_fen=line.contract_price_fen,
                    budget_line_id=line.budget_line_id,
                    state="waiting",
                    useful_years=useful_years(
                        line.category_code, min_years=category.min_years if category else None, on=clock.today()
                    ),
                    accepted_on=clock.today(),
                )
            )
