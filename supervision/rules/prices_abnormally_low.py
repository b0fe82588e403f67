"""异常低价或引流: a price so far below the other live offers that it is a mistake or a bait."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from supervision.rule import CLEAR, HIT, NOT_COMPUTABLE, Evidence, Parameter, Rule, Verdict, Words
from supervision.values import Values

_EVIDENCE = (
    Evidence("base_price_fen", "fen", Words("申报单价（按计量单位）", "Price per base unit")),
    Evidence("median_fen", "fen", Words("其他供应商在售中位价", "Median of the other live offers")),
    Evidence("offer_count", "count", Words("其他在售报价数", "Other live offers")),
    Evidence("accepted_fen", "fen", Words("可接受的最低价", "Lowest price accepted")),
)


def check(given: Mapping[str, Any], values: Values) -> Verdict:
    """Whether the price is below the share of the other live offers' lower median."""
    price_fen, others_fen = given["base_price_fen"], given["live_prices_fen"]
    if price_fen is None or others_fen is None:
        return Verdict(NOT_COMPUTABLE)
    offers_fen = sorted(one for one in others_fen if one > 0)
    facts = {"base_price_fen": price_fen, "offer_count": len(offers_fen)}
    if price_fen <= 0 or len(offers_fen) < values["minimum_offers"]:
        return Verdict(NOT_COMPUTABLE, facts=facts)
    median_fen = offers_fen[(len(offers_fen) - 1) // 2]
    # Rounded up: the lowest whole fen that is not below the share.
    facts |= {"median_fen": median_fen, "accepted_fen": -(-median_fen * values["share_percent"] // 100)}
    is_hit = price_fen * 100 < median_fen * values["share_percent"]
    return Verdict(HIT if is_hit else CLEAR, amount_fen=median_fen - price_fen if is_hit else 0, facts=facts)


RULE = Rule(
    id="prices.abnormally_low",
    version=1,
    name=Words("疑似异常低价或低价引流", "Suspected abnormally low price or bait"),
    family="prices",
    stages=("listing",),
    severity=2,
    action="hold",
    subject="listing",
    formula=Words(
        "上架或改价时，按计量单位的单价低于其他供应商在售中位价的规定比例；其他在售报价须足够",
        "When listed or repriced, the price per base unit is below the share of the median of the other suppliers'"
        " live offers; there must be enough of them",
    ),
    accepted=Words("不低于在售中位价的规定比例", "No less than the share of the median"),
    answer=Words("核对计量单位和包装，或说明低价原因（清仓、厂家让利）并承诺按价供货",
                 "Check unit and pack, or say why it is cheap and promise to deliver at that price"),
    source="参照《浙江省政府采购新网超商品发布及审核指南》（低价引流、非常规数量单位）；比例为本系统设定，待确认",
    parameters=(
        Parameter("share_percent", 60, "percent", Words("中位价的比例", "Share of the median"),
                  tightens="higher", lowest=20, highest=90, by_region=True, source="本系统设定，待确认"),
        Parameter("minimum_offers", 5, "count", Words("最少其他报价数", "Fewest other offers"),
                  lowest=3, highest=100, source="本系统设定，待确认"),
    ),
    evidence=_EVIDENCE,
    exclusions=(Words("供应商自己的其他报价不计入中位价", "The supplier's own other offers are not in the median"),),
    needs=("base_price_fen", "live_prices_fen"),
    check=check,
)  # fmt: skip
