"""The one shape of a budget workbook: its columns, what stands in them, and an empty one to fill in."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

import xlsxwriter


@dataclass(frozen=True)
class BudgetColumn:
    """A column: our name, the title in the file, other titles it goes by, whether it must be there, an example."""

    name: str
    title: str
    aliases: tuple[str, ...]
    is_required: bool
    example: str
    hint: str


COLUMNS: tuple[BudgetColumn, ...] = (
    BudgetColumn("credit_code", "单位统一社会信用代码", ("统一社会信用代码", "信用代码", "unit credit code"), True,
                 "12410100MB00000018", "预算单位的 18 位代码"),
    BudgetColumn("unit_name", "单位名称", ("单位", "unit"), False, "示例中学", "只供核对，以信用代码为准"),
    BudgetColumn("code", "指标编号", ("编号", "line code"), True, "410100-2026-001-01",
                 "本地区本年度内不重复，下达后不改"),
    BudgetColumn("name", "指标名称", ("名称", "line name"), True, "办公费", ""),
    BudgetColumn("function_code", "功能分类", ("功能分类科目", "function class"), False, "2050203", "科目编码"),
    BudgetColumn("economic_code", "经济分类", ("部门经济分类", "economic item"), False, "30201", "科目编码"),
    BudgetColumn("project", "项目", ("项目名称", "project"), False, "", "没有项目的留空"),
    BudgetColumn("fund_source", "资金来源", ("资金性质", "fund source"), True, "一般公共预算", ""),
    BudgetColumn("is_procurement", "政府采购", ("是否政府采购", "procurement"), False, "是", "是或否；留空为是"),
    BudgetColumn("category_scope", "品目范围", ("采购品目", "category scope"), False, "A0504",
                 "品目编码的开头，多个用顿号分开；留空为不限"),
    BudgetColumn("amount", "批复金额（元）", ("批复金额", "金额（元）", "金额", "amount"), True, "120000.00",
                 "全年批复总额，不是增减额"),
    BudgetColumn("note", "备注", ("note",), False, "", ""),
)  # fmt: skip


def csv_template(columns: Sequence[BudgetColumn] = COLUMNS) -> bytes:
    """UTF-8 with mark, as Excel opens it without asking."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([column.title for column in columns])
    writer.writerow([column.example for column in columns])
    return text.getvalue().encode("utf-8-sig")


def xlsx_template(columns: Sequence[BudgetColumn] = COLUMNS, *, name: str = "预算指标") -> bytes:
    """A workbook with one example; every cell is text, so codes keep their zeros and nothing can run."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    heading = book.add_format({"bold": True, "bg_color": "#E9ECEF"})
    required = book.add_format({"bold": True, "bg_color": "#FFE8CC"})
    as_text = book.add_format({"num_format": "@"})
    sheet, help_sheet = book.add_worksheet(name), book.add_worksheet("说明")
    for position, column in enumerate(columns):
        sheet.set_column(position, position, max(12, len(column.title) * 2 + 2), as_text)
        sheet.write_string(0, position, column.title, required if column.is_required else heading)
        sheet.write_string(1, position, column.example, as_text)
        for place, words in enumerate((column.title, "必填" if column.is_required else "", column.hint)):
            help_sheet.write_string(position, place, words)
    help_sheet.set_column(0, 2, 36)
    sheet.freeze_panes(1, 0)
    book.close()
    return target.getvalue()
