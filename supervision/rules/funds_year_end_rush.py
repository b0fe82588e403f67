"""年末突击采购: from 21 November on a unit spends a larger share of its year than it used to and than its peers do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from supervision.expressions import left_join, literal, number, outcome, subject, sweep_rows
from supervision.facts import Facts
from supervision.peers import basis_points, beside_peers, with_level
from supervision.rule import UNCONFIRMED, Evidence, Parameter, Rule, Words
from supervision.values import Values

_EPOCH = date(1970, 1, 1)
_OWN_YEARS = 3
_EVIDENCE = (
    Evidence("share_basis_points", "basis_points", Words("11月21日以后支出占比", "Share since 21 November")),
    Evidence("own_median", "basis_points", Words("本单位前三年同期中位", "Own median of the same days of three years")),
    Evidence("peers_high", "basis_points", Words("同级单位第90百分位", "90th percentile of the peers")),
    Evidence("peers_high_count", "count", Words("同级单位数", "Peers")),
    Evidence("year_fen", "fen", Words("年度采购类支出", "Spent in the year")),
)


@dataclass(frozen=True)
class _Span:
    """The days of one year that are compared: all from `first_day`, the end of the year from `rush_day`."""

    year: int
    first_day: int
    rush_day: int
    last_day: int


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per unit that spent in the year: from 21 November the running year, before that the one before.

    Of every year the same days are compared: what a year still had before it on this date says nothing of a rush.
    """
    spans = _spans(facts.on_day)
    this, earlier = spans[0], spans[1:]
    shares = with_level(_shares(facts, values, spans), facts.unit)
    own = shares.filter(shares.year < this.year)
    history = own.group_by("unit_id").aggregate(
        years=lambda t: number(t.count()),
        # Of three the middle one is the sum without the largest and the smallest.
        own_median=lambda t: (
            number(t.share_basis_points.sum()) - number(t.share_basis_points.max()) - number(t.share_basis_points.min())
        ),
    )
    units = shares.filter(shares.year == this.year)
    units = beside_peers(units, units, "share_basis_points", percent=values["peers_percent"], name="peers_high")
    units = left_join(left_join(units, history, ("unit_id",)), _late_budgets(facts, this.year), ("unit_id",))
    share = units.share_basis_points
    return sweep_rows(
        units,
        subject=subject("unit", units.unit_id, units.year),
        outcome=outcome(
            not_applicable=units.late_fen * 100 > units.appropriation_fen * values["late_budget_percent"],
            not_computable=(units.years < len(earlier)) | (units.peers_high_count < values["least_peers"]),
            hit=(share > values.by_region("share_basis_points", units.region_code))
            & (share > units.own_median + values["above_own_basis_points"])
            & (share > units.peers_high),
        ),
        day=literal(this.last_day),
        amount_fen=units.rush_fen,
        evidence=[one.name for one in _EVIDENCE],
    )


def documents(facts: Facts, values: Values) -> ir.Table:
    """The payments since 21 November."""
    this = _spans(facts.on_day)[0]
    paid = _bought(facts, values)
    paid = paid.filter((paid.day >= this.rush_day) & (paid.day <= this.last_day))
    return paid.select(
        subject=subject("unit", paid.unit_id, literal(this.year)),
        document=paid.voucher,
        day=paid.day,
        amount_fen=paid.amount_fen,
    )


def _spans(on_day: int) -> Sequence[_Span]:
    """The year judged on a day and the three before it, up to the same date of each."""
    today = _EPOCH + timedelta(days=on_day)
    if today < date(today.year, 11, 21):
        today = date(today.year - 1, 12, 31)
    return [
        _Span(
            year,
            (date(year, 1, 1) - _EPOCH).days,
            (date(year, 11, 21) - _EPOCH).days,
            (date(year, today.month, today.day) - _EPOCH).days,
        )
        for year in range(today.year, today.year - _OWN_YEARS - 1, -1)
    ]


def _bought(facts: Facts, values: Values) -> ir.Table:
    paid = facts.payment
    return paid.filter(
        (paid.category_code != "")
        & (paid.confidence >= values["least_confidence"])
        & (paid.is_recurring == 0)
        & (paid.amount_fen > 0)
    )


def _shares(facts: Facts, values: Values, spans: Sequence[_Span]) -> ir.Table:
    """One row per unit and year with enough spending: `year_fen`, `rush_fen` and the share."""
    paid = _bought(facts, values)
    bounds = [(paid.year == span.year, span) for span in spans]
    paid = paid.mutate(
        rush_day=ibis.cases(*((is_year, literal(span.rush_day)) for is_year, span in bounds), else_=literal(0)),
        last_day=ibis.cases(*((is_year, literal(span.last_day)) for is_year, span in bounds), else_=literal(0)),
    )
    paid = paid.filter((paid.last_day > 0) & (paid.day <= paid.last_day))
    paid = paid.mutate(rush_part_fen=ibis.ifelse(paid.day >= paid.rush_day, paid.amount_fen, literal(0)))
    sums = paid.group_by(["unit_id", "year"]).aggregate(
        region_code=lambda t: number(t.region_code.max()),
        year_fen=lambda t: number(t.amount_fen.sum()),
        rush_fen=lambda t: number(t.rush_part_fen.sum()),
    )
    sums = sums.filter(sums.year_fen >= values["least_year_fen"])
    return sums.mutate(share_basis_points=basis_points(sums.rush_fen, sums.year_fen))


def _late_budgets(facts: Facts, year: int) -> ir.Table:
    """By unit: what it was given in the year, and how much of it from October on."""
    lines = facts.budget_line.filter(facts.budget_line.year == year)
    return lines.group_by("unit_id").aggregate(
        appropriation_fen=lambda t: number(t.appropriation_fen.sum()),
        late_fen=lambda t: number((t.appropriation_fen * t.is_late_allocation).sum()),
    )


RULE = Rule(
    id="funds.year_end_rush",
    version=1,
    name=Words("疑似年末突击采购", "Suspected rush at the end of the year"),
    family="funds",
    stages=("monthly",),
    severity=2,
    action="inform",
    subject="unit",
    formula=Words(
        "11月21日以后的采购类支出占本年（截至同一日期）比例，高于规定值，高于本单位前三年同期中位数一定幅度，"
        "并高于同级单位第90百分位",
        "The share since 21 November of the year's spending on goods and services (up to the same date) is above the"
        " set value, above the unit's own median of the same days of three years by a set distance, and above the 90th"
        " percentile of its peers",
    ),
    accepted=Words("支出进度与往年和同级单位相近", "Spending at the pace of earlier years and of the peers"),
    answer=Words("说明预算下达时间、项目进度等原因", "Say when the budget came and how the project went"),
    source="《中华人民共和国预算法》第五十七条；参数系本系统设定，待确认",
    parameters=(
        Parameter("share_basis_points", 3_500, "basis_points", Words("年末支出占比", "Share at the end of the year"),
                  tightens="lower", highest=10_000, by_region=True, source=UNCONFIRMED),
        Parameter("above_own_basis_points", 1_500, "basis_points",
                  Words("高于本单位往年的幅度", "Distance above the own median"),
                  highest=10_000, source=UNCONFIRMED),
        Parameter("peers_percent", 90, "percent", Words("同级单位百分位", "Percentile of the peers"), lowest=50,
                  highest=99,
                  source=UNCONFIRMED),
        Parameter("least_peers", 10, "count", Words("同级单位最少数", "Fewest peers"), lowest=4, source=UNCONFIRMED),
        Parameter("least_year_fen", 1_000_000, "fen",
                  Words("参与比较的最低年度支出", "Least spending of a year that is compared"),
                  source=UNCONFIRMED),
        Parameter("least_confidence", 60, "percent", Words("品目判断的最低把握", "Least confidence of the category"),
                  lowest=50, highest=100, source=UNCONFIRMED),
        Parameter("late_budget_percent", 20, "percent",
                  Words("十月以后下达预算的豁免比例", "Share of late budgets that excuses"),
                  highest=100, source=UNCONFIRMED),
    ),
    evidence=_EVIDENCE,
    exclusions=(Words("十月以后下达的预算超过规定比例的", "More than the set share of the budget came from October on"),
                Words("工资、水电、房租等经常性支出", "Recurring dues such as wages, utilities and rent")),
    tables=("payment", "unit", "budget_line"),
    find=find,
    documents=documents,
)  # fmt: skip
