"""Reference prices of every product and supplier, from the history; written back so that an order reads one key.

What the mall paid in 90 days (quartiles as ranks, never interpolated), the other sellers' regular price (the highest of
nine weekly upper quartiles: a promotion of the majority does not pull it down), and the supplier's own 90th percentile
of 26 weeks. All per base unit, tax and freight included as they are in the mall's prices.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import ibis
from sqlalchemy import text

from mall import clock
from mall.access.actor import SYSTEM
from mall.audit.record import record
from mall.database import atomic, close_reading, session
from mall.regions.watch_calendar import day_number
from supervision import price_references as references
from supervision.expressions import left_join, literal, number, quantile_by, stacked
from supervision.facts import Facts
from supervision.placed_orders import recently_placed
from supervision.rule import NOT_APPLICABLE
from supervision.rules import prices_above_references
from supervision.values_in_force import values_in_force

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from supervision.engines.engine import Engine
    from supervision.values import Values

PAID_DAYS = 90
REGULAR_WEEKS, REGULAR_PERCENT = 9, 75
OWN_WEEKS, OWN_PERCENT = 26, 90

COLUMNS = (
    "product_id", "supplier_id", "paid_count", "paid_lowest_fen", "paid_quartile_1_fen", "paid_median_fen",
    "paid_quartile_3_fen", "paid_from_day", "paid_until_day", "regular_price_fen", "regular_price_sellers",
    "own_high_fen", "own_weeks", "others_regular_fen", "others_regular_sellers", "own_regular_fen", "own_regular_weeks",
    "is_uneven",
)  # fmt: skip


def paid_prices(facts: Facts) -> ir.Table:
    """Per product: what was paid for it in the last 90 days."""
    lines = recently_placed(facts, facts.order_line, days=PAID_DAYS)
    lines = lines.filter(lines.base_price_fen > 0)
    by = ("product_id",)
    paid = lines.group_by("product_id").aggregate(
        paid_count=number(lines.count()),
        paid_lowest_fen=number(lines.base_price_fen.min()),
        paid_from_day=number(lines.submitted_day.min()),
        paid_until_day=number(lines.submitted_day.max()),
    )
    for percent, name in ((25, "paid_quartile_1_fen"), (50, "paid_median_fen"), (75, "paid_quartile_3_fen")):
        quantile = quantile_by(lines, "base_price_fen", by=by, percent=percent, name=name, unique="line_id")
        paid = left_join(paid, quantile.drop(f"{name}_count"), by)
    return paid


def regular_prices(facts: Facts, values: Values) -> ir.Table:
    """Per product and supplier: what `prices.above_references` compared with this week, whatever came of it."""
    judged = prices_above_references.find(facts, values)
    judged = judged.filter(judged.day == references.last_day(literal(facts.on_week)))
    judged = judged.mutate(is_uneven=ibis.cases((judged.outcome == NOT_APPLICABLE, literal(1)), else_=literal(0)))
    return judged.group_by(["product_id", "supplier_id"]).aggregate(
        others_regular_fen=number(judged.others_fen.max()),
        others_regular_sellers=number(judged.others_fen_sellers.max()),
        own_regular_fen=number(judged.own_fen.max()),
        own_regular_weeks=number(judged.own_fen_count.max()),
        is_uneven=number(judged.is_uneven.max()),
    )


def reference_rows(facts: Facts, values: Values) -> ir.Table:
    """`COLUMNS` of every product and each of its suppliers of 26 weeks, and of supplier 0 with what was paid."""
    listed = references.listing_weeks(facts, weeks=OWN_WEEKS)
    asking = references.sellers(listed, asked_fen=listed.base_price_fen)
    weekly = references.with_others_quantile(asking, "asked_fen", percent=REGULAR_PERCENT, name="week_fen")
    regular = references.with_highest_of_weeks(
        weekly, "week_fen", weeks=REGULAR_WEEKS, name="regular_price_fen", by=("product_id", "supplier_id")
    )
    regular = regular.filter(regular.week == facts.on_week)
    regular = regular.select(
        "product_id", "supplier_id", "regular_price_fen", regular_price_fen_sellers=regular.week_fen_sellers
    )
    own = quantile_by(
        asking, "asked_fen", by=("product_id", "supplier_id"), percent=OWN_PERCENT, name="own_high_fen", unique="week"
    )
    pairs = own.select("product_id", "supplier_id", own_high_fen=own.own_high_fen, own_weeks=own.own_high_fen_count)
    pairs = left_join(pairs, regular, ("product_id", "supplier_id"))
    pairs = pairs.select(
        "product_id", "supplier_id", "regular_price_fen", "regular_price_fen_sellers", "own_high_fen", "own_weeks"
    )
    paid = paid_prices(facts)
    outside = paid.select(
        "product_id",
        supplier_id=literal(0),
        regular_price_fen=literal(0),
        regular_price_fen_sellers=literal(0),
        own_high_fen=literal(0),
        own_weeks=literal(0),
    )
    rows = left_join(stacked(pairs, outside), paid, ("product_id",))
    rows = left_join(rows, regular_prices(facts, values), ("product_id", "supplier_id"))
    named = {name: rows[name] for name in COLUMNS if name != "regular_price_sellers"}
    return rows.select(**named, regular_price_sellers=rows.regular_price_fen_sellers).select(*COLUMNS)


def compute_references(engine: Engine, *, on: date) -> int:
    """Compute and write all reference prices. Returns how many rows there are."""
    values = values_in_force(prices_above_references.RULE, on=on)
    close_reading()
    expression = reference_rows(Facts(day_number(on)), values)
    return _write(engine.rows(engine.sql(expression)), on=on)


@atomic
def _write(rows: list[tuple[int, ...]], *, on: date) -> int:
    connection = session().connection()
    connection.execute(text("create temporary table reference_now (like reference_price) on commit drop"))
    with connection.connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for row in rows:
            copy.write_row((on, *row))
    connection.execute(_MERGE)
    connection.execute(text("delete from reference_price where on_day < :on"), {"on": on})
    session().info["wrote"] = True
    record(actor=SYSTEM, action="reference_price.compute", subject="reference_price",
           facts={"rows": len(rows), "on": on, "at": clock.now()})  # fmt: skip
    return len(rows)


_NAMES = ", ".join(("on_day", *COLUMNS))
_COPY = f"copy reference_now ({_NAMES}) from stdin"
_SET = ", ".join(f"{name} = excluded.{name}" for name in ("on_day", *COLUMNS[2:]))
_MERGE = text(
    f"insert into reference_price ({_NAMES}) select {_NAMES} from reference_now"
    f" on conflict (product_id, supplier_id) do update set {_SET}"
)
