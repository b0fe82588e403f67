"""Workbooks: what suppliers send, and what hostile people send, read in a child process."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from catalog_import import decode_file as decoding
from catalog_import.decode_file import DecodedFile, decode_file
from mall.errors import Refusal

CONTENT_TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml"'
    ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml"'
    ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
)
RELATIONS = (
    '<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns='
    '"http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type='
    '"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" Target="{target}"/></Relationships>'
)
BOOK = (
    '<?xml version="1.0" encoding="UTF-8"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
    '<sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>'


def raw_workbook(sheet: bytes, *, book: str = BOOK) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", CONTENT_TYPES)
        archive.writestr("_rels/.rels", RELATIONS.format(kind="officeDocument", target="xl/workbook.xml"))
        archive.writestr("xl/workbook.xml", book)
        archive.writestr(
            "xl/_rels/workbook.xml.rels", RELATIONS.format(kind="worksheet", target="worksheets/sheet1.xml")
        )
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
    return target.getvalue()


def cell(reference: str, words: str) -> str:
    return f'<c r="{reference}" t="inlineStr"><is><t>{words}</t></is></c>'


def workbook(fill: Callable[[xlsxwriter.Workbook], None]) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        fill(book)
    return target.getvalue()


def decode(tmp_path: Path, content: bytes) -> DecodedFile:
    path = tmp_path / "goods.xlsx"
    path.write_bytes(content)
    return decode_file(path, feed="xlsx", folder=tmp_path / "blocks")


def refusal_of(tmp_path: Path, content: bytes) -> Refusal:
    with pytest.raises(Refusal) as refused:
        decode(tmp_path, content)
    return refused.value


def test_sheet_with_the_goods_is_found_and_rows_keep_their_numbers(tmp_path: Path) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        book.add_worksheet("封面").write(0, 0, "某公司")
        goods = book.add_worksheet("报价")
        goods.merge_range("A2:C2", "2026年报价单")
        goods.write_row(3, 0, ["商品编号", "商品名称", "含税单价"])
        goods.write_row(4, 0, ["00012", "笔", 19.9])
        goods.write_row(6, 0, ["A2", "本", 3])
        goods.set_row(6, None, None, {"hidden": True})

    decoded = decode(tmp_path, workbook(fill))
    rows = pl.concat(list(decoded.blocks()))

    assert decoded.sheet == "报价"
    assert decoded.notes == ("sheets:封面", "merged:1", "hidden:1")
    assert rows["row"].to_list() == [2, 4, 5, 7]
    assert rows["c000"].to_list()[1:] == ["商品编号", "00012", "A2"]
    assert rows["c002"].to_list()[1:] == ["含税单价", "19.9", "3"]


def test_formula_without_value_is_a_fault_of_its_row(tmp_path: Path) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        goods = book.add_worksheet()
        goods.write_row(0, 0, ["商品编号", "商品名称", "含税单价"])
        goods.write_row(1, 0, ["A1", "笔"])
        goods.write_formula(1, 2, "=1+2", None, "")
        goods.write_row(2, 0, ["A2", "本"])
        goods.write_formula(2, 2, "=1+2", None, 3)

    rows = pl.concat(list(decode(tmp_path, workbook(fill)).blocks()))

    assert rows["fault"].to_list() == [None, "row.formula_without_value", None]
    assert rows["c002"].to_list() == ["含税单价", "", "3"]


def test_two_far_apart_cells_are_refused_before_anybody_reads_them(tmp_path: Path) -> None:
    rows = f'<row r="1">{cell("A1", "商品编号")}</row><row r="1048576">{cell("XFD1048576", "x")}</row>'

    refusal = refusal_of(tmp_path, raw_workbook(SHEET.format(rows=rows).encode()))

    assert refusal.code == "import.too_many_columns"
    assert refusal.facts["columns"] == 16384


def test_reader_that_breaks_its_limits_dies_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "MEMORY_BYTES_MAX", 400 << 20)
    rows = "".join(
        f'<row r="{number}">{"".join(cell(f"{letter}{number}", "x" * 400) for letter in "ABCDEFGH")}</row>'
        for number in range(1, 60_000)
    )

    refusal = refusal_of(tmp_path, raw_workbook(SHEET.format(rows=rows).encode()))

    assert refusal.code in ("import.too_heavy", "import.unfolds_too_far")


def test_workbook_that_unfolds_too_far_is_refused(tmp_path: Path) -> None:
    refusal = refusal_of(tmp_path, raw_workbook(b" " * (200 << 20)))

    assert refusal.code == "import.unfolds_too_far"


def test_entities_are_refused(tmp_path: Path) -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]>' + SHEET.format(rows="").encode()

    assert refusal_of(tmp_path, raw_workbook(bomb)).code == "import.entities"


def test_parts_in_utf16_are_refused(tmp_path: Path) -> None:
    sheet = SHEET.format(rows="").encode("utf-16")

    assert refusal_of(tmp_path, raw_workbook(sheet)).code == "import.not_a_workbook"


def test_truncated_workbook_is_refused(tmp_path: Path) -> None:
    whole = workbook(lambda book: book.add_worksheet().write(0, 0, "商品编号"))

    assert refusal_of(tmp_path, whole[: len(whole) // 2]).code == "import.broken_file"


def test_other_zip_is_refused(tmp_path: Path) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("readme.txt", "x")

    assert refusal_of(tmp_path, target.getvalue()).code == "import.not_a_workbook"
