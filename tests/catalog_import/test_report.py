"""The report comes back as the file went in, says what is wrong beside each row, and can be sent again."""

# ruff: noqa: E501 - the rows of the report are easier to read whole

from __future__ import annotations

import csv
import io

import fastexcel
import xlsxwriter

from catalog_import.import_batch import batch
from catalog_import.report import report_name, write_report
from tests.catalog_import.conftest import Dock

CONTENT = "报价单;;;\n商品编号;商品名称;含税单价;类目\nA1;签字笔;面议;笔\n\nA2;=HYPERLINK(1);2;笔\nA3;中性笔;2.5;笔\n"


def report(batch_id: int, *, only_faulty: bool = False) -> bytes:
    target = io.BytesIO()
    found = batch(batch_id)
    assert found is not None
    write_report(found, target, only_faulty=only_faulty)
    return target.getvalue()


def test_csv_report_keeps_encoding_delimiter_and_row_numbers(dock: Dock) -> None:
    summary = dock.bring(CONTENT.encode("gb18030"))

    rows = list(csv.reader(io.StringIO(report(summary.batch_id).decode("gb18030"), newline=""), delimiter=";"))

    assert rows == [
        ["报价单", "", "", ""],
        ["商品编号", "商品名称", "含税单价", "类目", "错误代码", "错误说明"],
        ["A1", "签字笔", "面议", "笔", "price.negotiable；unit.missing", "单价“面议”不是金额，请填写明确的价格；缺少计量单位，按类目的常用单位处理"],
        [],
        ["A2", "'=HYPERLINK(1)", "2", "笔", "name.formula；unit.missing", "商品名称不能以 = + - @ 开头；缺少计量单位，按类目的常用单位处理"],
        ["A3", "中性笔", "2.5", "笔", "unit.missing", "缺少计量单位，按类目的常用单位处理"],
    ]  # fmt: skip


def test_unmended_report_sent_again_finds_the_same(dock: Dock) -> None:
    first = dock.bring(CONTENT.encode())

    second = dock.bring(report(first.batch_id))

    assert second.batch_id != first.batch_id
    assert second.counts["faulty"] == 2
    assert second.counts["unchanged"] == 1
    assert second.listings_touched == 0


def test_mended_report_sent_again_is_taken(dock: Dock) -> None:
    first = dock.bring(CONTENT.encode())
    mended = report(first.batch_id).decode().replace("面议", "3.00").replace("'=HYPERLINK(1)", "圆珠笔")

    second = dock.bring(mended.encode())

    assert second.faulty == 0
    assert dock.rows("select sku, name, price_fen from listing order by sku") == [
        ("A1", "签字笔", 300), ("A2", "圆珠笔", 200), ("A3", "中性笔", 250),
    ]  # fmt: skip
    header = report(second.batch_id).decode().splitlines()[1]
    assert header == "商品编号;商品名称;含税单价;类目;错误代码;错误说明"


def test_report_of_faulty_rows_only_has_no_gaps(dock: Dock) -> None:
    summary = dock.bring(CONTENT.encode())

    lines = report(summary.batch_id, only_faulty=True).decode().splitlines()

    assert [line.split(";")[0] for line in lines] == ["报价单", "商品编号", "A1", "A2"]


def test_workbook_report_comes_back_as_a_workbook_and_can_be_sent_again(dock: Dock) -> None:
    source = io.BytesIO()
    with xlsxwriter.Workbook(source, {"in_memory": True}) as book:
        sheet = book.add_worksheet("报价")
        sheet.write_row(1, 0, ["商品编号", "商品名称", "含税单价", "类目", "计量单位"])
        sheet.write_row(2, 0, ["00012", "签字笔", "面议", "笔", "支"])
        sheet.write_row(4, 0, ["A2", "中性笔", 2.5, "笔", "支"])
    first = dock.bring(source.getvalue(), name="goods.xlsx")

    answer = report(first.batch_id)
    cells = fastexcel.read_excel(answer).load_sheet("报价", header_row=None, skip_rows=0, dtypes="string").to_polars()
    second = dock.bring(answer, name="goods.xlsx")

    assert [[cell or "" for cell in row] for row in cells.iter_rows()] == [
        ["", "", "", "", "", "", ""],
        ["商品编号", "商品名称", "含税单价", "类目", "计量单位", "错误代码", "错误说明"],
        ["00012", "签字笔", "面议", "笔", "支", "price.negotiable", "单价“面议”不是金额，请填写明确的价格"],
        ["", "", "", "", "", "", ""],
        ["A2", "中性笔", "2.5", "笔", "支", "", ""],
    ]
    assert (second.faulty, second.counts["unchanged"]) == (1, 1)


def test_report_is_named_after_the_file(dock: Dock) -> None:
    summary = dock.bring(CONTENT.encode(), name="十一月报价.csv")

    found = batch(summary.batch_id)

    assert found is not None
    assert report_name(found) == "十一月报价-核对结果.csv"
