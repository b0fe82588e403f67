"""The chart of digits has its counts, though nothing of it is ever a hit."""

from __future__ import annotations

from supervision.engines.duckdb_engine import DuckdbEngine
from supervision.facts import Facts
from supervision.rules.delivery_digit_chart import RULE, find
from supervision.size_bands import size_band
from supervision.values import default_values
from tests.supervision.golden_cases import ON_DAY, whole_rows


def test_digits_are_counted_by_region() -> None:
    totals_fen = (12_300, 12_399, 9_900, 50)
    orders = [{"region_code": 410100, "submitted_day": ON_DAY, "total_fen": total_fen} for total_fen in totals_fen]
    with DuckdbEngine(memory="256MB") as engine:
        engine.fill("purchase_order", whole_rows("purchase_order", orders))
        rows = engine.table(find(Facts(ON_DAY), default_values(RULE)), order_by=("subject",))

    assert len(rows) == 1
    counted = {name: count for name, count in rows[0].items() if name.startswith(("first_", "last_")) and count}
    assert counted == {"first_1": 2, "first_5": 1, "first_9": 1, "last_0": 1, "last_3": 2, "last_9": 1}
    assert rows[0]["order_count"] == 4


def test_bands_of_size_end_where_they_say() -> None:
    assert [size_band(staff) for staff in (0, 1, 20, 21, 100, 101, 500, 501)] == [0, 1, 1, 2, 2, 3, 3, 4]
