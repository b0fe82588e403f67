"""价格同时高于同行常规价上沿与自身历史: what held best on price panels it was not chosen on.

docs/decisions/0030-price-rules.md has the figures.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis
import ibis.expr.types as ir

from supervision import price_references as references
from supervision.expressions import literal, outcome, subject, sweep_rows
from supervision.facts import Facts
from supervision.rule import CLEAR, HIT, NOT_APPLICABLE, NOT_COMPUTABLE, Evidence, Parameter, Rule, Verdict, Words
from supervision.values import Values

_EVIDENCE = (
    Evidence("listing_id", "listing", Words("商品", "Listing")),
    Evidence("base_price_fen", "fen", Words("单价（基本单位）", "Price per base unit")),
    Evidence("others_fen", "fen", Words("其他供应商常规价上沿", "Upper end of the other sellers' regular prices")),
    Evidence("others_fen_sellers", "count", Words("其他供应商数", "Other sellers")),
    Evidence("own_fen", "fen", Words("自身近期价格上沿", "Upper end of its own recent prices")),
    Evidence("own_fen_count", "weeks", Words("自身在架周数", "Own weeks on the shelf")),
    Evidence("sold", "count", Words("当周订购数量", "Pieces ordered that week")),
)


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per listing and judged week in which it was on the shelf with a price."""
    judged_count, history, own_enough = values["judged_weeks"], values["history_weeks"], values["own_weeks"]
    listed = references.listing_weeks(facts, weeks=judged_count + history)
    judged = references.judged_weeks(facts, listed, weeks=judged_count)
    judged = references.with_own_quantile(judged, listed, weeks=history, percent=values["own_percent"], name="own_fen")
    # A promotion is no reference: a seller is compared at what he regularly asks, if that is more than he asks now.
    usual = ibis.cases((judged.own_fen_count >= own_enough, judged.own_fen), else_=literal(0))
    judged = references.with_evenness(judged.mutate(regular_fen=ibis.greatest(judged.base_price_fen, usual)), facts)
    percent, enough = values["others_percent"], values["other_sellers"]
    judged = references.with_others_quantile(judged, "regular_fen", percent=percent, name="all_fen")
    judged = judged.mutate(is_first=references.flag(_is_above(judged, judged.all_fen, values)))
    # Who is himself above them is no reference either: else one dear offer of a friend would shield another.
    judged = references.with_others_quantile(
        judged, "regular_fen", percent=percent, name="rest_fen", among=judged.is_first == 0
    )
    is_shielded = (judged.is_first == 0) & (judged.rest_fen_sellers >= enough - 1)
    judged = judged.mutate(
        others_fen=ibis.cases((is_shielded, judged.rest_fen), else_=judged.all_fen),
        others_fen_sellers=ibis.cases((is_shielded, judged.rest_fen_sellers), else_=judged.all_fen_sellers),
    )
    judged = references.with_sold(judged, facts, reference="others_fen", name="amount_fen")
    return sweep_rows(
        judged,
        subject=_subject(judged),
        outcome=outcome(
            not_applicable=judged.is_uneven > 0,
            not_computable=judged.all_fen_sellers < enough,
            hit=_is_above(judged, judged.others_fen, values),
        ),
        day=references.last_day(judged.week),
        evidence=[one.name for one in _EVIDENCE],
    )


def _is_above(judged: ir.Table, others_fen: ir.IntegerValue, values: Values) -> ir.BooleanValue:
    price = judged.base_price_fen * 10_000
    above_both = (price > others_fen * values.by_region("above_others", judged.region_code)) & (
        price > judged.own_fen * values["above_own"]
    )
    new_and_above = price > others_fen * values.by_region("new_above_others", judged.region_code)
    is_known = judged.own_fen_count >= values["own_weeks"]
    return (is_known & above_both) | (~is_known & new_and_above)


def documents(facts: Facts, values: Values) -> ir.Table:
    """The orders of those weeks."""
    return references.sold_documents(facts, weeks=values["judged_weeks"], subject=_subject)


def _subject(table: ir.Table) -> ir.StringValue:
    return subject("listing", table.listing_id, table.week)


def check(given: Mapping[str, Any], values: Values) -> Verdict:
    """The same at order time, against references that the last sweep left."""
    price_fen, others_fen, sellers = (
        given["base_price_fen"],
        given["others_regular_fen"],
        given["others_regular_sellers"],
    )
    own_fen, own_weeks = given["own_regular_fen"], given["own_regular_weeks"]
    known = (price_fen, others_fen, sellers, own_fen, own_weeks, given["is_uneven"])
    if None in known or sellers < values["other_sellers"]:
        return Verdict(NOT_COMPUTABLE)
    if given["is_uneven"]:
        return Verdict(NOT_APPLICABLE)
    facts = {"base_price_fen": price_fen, "others_fen": others_fen, "others_fen_sellers": sellers, "own_fen": own_fen,
             "own_fen_count": own_weeks}  # fmt: skip
    if own_weeks >= values["own_weeks"]:
        is_hit = (
            price_fen * 10_000 > others_fen * values["above_others"]
            and price_fen * 10_000 > own_fen * values["above_own"]
        )
    else:
        is_hit = price_fen * 10_000 > others_fen * values["new_above_others"]
    at_stake_fen = (given["amount_fen"] or 0) * max(price_fen - others_fen, 0) // max(price_fen, 1)
    return Verdict(HIT if is_hit else CLEAR, amount_fen=at_stake_fen, facts=facts)


RULE = Rule(
    id="prices.above_references",
    version=1,
    name=Words("价格疑似偏高（同行与自身双重参照）", "Price possibly too high (other sellers and own history)"),
    family="prices",
    stages=("order", "nightly"),
    severity=2,
    action="warn",
    subject="listing",
    formula=Words(
        "基本单位价高于其他供应商常规价上沿（各供应商现价与自身前13周价格第90百分位取高者，再取各家的第90百分位；"
        "同样偏高的供应商不作参照）的107%，且高于自身前13周价格第90百分位的108%；在架不足4周的商品，高于同行上沿的120%",
        "The price per base unit is above 107 % of the upper end of the other sellers' regular prices (each seller's"
        " price now or the 90th percentile of his own 13 weeks, whichever is more; of these the 90th percentile;"
        " without sellers who are above it themselves) and above 108 % of the 90th percentile of its own 13 weeks; a"
        " listing of less than 4 weeks: above 120 % of the others",
    ),
    accepted=Words("不高于两项参照价之一", "A price that is not above one of the two references"),
    answer=Words(
        "说明调价原因（厂家调价、配置、含服务、运费）并附凭证，或下调价格",
        "Say why (manufacturer's price, configuration, service, freight) with a proof, or lower the price",
    ),
    source="面板数据对照试验，见 docs/decisions/0030-price-rules.md",
    parameters=(
        Parameter(
            "above_others",
            10_700,
            "basis_points",
            Words("高于同行上沿", "Above the other sellers"),
            tightens="lower",
            lowest=10_000,
            highest=20_000,
            by_region=True,
        ),
        Parameter(
            "above_own",
            10_800,
            "basis_points",
            Words("高于自身上沿", "Above own history"),
            tightens="lower",
            lowest=10_000,
            highest=20_000,
        ),
        Parameter(
            "new_above_others",
            12_000,
            "basis_points",
            Words("新上架高于同行上沿", "A new listing above the others"),
            tightens="lower",
            lowest=10_000,
            highest=30_000,
            by_region=True,
        ),
        Parameter(
            "others_percent",
            90,
            "percent",
            Words("同行百分位", "Percentile of the other sellers"),
            lowest=50,
            highest=100,
        ),
        Parameter(
            "own_percent", 90, "percent", Words("自身百分位", "Percentile of own history"), lowest=50, highest=100
        ),
        Parameter("history_weeks", 13, "weeks", Words("自身历史周数", "Weeks of own history"), lowest=4, highest=52),
        Parameter(
            "own_weeks", 4, "weeks", Words("自身历史最少周数", "Least weeks of own history"), lowest=1, highest=52
        ),
        Parameter("other_sellers", 4, "count", Words("其他供应商最少数", "Least other sellers"), lowest=3, highest=20),
        Parameter("judged_weeks", 1, "weeks", Words("每次检查的周数", "Weeks judged at a time"), lowest=1, highest=60),
    ),
    evidence=_EVIDENCE,
    exclusions=(
        Words("按重量或多规格混售、没有单一单价的商品", "Goods sold by weight or mixed in one listing: no one price"),
    ),
    tables=("price_week", "order_line"),
    needs=(
        "base_price_fen",
        "amount_fen",
        "others_regular_fen",
        "others_regular_sellers",
        "own_regular_fen",
        "own_regular_weeks",
        "is_uneven",
    ),
    find=find,
    documents=documents,
    check=check,
)
