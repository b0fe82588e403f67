"""Reference prices that price sweeps compare with: own history, other sellers, and whether goods can be compared.

All are ranks of integers (fen per base unit), never interpolations, so every engine finds the same value, and it is
always a price that somebody asked. A *seller* is a supplier with his lowest listing of a product; his own prices are
left out of what he is compared with. Which references hold on data they were not chosen on:
docs/decisions/0030-price-rules.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import ibis

from supervision.expressions import left_join, literal, number, quantile_by, rank, sum_over, whole
from supervision.placed_orders import orders_behind, recently_placed

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from supervision.facts import Facts

#: columns of what is judged: one listing in one week
LISTING_WEEK = ("listing_id", "week")
#: the offers of one product in one week
PRODUCT_WEEK = ("product_id", "week")
#: goods whose lines differ within one listing and week in this share of those weeks have no one price (per cent) ...
UNEVEN_PERCENT = 30
#: ... where "differ" is more than this (per cent), which discounts for single buyers and rounding stay below
UNEVEN_SPREAD_PERCENT = 5
#: weeks with two lines or more that must have been seen before that is said of a product, and of a category
UNEVEN_PRODUCT_WEEKS, UNEVEN_CATEGORY_WEEKS = 3, 20
#: how far back lines are looked at for it
UNEVEN_DAYS = 182


def per(part: Any, by: Any) -> ir.IntegerValue:
    """part // by of two columns for part >= 0, exact below 2**53; 0 stands for a `by` that is 0."""
    safe = ibis.greatest(by, literal(1))
    return ibis.cases((by > 0, (part / safe).floor().cast("int64")), else_=literal(0))


def listing_weeks(facts: Facts, *, weeks: int) -> ir.Table:
    """The priced listings of the last `weeks` weeks up to the day looked back from."""
    table = facts.price_week
    table = table.filter((table.week > facts.on_week - weeks) & (table.week <= facts.on_week))
    return table.filter(table.base_price_fen > 0)


def judged_weeks(facts: Facts, listed: ir.Table, *, weeks: int) -> ir.Table:
    """Those rows of `listed` that lie in the last `weeks` weeks."""
    return listed.filter(listed.week > facts.on_week - weeks)


def with_own_quantile(judged: ir.Table, listed: ir.Table, *, weeks: int, percent: int, name: str) -> ir.Table:
    """`judged` with `name`, the listing's own quantile in the `weeks` weeks before each judged one (itself left out),
    and `<name>_count`, how many weeks that were; 0 where there was none."""
    past = listed.select(listing_id=listed.listing_id, past_week=listed.week, past_fen=listed.base_price_fen)
    pairs = judged.select(*LISTING_WEEK).join(past, "listing_id")
    pairs = pairs.filter((pairs.past_week < pairs.week) & (pairs.past_week >= pairs.week - weeks))
    found = quantile_by(pairs, "past_fen", by=LISTING_WEEK, percent=percent, name=name, unique="past_week")
    return left_join(judged, found, LISTING_WEEK)


def sellers(table: ir.Table, **prices: Any) -> ir.Table:
    """One row per product, week and supplier with the lowest of each of `prices`, and one of its listings."""
    named = table.select(*PRODUCT_WEEK, "supplier_id", "listing_id", **prices)
    return named.group_by([*PRODUCT_WEEK, "supplier_id"]).aggregate(
        **{name: number(named[name].min()) for name in ("listing_id", *prices)}
    )


def with_others_quantile(
    table: ir.Table,
    column: str,
    *,
    percent: int,
    name: str,
    group: Sequence[str] = PRODUCT_WEEK,
    among: ir.BooleanValue | None = None,
) -> ir.Table:
    """`table` with `name` = the quantile of `column` over the *other* suppliers of the row's group, each with his
    lowest row, and `<name>_sellers` = how many those are. `among`: only rows of which this is true count as others'.

    `table` has listing_id and supplier_id; `column` > 0. Windows only: no engine has to read the table twice.
    """
    counts = literal(1) if among is None else flag(among)
    own = [*group, "supplier_id"]
    ranked = table.mutate(_counts=counts)
    ranked = ranked.mutate(_first=rank(ranked, by=own, order=[ibis.desc("_counts"), column, "listing_id"]))
    # The one row that stands for its supplier; these come first, from the lowest to the highest.
    ranked = ranked.mutate(_stands=flag((ranked._first == 1) & (ranked._counts == 1)))
    ranked = ranked.mutate(
        _rank=rank(ranked, by=group, order=[ibis.desc("_stands"), column, "supplier_id", "listing_id"]),
        _all=sum_over(ranked._stands, ranked, group),
        _own=sum_over(ranked._stands, ranked, own),
    )
    ranked = ranked.mutate(
        _own_rank=_over(ibis.cases((ranked._stands == 1, ranked._rank), else_=literal(0)), ranked, own),
        _others=ranked._all - ranked._own,
    )
    # The rank of the quantile; with one's own row among them it is one more from one's own rank on.
    inside = whole((ranked._all - 1) * percent + 99, 100)
    outside = whole(ranked._all * percent + 99, 100)
    priced = ranked.mutate(
        _before=_over(_price_at(ranked, inside, column), ranked, group),
        _behind=_over(_price_at(ranked, inside + 1, column), ranked, group),
        _outside=_over(_price_at(ranked, outside, column), ranked, group),
        _is_before=flag(inside < ranked._own_rank),
    )
    found = ibis.cases(
        (priced._others <= 0, literal(0)),
        (priced._own == 0, priced._outside),
        (priced._is_before == 1, priced._before),
        else_=priced._behind,
    )
    return priced.select(*table.columns, **{name: found, f"{name}_sellers": priced._others})


def _price_at(table: ir.Table, wanted: ir.IntegerValue, column: str) -> ir.IntegerValue:
    """The price of the row that stands at a rank of its group, 0 in all other rows."""
    return ibis.cases(((table._stands == 1) & (table._rank == wanted), table[column]), else_=literal(0))


def _over(value: ir.IntegerValue, table: ir.Table, by: Sequence[str]) -> ir.IntegerValue:
    """The highest of each row's group, beside each row."""
    return number(value.max().over(ibis.window(group_by=[table[name] for name in by])))


def with_highest_of_weeks(
    table: ir.Table, column: str, *, weeks: int, name: str, by: Sequence[str] = ("listing_id",)
) -> ir.Table:
    """`table` with `name` = the highest `column` of the group's rows of the last `weeks` weeks, this one among them.

    Of weekly quantiles it survives promotions that most sellers join, which is what breaks a median.
    """
    window = ibis.range_window(group_by=list(by), order_by="week", preceding=weeks - 1, following=0)
    return table.mutate(**{name: number(table[column].max().over(window))})


def flag(condition: ir.BooleanValue) -> ir.IntegerValue:
    return ibis.cases((condition, literal(1)), else_=literal(0))


def with_evenness(judged: ir.Table, facts: Facts) -> ir.Table:
    """`judged` with `is_uneven` = 1 where the goods have no one price: sold by weight, or several goods in one listing.

    Seen in what was paid: the same listing in the same week at different prices per base unit, and not just now and
    then. A product with too few such weeks is judged by its category.
    """
    lines = recently_placed(facts, facts.order_line, days=UNEVEN_DAYS)
    lines = lines.filter(lines.base_price_fen > 0)
    lines = lines.mutate(week=whole(lines.submitted_day + 3, 7))
    weeks = lines.group_by(["category_code", "product_id", "listing_id", "week"]).aggregate(
        lines=number(lines.count()), low=number(lines.base_price_fen.min()), high=number(lines.base_price_fen.max())
    )
    weeks = weeks.filter(weeks.lines >= 2)
    is_uneven = weeks.high * 100 > weeks.low * (100 + UNEVEN_SPREAD_PERCENT)
    weeks = weeks.mutate(uneven=flag(is_uneven))
    by_product = _uneven(weeks, ["product_id"], "product")
    by_category = _uneven(weeks, ["category_code"], "category")
    found = left_join(left_join(judged, by_product, ["product_id"]), by_category, ["category_code"])
    product = (found.product_weeks >= UNEVEN_PRODUCT_WEEKS) & (
        found.product_uneven * 100 > found.product_weeks * UNEVEN_PERCENT
    )
    category = (
        (found.product_weeks < UNEVEN_PRODUCT_WEEKS)
        & (found.category_weeks >= UNEVEN_CATEGORY_WEEKS)
        & (found.category_uneven * 100 > found.category_weeks * UNEVEN_PERCENT)
    )
    return found.select(*judged.columns, is_uneven=flag(product | category))


def _uneven(weeks: ir.Table, by: Sequence[str], name: str) -> ir.Table:
    return weeks.group_by(list(by)).aggregate(
        **{f"{name}_weeks": number(weeks.count()), f"{name}_uneven": number(weeks.uneven.sum())}
    )


def with_sold(judged: ir.Table, facts: Facts, *, reference: str, name: str) -> ir.Table:
    """`judged` with `sold`, the pieces ordered of the listing in that week, and `name` = what they cost above the
    reference price per base unit, in fen."""
    lines = _lines(facts)
    sold = lines.group_by(list(LISTING_WEEK)).aggregate(sold=number(lines.quantity.sum()))
    found = left_join(judged, sold, LISTING_WEEK)
    excess = ibis.greatest(found.base_price_fen - found[reference], literal(0))
    return found.mutate(**{name: per(found.price_fen * excess, found.base_price_fen) * found.sold})


def sold_documents(facts: Facts, *, weeks: int, subject: Any) -> ir.Table:
    """The orders of a listing's week as the documents of a sweep. `subject`: of a table with LISTING_WEEK."""
    lines = _lines(facts)
    lines = lines.filter(lines.week > facts.on_week - weeks)
    return orders_behind(lines.mutate(subject=subject(lines)))


def _lines(facts: Facts) -> ir.Table:
    lines = facts.order_line
    lines = lines.filter((lines.cancelled_day == 0) & (lines.submitted_day > 0) & (lines.submitted_day <= facts.on_day))
    return lines.mutate(week=whole(lines.submitted_day + 3, 7))


def last_day(week: Any) -> ir.IntegerValue:
    """The Sunday of a week."""
    return week * 7 + 3
