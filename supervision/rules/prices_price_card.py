"""下单价格提示: what the province paid for the goods, shown beside every order line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from supervision.rule import CLEAR, HIT, NOT_COMPUTABLE, Evidence, Parameter, Rule, Verdict, Words
from supervision.values import Values

#: what the card shows: the fact's name, how, and its words
_SHOWN = (
    ("base_price_fen", "fen", Words("本单单价（按计量单位）", "Price of this order per base unit")),
    ("paid_count", "count", Words("近九十天全省成交笔数", "Lines paid in the province in 90 days")),
    ("paid_from_day", "day", Words("最早成交日", "First day of them")),
    ("paid_until_day", "day", Words("最近成交日", "Last day of them")),
    ("paid_minimum_fen", "fen", Words("最低成交价", "Lowest price paid")),
    ("quartile_1_fen", "fen", Words("下四分位价", "First quartile")),
    ("median_fen", "fen", Words("成交中位价", "Median")),
    ("quartile_3_fen", "fen", Words("上四分位价", "Third quartile")),
    ("own_last_price_fen", "fen", Words("本单位上次成交价", "Price this unit paid last")),
)
_CHEAPEST = "cheapest_live_fen"
_EVIDENCE = (
    *(Evidence(name, shown_as, words) for name, shown_as, words in _SHOWN),
    Evidence(_CHEAPEST, "fen", Words("其他供应商在售最低价", "Cheapest live offer of the others")),
)


def check(given: Mapping[str, Any], values: Values) -> Verdict:
    """The card, whatever is known of it; a hit is a price above the third quartile of enough lines."""
    facts = {name: given[name] for name, _, _ in _SHOWN if given[name] is not None}
    live_fen = [one for one in given["live_prices_fen"] or () if one > 0]
    if live_fen:
        facts[_CHEAPEST] = min(live_fen)
    price_fen, quartile_fen, count = given["base_price_fen"], given["quartile_3_fen"], given["paid_count"]
    if None in (price_fen, quartile_fen, count, given["amount_fen"]) or count < values["minimum_lines"]:
        return Verdict(NOT_COMPUTABLE, facts=facts)
    if price_fen <= quartile_fen:
        return Verdict(CLEAR, facts=facts)
    return Verdict(HIT, amount_fen=given["amount_fen"] * (price_fen - quartile_fen) // price_fen, facts=facts)


RULE = Rule(
    id="prices.price_card",
    version=1,
    name=Words("下单价格提示", "Price card at order time"),
    family="prices",
    stages=("order",),
    severity=1,
    action="warn",
    subject="order",
    formula=Words(
        "每个订单行都列出近九十天全省同款成交的笔数、最低价、四分位价、中位价，本单位上次成交价和在售最低价；本单单价高于上四分位价时提示",
        "Each order line shows number, minimum, quartiles and median of what the province paid for the product in 90"
        " days, what this unit paid last and the cheapest live offer; a price above the third quartile is said",
    ),
    accepted=Words("不高于上四分位价", "No more than the third quartile"),
    answer=Words("改选较低报价，或继续下单", "Choose a lower offer, or go on"),
    source="信息提示；参照乌克兰 Prozorro 公开参考价做法",
    parameters=(
        Parameter("minimum_lines", 4, "count", Words("提示所需最少成交笔数", "Fewest lines to judge by"),
                  lowest=4, highest=1000, source="本系统设定，待确认"),
    ),
    evidence=_EVIDENCE,
    needs=("amount_fen", "live_prices_fen", *(name for name, _, _ in _SHOWN)),
    check=check,
)  # fmt: skip
