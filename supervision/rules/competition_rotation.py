"""轮流中标: the same suppliers quote again and again, and win in turn."""

from __future__ import annotations

import functools

import ibis
import ibis.expr.types as ir

from supervision.critical_values import TRIALS_MAX, looked_up, packed, rotation_critical
from supervision.expressions import (
    before,
    inner_join,
    left_join,
    literal,
    number,
    outcome,
    rank,
    subject,
    sum_over,
    sweep_rows,
)
from supervision.facts import Facts
from supervision.quote_history import valid_totals
from supervision.rule import Evidence, Parameter, Rule, Words
from supervision.values import Values

#: winners drawn at random show as many regular steps less often than once in a hundred
_LEVEL_PER_MILLION = 10_000
_MARKET = ["class_code", "region_code"]
_EVIDENCE = (
    Evidence("sourcing_count", "count", Words("同一批供应商的项目数", "Quotations of these suppliers")),
    Evidence("winner_count", "count", Words("成交供应商数", "Winners")),
    Evidence("change_count", "count", Words("成交供应商更替次数", "Changes of the winner")),
    Evidence("regular_count", "count", Words("依次轮换次数", "Regular steps")),
    Evidence("critical_count", "count", Words("偶然情况下的界限", "How many chance would hardly bring")),
    Evidence("market_suppliers", "count", Words("当地该品类供应商数", "Suppliers of the class there")),
)


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per family: a quotation that resembles no earlier one of its class and region, and those like it."""
    members = _families(facts, values)
    by = ["leader_id"]
    order = ["day", "inquiry_id"]
    last = before(members, "winner_id", by=by, order=order)
    last_but_one = before(members, "winner_id", by=by, order=order, steps=2)
    members = members.mutate(last_id=last, last_but_one_id=last_but_one)
    is_change = (members.last_id > 0) & (members.winner_id != members.last_id)
    is_third = (
        is_change
        & (members.last_but_one_id > 0)
        & (members.winner_id != members.last_but_one_id)
        & (members.last_id != members.last_but_one_id)
    )
    members = members.mutate(
        is_change=number(is_change.ifelse(literal(1), literal(0))),
        is_third=number(is_third.ifelse(literal(1), literal(0))),
    )
    families = members.group_by(["leader_id", "leader_number", *_MARKET]).aggregate(
        sourcing_count=lambda t: number(t.count()),
        winner_count=lambda t: number(t.winner_id.nunique()),
        change_count=lambda t: number(t.is_change.sum()),
        third_count=lambda t: number(t.is_third.sum()),
        supplier_id=lambda t: number(t.winner_id.min()),
        amount_fen=lambda t: number(t.won_fen.sum()),
        day=lambda t: number(t.day.max()),
    )
    judged = left_join(families, _markets(facts, values), _MARKET)
    judged = judged.mutate(
        regular_count=(judged.winner_count == 2).ifelse(judged.change_count, judged.third_count),
        critical_count=looked_up(
            _critical_table(), (judged.winner_count - 2) * (TRIALS_MAX + 1) + judged.sourcing_count
        ),
    )
    is_rotating = (judged.winner_count >= 2) & (judged.winner_count <= values["winners_max"])
    alternates = judged.change_count * 100 > (judged.sourcing_count - 1) * values["change_percent"]
    return sweep_rows(
        judged,
        subject=subject("sourcing", judged.leader_number),
        outcome=outcome(
            not_applicable=judged.market_suppliers <= values["market_max"],
            not_computable=(judged.sourcing_count < values["sourcing_min"])
            | (is_rotating & (judged.critical_count > judged.sourcing_count)),
            hit=is_rotating & alternates & (judged.regular_count >= judged.critical_count),
        ),
        category_code=judged.class_code,
        document=judged.leader_number,
        evidence=[one.name for one in _EVIDENCE],
    )


def documents(facts: Facts, values: Values) -> ir.Table:
    """The quotations of each family."""
    members = _families(facts, values)
    return members.select(
        subject=subject("sourcing", members.leader_number), document=members.sourcing_number, day=members.day,
        amount_fen=members.won_fen,
    )  # fmt: skip


def _families(facts: Facts, values: Values) -> ir.Table:
    """Families and their members, the latest 60: leader_id, leader_number, and what is known of each quotation."""
    quoters = _totals(facts, values).rename(day="closed_day")
    quoters = quoters.mutate(winners=sum_over(quoters.is_winner, quoters, ["inquiry_id"]))
    quoters = quoters.filter(quoters.winners > 0)
    awarded = quoters.filter(quoters.is_winner == 1)
    awarded = awarded.group_by(["inquiry_id", "sourcing_number", "quote_count", *_MARKET]).aggregate(
        winner_id=lambda t: number(t.supplier_id.min()),
        won_fen=lambda t: number(t.price_fen.sum()),
        day=lambda t: number(t.day.max()),
    )
    quoters = quoters.select("inquiry_id", "supplier_id", "quote_count", "day", *_MARKET)
    earlier = quoters.select(
        "supplier_id", *_MARKET, leader_id="inquiry_id", leader_count="quote_count", leader_day="day"
    )
    shared = inner_join(quoters, earlier, ["supplier_id", *_MARKET])
    is_later = (shared.leader_day < shared.day) | (
        (shared.leader_day == shared.day) & (shared.leader_id < shared.inquiry_id)
    )
    shared = shared.filter(is_later)
    alike = shared.group_by(["leader_id", "inquiry_id", "leader_count", "quote_count"]).aggregate(
        common=lambda t: number(t.count())
    )
    together = alike.leader_count + alike.quote_count - alike.common
    alike = alike.filter(alike.common * 100 >= together * values["overlap_percent"])
    followers = alike.select(leader_id="inquiry_id").distinct().mutate(is_follower=literal(1))
    leaders = awarded.select(leader_id="inquiry_id", leader_number="sourcing_number")
    leaders = left_join(leaders, followers, ("leader_id",))
    leaders = leaders.filter(leaders.is_follower == 0).select("leader_id", "leader_number")
    own = leaders.select("leader_id", inquiry_id=leaders.leader_id)
    pairs = ibis.union(own, alike.select("leader_id", "inquiry_id"))
    members = inner_join(inner_join(pairs, leaders, ["leader_id"]), awarded, ["inquiry_id"])
    members = members.mutate(
        place=rank(members, by=["leader_id"], order=[members.day.desc(), members.inquiry_id.desc()])
    )
    return members.filter(members.place <= TRIALS_MAX)


def _totals(facts: Facts, values: Values) -> ir.Table:
    totals = valid_totals(facts, window_days=values["window_days"])
    return totals.filter(totals.quote_count >= 2)


def _markets(facts: Facts, values: Values) -> ir.Table:
    """How many suppliers a class has in a region: who quoted, or could have been invited."""
    totals = _totals(facts, values)
    quoting = totals.group_by(_MARKET).aggregate(quoting=lambda t: number(t.supplier_id.nunique()))
    sourcing = facts.sourcing.select(
        "region_code", "eligible_suppliers", class_code=facts.sourcing.category_code.substr(0, 5)
    )
    eligible = sourcing.group_by(_MARKET).aggregate(eligible=lambda t: number(t.eligible_suppliers.max()))
    markets = left_join(quoting, eligible, _MARKET)
    return markets.select(*_MARKET, market_suppliers=ibis.greatest(markets.quoting, markets.eligible))


@functools.cache
def _critical_table() -> str:
    """For two and for three winners, and 0, 1 ... 60 quotations, the critical number of regular steps."""
    return packed(
        [
            rotation_critical(inquiries, winners, _LEVEL_PER_MILLION) if inquiries else 1
            for winners in (2, 3)
            for inquiries in range(TRIALS_MAX + 1)
        ]
    )


RULE = Rule(
    id="competition.rotation",
    version=1,
    name=Words("疑似轮流中标", "Suspected rotation of winners"),
    family="competition",
    stages=("monthly",),
    severity=3,
    action="case",
    subject="sourcing",
    formula=Words(
        "同一地区、同一品类（品目前五位）由大致相同的供应商（重合度不低于 0.6）报价的项目不少于 6 个，"
        "成交供应商 2 至 3 家，更替率超过 60%，且依次轮换的次数达到随机成交时发生概率小于百分之一的界限",
        "In a class (five letters) and region the same suppliers (Jaccard 0.6 or more) quoted in at least 6 quotations,"
        " two or three of them won, the winner changed in more than 60 % of the steps, and they took turns as"
        " regularly as random winners do less than once in a hundred",
    ),
    accepted=Words("成交结果没有规律", "Winners without an order"),
    answer=Words("由供应商分别说明报价依据和产能安排",
                 "Each supplier shows how he came to his prices, and his capacity"),
    source="Wald-Wolfowitz 游程检验；采购监督通行做法",
    parameters=(
        Parameter("window_days", 1_095, "days", Words("回看天数", "Days looked back"), lowest=180, highest=1_825,
                  source="本系统设定，待确认"),
        Parameter("overlap_percent", 60, "percent", Words("供应商重合度", "Overlap of the suppliers"),
                  tightens="lower", lowest=40, highest=100, source="本系统设定，待确认"),
        Parameter("sourcing_min", 6, "count", Words("最少项目数", "Fewest quotations"), lowest=6, highest=60,
                  source="本系统设定，待确认"),
        Parameter("winners_max", 3, "count", Words("最多成交供应商数", "Most winners"), lowest=2, highest=3,
                  source="本系统设定，待确认"),
        Parameter("change_percent", 60, "percent", Words("更替率", "Share of steps with a change"), tightens="lower",
                  lowest=50, highest=100, source="本系统设定，待确认"),
        Parameter("market_max", 4, "count", Words("供应商很少的市场", "Suppliers of a tiny market"), tightens="lower",
                  lowest=2, highest=10, source="本系统设定，待确认"),
    ),
    evidence=_EVIDENCE,
    exclusions=(Words("供应商不超过 4 家的市场（按产能轮换属正常）",
                      "Markets of up to four, where capacity makes turns"),
                Words("框架协议已定价的", "Prices fixed by the framework"),
                Words("没有成交的项目", "Quotations that were not awarded")),
    tables=("quote", "sourcing"),
    find=find,
    documents=documents,
)  # fmt: skip
