"""The columns of the files exchanged with a unit's asset system, and the files themselves as CSV and XLSX."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from mall.audit.export_audit import neutral
from mall.finance.book_files import Column, SheetRow, workbook
from mall.finance.budget_file_columns import BudgetColumn

#: what goes out: (name, title, kind of cell); the last one is for the asset system to fill in and send back
OUTGOING: tuple[tuple[str, Column], ...] = (
    ("number", Column("卡片号", width=24)),
    ("name", Column("名称", width=36)),
    ("category_code", Column("分类代码", width=14)),
    ("category", Column("分类名称", width=18)),
    ("serial_number", Column("出厂编号", width=20)),
    ("place", Column("存放地点", width=20)),
    ("keeper", Column("保管人", width=12)),
    ("value_fen", Column("价值（元，含税）", "amount", width=16)),
    ("accepted_on", Column("取得日期", width=12)),
    ("useful_years", Column("使用年限", "number", width=10)),
    ("order", Column("订单号", width=24)),
    ("supplier", Column("供应商", width=28)),
    ("budget_line", Column("预算指标编号", width=22)),
    ("credit_code", Column("单位统一社会信用代码", width=22)),
    ("unit", Column("单位名称", width=24)),
    ("system_number", Column("资产编号", width=20)),
)

#: what comes back; a file that went out is understood too, once its asset numbers are filled in
INCOMING: tuple[BudgetColumn, ...] = (
    BudgetColumn("number", "卡片号", ("卡片编号", "card"), True, "ZC-410100-2026-000001", ""),
    BudgetColumn("kind", "事项", ("kind",), False, "变动", "回执、退回、变动、处置；留空并填资产编号的算回执"),
    BudgetColumn("system_number", "资产编号", ("system number",), False, "ZC2026000123", ""),
    BudgetColumn("place", "存放地点", ("地点", "place"), False, "教务处203", ""),
    BudgetColumn("keeper", "保管人", ("使用人", "keeper"), False, "李老师", ""),
    BudgetColumn("value_note", "价值说明", ("value note",), False, "", "改扩建、减值等，账面由单位另行处理"),
    BudgetColumn("disposal_kind", "处置方式", ("disposal",), False, "",
                 "无偿划转、对外捐赠、转让、置换、报废、损失核销"),
    BudgetColumn("happened_on", "日期", ("变动日期", "处置日期", "date"), False, "2026-03-02", ""),
    BudgetColumn("document", "单据号", ("变动单号", "document"), False, "", "资产系统的单据号"),
    BudgetColumn("reason", "原因", ("reason",), False, "", "退回或变动的原因"),
)  # fmt: skip

#: added to the rows that were refused, so that they can be mended and sent again
FAULT_TITLES = ("处理结果", "怎么改")


def csv_file(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """UTF-8 with mark, as Excel opens it without asking; nothing in it is taken for a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(titles)
    writer.writerows([neutral(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def outgoing_csv(rows: Iterable[dict[str, object]]) -> bytes:
    """The registration file; amounts in yuan with two places."""
    return csv_file(
        [column.title for _, column in OUTGOING],
        ([_text(row[name], column.kind) for name, column in OUTGOING] for row in rows),
    )


def outgoing_xlsx(rows: Iterable[dict[str, object]], *, number: str, unit: str, made_at: str) -> bytes:
    """The same rows as a workbook."""
    return workbook(
        name="资产登记",
        heading=[("文件编号", number), ("单位", unit), ("制表时间", made_at)],
        columns=[column for _, column in OUTGOING],
        rows=[SheetRow([row[name] for name, _ in OUTGOING]) for row in rows],
    )


def report_template() -> bytes:
    """An empty file of reports with two examples."""
    filled = [column.example for column in INCOMING]
    return csv_file([column.title for column in INCOMING], [filled])


def _text(value: object, kind: str) -> str:
    if value is None:
        return ""
    if kind == "amount":
        assert isinstance(value, int)
        return f"{value // 100}.{value % 100:02d}"
    return str(value)
