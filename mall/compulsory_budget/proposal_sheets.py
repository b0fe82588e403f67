"""Proposals as workbooks: the report with how each amount came about, and the rows that the budget import takes."""

from __future__ import annotations

import io
from collections.abc import Sequence

import xlsxwriter
from flask_babel import gettext as _

from mall.compulsory_budget.draw_up_procurement_lines import new_line_of
from mall.compulsory_budget.proposal_words import STATUS_WORDS
from mall.compulsory_budget.propose_lines import Proposal
from mall.finance.book_files import Column, SheetRow, workbook
from mall.finance.budget_file_columns import COLUMNS
from mall.ordering.money_forms import yuan_of
from mall.people.organisation import Organisation


def proposal_sheet(units: Sequence[Organisation], found: dict[int, list[Proposal]], *, year: int) -> bytes:
    """One row for each category of each unit."""
    columns = [
        Column(_("单位"), width=28), Column(_("品目"), width=14), Column(_("品目名称"), width=22),
        Column(_("上年采购（元）"), "amount"), Column(_("上年订单数"), "number", 12),
        Column(_("上年商城外支付（元）"), "amount", 18), Column(_("各年平均（元）"), "amount"),
        Column(_("登记的需求（元）"), "amount"), Column(_("测算金额（元）"), "amount"),
        Column(_("已编列（元）"), "amount"), Column(_("差额（元）"), "amount"), Column(_("情况"), width=12),
    ]  # fmt: skip
    rows = [
        SheetRow(
            (
                unit.name, one.category_code, one.category_name, one.last_fen, one.spent[0].orders,
                one.spent[0].payments_fen, one.mean_fen, one.need.amount_fen if one.need is not None else None,
                one.proposed_fen, one.budgeted_fen, one.gap_fen, str(STATUS_WORDS[one.status]),
            )
        )
        for unit in units
        for one in found[unit.id]
    ]  # fmt: skip
    heading = [(_("预算年度"), str(year)), (_("测算办法"), _("取上年、各年平均和登记需求中最大的，向上取整"))]
    return workbook(name=_("应编尽编测算"), heading=heading, columns=columns, rows=rows)


def import_sheet(unit: Organisation, found: Sequence[Proposal]) -> bytes:
    """A workbook as the budget import takes it: a new line for each gap. Every cell is text; nothing can run."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    as_text = book.add_format({"num_format": "@"})
    sheet = book.add_worksheet("预算指标")
    for position, column in enumerate(COLUMNS):
        sheet.set_column(position, position, 18, as_text)
        sheet.write_string(0, position, column.title, as_text)
    for number, one in enumerate((one for one in found if one.gap_fen), start=1):
        facts = new_line_of(one, unit=unit)
        cells = {**facts, "credit_code": unit.credit_code or "", "unit_name": unit.name, "is_procurement": "是"}
        cells |= {"category_scope": "、".join(facts["category_scope"]), "amount": yuan_of(one.gap_fen)}
        for position, column in enumerate(COLUMNS):
            sheet.write_string(number, position, str(cells.get(column.name, "")), as_text)
    book.close()
    return target.getvalue()
