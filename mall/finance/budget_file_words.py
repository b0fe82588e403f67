"""The sentences for what is wrong with a row of a budget workbook."""

from __future__ import annotations

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from mall.finance.budget_file_columns import COLUMNS
from mall.finance.judge_budget_file import BudgetFault
from mall.web.amounts import yuan

FAULT_WORDS: dict[str, LazyString] = {
    "row_too_wide": _("这一行比表头多出几格：金额里有逗号的，请去掉逗号或加引号。"),
    "unknown_unit": _("信用代码“%(credit_code)s”不是本地区的预算单位。"),
    "code_twice": _("指标编号 %(code)s 在文件里出现了不止一次。"),
    "bad_code": _("指标编号“%(code)s”不能用：请用字母、数字和 - . _ /，不超过 60 个字符。"),
    "looks_like_formula": _("“%(text)s”以公式符号开头，不能作为文字。"),
    "no_name": _("没有指标名称。"),
    "no_fund_source": _("没有资金来源。"),
    "bad_class": _("“%(text)s”不是科目编码。"),
    "bad_flag": _("政府采购一栏请填是或否，不是“%(text)s”。"),
    "unknown_category": _("采购目录里没有“%(text)s”开头的品目。"),
    "bad_amount": _("金额“%(text)s”看不懂：请填写为元，例如 120000.00。"),
    "nothing_for_new": _("新指标的金额不能是 0。"),
    "other_units_line": _("指标 %(code)s 是别的单位的。"),
    "line_never_changes": _("指标下达后这些栏不再改变：%(columns)s。要改请用新的编号。"),
    "more_than_free": _("要收回 %(taken)s，可用的只有 %(available)s。"),
}

#: what may stand in a column; the workbook's own help sheet says the same in Chinese
HINT_WORDS: dict[str, LazyString] = {
    "credit_code": _("预算单位的 18 位代码"),
    "unit_name": _("只供核对，以信用代码为准"),
    "code": _("本地区本年度内不重复，下达后不改"),
    "function_code": _("科目编码"),
    "economic_code": _("科目编码"),
    "project": _("没有项目的留空"),
    "is_procurement": _("是或否；留空为是"),
    "category_scope": _("品目编码的开头，多个用顿号分开；留空为不限"),
    "amount": _("全年批复总额，不是增减额"),
}


def words_of_fault(fault: BudgetFault) -> str:
    """The sentence, in the reader's language."""
    facts = dict(fault.facts)
    if fault.code == "line_never_changes":
        titles = {column.name: column.title for column in COLUMNS}
        facts["columns"] = "、".join(titles[name] for name in facts["columns"])
    if fault.code == "more_than_free":
        facts = {"taken": yuan(facts["taken_fen"]), "available": yuan(facts["available_fen"])}
    return str(FAULT_WORDS[fault.code]) % facts
