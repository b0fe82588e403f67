"""实有资金支出应采未采: a unit pays from its own account what should be procured, and far more than its peers do."""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir

from supervision.expressions import left_join, literal, number, outcome, subject, sweep_rows, whole
from supervision.facts import Facts
from supervision.outside_payments import lacks_order, outside_payments
from supervision.peers import basis_points, beside_peers, with_level
from supervision.rule import UNCONFIRMED, Evidence, Parameter, Rule, Words
from supervision.values import Values

_EVIDENCE = (
    Evidence(
        "share_basis_points",
        "basis_points",
        Words("实有资金支付占采购类支出比例", "Own account's share of such spending"),
    ),
    Evidence("peers_quartile_3", "basis_points", Words("同级单位上四分位", "Third quartile of the peers")),
    Evidence("peers_fence", "basis_points", Words("同级单位离群界限", "Fence of the peers")),
    Evidence("peers_quartile_3_count", "count", Words("同级单位数", "Peers")),
    Evidence("spent_fen", "fen", Words("采购类支出合计", "Such spending together")),
    Evidence("real_account_fen", "fen", Words("其中实有资金账户支付", "Of it from the own account")),
)


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per unit that paid for goods or services in the window."""
    from_day = facts.on_day - values["window_days"] + 1
    paid = facts.payment
    paid = paid.filter((paid.day <= facts.on_day) & (paid.day > 0))
    first = paid.group_by("unit_id").aggregate(first_day=lambda t: number(t.day.min()))
    bought = paid.filter(_means_procurement(paid, values) & (paid.day >= from_day))
    spent = bought.group_by(["unit_id", "region_code"]).aggregate(
        spent_fen=lambda t: number(t.amount_fen.sum()),
        real_account_fen=lambda t: number((t.amount_fen * t.is_real_account).sum()),
    )
    unprocured = (
        _unprocured(facts, values)
        .group_by("unit_id")
        .aggregate(unprocured_fen=lambda t: number(t.amount_fen.sum()), day=lambda t: number(t.day.max()))
    )
    units = left_join(left_join(spent, first, ("unit_id",)), unprocured, ("unit_id",))
    units = with_level(units, facts.unit)
    units = units.mutate(share_basis_points=basis_points(units.real_account_fen, units.spent_fen))
    is_long_enough = (units.first_day <= from_day) & (units.spent_fen >= values["least_spent_fen"])
    peers = units.filter(is_long_enough)
    units = beside_peers(units, peers, "share_basis_points", percent=25, name="peers_quartile_1")
    units = beside_peers(units, peers, "share_basis_points", percent=75, name="peers_quartile_3")
    # One and a half of the distance between the quartiles above the third: doubled, so that it stays whole.
    twice_fence = 5 * units.peers_quartile_3 - 3 * units.peers_quartile_1
    is_above_peers = units.share_basis_points * 2 > twice_fence
    return sweep_rows(
        units,
        subject=subject("unit", units.unit_id),
        outcome=outcome(
            not_computable=(units.first_day > from_day)
            | (units.spent_fen < values["least_spent_fen"])
            | (units.peers_quartile_3_count < values["least_peers"]),
            hit=(units.unprocured_fen > 0)
            & (units.share_basis_points > values.by_region("share_basis_points", units.region_code))
            & is_above_peers,
        ),
        day=ibis.ifelse(units.day > 0, units.day, literal(facts.on_day)),
        amount_fen=units.unprocured_fen,
        peers_fence=ibis.least(whole(twice_fence, 2), literal(10_000)),
        evidence=[one.name for one in _EVIDENCE],
    )


def documents(facts: Facts, values: Values) -> ir.Table:
    """The payments from the own account that should have been procured."""
    paid = _unprocured(facts, values)
    return paid.select(
        subject=subject("unit", paid.unit_id), document=paid.voucher, day=paid.day, amount_fen=paid.amount_fen
    )


def _means_procurement(paid: ir.Table, values: Values) -> Any:
    return (
        (paid.category_code != "")
        & (paid.confidence >= values["least_confidence"])
        & (paid.is_recurring == 0)
        & (paid.amount_fen > 0)
    )


def _unprocured(facts: Facts, values: Values) -> ir.Table:
    """What was paid from own accounts for goods of the catalogue with no procurement behind it."""
    paid = outside_payments(facts, from_day=facts.on_day - values["window_days"] + 1)
    return paid.filter(
        _means_procurement(paid, values)
        & (paid.is_real_account > 0)
        & (paid.is_in_catalogue > 0)
        & (paid.is_procured_elsewhere == 0)
        & lacks_order(paid)
    )


RULE = Rule(
    id="funds.real_account",
    version=1,
    name=Words("实有资金支出疑似应采未采", "Own-account spending that should be procured"),
    family="funds",
    stages=("nightly",),
    severity=3,
    action="case",
    subject="unit",
    formula=Words(
        "一年内从实有资金账户支付集中采购目录内支出而无采购手续，且实有资金支付占本单位采购类支出的比例高于规定值，"
        "并高于同级单位上四分位加1.5倍四分位距",
        "Within a year the unit paid from its own account for goods of the catalogue without procurement, and the own"
        " account's share of its spending on goods and services is above the set value and above the third quartile of"
        " its peers plus one and a half of their interquartile range",
    ),
    accepted=Words("目录内支出通过商城采购后支付", "Goods of the catalogue bought in the mall before they are paid"),
    answer=Words("逐笔补充采购手续，或说明资金性质与未采购的依据",
                 "Show the procurement of each payment, or say why there is none"),
    source="《政府采购法》第二条；四分位离群界限（Tukey）",
    legal_basis="《政府采购法》第二条",
    parameters=(
        Parameter("share_basis_points", 3_000, "basis_points", Words("实有资金支付比例", "Share of the own account"),
                  tightens="lower", highest=10_000, by_region=True, source=UNCONFIRMED),
        Parameter("window_days", 365, "days", Words("统计天数", "Days looked at"), lowest=365, source=UNCONFIRMED),
        Parameter("least_confidence", 80, "percent", Words("品目判断的最低把握", "Least confidence of the category"),
                  lowest=50, highest=100, source=UNCONFIRMED),
        Parameter("least_spent_fen", 1_000_000, "fen",
                  Words("参与比较的最低采购类支出", "Least spending that is compared"),
                  source=UNCONFIRMED),
        Parameter("least_peers", 8, "count", Words("同级单位最少数", "Fewest peers"), lowest=4, source=UNCONFIRMED),
    ),
    evidence=_EVIDENCE,
    exclusions=(Words("工资、水电、房租等经常性支出", "Recurring dues such as wages, utilities and rent"),
                Words("财政部门已认可其他采购方式说明的", "Explained as another procurement, and accepted by finance")),
    tables=("payment", "purchase_order", "unit"),
    find=find,
    documents=documents,
)  # fmt: skip
