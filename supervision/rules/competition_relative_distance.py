"""陪标距离: of three or four suppliers who often meet, one always stands far below the others, who stand together."""

from __future__ import annotations

import functools
from typing import Any

import ibis
import ibis.expr.types as ir

from supervision.critical_values import TRIALS_MAX, binomial_critical, looked_up, packed
from supervision.expressions import count_over, inner_join, literal, number, outcome, rank, subject, sweep_rows, text
from supervision.facts import Facts
from supervision.quote_history import is_distant, is_distant_of_three, one_region, scaled_totals
from supervision.rule import Evidence, Parameter, Rule, Words
from supervision.values import Values

#: by chance alone a set reaches the critical number less often than once in a thousand
_LEVEL_PER_MILLION = 1_000
#: how often three and four honest quotes have a relative distance above 3: it depends neither on their mean nor on
#: their spread (60,000 draws of normal and lognormal quotes: .22 and .15)
_CHANCE_PERCENT = {3: 23, 4: 15}
#: sets that met less often are not worth a row
_MET_SHOWN = 4
_EVIDENCE = (
    Evidence("suppliers", "text", Words("供应商编号", "The suppliers")),
    Evidence("size", "count", Words("供应商数", "How many they are")),
    Evidence("met_count", "count", Words("共同报价的项目数", "Quotations in which all quoted")),
    Evidence("distant_count", "count", Words("相对差距大的项目数", "Of them with a distant lowest")),
    Evidence("critical_count", "count", Words("偶然情况下的界限", "How many chance would hardly bring")),
)


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per set of three or four suppliers who met at least four times, whoever else quoted.

    Sets are looked at and not whole quotations, because a ring of three is hidden by a fourth who is honest.
    """
    of_three, of_four = _sets(facts, values)
    sets = ibis.union(_counted(of_three, size=3), _counted(of_four, size=4))
    index = (sets["size"] - 3) * (TRIALS_MAX + 1) + sets.met_count
    sets = sets.mutate(critical_count=looked_up(_critical_table(), index))
    return sweep_rows(
        sets,
        subject=subject("suppliers", sets.suppliers),
        outcome=outcome(
            not_computable=(sets.met_count < values["met_min"]) | (sets.critical_count > sets.met_count),
            # A median above the limit is a limit passed by more than half.
            hit=(sets.distant_count * 2 > sets.met_count) & (sets.distant_count >= sets.critical_count),
        ),
        supplier_id=sets.first_id,
        evidence=[one.name for one in _EVIDENCE],
    )


def documents(facts: Facts, values: Values) -> ir.Table:
    """The quotations with a distant lowest."""
    both = ibis.union(*_sets(facts, values))
    distant = both.filter((both.is_distant == 1) & (both.place <= TRIALS_MAX))
    return distant.select(
        subject=subject("suppliers", distant.suppliers), document=distant.sourcing_number, day=distant.day,
        amount_fen=distant.lowest_fen,
    )  # fmt: skip


def _sets(facts: Facts, values: Values) -> tuple[ir.Table, ir.Table]:
    """Every three, and every four, in every quotation, built of smaller sets that have met often enough."""
    totals = scaled_totals(facts, window_days=values["window_days"])
    totals = totals.filter(totals.quote_count <= values["quotes_max"])
    quotes = totals.select("sourcing_number", "supplier_id", "part", "price_fen")
    known = totals.select("sourcing_number", "inquiry_id", "region_code", day="closed_day").distinct()
    met = _joined(quotes.select("sourcing_number", first_id="supplier_id", part_1="part", fen_1="price_fen"), quotes, 2)
    pairs = _often(met, ["first_id", "second_id"])
    threes = _often(_joined(pairs, quotes, 3), ["first_id", "second_id", "third_id"])
    fours = _often(_joined(threes, quotes, 4), ["first_id", "second_id", "third_id", "fourth_id"])

    low, high = (
        ibis.least(threes.part_1, threes.part_2, threes.part_3),
        ibis.greatest(threes.part_1, threes.part_2, threes.part_3),
    )
    middle = threes.part_1 + threes.part_2 + threes.part_3 - low - high
    of_three = threes.mutate(
        suppliers=_names(threes, ("first_id", "second_id", "third_id")),
        is_distant=_flag(is_distant_of_three(low, middle, high, percent=values["distance_percent"])),
        lowest_fen=ibis.least(threes.fen_1, threes.fen_2, threes.fen_3),
    )
    parts = [fours.part_1, fours.part_2, fours.part_3, fours.part_4]
    low = ibis.least(*parts)
    second = ibis.least(
        ibis.greatest(ibis.least(*parts[:2]), ibis.least(*parts[2:])),
        ibis.least(ibis.greatest(*parts[:2]), ibis.greatest(*parts[2:])),
    )
    sum_losers = parts[0] + parts[1] + parts[2] + parts[3] - low
    squares = sum((part * part for part in parts[1:]), parts[0] * parts[0]) - low * low
    distant = is_distant(low, second, sum_losers, squares, literal(3), percent=values["distance_percent"])
    of_four = fours.mutate(
        suppliers=_names(fours, ("first_id", "second_id", "third_id", "fourth_id")),
        is_distant=_flag(distant),
        lowest_fen=ibis.least(fours.fen_1, fours.fen_2, fours.fen_3, fours.fen_4),
    )
    return _placed(of_three, known), _placed(of_four, known)


def _joined(sets: ir.Table, quotes: ir.Table, size: int) -> ir.Table:
    """The sets with one more supplier of the same quotation, whose id is larger than all of theirs."""
    names = ("first_id", "second_id", "third_id", "fourth_id")
    more = quotes.select(
        "sourcing_number",
        **{names[size - 1]: quotes.supplier_id, f"part_{size}": quotes.part, f"fen_{size}": quotes.price_fen},
    )
    joined = inner_join(sets, more, ["sourcing_number"])
    return joined.filter(joined[names[size - 1]] > joined[names[size - 2]])


def _often(sets: ir.Table, names: list[str]) -> ir.Table:
    """Those that met often enough. A window and not a join: some engines work the inner table out for each use."""
    counted = sets.mutate(times=count_over(sets, names))
    return counted.filter(counted.times >= _MET_SHOWN).drop("times")


def _placed(sets: ir.Table, known: ir.Table) -> ir.Table:
    sets = sets.select("sourcing_number", "suppliers", "first_id", "is_distant", "lowest_fen")
    sets = inner_join(sets, known, ["sourcing_number"])
    return sets.mutate(place=rank(sets, by=["suppliers"], order=[sets.day.desc(), sets.inquiry_id.desc()]))


def _counted(sets: ir.Table, *, size: int) -> ir.Table:
    latest = sets.filter(sets.place <= TRIALS_MAX)
    return latest.group_by("suppliers").aggregate(
        first_id=lambda t: number(t.first_id.min()),
        region_code=lambda t: one_region(t.region_code),
        met_count=lambda t: number(t.count()),
        distant_count=lambda t: number(t.is_distant.sum()),
        amount_fen=lambda t: number((t.is_distant * t.lowest_fen).sum()),
        day=lambda t: number(t.day.max()),
    ).mutate(size=literal(size))  # fmt: skip


def _names(sets: ir.Table, names: tuple[str, ...]) -> ir.StringValue:
    joined = sets[names[0]].cast("string")
    for name in names[1:]:
        joined = joined + text(":") + sets[name].cast("string")
    return joined


def _flag(condition: Any) -> ir.IntegerValue:
    return number(ibis.cases((condition, literal(1)), else_=literal(0)))


@functools.cache
def _critical_table() -> str:
    """For sets of three and of four, and 0, 1 ... 60 quotations, the critical number of distant ones."""
    return packed(
        [
            binomial_critical(trials, chance_percent, _LEVEL_PER_MILLION)
            for chance_percent in _CHANCE_PERCENT.values()
            for trials in range(TRIALS_MAX + 1)
        ]
    )


RULE = Rule(
    id="competition.relative_distance",
    version=1,
    name=Words("报价相对差距疑似异常", "Suspected cover quotes by relative distance"),
    family="competition",
    stages=("monthly",),
    severity=2,
    action="inform",
    subject="suppliers",
    formula=Words(
        "任意 3 家或 4 家供应商共同报价不少于 5 次，最低价与次低价之差除以其余报价标准差（3 家时除以次低与最高之差）的"
        "中位数大于 3，且次数达到偶然发生概率小于千分之一的界限",
        "Any three or four suppliers met in at least 5 quotations, and the median of (second - lowest) / standard"
        " deviation of their losing quotes (of three: / (highest - second)) is above 3, as often as chance brings less"
        " than once in a thousand",
    ),
    accepted=Words("最低价与其他报价的差距时大时小", "A lowest quote that is sometimes near and sometimes far"),
    answer=Words("由供应商分别说明报价依据", "Each supplier shows how he came to his prices"),
    source="Wallimann、Imhof、Huber 2020；Imhof 2017",
    parameters=(
        Parameter("window_days", 1_095, "days", Words("回看天数", "Days looked back"), lowest=180, highest=1_825,
                  source="本系统设定，待确认"),
        Parameter("met_min", 5, "count", Words("共同报价最少次数", "Fewest quotations of the set"), lowest=5,
                  highest=60, source="本系统设定，待确认"),
        Parameter("quotes_max", 12, "count", Words("每个项目最多报价数", "Most quotes of a quotation"), lowest=4,
                  highest=20, source="本系统设定，待确认"),
        Parameter("distance_percent", 300, "percent", Words("相对差距", "Relative distance"), lowest=300, highest=1_000,
                  source="本系统设定，待确认"),
    ),
    evidence=_EVIDENCE,
    exclusions=(Words("框架协议已定价的", "Prices fixed by the framework"),
                Words("无效报价", "Quotes that are not valid"),
                Words("报价很多的项目", "Quotations with very many quotes")),
    tables=("quote",),
    find=find,
    documents=documents,
)  # fmt: skip
