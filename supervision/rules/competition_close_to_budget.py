"""贴近预算成交: a unit's quotations end at the budget, far more often than those of other units."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from supervision.exact_ratios import ratio
from supervision.expressions import left_join, literal, number, outcome, quantile_by, subject, sweep_rows
from supervision.facts import Facts
from supervision.quote_history import valid_totals
from supervision.rule import Evidence, Parameter, Rule, Words
from supervision.values import Values

_EVIDENCE = (
    Evidence("share_basis_points", "basis_points", Words("贴近预算的项目占比", "Share of quotations close to budget")),
    Evidence("close_count", "count", Words("贴近预算的项目数", "Quotations close to budget")),
    Evidence("sourcing_count", "count", Words("成交项目数", "Awarded quotations")),
    Evidence("usual_basis_points", "basis_points", Words("各单位占比的高分位", "Percentile of all units")),
    Evidence("unit_count", "count", Words("参与比较的单位数", "Units compared")),
)


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per unit with an awarded quotation in the window."""
    awarded = _awarded(facts, values)
    units = awarded.group_by(["unit_id", "region_code"]).aggregate(
        all_count=lambda t: number(t.count()),
        sourcing_count=lambda t: number(t.is_counted.sum()),
        close_count=lambda t: number(t.is_close.sum()),
        amount_fen=lambda t: number((t.is_close == 1).ifelse(t.price_fen, literal(0)).sum()),
        day=lambda t: number(t.closed_day.max()),
    )
    units = units.mutate(share_basis_points=ratio(units.close_count, units.sourcing_count, 10_000), all=literal(1))
    compared = units.filter(units.sourcing_count >= values["sourcing_min"])
    usual = quantile_by(compared, "share_basis_points", by=["all"], percent=values["peer_percent"],
                        name="usual_basis_points", unique="unit_id")  # fmt: skip
    usual = usual.select("all", "usual_basis_points", unit_count=usual.usual_basis_points_count)
    judged = left_join(units, usual, ("all",))
    share_percent = values.by_region("share_percent", judged.region_code)
    return sweep_rows(
        judged,
        subject=subject("unit", judged.unit_id),
        outcome=outcome(
            not_computable=(judged.sourcing_count < values["sourcing_min"]) | (judged.unit_count < values["units_min"]),
            hit=(judged.share_basis_points > judged.usual_basis_points)
            & (judged.close_count * 100 >= judged.sourcing_count * share_percent),
        ),
        evidence=[one.name for one in _EVIDENCE],
    )


def documents(facts: Facts, values: Values) -> ir.Table:
    """The quotations close to budget."""
    awarded = _awarded(facts, values)
    close = awarded.filter(awarded.is_close == 1)
    return close.select(
        subject=subject("unit", close.unit_id), document=close.sourcing_number, day=close.closed_day,
        amount_fen=close.price_fen,
    )  # fmt: skip


def _awarded(facts: Facts, values: Values) -> ir.Table:
    """The chosen totals; those count that had a budget and enough quotes."""
    totals = valid_totals(facts, window_days=values["window_days"])
    chosen = totals.filter(totals.is_winner == 1)
    is_counted = (chosen.budget_fen > 0) & (chosen.quote_count >= values["quotes_min"])
    is_close = is_counted & (chosen.price_fen * 10_000 >= chosen.budget_fen * values["close_basis_points"])
    return chosen.mutate(is_counted=_flag(is_counted), is_close=_flag(is_close))


def _flag(condition: ir.BooleanValue) -> ir.IntegerValue:
    return number(ibis.cases((condition, literal(1)), else_=literal(0)))


RULE = Rule(
    id="competition.close_to_budget",
    version=1,
    name=Words("疑似经常贴近预算成交", "Suspected awards close to budget"),
    family="competition",
    stages=("monthly",),
    severity=2,
    action="inform",
    subject="unit",
    formula=Words(
        "近一年有效报价不少于 3 份的项目中，成交价不低于预算 99% 的占比达到一半以上，且高于各单位的 95% 分位"
        "（单位项目数不少于 5 个）",
        "Of a unit's quotations of a year with at least 3 valid quotes, half or more end at 99 % of the budget or more,"
        " a larger share than the 95th percentile of units with at least 5 of them",
    ),
    accepted=Words("成交价由竞争形成，与预算有合理差距",
                   "Prices made by competition, at some distance from the budget"),
    answer=Words("说明预算编制依据和报价情况", "Show how the budget was made and who quoted"),
    source="Open Contracting Partnership R031",
    parameters=(
        Parameter("window_days", 365, "days", Words("回看天数", "Days looked back"), lowest=90, highest=730,
                  source="本系统设定，待确认"),
        Parameter("close_basis_points", 9_900, "basis_points", Words("贴近预算的比例", "Price of the budget"),
                  tightens="lower", lowest=9_000, highest=10_000, source="本系统设定，待确认"),
        Parameter("quotes_min", 3, "count", Words("最少有效报价数", "Fewest valid quotes"), lowest=2, highest=10,
                  source="本系统设定，待确认"),
        Parameter("sourcing_min", 5, "count", Words("最少项目数", "Fewest quotations"), tightens="lower", lowest=3,
                  highest=50, source="本系统设定，待确认"),
        Parameter("peer_percent", 95, "percent", Words("比较的分位", "Percentile compared with"), tightens="lower",
                  lowest=75, highest=99, source="本系统设定，待确认"),
        Parameter("share_percent", 50, "percent", Words("最低占比", "Least share"), tightens="lower", lowest=20,
                  highest=100, by_region=True, source="本系统设定，待确认"),
        Parameter("units_min", 20, "count", Words("参与比较的最少单位数", "Fewest units compared"), lowest=10,
                  highest=200, source="本系统设定，待确认"),
    ),
    evidence=_EVIDENCE,
    exclusions=(Words("框架协议已定价的", "Prices fixed by the framework"),
                Words("有效报价不足 3 份的项目", "Quotations with fewer than 3 valid quotes"),
                Words("没有预算金额的项目", "Quotations without a budget")),
    tables=("quote",),
    find=find,
    documents=documents,
)  # fmt: skip
