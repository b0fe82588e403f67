"""Whom the orders of a scope went to."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from mall.database import session
from mall.ordering.order import Order
from mall.people.organisation import organisation_names
from supervision.seeing.ranks import share_bp
from supervision.seeing.watched_orders import OrderWish, watched_orders

MOST_ROWS = 30


@dataclass(frozen=True)
class SupplierShare:
    """One supplier's part of what was spent."""

    supplier_id: int
    name: str
    order_count: int
    spent_fen: int
    share_bp: int | None


def supplier_shares(wanted: OrderWish) -> list[SupplierShare]:
    """The largest first, no more than MOST_ROWS; shares are of everything that was spent."""
    query = watched_orders(select(Order), wanted)
    query = query.with_only_columns(Order.supplier_id, func.count(), func.sum(Order.total_fen))
    rows = session().execute(query.group_by(Order.supplier_id)).all()
    whole = sum(int(fen) for _supplier, _count, fen in rows)
    ordered = sorted(rows, key=lambda row: (-int(row[2]), row[0]))[:MOST_ROWS]
    names = organisation_names({row[0] for row in ordered})
    return [
        SupplierShare(supplier, names.get(supplier, ""), count, int(fen), share_bp(int(fen), whole))
        for supplier, count, fen in ordered
    ]
