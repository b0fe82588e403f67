"""高于实时报价中位价: above 1.2 times the median of the other sellers' live offers."""

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
    Evidence("median_fen", "fen", Words("其他供应商报价中位数", "Median of the other offers")),
    Evidence("median_fen_sellers", "count", Words("其他供应商数", "Other sellers")),
    Evidence("sold", "count", Words("当周订购数量", "Pieces ordered that week")),
)


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per listing and judged week in which it was on the shelf with a price."""
    judged = references.listing_weeks(facts, weeks=values["judged_weeks"])
    judged = references.with_others_quantile(judged, "base_price_fen", percent=50, name="median_fen")
    judged = references.with_sold(judged, facts, reference="median_fen", name="amount_fen")
    above = values.by_region("above_median", judged.region_code)
    return sweep_rows(
        judged,
        subject=_subject(judged),
        outcome=outcome(
            not_computable=judged.median_fen_sellers < values["other_sellers"],
            hit=judged.base_price_fen * 10_000 > judged.median_fen * above,
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
    """The price of one order line against the offers that stand at that moment."""
    price_fen, offers = given["base_price_fen"], given["live_prices_fen"]
    if price_fen is None or offers is None or len(offers) < values["other_sellers"]:
        return Verdict(NOT_COMPUTABLE)
    median_fen = sorted(offers)[(len(offers) + 1) // 2 - 1]
    is_hit = price_fen * 10_000 > median_fen * values["above_median"]
    at_stake_fen = (given["amount_fen"] or 0) * max(price_fen - median_fen, 0) // max(price_fen, 1)
    facts = {"base_price_fen": price_fen, "median_fen": median_fen, "median_fen_sellers": len(offers)}
    return Verdict(HIT if is_hit else CLEAR, amount_fen=at_stake_fen, facts=facts)


RULE = Rule(
    id="prices.live_median",
    version=1,
    name=Words("疑似高于实时报价中位价", "Possibly above the median of live offers"),
    family="prices",
    stages=("order", "nightly"),
    severity=2,
    action="hold",
    subject="listing",
    formula=Words(
        "基本单位价高于其他供应商同款在售报价中位数的120%；其他供应商不足4家的不比较",
        "The price per base unit is above 120 % of the median of the other suppliers' live offers of the product; not"
        " compared with fewer than 4 of them",
    ),
    accepted=Words("不高于中位数的120%", "A price of at most 120 % of the median"),
    answer=Words("改选其他供应商，或填写理由", "Choose another supplier, or give a reason"),
    source="中央国家机关政府采购中心电子卖场运行规则 2022 年第 5 期",
    parameters=(
        Parameter(
            "above_median",
            12_000,
            "basis_points",
            Words("高于中位数", "Above the median"),
            tightens="lower",
            lowest=10_500,
            highest=20_000,
            by_region=True,
        ),
        Parameter("other_sellers", 4, "count", Words("其他供应商最少数", "Least other sellers"), lowest=3, highest=20),
        Parameter("judged_weeks", 1, "weeks", Words("每次检查的周数", "Weeks judged at a time"), lowest=1, highest=60),
    ),
    evidence=_EVIDENCE,
    exclusions=(Words("供应商自己的其他报价不参与比较", "The supplier's own other offers are left out"),),
    tables=("price_week", "order_line"),
    needs=("base_price_fen", "amount_fen", "live_prices_fen"),
    find=find,
    documents=documents,
    check=check,
)
