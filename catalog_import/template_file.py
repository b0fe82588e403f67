"""The template we offer to suppliers: our column titles, one example row, and what may stand in each column."""

from __future__ import annotations

import csv
import io

import xlsxwriter

from catalog_import.feed_row import COLUMNS
from mall.reference import read_reference

ROWS_PREPARED = 1_000


def csv_template() -> bytes:
    """UTF-8 with mark, as Excel opens it without asking."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([column.title for column in COLUMNS])
    writer.writerow([column.example for column in COLUMNS])
    return text.getvalue().encode("utf-8-sig")


def xlsx_template() -> bytes:
    """A workbook with the goods first, then the explanations, the units and the categories."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    heading = book.add_format({"bold": True, "bg_color": "#E9ECEF"})
    required = book.add_format({"bold": True, "bg_color": "#FFE8CC"})
    as_text = book.add_format({"num_format": "@"})
    goods = book.add_worksheet("商品")
    for position, column in enumerate(COLUMNS):
        # Text format keeps leading zeros and long codes as they are typed.
        goods.set_column(position, position, max(12, len(column.title) * 2 + 2), as_text)
        goods.write_string(0, position, column.title, required if column.required else heading)
        goods.write_string(1, position, column.example, as_text)
    goods.freeze_panes(1, 2)
    units = [unit.name_zh for unit in read_reference.units_of_measure()]
    unit_position = next(position for position, column in enumerate(COLUMNS) if column.name == "unit")
    goods.data_validation(
        1, unit_position, ROWS_PREPARED, unit_position,
        {"validate": "list", "source": f"=单位!$A$2:$A${len(units) + 1}", "error_type": "warning"},
    )  # fmt: skip
    _sheet(book, "说明", ["列", "必填", "填写说明", "示例"], heading, [
        [column.title, "是" if column.required else "", column.hint, column.example] for column in COLUMNS
    ])  # fmt: skip
    _sheet(book, "单位", ["单位", "也可写作"], heading, [
        [unit.name_zh, "、".join(unit.aliases)] for unit in read_reference.units_of_measure()
    ])  # fmt: skip
    _sheet(book, "采购目录", ["编码", "名称", "常用单位", "也可写作"], heading, [
        [category.code, category.name, category.default_unit or "", "、".join(category.aliases)]
        for category in read_reference.categories()
        if category.in_mall and category.level >= 2
    ])  # fmt: skip
    book.close()
    return target.getvalue()


def _sheet(book: xlsxwriter.Workbook, name: str, titles: list[str], heading: object, rows: list[list[str]]) -> None:
    sheet = book.add_worksheet(name)
    for position, title in enumerate(titles):
        sheet.write_string(0, position, title, heading)
        sheet.set_column(position, position, 28)
    for line, row in enumerate(rows, start=1):
        for position, cell in enumerate(row):
            sheet.write_string(line, position, cell)
    sheet.freeze_panes(1, 0)
