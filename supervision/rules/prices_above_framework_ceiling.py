"""超框架协议限价: a price above the ceiling that the framework agreement sets for the product or its category.

The same boundary as `mall.catalogue.find_ceilings`: per piece, the ceiling of a base unit times the pack.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from supervision.rule import CLEAR, HIT, NOT_APPLICABLE, NOT_COMPUTABLE, Evidence, Parameter, Rule, Verdict, Words
from supervision.values import Values

_EVIDENCE = (
    Evidence("price_fen", "fen", Words("单价", "Price")),
    Evidence("accepted_fen", "fen", Words("框架协议最高限价（按件）", "Ceiling per piece")),
)


def check(given: Mapping[str, Any], values: Values) -> Verdict:
    """Whether a piece costs more than the ceiling of its base units."""
    price_fen, ceiling_fen, pack_size, pieces = (
        given[name] for name in ("price_fen", "framework_ceiling_fen", "pack_size", "quantity")
    )
    if None in (price_fen, ceiling_fen, pack_size, pieces):
        return Verdict(NOT_COMPUTABLE)
    if ceiling_fen <= 0:
        return Verdict(NOT_APPLICABLE)
    accepted_fen = ceiling_fen * pack_size
    facts = {"price_fen": price_fen, "accepted_fen": accepted_fen}
    is_hit = price_fen * 100 > accepted_fen * (100 + values["excess_percent"])
    return Verdict(HIT if is_hit else CLEAR, amount_fen=max(0, price_fen - accepted_fen) * pieces, facts=facts)


RULE = Rule(
    id="prices.above_framework_ceiling",
    version=1,
    name=Words("疑似超框架协议最高限价", "Suspected price above the ceiling of the framework agreement"),
    family="prices",
    stages=("listing", "order"),
    severity=4,
    action="block",
    subject="listing",
    formula=Words(
        "每件单价高于框架协议对该商品或其品目（含上级品目）规定的最高限制单价乘以包装数量；有几个限价的取最低",
        "A piece costs more than the ceiling of the framework agreement for the product or its category (or those"
        " above it) times its pack; the lowest of several ceilings",
    ),
    accepted=Words("不高于最高限制单价", "No more than the ceiling"),
    answer=Words("调低价格后重新提交", "Lower the price and submit again"),
    source="《政府采购框架协议采购方式管理暂行办法》（财政部令第110号）关于最高限制单价的规定",
    legal_basis="《政府采购框架协议采购方式管理暂行办法》（财政部令第110号）关于最高限制单价的规定",
    parameters=(
        Parameter("excess_percent", 0, "percent", Words("允许超出的幅度", "Excess let pass"),
                  tightens="lower", highest=0, source="法定限价，不允许超出"),
    ),
    evidence=_EVIDENCE,
    exclusions=(Words("没有限价的商品", "Products without a ceiling"),),
    needs=("price_fen", "framework_ceiling_fen", "pack_size", "quantity"),
    check=check,
)  # fmt: skip
