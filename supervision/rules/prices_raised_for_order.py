"""下单前抬价、下单后回落: raised shortly before an order and lowered shortly after it."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from supervision import price_references as references
from supervision.expressions import left_join, literal, number, outcome, quantile_by, subject, sweep_rows, whole
from supervision.facts import Facts
from supervision.placed_orders import lines_behind, recently_placed
from supervision.rule import Evidence, Parameter, Rule, Words
from supervision.values import Values

#: stands for "no such change" while the lowest of them is looked for
_NONE = 10**15
_EVIDENCE = (
    Evidence("listing_id", "listing", Words("商品", "Listing")),
    Evidence("price_fen", "fen", Words("成交单价", "Price ordered at")),
    Evidence("before_fen", "fen", Words("抬价前价格", "Price before it was raised")),
    Evidence("after_fen", "fen", Words("回落后价格", "Price it was lowered to")),
    Evidence("own_fen", "fen", Words("自身历史价格上沿（基本单位）", "Upper end of its own prices per base unit")),
    Evidence("own_fen_count", "weeks", Words("自身在架周数", "Own weeks on the shelf")),
    Evidence("others_fen", "fen", Words("当周其他供应商价格上沿（基本单位）", "Upper end of the others that week")),
    Evidence("others_fen_sellers", "count", Words("其他供应商数", "Other sellers")),
    Evidence("quantity", "count", Words("数量", "Pieces")),
)


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per order line of the judged days."""
    lines = _lines(facts, values)
    changes = facts.price_change
    changes = changes.select(
        listing_id=changes.listing_id,
        change_day=changes.day,
        change_at=changes.day * 1440 + changes.minute,
        old_fen=changes.old_price_fen,
        new_fen=changes.new_price_fen,
        is_notice=changes.is_manufacturer_notice,
    )
    pairs = lines.select("line_id", "listing_id", "submitted_day", at=lines.submitted_day * 1440 + lines.minute)
    pairs = pairs.join(changes, "listing_id")
    is_rise = (
        (pairs.change_at <= pairs.at)
        & (pairs.change_day >= pairs.submitted_day - values["days_before"])
        & (pairs.old_fen > 0)
    )
    is_fall = (
        (pairs.change_at > pairs.at)
        & (pairs.change_day <= pairs.submitted_day + values["days_after"])
        & (pairs.change_day <= facts.on_day)
        & (pairs.new_fen > 0)
    )
    pairs = pairs.mutate(
        old_fen=ibis.cases((is_rise, pairs.old_fen), else_=literal(_NONE)),
        new_fen=ibis.cases((is_fall, pairs.new_fen), else_=literal(_NONE)),
        is_notice=ibis.cases((is_rise, pairs.is_notice), else_=literal(0)),
    )
    moved = pairs.group_by("line_id").aggregate(
        before_fen=number(pairs.old_fen.min()),
        after_fen=number(pairs.new_fen.min()),
        is_notice=number(pairs.is_notice.max()),
    )
    judged = left_join(left_join(lines, moved, ["line_id"]), _own(facts, values, lines), ["line_id"])
    judged = left_join(judged, _others(facts, values), references.LISTING_WEEK)
    judged = references.with_evenness(judged, facts)
    judged = judged.mutate(
        before_fen=ibis.cases((judged.before_fen == _NONE, literal(0)), else_=judged.before_fen),
        after_fen=ibis.cases((judged.after_fen == _NONE, literal(0)), else_=judged.after_fen),
    )
    was_raised = (judged.before_fen > 0) & (judged.price_fen * 10_000 >= judged.before_fen * values["raised"])
    was_lowered = (judged.after_fen > 0) & (judged.after_fen * 10_000 <= judged.price_fen * values["lowered"])
    is_above = judged.base_price_fen * 10_000 >= judged.own_fen * values.by_region("above_own", judged.region_code)
    # Where nobody else sells it there is nobody to be above of.
    others_above = judged.base_price_fen * 10_000 > judged.others_fen * values["above_others"]
    is_alone = (judged.others_fen_sellers < values["other_sellers"]) | others_above
    return sweep_rows(
        judged,
        subject=subject("line", judged.line_id),
        outcome=outcome(
            not_applicable=(judged.is_notice > 0) | (judged.is_uneven > 0),
            not_computable=judged.own_fen_count < values["own_weeks"],
            hit=was_raised & was_lowered & is_above & is_alone,
        ),
        document=judged.number,
        day=judged.submitted_day,
        amount_fen=ibis.greatest(judged.price_fen - judged.before_fen, literal(0)) * judged.quantity,
        evidence=[one.name for one in _EVIDENCE],
    )


def _lines(facts: Facts, values: Values) -> ir.Table:
    lines = recently_placed(facts, facts.order_line, days=values["judged_days"])
    lines = lines.filter(lines.price_fen > 0)
    return lines.mutate(week=whole(lines.submitted_day + 3, 7))


def _own(facts: Facts, values: Values, lines: ir.Table) -> ir.Table:
    """Per line, the upper end of the listing's prices in the weeks before its own."""
    history = values["history_weeks"]
    past = references.listing_weeks(facts, weeks=history + whole_weeks(values["judged_days"]))
    past = past.select(listing_id=past.listing_id, past_week=past.week, past_fen=past.base_price_fen)
    pairs = lines.select("line_id", "listing_id", "week").join(past, "listing_id")
    pairs = pairs.filter((pairs.past_week < pairs.week) & (pairs.past_week >= pairs.week - history))
    return quantile_by(pairs, "past_fen", by=("line_id",), percent=90, name="own_fen", unique="past_week")


def _others(facts: Facts, values: Values) -> ir.Table:
    """Per listing and week, the upper end of what the other sellers of the product ask."""
    offers = references.listing_weeks(facts, weeks=whole_weeks(values["judged_days"]))
    offers = references.with_others_quantile(
        offers, "base_price_fen", percent=values["others_percent"], name="others_fen"
    )
    return offers.select(*references.LISTING_WEEK, "others_fen", "others_fen_sellers")


def whole_weeks(days: int) -> int:
    """How many weeks so many days can touch."""
    return days // 7 + 2


def documents(facts: Facts, values: Values) -> ir.Table:
    """The order itself."""
    lines = _lines(facts, values)
    return lines_behind(lines)


RULE = Rule(
    id="prices.raised_for_order",
    version=1,
    name=Words("疑似下单前抬价、下单后回落", "Possibly raised before an order and lowered after it"),
    family="prices",
    stages=("nightly",),
    severity=3,
    action="case",
    subject="order_line",
    formula=Words(
        "下单前7日内涨价15%以上，下单后14日内回落13%以上，成交单价不低于自身前13周价格第90百分位的108%，"
        "且高于当周其他供应商价格第90百分位的107%（其他供应商不足3家的不比较）",
        "Raised by 15 % or more in the 7 days before the order, lowered by 13 % or more in the 14 days after it,"
        " ordered at 108 % or more of the 90th percentile of its own 13 weeks, and above 107 % of the 90th"
        " percentile of the other sellers that week (where there are at least 3)",
    ),
    accepted=Words("下单前后价格稳定，或有厂家调价通知", "A steady price around the order, or a manufacturer's notice"),
    answer=Words("说明涨价与降价的原因并附凭证", "Say why it was raised and lowered, with a proof"),
    source="面板数据对照试验，见 docs/decisions/0030-price-rules.md",
    parameters=(
        Parameter(
            "raised",
            11_500,
            "basis_points",
            Words("涨价幅度", "Raised to"),
            tightens="lower",
            lowest=10_200,
            highest=30_000,
        ),
        Parameter(
            "lowered",
            8_700,
            "basis_points",
            Words("回落幅度", "Lowered to"),
            tightens="higher",
            lowest=3_000,
            highest=9_900,
        ),
        Parameter(
            "above_own",
            10_800,
            "basis_points",
            Words("高于自身上沿", "Above own history"),
            tightens="lower",
            lowest=10_000,
            highest=20_000,
            by_region=True,
        ),
        Parameter(
            "above_others",
            10_700,
            "basis_points",
            Words("高于同行上沿", "Above the other sellers"),
            tightens="lower",
            lowest=8_000,
            highest=20_000,
        ),
        Parameter(
            "others_percent",
            90,
            "percent",
            Words("同行百分位", "Percentile of the other sellers"),
            lowest=50,
            highest=100,
        ),
        Parameter("other_sellers", 3, "count", Words("其他供应商最少数", "Least other sellers"), lowest=2, highest=20),
        Parameter("days_before", 7, "days", Words("下单前天数", "Days before the order"), lowest=1, highest=30),
        Parameter("days_after", 14, "days", Words("下单后天数", "Days after the order"), lowest=1, highest=60),
        Parameter("history_weeks", 13, "weeks", Words("自身历史周数", "Weeks of own history"), lowest=4, highest=52),
        Parameter(
            "own_weeks", 4, "weeks", Words("自身历史最少周数", "Least weeks of own history"), lowest=1, highest=52
        ),
        Parameter("judged_days", 21, "days", Words("每次检查的天数", "Days judged at a time"), lowest=1, highest=400),
    ),
    evidence=_EVIDENCE,
    exclusions=(
        Words("有厂家调价通知的", "A manufacturer's notice covers the change"),
        Words("按重量或多规格混售、没有单一单价的商品", "Goods sold by weight or mixed in one listing: no one price"),
        Words("同行同期价格也在这一水平的", "The other sellers ask as much at that time"),
    ),
    tables=("order_line", "price_change", "price_week"),
    find=find,
    documents=documents,
)
