"""How order totals begin and end: a picture to look at, never a test. Prices do not follow Benford's law anyway."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import select

from mall.database import session
from mall.ordering.order import Order
from supervision.seeing.watched_orders import OrderWish, watched_orders

#: log10(1 + 1/d) in hundredths of a percent: what Benford's law says of first digits
BENFORD_BP = {1: 3010, 2: 1761, 3: 1249, 4: 969, 5: 792, 6: 669, 7: 580, 8: 512, 9: 458}


@dataclass(frozen=True)
class DigitCounts:
    """{digit: orders} by the first digit of the total and by the last one of its whole yuan."""

    order_count: int
    first: dict[int, int]
    last: dict[int, int]


def digit_counts(wanted: OrderWish) -> DigitCounts:
    totals = list(session().scalars(watched_orders(select(Order), wanted).with_only_columns(Order.total_fen)))
    known = [total for total in totals if total > 0]
    first = Counter(int(str(total)[0]) for total in known)
    last = Counter(total // 100 % 10 for total in known)
    return DigitCounts(
        len(known), {digit: first[digit] for digit in range(1, 10)}, {digit: last[digit] for digit in range(10)}
    )
