"""高于同行常规价: above the other sellers' regular price of nine weeks, and above own history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis.expr.types as ir

from supervision import price_references as references
from supervision.expressions import outcome, subject, sweep_rows
from supervision.facts import Facts
from supervision.rule import CLEAR, HIT, NOT_COMPUTABLE, Evidence, Parameter, Rule, Verdict, Words
from supervision.values import Values

_EVIDENCE = (
    Evidence("listing_id", "listing", Words("商品", "Listing")),
    Evidence("base_price_fen", "fen", Words("单价（基本单位）", "Price per base unit")),
    Evidence("regular_fen", "fen", Words("同行常规价", "The other sellers' regular price")),
    Evidence("regular_fen_sellers", "count", Words("其他供应商数", "Other sellers")),
    Evidence("own_fen", "fen", Words("自身历史价格上沿", "Upper end of its own prices")),
    Evidence("own_fen_count", "weeks", Words("自身在架周数", "Own weeks on the shelf")),
    Evidence("sold", "count", Words("当周订购数量", "Pieces ordered that week")),
)


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per listing and judged week in which it was on the shelf with a price."""
    judged_count, history = values["judged_weeks"], values["history_weeks"]
    listed = references.listing_weeks(facts, weeks=judged_count + history)
    others = references.with_others_quantile(
        listed, "base_price_fen", percent=values["others_percent"], name="week_fen"
    )
    others = references.with_highest_of_weeks(others, "week_fen", weeks=values["regular_weeks"], name="regular_fen")
    others = others.rename(regular_fen_sellers="week_fen_sellers")
    judged = references.judged_weeks(facts, others, weeks=judged_count)
    judged = references.with_own_quantile(judged, listed, weeks=history, percent=90, name="own_fen")
    judged = references.with_evenness(judged, facts)
    judged = references.with_sold(judged, facts, reference="regular_fen", name="amount_fen")
    price = judged.base_price_fen * 10_000
    is_above = (price > judged.regular_fen * values.by_region("above_others", judged.region_code)) & (
        price > judged.own_fen * values["above_own"]
    )
    return sweep_rows(
        judged,
        subject=_subject(judged),
        outcome=outcome(
            not_applicable=judged.is_uneven > 0,
            not_computable=(judged.regular_fen_sellers < values["other_sellers"])
            | (judged.own_fen_count < values["own_weeks"]),
            hit=is_above,
        ),
        day=references.last_day(judged.week),
        evidence=[one.name for one in _EVIDENCE],
    )


def documents(facts: Facts, values: Values) -> ir.Table:
    """The orders of those weeks."""
    return references.sold_documents(facts, weeks=values["judged_weeks"], subject=_subject)


def _subject(table: ir.Table) -> ir.StringValue:
    return subject("listing", table.listing_id, table.week)


def check(given: Mapping[str, Any], values: Values) -> Verdict:
    """The same at order time, against references that the last sweep left."""
    price_fen, regular_fen = given["base_price_fen"], given["regular_price_fen"]
    sellers, own_fen = given["regular_price_sellers"], given["own_high_fen"]
    if None in (price_fen, regular_fen, sellers, own_fen) or sellers < values["other_sellers"]:
        return Verdict(NOT_COMPUTABLE)
    is_hit = (
        price_fen * 10_000 > regular_fen * values["above_others"] and price_fen * 10_000 > own_fen * values["above_own"]
    )
    at_stake_fen = (given["amount_fen"] or 0) * max(price_fen - regular_fen, 0) // max(price_fen, 1)
    facts = {
        "base_price_fen": price_fen,
        "regular_fen": regular_fen,
        "regular_fen_sellers": sellers,
        "own_fen": own_fen,
    }
    return Verdict(HIT if is_hit else CLEAR, amount_fen=at_stake_fen, facts=facts)


RULE = Rule(
    id="prices.peers_regular",
    version=1,
    name=Words("疑似高于同行常规价", "Possibly above the other sellers' regular price"),
    family="prices",
    stages=("order", "nightly"),
    severity=2,
    action="warn",
    subject="listing",
    formula=Words(
        "基本单位价高于其他供应商常规价（其在架的近9周每周第75百分位的最高值）的110%，且高于自身前26周价格第90百分位的105%",
        "The price per base unit is above 110 % of the other sellers' regular price (the highest of the 75th"
        " percentiles of the nine weeks it was listed in) and above 105 % of the 90th percentile of its own 26 weeks",
    ),
    accepted=Words("不高于两项参照价之一", "A price that is not above one of the two references"),
    answer=Words("说明调价原因并附凭证，或下调价格", "Say why with a proof, or lower the price"),
    source="面板数据对照试验，见 docs/decisions/0030-price-rules.md",
    parameters=(
        Parameter(
            "above_others",
            11_000,
            "basis_points",
            Words("高于同行常规价", "Above the other sellers"),
            tightens="lower",
            lowest=10_000,
            highest=20_000,
            by_region=True,
        ),
        Parameter(
            "above_own",
            10_500,
            "basis_points",
            Words("高于自身上沿", "Above own history"),
            tightens="lower",
            lowest=10_000,
            highest=20_000,
        ),
        Parameter(
            "others_percent",
            75,
            "percent",
            Words("同行百分位", "Percentile of the other sellers"),
            lowest=50,
            highest=100,
        ),
        Parameter(
            "regular_weeks", 9, "weeks", Words("常规价回看周数", "Weeks of the regular price"), lowest=1, highest=26
        ),
        Parameter("history_weeks", 26, "weeks", Words("自身历史周数", "Weeks of own history"), lowest=9, highest=52),
        Parameter(
            "own_weeks", 4, "weeks", Words("自身历史最少周数", "Least weeks of own history"), lowest=1, highest=52
        ),
        Parameter("other_sellers", 4, "count", Words("其他供应商最少数", "Least other sellers"), lowest=3, highest=20),
        Parameter("judged_weeks", 1, "weeks", Words("每次检查的周数", "Weeks judged at a time"), lowest=1, highest=60),
    ),
    evidence=_EVIDENCE,
    exclusions=(
        Words("供应商自己的其他报价不参与比较", "The supplier's own other offers are left out"),
        Words("按重量或多规格混售、没有单一单价的商品", "Goods sold by weight or mixed in one listing: no one price"),
    ),
    tables=("price_week", "order_line"),
    needs=("base_price_fen", "amount_fen", "regular_price_fen", "regular_price_sellers", "own_high_fen"),
    find=find,
    documents=documents,
    check=check,
)
