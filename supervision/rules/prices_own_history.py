"""高于自身历史: a listing above what it used to ask, while the other sellers of the product stood still."""

from __future__ import annotations

import ibis.expr.types as ir

from supervision import price_references as references
from supervision.expressions import outcome, subject, sweep_rows
from supervision.facts import Facts
from supervision.rule import Evidence, Parameter, Rule, Words
from supervision.values import Values

_EVIDENCE = (
    Evidence("listing_id", "listing", Words("商品", "Listing")),
    Evidence("base_price_fen", "fen", Words("单价（基本单位）", "Price per base unit")),
    Evidence("own_fen", "fen", Words("自身历史价格上沿", "Upper end of its own prices")),
    Evidence("own_fen_count", "weeks", Words("自身在架周数", "Own weeks on the shelf")),
    Evidence("others_now_fen", "fen", Words("同行现价中位数", "Median of the others now")),
    Evidence("others_usual_fen", "fen", Words("同行惯常价中位数", "Median of the others' usual prices")),
    Evidence("others_usual_fen_sellers", "count", Words("其他供应商数", "Other sellers")),
    Evidence("sold", "count", Words("当周订购数量", "Pieces ordered that week")),
)


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per listing and judged week in which it was on the shelf with a price."""
    judged_count, history = values["judged_weeks"], values["history_weeks"]
    listed = references.listing_weeks(facts, weeks=judged_count + history)
    judged = references.judged_weeks(facts, listed, weeks=judged_count)
    judged = references.with_own_quantile(judged, listed, weeks=history, percent=90, name="own_fen")
    # Only sellers with a history can be said to have moved or stood still.
    known = judged.own_fen_count >= values["own_weeks"]
    judged = references.with_others_quantile(judged, "base_price_fen", percent=50, name="others_now_fen", among=known)
    judged = references.with_others_quantile(judged, "own_fen", percent=50, name="others_usual_fen", among=known)
    judged = references.with_evenness(judged, facts)
    judged = references.with_sold(judged, facts, reference="own_fen", name="amount_fen")
    have_moved = judged.others_now_fen * 10_000 >= judged.others_usual_fen * values["others_moved"]
    above = values.by_region("above_own", judged.region_code)
    return sweep_rows(
        judged,
        subject=_subject(judged),
        outcome=outcome(
            not_computable=(judged.own_fen_count < values["own_weeks"])
            | (judged.others_usual_fen_sellers < values["other_sellers"]),
            not_applicable=(judged.is_uneven > 0)
            | (have_moved & (judged.others_usual_fen_sellers >= values["other_sellers"])),
            hit=judged.base_price_fen * 10_000 > judged.own_fen * above,
        ),
        day=references.last_day(judged.week),
        evidence=[one.name for one in _EVIDENCE],
    )


def documents(facts: Facts, values: Values) -> ir.Table:
    """The orders of those weeks."""
    return references.sold_documents(facts, weeks=values["judged_weeks"], subject=_subject)


def _subject(table: ir.Table) -> ir.StringValue:
    return subject("listing", table.listing_id, table.week)


RULE = Rule(
    id="prices.own_history",
    version=1,
    name=Words("疑似单独涨价（高于自身历史）", "Possibly raised alone (above own history)"),
    family="prices",
    stages=("nightly",),
    severity=1,
    action="inform",
    subject="listing",
    formula=Words(
        "基本单位价高于自身前26周价格第90百分位的110%，而其他供应商现价中位数未超过其惯常价中位数的105%",
        "The price per base unit is above 110 % of the 90th percentile of its own 26 weeks while the median of the"
        " other sellers is below 105 % of the median of their usual prices",
    ),
    accepted=Words("不高于自身上沿的110%", "A price of at most 110 % of the upper end of its own history"),
    answer=Words("附厂家调价函或成本说明", "Attach the manufacturer's notice or say what it costs"),
    source="面板数据对照试验，见 docs/decisions/0030-price-rules.md",
    parameters=(
        Parameter(
            "above_own",
            11_000,
            "basis_points",
            Words("高于自身上沿", "Above own history"),
            tightens="lower",
            lowest=10_000,
            highest=20_000,
            by_region=True,
        ),
        Parameter(
            "others_moved",
            10_500,
            "basis_points",
            Words("视为同行已调价", "The others count as moved"),
            lowest=10_000,
            highest=20_000,
        ),
        Parameter("history_weeks", 26, "weeks", Words("自身历史周数", "Weeks of own history"), lowest=4, highest=52),
        Parameter(
            "own_weeks", 4, "weeks", Words("自身历史最少周数", "Least weeks of own history"), lowest=1, highest=52
        ),
        Parameter("other_sellers", 2, "count", Words("其他供应商最少数", "Least other sellers"), lowest=1, highest=20),
        Parameter("judged_weeks", 1, "weeks", Words("每次检查的周数", "Weeks judged at a time"), lowest=1, highest=60),
    ),
    evidence=_EVIDENCE,
    exclusions=(
        Words("同行普遍调价的", "The other sellers have moved too"),
        Words("按重量或多规格混售、没有单一单价的商品", "Goods sold by weight or mixed in one listing: no one price"),
    ),
    tables=("price_week", "order_line"),
    find=find,
    documents=documents,
)
