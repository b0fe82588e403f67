"""Tables of figures as files: amounts are numbers, words are words, and a formula is nothing but words."""

from __future__ import annotations

import io

import fastexcel

from supervision.seeing.sheet import Head, Line, Sheet, file_of, in_words

SHEET = Sheet(
    "rows",
    "单位: 明细/2026 [一份很长很长很长很长很长很长很长很长的名称]",
    [Head("单位"), Head("金额", "amount"), Head("占比", "rate"), Head("指数", "hundredths"), Head("订单", "number")],
    [Line(['=HYPERLINK("http://x")', 12_345, 2_500, 10_150, 7]), Line(["+1", None, None, None, 0], is_sum=True)],
)


def test_values_read_as_people_read_them() -> None:
    assert in_words(12_345, "amount") == "¥123.45"
    assert in_words(2_505, "rate") == "25.05%"
    assert in_words(10_150, "hundredths") == "101.50"
    assert in_words(12_000, "number") == "12,000"
    assert [in_words(nothing, "text") for nothing in (None, "")] == ["—", "—"]
    assert in_words(0, "amount") == "¥0.00"


def test_a_file_holds_the_same_numbers_and_no_formula() -> None:
    book = fastexcel.read_excel(io.BytesIO(file_of(SHEET, heading=[("地区", "=1+1")])).getvalue())
    sheet = book.load_sheet(0, header_row=None)
    rows = sheet.to_polars().rows()
    cells = [cell for row in rows for cell in row]

    assert len(book.sheet_names[0]) <= 31
    assert '=HYPERLINK("http://x")' in cells and "=1+1" in cells and "+1" in cells
    at = next(row for row in rows if row[0] == '=HYPERLINK("http://x")')
    assert [str(cell) for cell in at[1:]] == ["123.45", "0.25", "101.5", "7"]
