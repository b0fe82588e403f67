"""The worksheet and the overview of a year's end as workbooks: the same rows and sums as their pages."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext as _

from ledger.budget_lines import BudgetLine
from mall import clock
from mall.finance.book_files import Column, SheetRow, workbook
from mall.regions.region import region_named
from mall.year_end.overview import YearEndOverview
from mall.year_end.worksheet import TREATMENTS, YearEndWorksheet
from mall.year_end.worksheet_words import stage_name, standing_name, treatment_name


def worksheet_sheet(worksheet: YearEndWorksheet, *, unit_name: str, lines: Mapping[int, BudgetLine]) -> bytes:
    """Every row by treatment, with the sum of each."""
    columns = [
        Column(_("处理办法"), width=12), Column(_("指标编码"), width=26), Column(_("指标名称"), width=28),
        Column(_("资金来源"), width=16), Column(_("状态"), width=22), Column(_("订单"), width=26),
        Column(_("金额（元）"), "amount", 18),
    ]  # fmt: skip
    rows = []
    for treatment in TREATMENTS:
        own = [row for row in worksheet.rows if row.treatment == treatment and row.standing != "planned"]
        for row in own:
            line = lines[row.budget_line_id]
            texts = (treatment_name(treatment), line.code, line.name, line.fund_source)
            rows.append(SheetRow((*texts, standing_name(row.standing), row.order_number, row.amount_fen)))
        total_fen = getattr(worksheet, f"{treatment}_fen")
        rows.append(SheetRow((treatment_name(treatment), "", "", "", _("预算资金合计"), "", total_fen), is_sum=True))
    heading = [
        (_("单位"), unit_name), (_("预算年度"), str(worksheet.year)), (_("编号"), worksheet.number),
        (_("办理情况"), stage_name(worksheet.state)), *_made(),
    ]  # fmt: skip
    return workbook(name=_("年末清理表"), heading=heading, columns=columns, rows=rows)


def overview_sheet(overview: YearEndOverview) -> bytes:
    """One row for each unit."""
    columns = [
        Column(_("地区"), width=18), Column(_("单位"), width=34), Column(_("办理情况"), width=18),
        Column(_("清理表"), width=26), Column(_("结转（元）"), "amount"), Column(_("收回（元）"), "amount"),
        Column(_("年内付清（元）"), "amount"), Column(_("账上未了的订单（元）"), "amount", 20),
        Column(_("账上其他未了（元）"), "amount", 20),
    ]  # fmt: skip
    rows = []
    for one in overview.units:
        paper = one.worksheet
        sums = (paper.carry_fen, paper.lapse_fen, paper.pay_fen) if paper else (None, None, None)
        texts = (
            region_named(one.unit.region_code),
            one.unit.name,
            stage_name(one.stage),
            paper.number if paper else "",
        )
        rows.append(SheetRow((*texts, *sums, one.orders_open_fen, one.others_open_fen)))
    sums = tuple(overview.sum_of(name) for name in TREATMENTS)
    opened = (sum(one.orders_open_fen for one in overview.units), sum(one.others_open_fen for one in overview.units))
    rows.append(SheetRow((_("合计"), "", "", "", *sums, *opened), is_sum=True))
    heading = [(_("预算年度"), str(overview.year)), *_made()]
    return workbook(name=_("年末清理情况"), heading=heading, columns=columns, rows=rows)


def _made() -> list[tuple[str, str]]:
    return [(_("制表时间"), clock.local(clock.now()).strftime("%Y-%m-%d %H:%M:%S"))]
