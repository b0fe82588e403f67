"""报价离散过低: two suppliers meet in quotations that look like cover bidding more often than honest ones do."""

from __future__ import annotations

import functools

import ibis
import ibis.expr.types as ir

from supervision.critical_values import TRIALS_MAX, binomial_critical, looked_up, packed
from supervision.exact_ratios import ratio
from supervision.expressions import inner_join, left_join, literal, number, outcome, rank, subject, sweep_rows
from supervision.facts import Facts
from supervision.quote_history import is_far_from_losers, is_narrow, one_region, pairs_of, scaled_totals, spreads
from supervision.rule import Evidence, Parameter, Rule, Words
from supervision.values import Values

#: by chance alone a pair reaches the critical number of hits less often than once in ten thousand
_LEVEL_PER_MILLION = 100
#: honest rates above it leave nothing to be told in 60 quotations
_CHANCE_PERCENT_MAX = 60
_PAIR = ["class_code", "first_id", "second_id"]
_EVIDENCE = (
    Evidence("other_supplier_id", "supplier", Words("另一供应商", "The other supplier")),
    Evidence("met_count", "count", Words("共同报价的项目数", "Quotations in which both quoted")),
    Evidence("hit_count", "count", Words("离散低且与次低差距大的项目数", "Of them narrow with a distant lowest")),
    Evidence("critical_count", "count", Words("偶然情况下的界限", "How many chance would hardly bring")),
    Evidence("honest_percent", "percent", Words("该品类正常出现率", "How often honest ones are so")),
    Evidence("honest_count", "count", Words("用于估计的其他项目数", "Other quotations this comes from")),
)


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per class (five letters) and two suppliers who met in it at least twice.

    The honest rate of a class comes from its quotations without suppliers under common control, those of the pair
    itself left out: (hits + 1) / (quotations + 2), rounded up to a whole percent.
    """
    judged_spreads = _judged_spreads(facts, values)
    honest = judged_spreads.filter(judged_spreads.is_related == 0)
    honest = honest.group_by("class_code").aggregate(
        class_count=lambda t: number(t.count()), class_hits=lambda t: number(t.is_hit.sum())
    )
    met = _met(facts, values, judged_spreads)
    is_counted = met.place <= TRIALS_MAX
    is_own_honest = met.is_related == 0
    met = met.mutate(
        counted=number(is_counted.ifelse(literal(1), literal(0))),
        counted_hit=number(is_counted.ifelse(met.is_hit, literal(0))),
        counted_fen=number(is_counted.ifelse(met.is_hit * met.won_fen, literal(0))),
        own_honest=number(is_own_honest.ifelse(literal(1), literal(0))),
        own_hit=number(is_own_honest.ifelse(met.is_hit, literal(0))),
    )
    pairs = met.group_by(_PAIR).aggregate(
        region_code=lambda t: one_region(t.region_code),
        met_count=lambda t: number(t.counted.sum()),
        hit_count=lambda t: number(t.counted_hit.sum()),
        amount_fen=lambda t: number(t.counted_fen.sum()),
        own_count=lambda t: number(t.own_honest.sum()),
        own_hits=lambda t: number(t.own_hit.sum()),
        day=lambda t: number(t.day.max()),
    )
    pairs = left_join(pairs.filter(pairs.met_count >= 2), honest, ("class_code",))
    pairs = pairs.mutate(
        honest_count=ibis.greatest(pairs.class_count - pairs.own_count, literal(0)),
        honest_hits=ibis.greatest(pairs.class_hits - pairs.own_hits, literal(0)),
    )
    among = pairs.honest_count + 2
    pairs = pairs.mutate(honest_percent=ratio((pairs.honest_hits + 1) * 100 + among - 1, among, 1))
    index = (pairs.honest_percent - 1) * (TRIALS_MAX + 1) + pairs.met_count
    pairs = pairs.mutate(critical_count=looked_up(_critical_table(), index))
    is_beyond_telling = (pairs.honest_percent > _CHANCE_PERCENT_MAX) | (pairs.critical_count > pairs.met_count)
    return sweep_rows(
        pairs,
        subject=subject("suppliers", pairs.first_id, pairs.second_id, pairs.class_code),
        outcome=outcome(
            not_computable=(pairs.met_count < values["met_min"])
            | (pairs.honest_count < values["honest_min"])
            | is_beyond_telling,
            hit=pairs.hit_count >= pairs.critical_count,
        ),
        supplier_id=pairs.first_id,
        other_supplier_id=pairs.second_id,
        category_code=pairs.class_code,
        evidence=[one.name for one in _EVIDENCE],
    )


def documents(facts: Facts, values: Values) -> ir.Table:
    """The narrow quotations of the pair that counted."""
    met = _met(facts, values, _judged_spreads(facts, values))
    hits = met.filter((met.is_hit == 1) & (met.place <= TRIALS_MAX))
    return hits.select(
        subject=subject("suppliers", hits.first_id, hits.second_id, hits.class_code),
        document=hits.sourcing_number, day=hits.day, amount_fen=hits.won_fen,
    )  # fmt: skip


def _judged_spreads(facts: Facts, values: Values) -> ir.Table:
    """One row per quotation: whether it is narrow with a distant lowest, and whether relatives quoted in it."""
    totals = scaled_totals(facts, window_days=values["window_days"])
    spread = spreads(totals)
    is_hit = is_narrow(spread, variation_percent=values["variation_percent"]) & is_far_from_losers(
        spread, percent=values["distance_percent"]
    )
    spread = spread.mutate(is_hit=number(is_hit.ifelse(literal(1), literal(0))))
    grouped = facts.supplier.filter(facts.supplier.group_key != "").select("supplier_id", "group_key")
    grouped = inner_join(totals.select("sourcing_number", "supplier_id"), grouped, ["supplier_id"])
    related = grouped.group_by("sourcing_number").aggregate(
        members=lambda t: number(t.supplier_id.nunique()), groups=lambda t: number(t.group_key.nunique())
    )
    spread = left_join(spread, related, ("sourcing_number",))
    return spread.mutate(is_related=number((spread.members > spread.groups).ifelse(literal(1), literal(0))))


def _met(facts: Facts, values: Values, judged_spreads: ir.Table) -> ir.Table:
    """Every pair in every quotation; `place` 1 is the latest of the pair."""
    pairs = pairs_of(scaled_totals(facts, window_days=values["window_days"]))
    met = inner_join(
        pairs,
        judged_spreads.select(
            "sourcing_number", "class_code", "region_code", "inquiry_id", "day", "won_fen", "is_hit", "is_related"
        ),
        ["sourcing_number"],
    )
    return met.mutate(place=rank(met, by=_PAIR, order=[met.day.desc(), met.inquiry_id.desc()]))


@functools.cache
def _critical_table() -> str:
    """For honest rates of 1, 2 ... 60 percent and 0, 1 ... 60 quotations the critical number of hits."""
    return packed(
        [
            binomial_critical(trials, chance_percent, _LEVEL_PER_MILLION)
            for chance_percent in range(1, _CHANCE_PERCENT_MAX + 1)
            for trials in range(TRIALS_MAX + 1)
        ]
    )


RULE = Rule(
    id="competition.low_spread",
    version=1,
    name=Words("报价离散程度疑似过低", "Suspiciously low spread of quotes"),
    family="competition",
    stages=("monthly",),
    severity=3,
    action="case",
    subject="suppliers",
    formula=Words(
        "两家供应商在同一品类（品目前五位）共同报价不少于 10 次（取最近 60 次），其中变异系数小于 5% 且最低价与次低价的"
        "差距大于其余报价标准差 1.5 倍的次数，达到按该品类正常出现率偶然发生概率小于万分之一的界限；单个项目不作判断",
        "Two suppliers met in at least 10 quotations of a class (the last 60 count), and those with a coefficient of"
        " variation below 5 % and a gap from lowest to second above 1.5 standard deviations of the losers are more than"
        " honest quotations of the class bring once in ten thousand; a single quotation is never judged",
    ),
    accepted=Words("报价的离散程度与该品类其他项目相当", "A spread as in the other quotations of the class"),
    answer=Words("由供应商分别说明报价依据，附成本资料",
                 "Each supplier shows how he came to his prices, with his costs"),
    source="Imhof 2017；Wallimann、Imhof、Huber 2020",
    parameters=(
        Parameter("window_days", 1_095, "days", Words("回看天数", "Days looked back"), lowest=180, highest=1_825,
                  source="本系统设定，待确认"),
        Parameter("met_min", 10, "count", Words("共同报价最少次数", "Fewest quotations of the pair"), lowest=8,
                  highest=60, source="本系统设定，待确认"),
        Parameter("honest_min", 30, "count", Words("估计用的最少项目数", "Fewest for the honest rate"),
                  lowest=20, highest=1_000, source="本系统设定，待确认"),
        Parameter("variation_percent", 5, "percent", Words("变异系数", "Coefficient of variation"), lowest=1,
                  highest=15, source="Imhof 2017"),
        Parameter("distance_percent", 150, "percent", Words("相对差距", "Relative distance"), lowest=100, highest=500,
                  source="Imhof 2017"),
    ),
    evidence=_EVIDENCE,
    exclusions=(Words("框架协议已定价的", "Prices fixed by the framework"),
                Words("有效报价少于 3 份的项目", "Quotations with fewer than three valid quotes"),
                Words("正常出现率已很高的品类", "Classes in which honest quotations are as narrow")),
    tables=("quote", "supplier"),
    find=find,
    documents=documents,
)  # fmt: skip
