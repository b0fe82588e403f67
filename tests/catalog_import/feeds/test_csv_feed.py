"""CSV in every coat: encodings, delimiters, ragged and broken endings."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from catalog_import.feeds import csv_feed
from mall.errors import Refusal

HEADER = "商品编号,商品名称,含税单价"


def table(tmp_path: Path, content: bytes) -> tuple[object, pl.DataFrame]:
    path = tmp_path / "goods.csv"
    path.write_bytes(content)
    opened = csv_feed.read(path)
    return opened, pl.concat(list(opened.blocks), how="diagonal")


@pytest.mark.parametrize(
    ("encoding", "named"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("gb18030", "gb18030"), ("utf-16", "utf-16")],
)
def test_encodings_end_in_the_same_cells(tmp_path: Path, encoding: str, named: str) -> None:
    opened, rows = table(tmp_path, f"{HEADER}\r\nA1,得力 𠮷 €,12.5\r\n".encode(encoding))

    assert opened.encoding == named
    assert rows["c001"].to_list() == ["商品名称", "得力 𠮷 €"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_found_by_the_header(tmp_path: Path, delimiter: str) -> None:
    content = (
        delimiter.join(["商品编号", "商品名称", "含税单价"]) + "\n" + delimiter.join(["A1", '"笔,黑;|"', "1"]) + "\n"
    )

    opened, rows = table(tmp_path, content.encode())

    assert opened.delimiter == delimiter
    assert rows["c001"].to_list() == ["商品名称", "笔,黑;|"]


def test_rows_are_counted_as_a_spreadsheet_counts_them(tmp_path: Path) -> None:
    content = f'{HEADER}\n\nA1,"两行\n名称",1\n,,\nA2,笔,2\n'

    _, rows = table(tmp_path, content.encode())

    assert rows["row"].to_list() == [1, 3, 5]


def test_file_cut_inside_a_quote_faults_its_last_row_only(tmp_path: Path) -> None:
    _, rows = table(tmp_path, f'{HEADER}\nA1,笔,1\nA2,"没有结束'.encode())

    assert rows["row"].to_list() == [1, 2, 3]
    assert rows["fault"].to_list() == [None, None, "row.open_quote"]


def test_inch_sign_at_the_end_is_no_open_quote(tmp_path: Path) -> None:
    _, rows = table(tmp_path, f'{HEADER}\nA1,显示器 27",1\n'.encode())

    assert rows["fault"].to_list() == [None, None]


def test_endless_cell_ends_the_reading_with_a_fault(tmp_path: Path) -> None:
    _, rows = table(tmp_path, f'{HEADER}\nA1,笔,1\nA2,"'.encode() + b"x" * 300_000 + b"\nA3,y,1\n")

    assert rows["row"].to_list() == [1, 2, 3]
    assert rows["fault"].to_list() == [None, None, "row.unreadable"]


def test_bytes_that_are_no_text_are_refused_with_their_place(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as refused:
        table(tmp_path, f"{HEADER}\nA1,笔,1\n".encode() + b"A2,\xff\xff,2\n")

    assert refused.value.code == "import.encoding_unknown"
    assert refused.value.facts["row"] == 3


def test_big5_is_noticed_and_not_read_as_gb18030(tmp_path: Path) -> None:
    traditional = "商品編號,商品名稱,含稅單價\n" + "A1,彩色雷射印表機與碳粉匣組合包裝臺灣製造,100\n" * 20

    with pytest.raises(Refusal) as refused:
        table(tmp_path, traditional.encode("big5"))

    assert refused.value.code in ("import.encoding_doubtful", "import.encoding_unknown")


def test_sixteen_thousand_columns_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as refused:
        table(tmp_path, f"{HEADER}\n{',' * 16_383}\n".encode())

    assert refused.value.code == "import.too_many_columns"
    assert refused.value.facts == {"columns": 16384, "columns_max": 120, "row": 2}
