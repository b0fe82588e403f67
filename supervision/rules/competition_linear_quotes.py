"""报价相同或呈规律: totals that are equal, steps that are even, or line prices on one straight line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations, pairwise
from typing import Any

import ibis
import ibis.expr.types as ir

from supervision.exact_ratios import ratio
from supervision.expressions import (
    before,
    inner_join,
    left_join,
    literal,
    number,
    outcome,
    rank,
    subject,
    sweep_rows,
    text,
)
from supervision.facts import Facts
from supervision.rule import (
    CLEAR,
    HIT,
    NOT_APPLICABLE,
    NOT_COMPUTABLE,
    Evidence,
    Parameter,
    Rule,
    Verdict,
    Words,
)
from supervision.values import Values

#: line prices are compared as parts of the highest of their quote; with up to 200 lines all sums fit into 64 bits
_SCALE = 10_000
_LINES_MAX = 200
#: lines below 5 % of the dearest are left out: rounding is large beside them, and any line fits them
_PART_MIN = 500
#: variance that the prices must have for a correlation to mean something: a standard deviation of 1 % of the dearest
_VARIANCE_MIN = 10_000
#: how far rounding to _SCALE can move a price and the line through it
_ROUNDING = 2
_EVIDENCE = (
    Evidence("pattern", "text", Words("规律", "Pattern")),
    Evidence("equal_count", "count", Words("与他人总价相同的报价数", "Totals equal to another")),
    Evidence("linear_pairs", "count", Words("分项价呈线性的报价对数", "Pairs whose lines are on one line")),
    Evidence("gap_basis_points", "basis_points", Words("级差之差占均价", "Difference of steps, of the mean")),
    Evidence("quote_count", "count", Words("有效报价数", "Valid quotes")),
)


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per quotation that closed in the window with a valid quote."""
    quotes = facts.quote
    quotes = quotes.filter(
        (quotes.is_valid == 1)
        & (quotes.price_fen > 0)
        & (quotes.closed_day > facts.on_day - values["window_days"])
        & (quotes.closed_day <= facts.on_day)
    )
    totals = quotes.filter(quotes.line_no == 0)
    totals = totals.mutate(
        place=rank(totals, by=["sourcing_number"], order=["price_fen", "quote_id"]),
        previous_fen=before(totals, "price_fen", by=["sourcing_number"], order=["price_fen", "quote_id"]),
    )
    is_step = totals.place > 1
    totals = totals.mutate(
        step_fen=number(is_step.ifelse(totals.price_fen - totals.previous_fen, literal(-1))),
    )
    quotations = totals.group_by(["sourcing_number", "unit_id", "region_code", "category_code"]).aggregate(
        quote_count=lambda t: number(t.count()),
        price_count=lambda t: number(t.price_fen.nunique()),
        sum_fen=lambda t: number(t.price_fen.sum()),
        amount_fen=lambda t: number(t.price_fen.min()),
        widest_fen=lambda t: number(t.step_fen.max()),
        narrowest_fen=lambda t: number((t.step_fen < 0).ifelse(literal(10**15), t.step_fen).min()),
        is_fixed=lambda t: number(t.is_priced_by_framework.max()),
        supplier_id=lambda t: number(t.supplier_id.min()),
        day=lambda t: number(t.closed_day.max()),
    )
    linear = _linear_pairs(quotes.filter(quotes.line_no > 0), values)
    linear = linear.group_by("sourcing_number").aggregate(linear_pairs=lambda t: number(t.count()))
    judged = left_join(quotations, linear, ("sourcing_number",))
    limit = (judged.quote_count == 3).ifelse(
        literal(values["gap_of_three_basis_points"]), literal(values["gap_basis_points_max"])
    )
    difference_fen = judged.widest_fen - judged.narrowest_fen
    is_even = (
        (judged.quote_count >= 3)
        & (judged.narrowest_fen > 0)
        & (difference_fen * judged.quote_count * 10_000 < judged.sum_fen * limit)
    )
    is_equal = judged.price_count < judged.quote_count
    is_linear = judged.linear_pairs > 0
    pattern = ibis.cases((is_equal, text("equal")), (is_linear, text("linear")), (is_even, text("even")),
                         else_=text(""))  # fmt: skip
    judged = judged.mutate(
        pattern=pattern,
        equal_count=judged.quote_count - judged.price_count,
        gap_basis_points=ratio(
            (judged.quote_count >= 3).ifelse(difference_fen * judged.quote_count, literal(0)), judged.sum_fen, 10_000
        ),
    )
    return sweep_rows(
        judged,
        subject=subject("sourcing", judged.sourcing_number),
        outcome=outcome(
            not_applicable=judged.is_fixed > 0, not_computable=judged.quote_count < 2, hit=judged.pattern != ""
        ),
        document=judged.sourcing_number,
        evidence=[one.name for one in _EVIDENCE],
    )


def _linear_pairs(lines: ir.Table, values: Values) -> ir.Table:
    """Pairs of quotes whose line prices lie on one straight line that rises: sourcing_number, first_id, second_id."""
    highest = lines.price_fen.max().over(ibis.window(group_by=["sourcing_number", "supplier_id"]))
    lines = lines.mutate(part=ratio(lines.price_fen, number(highest), _SCALE))
    lines = lines.filter((lines.part >= _PART_MIN) & (lines.line_no <= _LINES_MAX))
    first = lines.select("sourcing_number", "line_no", first_id="supplier_id", x="part")
    second = lines.select("sourcing_number", "line_no", second_id="supplier_id", y="part")
    points = inner_join(first, second, ["sourcing_number", "line_no"])
    points = points.filter(points.first_id < points.second_id)
    pair = ["sourcing_number", "first_id", "second_id"]
    sums = points.group_by(pair).aggregate(
        lines=lambda t: number(t.count()),
        sum_x=lambda t: number(t.x.sum()),
        sum_y=lambda t: number(t.y.sum()),
        sum_xx=lambda t: number((t.x * t.x).sum()),
        sum_yy=lambda t: number((t.y * t.y).sum()),
        sum_xy=lambda t: number((t.x * t.y).sum()),
    )
    squared = sums.lines * sums.lines
    covariance = sums.lines * sums.sum_xy - sums.sum_x * sums.sum_y
    sums = sums.mutate(
        variance_x=ratio(sums.lines * sums.sum_xx - sums.sum_x * sums.sum_x, squared, 1),
        variance_y=ratio(sums.lines * sums.sum_yy - sums.sum_y * sums.sum_y, squared, 1),
        covariance=ratio(ibis.greatest(covariance, literal(0)), squared, 1),
    )
    fits = sums.covariance * sums.covariance * 1_000 > sums.variance_x * sums.variance_y * values["fit_permille"]
    sums = sums.filter(
        (sums.lines >= values["lines_min"])
        & (sums.variance_x >= _VARIANCE_MIN)
        & (sums.variance_y >= _VARIANCE_MIN)
        & fits
    )
    sums = sums.mutate(slope=ratio(sums.covariance, sums.variance_x, _SCALE))
    points = inner_join(points, sums.select(*pair, "lines", "sum_x", "sum_y", "slope"), pair)
    off = (points.lines * points.y - points.sum_y) * _SCALE - points.slope * (points.lines * points.x - points.sum_x)
    allowed = points.lines * (points.y * values["line_basis_points"] + _ROUNDING * _SCALE)
    points = points.mutate(is_off=number((off.abs() > allowed).ifelse(literal(1), literal(0))))
    pairs = points.group_by(pair).aggregate(off_count=lambda t: number(t.is_off.sum()))
    return pairs.filter(pairs.off_count == 0).select(*pair)


def check(given: Mapping[str, Any], values: Values) -> Verdict:
    """The same of the quotes of one quotation that just closed."""
    totals, lines = given["totals_fen"], given["line_prices_fen"]
    if given["is_priced_by_framework"]:
        return Verdict(NOT_APPLICABLE)
    if totals is None or given["is_priced_by_framework"] is None or len(totals) < 2:
        return Verdict(NOT_COMPUTABLE)
    ordered = sorted(totals)
    steps = [upper - lower for lower, upper in pairwise(ordered)]
    limit = values["gap_of_three_basis_points" if len(totals) == 3 else "gap_basis_points_max"]
    difference = (max(steps) - min(steps)) * len(totals) * 10_000
    is_even = len(totals) >= 3 and min(steps) > 0 and difference < sum(totals) * limit
    equal_count = len(totals) - len(set(totals))
    linear_pairs = sum(_is_linear(one, other, values) for one, other in combinations(lines or (), 2))
    pattern = "equal" if equal_count else "linear" if linear_pairs else "even" if is_even else ""
    facts = {"pattern": pattern, "equal_count": equal_count, "linear_pairs": linear_pairs,
             "gap_basis_points": difference // sum(totals) if len(totals) >= 3 else 0,
             "quote_count": len(totals)}  # fmt: skip
    return Verdict(HIT if pattern else CLEAR, amount_fen=ordered[0], facts=facts)


def _is_linear(one: Sequence[int], other: Sequence[int], values: Values) -> bool:
    """`_linear_pairs` for two lists of line prices, in the same whole numbers."""
    tops = max(one, default=0), max(other, default=0)
    if not all(tops):
        return False
    parts = [(x * _SCALE // tops[0], y * _SCALE // tops[1]) for x, y in zip(one, other, strict=True)][:_LINES_MAX]
    parts = [(x, y) for x, y in parts if x >= _PART_MIN and y >= _PART_MIN]
    count = len(parts)
    if count < values["lines_min"]:
        return False
    sum_x, sum_y = sum(x for x, _ in parts), sum(y for _, y in parts)
    variance_x = (count * sum(x * x for x, _ in parts) - sum_x**2) // count**2
    variance_y = (count * sum(y * y for _, y in parts) - sum_y**2) // count**2
    covariance = max(count * sum(x * y for x, y in parts) - sum_x * sum_y, 0) // count**2
    if min(variance_x, variance_y) < _VARIANCE_MIN:
        return False
    if covariance**2 * 1_000 <= variance_x * variance_y * values["fit_permille"]:
        return False
    slope = covariance * _SCALE // variance_x
    return all(
        abs((count * y - sum_y) * _SCALE - slope * (count * x - sum_x))
        <= count * (y * values["line_basis_points"] + _ROUNDING * _SCALE)
        for x, y in parts
    )


RULE = Rule(
    id="competition.linear_quotes",
    version=1,
    name=Words("报价疑似相同或呈规律", "Suspected equal or regular quotes"),
    family="competition",
    stages=("quotes", "nightly"),
    severity=3,
    action="case",
    subject="sourcing",
    formula=Words(
        "有效报价总价相同；或两份报价不少于 5 项的分项单价呈线性（决定系数大于 0.999，且每一项偏离不超过 0.2%）；"
        "或总价由低到高的级差几乎相等（四份以上相差小于均价 0.2%，三份小于 0.02%）",
        "Valid totals are equal; or at least 5 line prices of two quotes lie on a straight line (coefficient of"
        " determination above 0.999 and no line off by more than 0.2 %); or the steps from total to total are even"
        " (within 0.2 % of the mean for four or more, 0.02 % for three)",
    ),
    accepted=Words("各自独立的报价", "Quotes made independently"),
    answer=Words("由供应商说明报价依据，附成本或进货单据",
                 "The suppliers show how they came to their prices, with costs or invoices"),
    source="财政部令第87号第三十七条（参照适用，待确认）；Open Contracting Partnership R028",
    parameters=(
        Parameter("window_days", 365, "days", Words("回看天数", "Days looked back"), lowest=30, highest=1_500,
                  source="本系统设定，待确认"),
        Parameter("lines_min", 5, "count", Words("最少分项数", "Fewest lines"), tightens="lower", lowest=4, highest=50,
                  source="本系统设定，待确认"),
        Parameter("fit_permille", 999, "count", Words("决定系数（千分数）", "Determination, in thousandths"),
                  tightens="lower", lowest=990, highest=999, source="本系统设定，待确认"),
        Parameter("line_basis_points", 20, "basis_points", Words("分项偏离上限", "Most that a line may be off"),
                  tightens="higher", lowest=1, highest=100, source="本系统设定，待确认"),
        Parameter("gap_basis_points_max", 20, "basis_points", Words("四份以上级差之差上限", "Evenness of four or more"),
                  tightens="higher", lowest=1, highest=100, source="本系统设定，待确认"),
        Parameter("gap_of_three_basis_points", 2, "basis_points", Words("三份级差之差上限", "Evenness of three"),
                  tightens="higher", lowest=1, highest=20, source="本系统设定，待确认"),
    ),
    evidence=_EVIDENCE,
    exclusions=(Words("框架协议已定价的", "Prices fixed by the framework"),
                Words("无效报价", "Quotes that are not valid"),
                Words("不足最贵分项 5% 的分项", "Lines below 5 % of the dearest")),
    tables=("quote",),
    needs=("totals_fen", "line_prices_fen", "is_priced_by_framework"),
    find=find,
    check=check,
)  # fmt: skip
