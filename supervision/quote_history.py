"""The valid totals of past quotations, and what is worked out from them by several rules of competition."""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir

from supervision.exact_ratios import ratio
from supervision.expressions import count_over, inner_join, literal, number, rank
from supervision.facts import Facts

#: prices are compared as parts of the highest of their quotation, so that squares stay small
SCALE = 100_000
#: quotations with more quotes are left out of tests of spread: with SCALE their sums of squares would not fit
QUOTES_MAX = 40


def valid_totals(facts: Facts, *, window_days: int) -> ir.Table:
    """Valid totals of the quotations that closed in the window and whose price the framework did not fix.

    With `inquiry_id` (the smallest of the quotation's valid total quotes: a number to order by), `quote_count` and
    `class_code` (five letters).
    """
    quotes = facts.quote
    quotes = quotes.filter(
        (quotes.line_no == 0)
        & (quotes.is_valid == 1)
        & (quotes.price_fen > 0)
        & (quotes.is_priced_by_framework == 0)
        & (quotes.closed_day > facts.on_day - window_days)
        & (quotes.closed_day <= facts.on_day)
    )
    return quotes.mutate(
        inquiry_id=number(quotes.quote_id.min().over(ibis.window(group_by="sourcing_number"))),
        quote_count=count_over(quotes, ["sourcing_number"]),
        class_code=quotes.category_code.substr(0, 5),
    )


def scaled_totals(facts: Facts, *, window_days: int) -> ir.Table:
    """`valid_totals` of quotations with 3 to 40 quotes, with `part`: the price in 100,000ths of the highest."""
    totals = valid_totals(facts, window_days=window_days)
    totals = totals.filter((totals.quote_count >= 3) & (totals.quote_count <= QUOTES_MAX))
    highest = totals.price_fen.max().over(ibis.window(group_by="sourcing_number"))
    totals = totals.mutate(highest_fen=number(highest))
    return totals.mutate(part=ratio(totals.price_fen, totals.highest_fen, SCALE))


def spreads(totals: ir.Table) -> ir.Table:
    """One row per quotation of `scaled_totals`: count, sum and squares of the parts, and the lowest three of them."""
    placed = totals.mutate(place=rank(totals, by=["sourcing_number"], order=["part", "quote_id"]))

    def at(place: int) -> Any:
        return lambda t: number((t.place == place).ifelse(t.part, literal(0)).sum())

    return placed.group_by(["sourcing_number", "class_code", "inquiry_id", "quote_count"]).aggregate(
        region_code=lambda t: number(t.region_code.max()),
        day=lambda t: number(t.closed_day.max()),
        sum_parts=lambda t: number(t.part.sum()),
        sum_squares=lambda t: number((t.part * t.part).sum()),
        lowest=at(1),
        second=at(2),
        third=at(3),
        won_fen=lambda t: number((t.is_winner == 1).ifelse(t.price_fen, literal(0)).sum()),
    )


def is_narrow(spread: ir.Table, *, variation_percent: int) -> ir.BooleanValue:
    """Whether standard deviation / mean of a quotation's totals is below the percentage."""
    count = spread.quote_count
    variance = count * spread.sum_squares - spread.sum_parts * spread.sum_parts
    limit = variation_percent * variation_percent * (count - 1) * spread.sum_parts * spread.sum_parts
    return variance * count * 10_000 < limit


def is_distant(lowest: Any, second: Any, sum_losers: Any, sum_squares_losers: Any, losers: Any, *, percent: int) -> Any:
    """Whether (second - lowest) / standard deviation of the three or more losing parts is above the percentage."""
    gap = second - lowest
    variance = losers * sum_squares_losers - sum_losers * sum_losers
    return (gap > 0) & (gap * gap * losers * (losers - 1) * 10_000 > variance * (percent * percent))


def is_distant_of_three(lowest: Any, second: Any, third: Any, *, percent: int) -> Any:
    """The same for three quotes, whose two losers have no spread worth the name: their distance stands for it."""
    return (second > lowest) & ((second - lowest) * 100 > (third - second) * percent)


def is_far_from_losers(spread: ir.Table, *, percent: int) -> Any:
    """Whether the relative distance of a quotation of any size is above the percentage."""
    sum_losers = spread.sum_parts - spread.lowest
    squares = spread.sum_squares - spread.lowest * spread.lowest
    of_three = is_distant_of_three(spread.lowest, spread.second, spread.third, percent=percent)
    of_more = is_distant(spread.lowest, spread.second, sum_losers, squares, spread.quote_count - 1, percent=percent)
    return ((spread.quote_count == 3) & of_three) | ((spread.quote_count > 3) & of_more)


def pairs_of(totals: ir.Table) -> ir.Table:
    """Every two suppliers who quoted in one quotation: sourcing_number, first_id < second_id."""
    left = totals.select("sourcing_number", first_id=totals.supplier_id).distinct()
    right = totals.select("sourcing_number", second_id=totals.supplier_id).distinct()
    joined = inner_join(left, right, ["sourcing_number"])
    return joined.filter(joined.first_id < joined.second_id).select("sourcing_number", "first_id", "second_id")


def one_region(region_code: ir.IntegerColumn) -> ir.IntegerValue:
    """The region that all rows of a group have, 0 where they have several."""
    lowest = region_code.min()
    return number((lowest == region_code.max()).ifelse(lowest, literal(0)))
