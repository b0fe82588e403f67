"""陪标专业户: a supplier quotes often, hardly ever wins, and mostly loses to the same one."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from supervision.exact_ratios import quartiles, ratio
from supervision.expressions import (
    inner_join,
    left_join,
    literal,
    number,
    outcome,
    quantile_by,
    rank,
    subject,
    sweep_rows,
)
from supervision.facts import Facts
from supervision.quote_history import one_region, valid_totals
from supervision.rule import Evidence, Parameter, Rule, Words
from supervision.values import Values

_EVIDENCE = (
    Evidence("bid_count", "count", Words("报价次数", "Quotes")),
    Evidence("win_count", "count", Words("成交次数", "Won")),
    Evidence("win_basis_points", "basis_points", Words("成交率", "Share won")),
    Evidence("limit_basis_points", "basis_points", Words("成交率下限", "Share up to which it is odd")),
    Evidence("winner_id", "supplier", Words("最常见的成交供应商", "Who won most of them")),
    Evidence("lost_count", "count", Words("输给该供应商的次数", "Lost to him")),
    Evidence("peer_count", "count", Words("参与比较的供应商数", "Suppliers compared")),
)


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per supplier with a valid quote in an awarded quotation of the window."""
    bids = _bids(facts, values)
    suppliers = bids.group_by("supplier_id").aggregate(
        region_code=lambda t: one_region(t.region_code),
        bid_count=lambda t: number(t.count()),
        win_count=lambda t: number(t.is_winner.sum()),
        amount_fen=lambda t: number((t.is_winner == 0).ifelse(t.won_fen, literal(0)).sum()),
        day=lambda t: number(t.closed_day.max()),
    )
    lost = bids.filter(bids.is_winner == 0)
    lost = lost.group_by(["supplier_id", "winner_id"]).aggregate(lost_count=lambda t: number(t.count()))
    lost = lost.mutate(place=rank(lost, by=["supplier_id"], order=[lost.lost_count.desc(), "winner_id"]))
    lost = lost.filter(lost.place == 1).select("supplier_id", "winner_id", "lost_count")
    judged = left_join(suppliers, lost, ("supplier_id",))
    judged = judged.mutate(win_basis_points=ratio(judged.win_count, judged.bid_count, 10_000), all=literal(1))

    often = quantile_by(judged, "bid_count", by=["all"], percent=values["often_percent"], name="often_count",
                        unique="supplier_id").select("all", "often_count")  # fmt: skip
    peers = judged.filter(judged.bid_count >= values["bids_min"])
    fences = quartiles(peers, "win_basis_points", by=["all"], unique="supplier_id")
    judged = left_join(left_join(judged, often, ("all",)), fences, ("all",))
    # A hundred times the fence, so that one and a half ranges stay whole. Most are below nought, and the floor holds.
    fence = judged.quartile_1 * 100 - (judged.quartile_3 - judged.quartile_1) * values["fence_percent"]
    floor, ceiling = literal(values["floor_percent"] * 10_000), literal(values["ceiling_percent"] * 10_000)
    limit = ibis.least(ibis.greatest(fence, floor), ceiling)
    judged = judged.mutate(limit_basis_points=ratio(limit, literal(100), 1))
    return sweep_rows(
        judged,
        subject=subject("supplier", judged.supplier_id),
        outcome=outcome(
            not_computable=(judged.bid_count < values["bids_min"]) | (judged.peer_count < values["peers_min"]),
            hit=(judged.bid_count >= judged.often_count)
            & (judged.win_basis_points <= judged.limit_basis_points)
            # Where all win alike the fence is the quartile itself, and half of them stand on it.
            & ((judged.win_basis_points < judged.quartile_1) | (judged.win_basis_points == 0))
            & (judged.lost_count * 100 >= judged.bid_count * values["one_winner_percent"]),
        ),
        evidence=[one.name for one in _EVIDENCE],
    )


def documents(facts: Facts, values: Values) -> ir.Table:
    """The quotations the supplier lost."""
    bids = _bids(facts, values)
    lost = bids.filter(bids.is_winner == 0)
    return lost.select(
        subject=subject("supplier", lost.supplier_id), document=lost.sourcing_number, day=lost.closed_day,
        amount_fen=lost.won_fen,
    )  # fmt: skip


def _bids(facts: Facts, values: Values) -> ir.Table:
    """Valid totals beside who won and at what price."""
    totals = valid_totals(facts, window_days=values["window_days"])
    totals = totals.filter(totals.quote_count >= 2)
    winners = totals.filter(totals.is_winner == 1)
    winners = winners.group_by("sourcing_number").aggregate(
        winner_id=lambda t: number(t.supplier_id.min()), won_fen=lambda t: number(t.price_fen.sum())
    )
    bids = totals.select("sourcing_number", "supplier_id", "region_code", "closed_day", "is_winner")
    return inner_join(bids, winners, ["sourcing_number"])


RULE = Rule(
    id="competition.frequent_loser",
    version=1,
    name=Words("疑似陪标", "Suspected frequent loser"),
    family="competition",
    stages=("monthly",),
    severity=2,
    action="case",
    subject="supplier",
    formula=Words(
        "近两年报价次数达到各供应商的 75% 分位，成交率不高于第一四分位减 1.5 倍四分位距（界限不低于 5%、不高于 20%），"
        "且 60% 以上的报价都由同一供应商成交",
        "Within two years a supplier quoted as often as the 75th percentile, won no larger share than the first"
        " quartile less 1.5 interquartile ranges (at least 5 % and at most 20 %), and lost 60 % or more of his quotes"
        " to one supplier",
    ),
    accepted=Words("有赢有输，或输给不同的供应商", "Quotes that win now and then, or lose to different suppliers"),
    answer=Words("由供应商说明报价依据和参与目的", "The supplier shows how he came to his prices and why he took part"),
    source="Open Contracting Partnership R025、R053",
    parameters=(
        Parameter("window_days", 730, "days", Words("回看天数", "Days looked back"), lowest=180, highest=1_500,
                  source="本系统设定，待确认"),
        Parameter("bids_min", 10, "count", Words("最少报价次数", "Fewest quotes"), tightens="lower", lowest=5,
                  highest=100, source="本系统设定，待确认"),
        Parameter("peers_min", 8, "count", Words("参与比较的最少供应商数", "Fewest suppliers compared"), lowest=4,
                  highest=100, source="本系统设定，待确认"),
        Parameter("often_percent", 75, "percent", Words("报价次数的分位", "Percentile of quotes"), tightens="lower",
                  lowest=50, highest=95, source="Cardinal R025"),
        Parameter("fence_percent", 150, "percent", Words("四分位距倍数", "Multiple of the interquartile range"),
                  tightens="lower", lowest=50, highest=300, source="Cardinal R025"),
        Parameter("floor_percent", 5, "percent", Words("成交率界限的最低值", "Share won that is always odd"),
                  tightens="higher", lowest=0, highest=20, source="本系统设定，待确认"),
        Parameter("ceiling_percent", 20, "percent", Words("成交率界限的最高值", "Share won that is never odd"),
                  tightens="higher", lowest=5, highest=50, source="本系统设定，待确认"),
        Parameter("one_winner_percent", 60, "percent", Words("同一供应商成交的占比", "Share won by one supplier"),
                  tightens="lower", lowest=40, highest=100, source="本系统设定，待确认"),
    ),
    evidence=_EVIDENCE,
    exclusions=(Words("框架协议已定价的", "Prices fixed by the framework"),
                Words("只有一份有效报价的项目", "Quotations with a single valid quote"),
                Words("没有成交的项目", "Quotations that were not awarded")),
    tables=("quote",),
    find=find,
    documents=documents,
)  # fmt: skip
