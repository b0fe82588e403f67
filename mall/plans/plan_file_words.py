"""The sentences for what is wrong with a row of a plan's workbook."""

from __future__ import annotations

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from mall.plans.plan_file import PlanFault
from mall.web.amounts import yuan

FAULT_WORDS: dict[str, LazyString] = {
    "row_too_wide": _("这一行比表头多出几格：金额里有逗号的，请去掉逗号或加引号。"),
    "unknown_line": _("指标编号“%(code)s”不是本单位这一年的指标。"),
    "no_purpose": _("没有写用途，或者超过 200 个字。"),
    "looks_like_formula": _("“%(text)s”以公式符号开头，不能作为文字。"),
    "unknown_category": _("采购目录里没有品目“%(text)s”。"),
    "bad_amount": _("%(month)s月的金额“%(text)s”看不懂：请填写为元，例如 120000.00。"),
    "month_past": _("%(month)s月已经过去，不能再报计划。"),
    "more_than_unplanned": _("这条指标各行合计 %(sum)s，还没有计划的只有 %(unplanned)s。"),
    "twice": _("同一指标、同一用途出现了不止一行，请合并。"),
}


def words_of_plan_fault(fault: PlanFault) -> str:
    """The sentence, in the reader's language."""
    facts = dict(fault.facts)
    for name in ("sum", "unplanned"):
        if f"{name}_fen" in facts:
            facts[name] = yuan(int(str(facts[f"{name}_fen"])))
    return str(FAULT_WORDS[fault.code]) % facts
