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

from supervision.expressions import count_over, left_join, literal, number, quantile_by, rank, whole

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from supervision.facts import Facts

#: columns of what is judged: one listing in one week
LISTING_WEEK = ("listing_id", "week")
#: one seller of one product in one week
SELLER_WEEK = ("product_id", "week", "supplier_id")
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
    """One row per product, week and supplier with the lowest of each of `prices`."""
    named = table.select(*SELLER_WEEK, **prices)
    return named.group_by(list(SELLER_WEEK)).aggregate(**{name: number(named[name].min()) for name in prices})


def others_quantile(
    table: ir.Table, column: str, *, percent: int, name: str, within: Sequence[str] = ("product_id", "week")
) -> ir.Table:
    """`within` and supplier_id, `name` = the quantile of `column` over the *other* suppliers of the same `within`, and
    `<name>_sellers` = how many those are. `table`: one row per supplier and `within`, `column` > 0."""
    group = list(within)
    ranked = table.mutate(
        _rank=rank(table, by=group, order=[column, "supplier_id"]), _others=count_over(table, group) - 1
    )
    ranked = ranked.mutate(_wanted=_rank_among_all(ranked._others, percent, own_rank=ranked._rank))
    prices = ranked.select(*group, _wanted=ranked._rank, **{name: ranked[column]})
    found = left_join(ranked, prices, [*group, "_wanted"])
    return found.select(*group, "supplier_id", name, **{f"{name}_sellers": found._others})


def others_highest_quantile(
    table: ir.Table, column: str, *, percent: int, weeks: int, since: Any, name: str
) -> ir.Table:
    """SELLER_WEEK of the weeks from `since` on, `name` = the highest of the last `weeks` weekly quantiles of the other
    sellers, this week's among them, and `<name>_sellers` = the most other sellers that a week had.

    It survives promotions that most sellers join, which is what breaks a median. `table` as in `others_quantile`, also
    of the weeks before `since`.
    """
    group = ["product_id", "week"]
    ranked = table.mutate(_rank=rank(table, by=group, order=[column, "supplier_id"]), _all=count_over(table, group))
    past = ranked.group_by(group).aggregate(_all=number(ranked._all.max()))
    past = past.select(product_id=past.product_id, past_week=past.week, _all=past._all)
    pairs = ranked.filter(ranked.week >= since).select(*SELLER_WEEK).join(past, "product_id")
    pairs = pairs.filter((pairs.past_week <= pairs.week) & (pairs.past_week > pairs.week - weeks))
    own = ranked.select(
        product_id=ranked.product_id, past_week=ranked.week, supplier_id=ranked.supplier_id, _rank=ranked._rank
    )
    pairs = left_join(pairs, own, ["product_id", "past_week", "supplier_id"])
    pairs = pairs.mutate(_others=pairs._all - ibis.cases((pairs._rank > 0, literal(1)), else_=literal(0)))
    # A seller who was not there in that week leaves nothing out: his rank is behind all of them.
    behind = ibis.cases((pairs._rank > 0, pairs._rank), else_=pairs._all + 1)
    pairs = pairs.mutate(_wanted=_rank_among_all(pairs._others, percent, own_rank=behind))
    prices = ranked.select(
        product_id=ranked.product_id, past_week=ranked.week, _wanted=ranked._rank, _fen=ranked[column]
    )
    found = left_join(pairs, prices, ["product_id", "past_week", "_wanted"])
    return found.group_by(list(SELLER_WEEK)).aggregate(
        **{name: number(found._fen.max()), f"{name}_sellers": number(found._others.max())}
    )


def _rank_among_all(others: Any, percent: int, *, own_rank: Any) -> ir.IntegerValue:
    """The rank, counted with one's own row, of the quantile of the others."""
    wanted = whole(others * percent + 99, 100)
    return ibis.cases((wanted < own_rank, wanted), else_=wanted + 1)


def with_evenness(judged: ir.Table, facts: Facts) -> ir.Table:
    """`judged` with `is_uneven` = 1 where the goods have no one price: sold by weight, or several goods in one listing.

    Seen in what was paid: the same listing in the same week at different prices per base unit, and not just now and
    then. A product with too few such weeks is judged by its category.
    """
    lines = facts.order_line
    lines = lines.filter(
        (lines.submitted_day > facts.on_day - UNEVEN_DAYS)
        & (lines.submitted_day <= facts.on_day)
        & (lines.cancelled_day == 0)
        & (lines.base_price_fen > 0)
    )
    lines = lines.mutate(week=whole(lines.submitted_day + 3, 7))
    weeks = lines.group_by(["category_code", "product_id", "listing_id", "week"]).aggregate(
        lines=number(lines.count()), low=number(lines.base_price_fen.min()), high=number(lines.base_price_fen.max())
    )
    weeks = weeks.filter(weeks.lines >= 2)
    is_uneven = weeks.high * 100 > weeks.low * (100 + UNEVEN_SPREAD_PERCENT)
    weeks = weeks.mutate(uneven=ibis.cases((is_uneven, literal(1)), else_=literal(0)))
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
    return found.select(*judged.columns, is_uneven=ibis.cases((product | category, literal(1)), else_=literal(0)))


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
    lines = lines.mutate(subject=subject(lines))
    grouped = lines.group_by(["subject", "number"]).aggregate(
        day=number(lines.submitted_day.min()), amount_fen=number(lines.amount_fen.sum())
    )
    return grouped.select("subject", document=grouped.number, day=grouped.day, amount_fen=grouped.amount_fen)


def _lines(facts: Facts) -> ir.Table:
    lines = facts.order_line
    lines = lines.filter((lines.cancelled_day == 0) & (lines.submitted_day > 0) & (lines.submitted_day <= facts.on_day))
    return lines.mutate(week=whole(lines.submitted_day + 3, 7))


def last_day(week: Any) -> ir.IntegerValue:
    """The Sunday of a week."""
    return week * 7 + 3
