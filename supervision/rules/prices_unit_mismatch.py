"""计量单位或包装不一致: a price per base unit that is off by the factor of a pack."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from supervision import price_references as references
from supervision.expressions import left_join, literal, outcome, subject, sweep_rows
from supervision.facts import Facts
from supervision.rule import Evidence, Parameter, Rule, Words
from supervision.values import Values

#: packs that goods come in, beside the listing's own; 2 and 3 are left out, which prices reach by themselves
PACKS = (4, 5, 6, 8, 10, 12, 16, 18, 20, 24, 25, 30, 36, 40, 48, 50, 60, 72, 100, 120, 144, 200, 250, 500, 1_000)
_EVIDENCE = (
    Evidence("listing_id", "listing", Words("商品", "Listing")),
    Evidence("base_price_fen", "fen", Words("单价（基本单位）", "Price per base unit")),
    Evidence("median_fen", "fen", Words("其他供应商中位价", "Median of the other sellers")),
    Evidence("median_fen_sellers", "count", Words("其他供应商数", "Other sellers")),
    Evidence("pack_size", "count", Words("登记的包装数", "Pack size on record")),
    Evidence("factor", "count", Words("疑似倍数", "Likely factor")),
    Evidence("sold", "count", Words("当周订购数量", "Pieces ordered that week")),
)


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per listing and judged week in which it was on the shelf with a price."""
    judged = references.listing_weeks(facts, weeks=values["judged_weeks"])
    judged = references.with_others_quantile(judged, "base_price_fen", percent=50, name="median_fen")
    packs = facts.listing.select("listing_id", "pack_size")
    judged = left_join(judged, packs, ["listing_id"])
    judged = references.with_sold(judged, facts, reference="median_fen", name="amount_fen")
    within = values["within"]
    price, median = judged.base_price_fen, judged.median_fen
    own_pack = (judged.pack_size > 1) & _is_off_by(price, median, judged.pack_size, within)
    branches = [(own_pack, judged.pack_size)]
    branches += [(_is_off_by(price, median, pack, within), literal(pack)) for pack in PACKS]
    judged = judged.mutate(factor=ibis.cases(*branches, else_=literal(0)))
    return sweep_rows(
        judged,
        subject=_subject(judged),
        outcome=outcome(not_computable=judged.median_fen_sellers < values["other_sellers"], hit=judged.factor > 0),
        day=references.last_day(judged.week),
        evidence=[one.name for one in _EVIDENCE],
    )


def _is_off_by(price: ir.IntegerValue, median: ir.IntegerValue, pack: object, within: int) -> ir.BooleanValue:
    """Whether price : median is pack : 1 or 1 : pack, give or take `within` basis points."""
    low, high = 10_000 - within, 10_000 + within
    times = (price * 10_000 >= median * pack * low) & (price * 10_000 <= median * pack * high)
    divided = (price * pack * 10_000 >= median * low) & (price * pack * 10_000 <= median * high)
    return times | divided


def documents(facts: Facts, values: Values) -> ir.Table:
    """The orders of those weeks."""
    return references.sold_documents(facts, weeks=values["judged_weeks"], subject=_subject)


def _subject(table: ir.Table) -> ir.StringValue:
    return subject("listing", table.listing_id, table.week)


RULE = Rule(
    id="prices.unit_mismatch",
    version=1,
    name=Words("疑似计量单位或包装不一致", "A unit or pack that possibly does not match"),
    family="prices",
    stages=("nightly",),
    severity=1,
    action="hold",
    subject="listing",
    formula=Words(
        "基本单位价与其他供应商中位价之比，等于登记的包装数或常见包装数的整倍（或其倒数），误差5%以内",
        "The ratio of the price per base unit to the median of the other sellers is the pack size on record or a common"
        " one (or one over it), give or take 5 %",
    ),
    accepted=Words("单位、包装数与价格一致", "Unit, pack size and price agree"),
    answer=Words(
        "核对并改正计量单位或包装数；确属价格的，说明理由",
        "Check and correct the unit or the pack size, or say why it is so",
    ),
    source="浙江省政府采购网上超市商品发布及审核指南（非常规数量单位）",
    parameters=(
        Parameter("within", 500, "basis_points", Words("误差", "Give or take"), lowest=0, highest=1_000),
        Parameter("other_sellers", 3, "count", Words("其他供应商最少数", "Least other sellers"), lowest=2, highest=20),
        Parameter("judged_weeks", 1, "weeks", Words("每次检查的周数", "Weeks judged at a time"), lowest=1, highest=60),
    ),
    evidence=_EVIDENCE,
    exclusions=(
        Words("两倍、三倍以内的价差（属于价格问题）", "Two or three times the price: that is a matter of price"),
    ),
    tables=("price_week", "listing", "order_line"),
    find=find,
    documents=documents,
)
