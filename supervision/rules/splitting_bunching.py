"""贴线聚集检验: a department's orders gather just below the limit more than chance explains."""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir

from supervision.binomial import with_level
from supervision.expressions import literal, number, outcome, subject, sum_over, sweep_rows
from supervision.facts import Facts
from supervision.placed_orders import recently_placed
from supervision.rule import UNCONFIRMED, Evidence, Parameter, Rule, Words
from supervision.values import Values

#: levels that are told apart, in millionths
_LEVELS = (10, 100, 1_000, 10_000)
#: the three equal bins, in hundredths of the limit: [86, 93), [93, 100), [100, 107)
_EDGES = (86, 93, 100, 107)
#: where nobody has a limit: heaping at round prices shows here too
_PLACEBO_PERCENT = 80
_EVIDENCE = (
    Evidence("order_count", "count", Words("订单数", "Orders")),
    Evidence("bins_count", "count", Words("三个区间订单数", "Orders in the three bins")),
    Evidence("below_count", "count", Words("紧贴限额以下区间订单数", "Orders just below the limit")),
    Evidence(
        "level",
        "count",
        Words("显著性水平（百万分之，0为不显著）", "Significant at this level, in millionths; 0 for none"),
    ),
    Evidence("tested", "count", Words("参与检验的部门数", "Departments tested")),
    Evidence("limit_fen", "fen", Words("直接采购限额", "Limit of direct purchase")),
)


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per department (the parent of units) with orders in the window.

    If nobody looked at the limit, a third of the orders in three equal bins around it would lie in the middle one: an
    exact binomial test. Over all departments the share of false ones is held down as Benjamini and Hochberg do, on the
    upper bounds of the levels, which errs to the safe side.
    """
    counts = _counts(facts, values)
    counts = with_level(counts, trials="bins_count", hits="below_count", levels=_LEVELS, name="level")
    counts = with_level(
        counts, trials="placebo_bins_count", hits="placebo_count", levels=_LEVELS[-1:], name="placebo_level"
    )
    is_tested = (counts.limit_fen > 0) & (counts.order_count >= values["least_orders"])
    counts = counts.mutate(is_tested=ibis.ifelse(is_tested, literal(1), literal(0)))
    counts = counts.mutate(tested=sum_over(counts.is_tested, counts, []))
    passes = [_passes(counts, level, values["false_percent"]) for level in _LEVELS]
    is_hit = (counts.level > 0) & (counts.level <= values["level"]) & (passes[0] | passes[1] | passes[2] | passes[3])
    return sweep_rows(
        counts,
        subject=subject("department", counts.parent_id),
        outcome=outcome(
            not_applicable=counts.placebo_level > 0,
            not_computable=counts.is_tested == 0,
            hit=is_hit,
        ),
        unit_id=counts.parent_id,
        amount_fen=counts.below_fen,
        evidence=[one.name for one in _EVIDENCE],
    )


def _passes(counts: ir.Table, level: int, false_percent: int) -> ir.BooleanValue:
    """Whether the row is at least as significant as a level at which enough departments are: level <= q x rank / m."""
    is_at = (counts.level > 0) & (counts.level <= level) & (counts.is_tested > 0)
    rank = sum_over(ibis.ifelse(is_at, literal(1), literal(0)), counts, [])
    is_enough = counts.tested * (level * 100) <= rank * (false_percent * 1_000_000)
    return (counts.level <= level) & is_enough


def _counts(facts: Facts, values: Values) -> ir.Table:
    """Per department: its orders, those in the bins around the limit, and those in the bins around the placebo."""
    orders = recently_placed(facts, facts.purchase_order, days=values["window_days"])
    orders = orders.filter(orders.parent_id > 0)
    orders = orders.mutate(limit_fen=values.by_region("limit_fen", orders.region_code))
    total, limit = orders.total_fen, orders.limit_fen
    first, below, above, last = _EDGES
    orders = orders.mutate(
        in_bins=_between(total, limit, first, last, 100),
        in_below=_between(total, limit, below, above, 100),
        in_placebo_bins=_between(total, limit, first, last, _PLACEBO_PERCENT),
        in_placebo=_between(total, limit, below, above, _PLACEBO_PERCENT),
    )
    return orders.group_by("parent_id").aggregate(
        region_code=lambda t: number(t.region_code.min()),
        limit_fen=lambda t: number(t.limit_fen.min()),
        day=lambda t: number(t.submitted_day.max()),
        order_count=lambda t: number(t.count()),
        bins_count=lambda t: number(t.in_bins.sum()),
        below_count=lambda t: number(t.in_below.sum()),
        below_fen=lambda t: number((t.in_below * t.total_fen).sum()),
        placebo_bins_count=lambda t: number(t.in_placebo_bins.sum()),
        placebo_count=lambda t: number(t.in_placebo.sum()),
    )


def _between(total_fen: Any, limit_fen: Any, first: int, last: int, percent: int) -> ir.IntegerValue:
    """1 where the total lies from `first` up to below `last` hundredths of so many hundredths of the limit."""
    is_between = (total_fen * 10_000 >= limit_fen * (first * percent)) & (
        total_fen * 10_000 < limit_fen * (last * percent)
    )
    return ibis.ifelse(is_between, literal(1), literal(0))


RULE = Rule(
    id="splitting.bunching",
    version=1,
    name=Words("疑似贴线聚集（统计检验）", "Suspected bunching below the limit"),
    family="splitting",
    stages=("monthly",),
    severity=2,
    action="inform",
    subject="department",
    formula=Words(
        "主管部门一年内订单不少于规定单数；限额附近三个等宽区间（86%—93%—100%—107%）中，紧贴限额以下区间的订单数"
        "按二项分布（概率三分之一）精确检验显著，并经多部门错误发现率控制；在八成限额处同样聚集的除外",
        "A department has at least the set number of orders in a year; of those in three equal bins around the limit"
        " (86, 93, 100, 107 hundredths) more lie just below it than an exact binomial test with a third explains, with"
        " the rate of false discoveries held down over all departments; unless they gather at four fifths of the limit"
        " too",
    ),
    accepted=Words("限额上下的订单大致相当", "About as many orders below the limit as above it"),
    answer=Words("说明部门采购习惯和定价情况，查看明细",
                 "Look at the orders and say how the department buys and prices"),
    source="Tas（2019、2023）关于门槛聚集的检验；Benjamini–Hochberg 错误发现率",
    parameters=(
        Parameter("limit_fen", 5_000_000, "fen",
                  Words("直接采购限额（超过须比价）", "Limit of direct purchase without comparison"),
                  tightens="lower", by_region=True, source=UNCONFIRMED),
        Parameter("least_orders", 200, "count", Words("部门最少订单数", "Fewest orders of a department"), lowest=1,
                  source=UNCONFIRMED),
        Parameter("window_days", 365, "days", Words("统计天数", "Days looked at"), lowest=1, highest=1_100,
                  source=UNCONFIRMED),
        Parameter("level", 10_000, "count",
                  Words("单个部门显著性水平（百万分之）", "Level of a single test, in millionths"),
                  lowest=10, highest=10_000, source=UNCONFIRMED),
        Parameter("false_percent", 10, "percent", Words("错误发现率上限", "Rate of false discoveries"), lowest=1,
                  highest=50,
                  source=UNCONFIRMED),
    ),
    evidence=_EVIDENCE,
    exclusions=(Words("八成限额处同样聚集的（整数定价）",
                      "Gathering at four fifths of the limit too, as round prices make it"),
                Words("已取消的订单", "Cancelled orders")),
    tables=("purchase_order",),
    find=find,
)  # fmt: skip
