"""高于其他渠道价格: a price above what the same goods cost on the maker's or supplier's site or at large platforms.

Prices are compared per base unit, with tax and freight, as `outside_price` keeps them. A price without a supplier
holds for every supplier of the product, one with a supplier only for him.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis
import ibis.expr.types as ir

from supervision.expressions import left_join, literal, number, outcome, subject, sweep_rows, whole
from supervision.facts import Facts
from supervision.placed_orders import orders_behind, recently_placed
from supervision.rule import CLEAR, HIT, NOT_COMPUTABLE, Evidence, Parameter, Rule, Verdict, Words
from supervision.values import Values

_EVIDENCE = (
    Evidence("base_price_fen", "fen", Words("商城单价（按计量单位）", "Price in the mall per base unit")),
    Evidence("own_site_price_fen", "fen", Words("官网或自有渠道价格", "Price on the site")),
    Evidence("e_commerce_price_fen", "fen", Words("大型电商自营价格", "Price at large platforms")),
    Evidence("accepted_fen", "fen", Words("可接受的最高价", "Highest price accepted")),
)
#: how an outside price of each kind is called in the evidence, and the parameter that says how much more is let pass
_KINDS = (("own_site", "own_site_excess_percent"), ("e_commerce", "e_commerce_excess_percent"))


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per listing on the shelf of a product that was seen outside in time."""
    listings = facts.listing.filter(facts.listing.state == "on_shelf")
    listings = listings.select(
        "listing_id", "product_id", "supplier_id", "region_code", "category_code", "base_price_fen"
    )
    for kind, _ in _KINDS:
        listings = _with_seen(facts, values, listings, kind)
    seen = listings.filter((listings.own_site_price_fen > 0) | (listings.e_commerce_price_fen > 0))
    limits = []
    for kind, parameter in _KINDS:
        price_fen = seen[f"{kind}_price_fen"]
        allowed = price_fen * (100 + values.by_region(parameter, seen.region_code))
        limits.append(ibis.ifelse(price_fen > 0, allowed, literal(2**62)))
    seen = seen.mutate(accepted_hundredfold=ibis.least(*limits))
    seen = seen.mutate(accepted_fen=whole(seen.accepted_hundredfold, 100))
    seen = left_join(seen, _sold(facts, values), ("listing_id",))
    is_hit = seen.base_price_fen * 100 > seen.accepted_hundredfold
    excess_fen = (seen.base_price_fen - seen.accepted_fen) * seen.base_units
    return sweep_rows(
        seen,
        subject=subject("listing", seen.listing_id),
        outcome=outcome(not_computable=seen.base_price_fen <= 0, hit=is_hit),
        day=literal(facts.on_day),
        amount_fen=ibis.ifelse(is_hit, excess_fen, literal(0)),
        evidence=[one.name for one in _EVIDENCE],
    )


def documents(facts: Facts, values: Values) -> ir.Table:
    """The order lines by which the listing was sold at its price."""
    lines = _lines(facts, values)
    lines = lines.mutate(subject=subject("listing", lines.listing_id))
    return orders_behind(lines)


def _with_seen(facts: Facts, values: Values, listings: ir.Table, kind: str) -> ir.Table:
    prices = facts.outside_price
    prices = prices.filter(
        (prices.kind == kind)
        & (prices.is_promotion == 0)
        & (prices.base_price_fen > 0)
        & (prices.day <= facts.on_day)
        & (prices.day >= facts.on_day - values["age_days"])
    )
    lowest = prices.group_by(["product_id", "supplier_id"]).aggregate(seen_fen=number(prices.base_price_fen.min()))
    of_all = lowest.filter(lowest.supplier_id == 0).select("product_id", of_all_fen="seen_fen")
    of_one = lowest.filter(lowest.supplier_id > 0).select("product_id", "supplier_id", of_one_fen="seen_fen")
    joined = left_join(left_join(listings, of_all, ("product_id",)), of_one, ("product_id", "supplier_id"))
    either = ibis.cases(
        (joined.of_all_fen == 0, joined.of_one_fen),
        (joined.of_one_fen == 0, joined.of_all_fen),
        else_=ibis.least(joined.of_all_fen, joined.of_one_fen),
    )
    return joined.mutate(**{f"{kind}_price_fen": either}).drop("of_all_fen", "of_one_fen")


def _lines(facts: Facts, values: Values) -> ir.Table:
    return recently_placed(facts, facts.order_line, days=values["sales_days"])


def _sold(facts: Facts, values: Values) -> ir.Table:
    lines = _lines(facts, values)
    return lines.group_by("listing_id").aggregate(base_units=number((lines.quantity * lines.pack_size).sum()))


def check(given: Mapping[str, Any], values: Values) -> Verdict:
    """Whether the price is above the lower of both kinds, each with what is let pass, seen not too long ago."""
    price_fen, on_day, pieces, pack_size = (
        given[name] for name in ("base_price_fen", "on_day", "quantity", "pack_size")
    )
    if None in (price_fen, on_day, pieces, pack_size):
        return Verdict(NOT_COMPUTABLE)
    facts = {"base_price_fen": price_fen}
    limits = []
    for kind, parameter in _KINDS:
        seen_fen, seen_day = given[f"{kind}_price_fen"], given[f"{kind}_price_day"]
        if seen_fen is None or seen_day is None or not 0 <= on_day - seen_day <= values["age_days"]:
            continue
        facts[f"{kind}_price_fen"] = seen_fen
        limits.append(seen_fen * (100 + values[parameter]))
    if not limits:
        return Verdict(NOT_COMPUTABLE, facts=facts)
    facts["accepted_fen"] = min(limits) // 100
    if price_fen * 100 <= min(limits):
        return Verdict(CLEAR, facts=facts)
    return Verdict(HIT, amount_fen=(price_fen - facts["accepted_fen"]) * pack_size * pieces, facts=facts)


RULE = Rule(
    id="prices.own_other_channel",
    version=1,
    name=Words("疑似高于供应商其他渠道或官网价格", "Suspected price above the supplier's other channels"),
    family="prices",
    stages=("listing", "order", "nightly"),
    severity=3,
    action="hold",
    subject="listing",
    formula=Words(
        "按计量单位、含税含运费比较：商城价格高于官网或自有渠道价格，或高于大型电商自营价格加规定幅度；"
        "只比较规定天数内采集的非促销价格，取两者中较低的限额",
        "Per base unit, with tax and freight: the price in the mall is above the price on the site, or above that of a"
        " large platform's own shop and the share let pass; only prices seen within the days, no promotions, the lower"
        " of both limits",
    ),
    accepted=Words("不高于官网价格，且不超过电商自营价格的规定幅度",
                   "No more than the site, nor the platform and its share"),
    answer=Words("四十八小时内调低价格，或说明型号、配置、服务的差异并附证明",
                 "Lower the price within 48 hours, or show the difference in model, configuration or service"),
    source="参照《浙江省政府采购新网超商品发布及审核指南》、青海省电子卖场管理办法；本省规定待确认",
    parameters=(
        Parameter("own_site_excess_percent", 0, "percent", Words("高于官网的允许幅度", "Share let pass above the site"),
                  tightens="lower", highest=5, by_region=True, source="参照浙江新网超审核指南，待确认"),
        Parameter("e_commerce_excess_percent", 5, "percent",
                  Words("高于电商自营的允许幅度", "Share let pass above platforms"),
                  tightens="lower", highest=10, by_region=True, source="本系统设定，待确认"),
        Parameter("age_days", 7, "days", Words("外部价格有效天数", "Days an outside price holds"),
                  lowest=1, highest=30, source="本系统设定，待确认"),
        Parameter("sales_days", 30, "days", Words("涉及金额的统计天数", "Days of sales for the money at stake"),
                  lowest=1, highest=366, source="本系统设定，待确认"),
    ),
    evidence=_EVIDENCE,
    exclusions=(Words("外部的限时抢购、优惠券、会员价", "Flash sales, coupons and member prices outside"),
                Words("超过有效天数的外部价格", "Outside prices that are too old")),
    tables=("listing", "outside_price", "order_line"),
    needs=("on_day", "quantity", "pack_size", "base_price_fen", "own_site_price_fen", "own_site_price_day",
           "e_commerce_price_fen", "e_commerce_price_day"),
    find=find,
    documents=documents,
    check=check,
)  # fmt: skip
