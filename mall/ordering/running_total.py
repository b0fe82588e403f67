"""The year's running total of unit x category, held against the limit by a row lock, not by a query before it."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import select, text, update

from mall.database import session
from mall.errors import Refusal
from mall.ordering.order import CategoryTotal, Order

# Text, not a construct: it is executed for every order, and building it anew cost as much as running it.
_COUNT_IN = text("""
    insert into category_total as t (unit_id, year, mode, category_code, amount_fen)
    values (:unit_id, :year, :mode, :category_code, :amount_fen)
    on conflict (unit_id, year, mode, category_code)
    do update set amount_fen = t.amount_fen + excluded.amount_fen
    where t.amount_fen + excluded.amount_fen <= :limit_fen
    returning amount_fen""")


def add_to_totals(order: Order, *, limit_fen: int) -> None:
    """Count the order in, category by category. Raises Refusal("order.over_year_limit").

    Taken in code order, so that two orders never wait for each other crosswise.
    """
    for category_code, amount_fen in sorted(by_category(order).items()):
        counted = session().scalar(
            _COUNT_IN,
            {
                "unit_id": order.unit_id,
                "year": order.counts_in,
                "mode": order.mode,
                "category_code": category_code,
                "amount_fen": amount_fen,
                "limit_fen": limit_fen,
            },
        )
        if counted is None or counted > limit_fen:
            so_far_fen = (counted - amount_fen) if counted is not None else _total(order, category_code)
            raise Refusal(
                "order.over_year_limit",
                category_code=category_code,
                year=order.counts_in,
                so_far_fen=so_far_fen,
                amount_fen=amount_fen,
                limit_fen=limit_fen,
            )


def take_from_totals(order: Order, amounts: dict[str, int]) -> None:
    """Count money out again: {category code: fen} that was cancelled, short or cheaper."""
    for category_code, amount_fen in sorted(amounts.items()):
        if amount_fen:
            session().execute(
                update(CategoryTotal)
                .where(
                    CategoryTotal.unit_id == order.unit_id,
                    CategoryTotal.year == order.counts_in,
                    CategoryTotal.mode == order.mode,
                    CategoryTotal.category_code == category_code,
                )
                .values(amount_fen=CategoryTotal.amount_fen - amount_fen)
            )


def by_category(order: Order) -> dict[str, int]:
    """What the order asked for, per category, at the ordered prices."""
    sums: dict[str, int] = defaultdict(int)
    for line in order.lines:
        sums[line.category_code] += line.amount_fen
    return dict(sums)


def _total(order: Order, category_code: str) -> int:
    return (
        session().scalar(
            select(CategoryTotal.amount_fen).where(
                CategoryTotal.unit_id == order.unit_id,
                CategoryTotal.year == order.counts_in,
                CategoryTotal.mode == order.mode,
                CategoryTotal.category_code == category_code,
            )
        )
        or 0
    )
