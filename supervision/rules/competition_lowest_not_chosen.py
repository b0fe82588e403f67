"""最低价未选: a dearer quote was chosen and nobody says why, or says what is always said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis
import ibis.expr.types as ir

from supervision.expressions import count_over, inner_join, left_join, number, outcome, subject, sweep_rows
from supervision.facts import Facts
from supervision.rule import CLEAR, HIT, NOT_COMPUTABLE, Evidence, Parameter, Rule, Verdict, Words
from supervision.values import Values

#: words that give no reason: they fit every quotation
EMPTY_REASONS = (
    "", "无", "同意", "其他", "其它", "符合要求", "满足要求", "满足需求", "综合评定", "综合考虑", "综合评比",
    "按规定选定", "质量好", "服务好", "信誉好", "经研究决定", "集体研究决定",
)  # fmt: skip
_EVIDENCE = (
    Evidence("chosen_fen", "fen", Words("成交报价", "The quote that was chosen")),
    Evidence("lowest_fen", "fen", Words("最低有效报价", "The lowest valid quote")),
    Evidence("lowest_supplier_id", "supplier", Words("最低价供应商", "Who made the lowest")),
    Evidence("choice_reason", "text", Words("选择理由", "Reason given")),
    Evidence(
        "reason_uses", "count", Words("本单位其他项目使用同一理由的次数", "Other uses of the same words by the unit")
    ),
)


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per quotation with a chosen quote."""
    totals = facts.quote
    totals = totals.filter(
        (totals.line_no == 0)
        & (totals.price_fen > 0)
        & (totals.closed_day > facts.on_day - values["window_days"])
        & (totals.closed_day <= facts.on_day)
    )
    chosen = totals.filter(totals.is_winner == 1)
    chosen = chosen.select(
        "sourcing_number", "unit_id", "region_code", "category_code", "supplier_id", "choice_reason",
        chosen_fen="price_fen", day="closed_day",
    )  # fmt: skip
    chosen = chosen.mutate(reason_uses=count_over(chosen, ["unit_id", "choice_reason"]) - 1)
    valid = totals.filter(totals.is_valid == 1)
    valid = valid.mutate(least_fen=number(valid.price_fen.min().over(ibis.window(group_by="sourcing_number"))))
    lowest = valid.filter(valid.price_fen == valid.least_fen)
    lowest = lowest.group_by("sourcing_number").aggregate(
        lowest_fen=lambda t: number(t.price_fen.min()), lowest_supplier_id=lambda t: number(t.supplier_id.min())
    )
    judged = left_join(chosen, lowest, ("sourcing_number",))
    excess = values.by_region("excess_basis_points", judged.region_code)
    says_nothing = judged.choice_reason.isin(EMPTY_REASONS) | (judged.reason_uses >= values["reason_uses_max"])
    return sweep_rows(
        judged,
        subject=subject("sourcing", judged.sourcing_number),
        outcome=outcome(
            not_computable=judged.lowest_fen <= 0,
            hit=((judged.chosen_fen - judged.lowest_fen) * 10_000 > judged.lowest_fen * excess) & says_nothing,
        ),
        document=judged.sourcing_number,
        amount_fen=ibis.greatest(judged.chosen_fen - judged.lowest_fen, judged.lowest_fen * 0),
        evidence=[one.name for one in _EVIDENCE],
    )  # fmt: skip


def documents(facts: Facts, values: Values) -> ir.Table:
    """The valid quotes, named by their quotation."""
    totals = facts.quote
    totals = totals.filter((totals.line_no == 0) & (totals.is_valid == 1))
    chosen = totals.filter(totals.is_winner == 1).select("sourcing_number").distinct()
    quotes = inner_join(totals, chosen, ["sourcing_number"])
    return quotes.select(
        subject=subject("sourcing", quotes.sourcing_number), document=quotes.sourcing_number,
        day=quotes.closed_day, amount_fen=quotes.price_fen,
    )  # fmt: skip


def check(given: Mapping[str, Any], values: Values) -> Verdict:
    """Whether the choice needs a reason that says something."""
    chosen_fen, lowest_fen, reason = given["chosen_fen"], given["lowest_fen"], given["choice_reason"]
    if not chosen_fen or not lowest_fen or reason is None or given["reason_uses"] is None:
        return Verdict(NOT_COMPUTABLE)
    facts = {name: given[name] for name in ("chosen_fen", "lowest_fen", "choice_reason", "reason_uses")}
    says_nothing = reason.strip() in EMPTY_REASONS or given["reason_uses"] >= values["reason_uses_max"]
    is_dearer = (chosen_fen - lowest_fen) * 10_000 > lowest_fen * values["excess_basis_points"]
    return Verdict(
        HIT if is_dearer and says_nothing else CLEAR, amount_fen=max(chosen_fen - lowest_fen, 0), facts=facts
    )


RULE = Rule(
    id="competition.lowest_not_chosen",
    version=1,
    name=Words("最低价未选且理由不足", "Lowest quote not chosen without a reason"),
    family="competition",
    stages=("quotes", "nightly"),
    severity=2,
    action="hold",
    subject="sourcing",
    formula=Words(
        "成交报价高于最低有效报价 3% 以上，而选择理由为空、为套话，或与本单位一年内其他 3 个以上项目的理由一字不差",
        "The chosen quote is more than 3 % above the lowest valid one, and the reason is empty, says nothing, or was"
        " given word for word in 3 or more other quotations of the unit within a year",
    ),
    accepted=Words("选择最低有效报价，或写明针对本项目的理由",
                   "The lowest valid quote, or a reason that belongs to this quotation"),
    answer=Words("补充针对本项目的具体理由和佐证", "Give the reason that belongs to this quotation, with evidence"),
    source="Open Contracting Partnership R036",
    parameters=(
        Parameter("window_days", 365, "days", Words("回看天数", "Days looked back"), lowest=30, highest=1_500,
                  source="本系统设定，待确认"),
        Parameter("excess_basis_points", 300, "basis_points", Words("高出比例", "How much dearer"), tightens="lower",
                  lowest=0, highest=2_000, by_region=True, source="本系统设定，待确认"),
        Parameter("reason_uses_max", 3, "count", Words("同一理由使用次数", "Other uses of the same words"),
                  tightens="lower", lowest=1, highest=50, source="本系统设定，待确认"),
    ),
    evidence=_EVIDENCE,
    exclusions=(Words("写明针对本项目理由的", "A reason that belongs to the quotation"),
                Words("更低的报价无效的", "Lower quotes that are not valid")),
    tables=("quote",),
    needs=("chosen_fen", "lowest_fen", "choice_reason", "reason_uses"),
    find=find,
    documents=documents,
    check=check,
)  # fmt: skip
