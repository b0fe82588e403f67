"""未到年限更新: an asset is replaced before it has served its years, and nobody approved that it be scrapped.

A year counts 365 days, to the unit's favour.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis.expr.types as ir

from supervision.approvals import with_approval
from supervision.expressions import left_join, number, outcome, subject, sweep_rows
from supervision.facts import Facts
from supervision.rule import CLEAR, HIT, NOT_APPLICABLE, NOT_COMPUTABLE, Evidence, Parameter, Rule, Verdict, Words
from supervision.values import Values

_EVIDENCE = (
    Evidence("replaces_day", "day", Words("原资产投入使用日", "Day the old asset came into use")),
    Evidence("served_days", "days", Words("已使用天数", "Days it served")),
    Evidence("minimum_days", "days", Words("最低使用天数", "Days it had to serve")),
    Evidence("minimum_years", "count", Words("最低使用年限（年）", "Years it had to serve")),
)
_DAYS_OF_YEAR = 365


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per card of an asset that replaces another one."""
    cards = facts.asset_card
    cards = cards.filter(
        (cards.replaces_day > 0) & (cards.day > facts.on_day - values["window_days"]) & (cards.day <= facts.on_day)
    )
    orders = facts.order_line.group_by("order_id").aggregate(
        number=facts.order_line.number.max(), supplier_id=number(facts.order_line.supplier_id.max())
    )
    cards = left_join(cards, orders, ("order_id",))
    cards = with_approval(facts, cards, kind="scrap", key="card_id", day="day")
    cards = cards.mutate(served_days=cards.day - cards.replaces_day, minimum_days=cards.minimum_years * _DAYS_OF_YEAR)
    return sweep_rows(
        cards,
        subject=subject("card", cards.card_id),
        outcome=outcome(
            not_applicable=(cards.is_scrapped == 1) | (cards.is_approved > 0),
            not_computable=cards.minimum_years <= 0,
            hit=cards.served_days < cards.minimum_days,
        ),
        document=cards.number,
        amount_fen=cards.value_fen,
        evidence=[one.name for one in _EVIDENCE],
    )


def check(given: Mapping[str, Any], values: Values) -> Verdict:
    """Whether the asset that the line replaces is too young."""
    names = ("replaces_day", "minimum_years", "on_day", "amount_fen")
    replaces_day, minimum_years, on_day, amount_fen = (given[name] for name in names)
    if None in (replaces_day, minimum_years, on_day, amount_fen):
        return Verdict(NOT_COMPUTABLE)
    if replaces_day <= 0 or given["scrap_is_approved"]:
        return Verdict(NOT_APPLICABLE)
    if minimum_years <= 0:
        return Verdict(NOT_COMPUTABLE)
    facts = {"replaces_day": replaces_day, "minimum_years": minimum_years}
    facts |= {"served_days": on_day - replaces_day, "minimum_days": minimum_years * _DAYS_OF_YEAR}
    is_hit = facts["served_days"] < facts["minimum_days"]
    return Verdict(HIT if is_hit else CLEAR, amount_fen=amount_fen if is_hit else 0, facts=facts)


RULE = Rule(
    id="standards.early_replacement",
    version=1,
    name=Words("疑似未到年限更新资产", "Suspected replacement before the years are up"),
    family="standards",
    stages=("order", "nightly"),
    severity=3,
    action="hold",
    subject="order",
    formula=Words(
        "所更新的资产使用时间短于配置标准规定的最低使用年限（每年按三百六十五天计），且没有报废批准",
        "The asset that is replaced served less than the standard's years (365 days each), and its scrapping was not"
        " approved",
    ),
    accepted=Words("达到最低使用年限，或报废已获批准", "The years are up, or the scrapping was approved"),
    answer=Words("附报废批准文件，或说明并非更新", "Give the approval, or say why nothing is replaced"),
    source="财资〔2016〕27号《中央行政单位通用办公设备家具配置标准》（最低使用年限）；河南省2023年版标准的数值待确认",
    parameters=(
        Parameter("window_days", 90, "days", Words("回看天数", "Days looked back on"),
                  lowest=1, highest=1100, source="本系统设定，待确认"),
    ),
    evidence=_EVIDENCE,
    exclusions=(Words("原资产报废已获批准的", "An old asset whose scrapping was approved"),
                Words("新增而非更新的资产", "Assets that replace nothing")),
    tables=("asset_card", "order_line", "approval"),
    needs=("replaces_day", "minimum_years", "on_day", "amount_fen", "scrap_is_approved"),
    find=find,
    check=check,
)  # fmt: skip
