"""Golden values of cells, the rule table itself, and that one row and many rows are judged alike."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog_import.check_rows import RULES, check, check_one, feed_row, raw_frame, words_of
from catalog_import.feed_row import COLUMN_NAMES

WHOLE = {"sku": "A1", "name": "复印纸", "price": "12.50", "unit": "包", "brand": "得力"}


def codes(**cells: str) -> set[str]:
    return {finding.code for finding in check_one({**WHOLE, **cells})[1]}


@pytest.mark.parametrize(
    ("cell", "price_fen", "code"),
    [
        ("12.5", 1250, None),
        ("￥1,234.50", 123450, None),
        ("¥ 12 元", 1200, None),
        ("12元整", 1200, None),
        ("１２．５", 1250, None),
        ("1,234,567.89", 123456789, None),
        ("12.3400", 1234, None),
        ("1,234.50元/包", 123450, None),
        ("1000000000", 100000000000, None),
        ("0.01", 1, "price.one_fen"),
        ("", None, "price.missing"),
        ("NULL", None, "price.missing"),
        ("0", 0, "price.zero"),
        ("0.00", 0, "price.zero"),
        ("-3", None, "price.negative"),
        ("1.2万", None, "price.ten_thousands"),
        ("面议", None, "price.negotiable"),
        ("NaN", None, "price.not_a_number"),
        ("Infinity", None, "price.not_a_number"),
        ("1e5", None, "price.scientific"),
        ("1_000", None, "price.not_a_number"),
        ("١٢", None, "price.not_a_number"),
        ("1,23", None, "price.not_a_number"),
        ("12.345", None, "price.too_fine"),
        ("1000000000.01", 100000000001, "price.too_high"),
        ("99999999999999999999", None, "price.too_high"),
        ("12.50元/箱", 1250, "price.unit_differs"),
        ("=1+1", None, "price.not_a_number"),
    ],
)
def test_price_cells(cell: str, price_fen: int | None, code: str | None) -> None:
    row, findings = check_one({**WHOLE, "price": cell})

    assert row.price_fen == price_fen
    assert {finding.code for finding in findings} == ({code} if code else set())


@pytest.mark.parametrize(
    ("cell", "rate_bp"), [("13", 1300), ("13%", 1300), ("0.13", 1300), ("9.00%", 900), ("0", 0), ("1.5", 150)]
)
def test_tax_rate_cells(cell: str, rate_bp: int) -> None:
    row, findings = check_one({**WHOLE, "tax_rate": cell})

    assert row.tax_rate_bp == rate_bp
    assert findings == []


@pytest.mark.parametrize(
    ("unit", "pack", "base_unit", "pack_size"),
    [
        ("箱", "500张/包 5包/箱", "包", 5),
        ("包", "500张/包 5包/箱", "包", 1),
        ("盒", "12支/盒", "支", 12),
        ("箱", "12支/盒*10盒/箱", "支", 120),
        ("台", "", "台", 1),
        ("台", "随便写写", "台", 1),
    ],
)
def test_pack_is_counted_down_to_what_people_order(unit: str, pack: str, base_unit: str, pack_size: int) -> None:
    row, _ = check_one({**WHOLE, "unit": unit, "pack": pack})

    assert (row.base_unit, row.pack_size) == (base_unit, pack_size)


def test_other_values_of_a_whole_row() -> None:
    row, findings = check_one(
        {
            "sku": "00012", "name": "得力(deli) 复印纸", "price": "25", "unit": "箱", "pack": "500张/包 5包/箱",
            "regions": "郑州、开封市", "tax_rate": "0.13", "gtin": "6921734934239", "stock": "1,000",
            "specification": "克重:80g;尺寸：A4;白色", "warranty": "1年", "green": "是", "delivery_days": "3天",
            "market_price": "30", "net_price": "22.12", "shelf": "否", "origin": "河南", "model": "7757",
        }
    )  # fmt: skip

    assert row.sku == "00012"
    assert row.brand == "得力"
    assert row.regions == (410100, 410200)
    assert row.gtin == "6921734934239"
    assert row.stock == 1000
    assert row.specification == {"克重": "80g", "尺寸": "A4", "规格": "白色"}
    assert row.warranty_months == 12
    assert row.green is True
    assert row.delivery_days == 3
    assert row.market_price_fen == 3000
    assert row.shelf is False
    assert [finding.code for finding in findings] == ["brand.from_name"]


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"sku": ""}, "sku.missing"),
        ({"sku": "1.23E+12"}, "sku.scientific"),
        ({"sku": "=cmd|'/c calc'!A0"}, "sku.formula"),
        ({"sku": "x" * 65}, "sku.too_long"),
        ({"name": "  "}, "name.missing"),
        ({"name": "＝HYPERLINK(1)"}, "name.formula"),
        ({"name": "@SUM(A1)"}, "name.formula"),
        ({"name": "#REF!"}, "name.excel_error"),
        ({"name": "字" * 201}, "name.too_long"),
        ({"brand": "+得力"}, "brand.formula"),
        ({"brand": "\u0421anon"}, "brand.look_alike"),
        ({"brand": "\u0397P"}, "brand.look_alike"),
        ({"brand": "得\u30ab"}, "brand.look_alike"),
        ({"name": "H\u0443awei 平板电脑"}, "name.look_alike"),
        ({"model": "=1+1"}, "model.formula"),
        ({"gtin": "6921734934238"}, "gtin.check_digit"),
        ({"gtin": "123456"}, "gtin.length"),
        ({"gtin": "6.92E+12"}, "gtin.not_digits"),
        ({"unit": ""}, "unit.missing"),
        ({"unit": "批发"}, "unit.unknown"),
        ({"stock": "很多"}, "stock.unusable"),
        ({"regions": "巴黎"}, "regions.unusable"),
        ({"regions": "郑州、巴黎"}, "regions.unknown"),
        ({"tax_rate": "不含税"}, "tax_rate.unusable"),
        ({"tax_rate": "12"}, "tax_rate.unusual"),
        ({"net_price": "10", "tax_rate": "13"}, "price.net_disagrees"),
        ({"market_price": "面议"}, "market_price.unusable"),
        ({"market_price": "1"}, "market_price.below_price"),
        ({"name": "复印\u200b纸"}, "row.hidden_characters"),
        ({"name": "复印纸\u202e反"}, "row.hidden_characters"),
        ({"name": "<b>复印纸</b>"}, "name.html"),
        ({"description": '<p><img src="http://x/y.png"></p>'}, "description.only_images"),
    ],
)
def test_each_fault_has_its_code(cells: dict[str, str], code: str) -> None:
    assert codes(**cells) == {code}


def test_price_follows_from_net_price_and_rate() -> None:
    row, findings = check_one({**WHOLE, "price": "", "net_price": "22.12", "tax_rate": "13"})

    assert row.price_fen == 2500
    assert [finding.code for finding in findings] == ["price.from_net"]


def test_hidden_characters_and_tags_leave_the_name() -> None:
    row, _ = check_one({**WHOLE, "name": " <b>复印</b>\u200b纸\x00 A4 <script>alert(1)</script>"})

    assert row.name == "复印纸 A4"


@pytest.mark.parametrize(
    "cells", [{"name": "滤膜 0.45μm Φ25"}, {"brand": "Балтика"}, {"brand": "HP惠普"}, {"name": "Ω 型卡 ロック"}]
)
def test_letters_of_another_script_that_stand_by_themselves_are_left_alone(cells: dict[str, str]) -> None:
    assert codes(**cells) == set()


def test_less_than_sign_in_a_name_is_no_tag() -> None:
    row, findings = check_one({**WHOLE, "name": "文件夹 厚度<5mm 尺寸<A4"})

    assert row.name == "文件夹 厚度<5mm 尺寸<A4"
    assert findings == []


def test_description_keeps_words_and_loses_what_could_act() -> None:
    messy = (
        '<p onclick="steal()">好纸<img src="http://x/y.png"><a href="javascript:alert(1)">点此</a></p>'
        "<script>alert(1)</script><style>p{}</style><iframe src=//x></iframe><p> </p>"
        '<table><tr><td colspan="2" style="x">80g</td></tr></table>'
    )

    row, _ = check_one({**WHOLE, "description": messy, "summary": "白度高"})

    assert row.description == (
        '<p>白度高</p><p>好纸点此</p><table><tbody><tr><td colspan="2">80g</td></tr></tbody></table>'
    )


def test_plain_description_is_escaped() -> None:
    row, _ = check_one({**WHOLE, "description": "厚度<5mm\n白色 & 防潮"})

    assert row.description == "<p>厚度&lt;5mm</p><p>白色 &amp; 防潮</p>"


def test_every_rule_is_whole() -> None:
    assert len({rule.code for rule in RULES}) == len(RULES)
    assert len([rule for rule in RULES if rule.when is not None]) < 63
    for rule in RULES:
        assert rule.severity in ("error", "warning", "info"), rule.code
        assert rule.zh and rule.en, rule.code
        assert rule.column == "" or rule.column in COLUMN_NAMES, rule.code


def test_words_hold_the_cell_and_never_interpret_it() -> None:
    assert words_of("price.not_a_number", language="zh", value="{first_row}") == "单价“{first_row}”不是数字"
    assert words_of("sku.duplicate", language="en", first_row=3) == "The SKU already stands in row 3"


CELLS = st.one_of(
    st.sampled_from(
        ["", "NULL", "1", "12.5", "1,234.50", "￥8", "1.2万", "面议", "NaN", "0", "-1", "13%", "0.13", "箱", "包",
         "5包/箱", "12支/盒", "得力(deli)笔", "<b>x</b>", "a\u200bb", "=1", "全省", "郑州、巴黎", "6921734934239",
         "1年", "是", "x" * 70]
    ),
    st.text(max_size=12),
)  # fmt: skip
ROWS = st.lists(st.dictionaries(st.sampled_from(COLUMN_NAMES), CELLS), max_size=8)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=ROWS)
def test_many_rows_and_one_row_are_judged_alike(rows: list[dict[str, str]]) -> None:
    together = check(raw_frame(list(enumerate(rows))))

    for number, cells in enumerate(rows):
        values = together.row(number, named=True)
        alone, findings = check_one(cells, row_number=number)
        assert feed_row(values, cells=cells) == alone
        assert values["codes"] == [finding.code for finding in findings]
