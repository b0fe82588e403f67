"""Headers of real suppliers are read as what they mean."""

from __future__ import annotations

import pytest

from catalog_import.recognise_feed import normalise_header, recognise
from mall.errors import Refusal


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (
            "商品编号,商品名称,类目ID,品牌ID,关键字,商品简介,是否上架,单位,专柜价格,零售价格,图片,商品详情(HTML)",
            {"sku": 0, "name": 1, "category": 2, "summary": 5, "shelf": 6, "unit": 7, "market_price": 8, "price": 9,
             "description": 11},
        ),
        (
            "id,product_sn,name,brand_name,product_category_name,price,original_price,unit,stock,weight,keywords,sub_title",
            {"sku": 1, "name": 2, "brand": 3, "category": 4, "price": 5, "market_price": 6, "unit": 7, "stock": 8,
             "summary": 11},
        ),
        ("sn,name,category,price_cny,brief,desc",
         {"sku": 0, "name": 1, "category": 2, "price": 3, "summary": 4, "description": 5}),
        ("sku,name,price_tax_incl,tax_pct,naked_price,qty,jd_cat3,source",
         {"sku": 0, "name": 1, "price": 2, "tax_rate": 3, "net_price": 4, "category": 6}),
        ("＊商品编码（必填）,品名, 含税单价(元) ,计量 单位", {"sku": 0, "name": 1, "price": 2, "unit": 3}),
    ],
)  # fmt: skip
def test_headers_of_real_files_are_recognised(headers: str, expected: dict[str, int]) -> None:
    found = recognise([(1, headers.split(","))])

    assert dict(found.columns) == expected
    assert found.unknown == ()


def test_title_rows_above_the_header_are_passed_over() -> None:
    rows = [
        (1, ["郑州某公司商品目录"]),
        (3, ["2026年11月", "", ""]),
        (4, ["货号", "名称", "价格"]),
        (5, ["1", "笔", "2"]),
    ]

    found = recognise(rows)

    assert found.header_row == 4
    assert dict(found.columns) == {"sku": 0, "name": 1, "price": 2}


def test_what_the_supplier_said_before_wins() -> None:
    headers = ["货号", "名称", "协议价", "专柜价格", "神秘列"]

    found = recognise([(1, headers)], mapping={"专柜价格": "price", "协议价": "ignored", "神秘列": "brand"})

    assert dict(found.columns) == {"sku": 0, "name": 1, "price": 3, "brand": 4}


def test_price_in_ten_thousands_is_not_taken_for_yuan() -> None:
    with pytest.raises(Refusal) as refused:
        recognise([(1, ["货号", "名称", "单价(万元)"])])

    assert refused.value.code == "import.columns_missing"
    assert refused.value.facts["columns"] == "含税单价"
    assert refused.value.facts["headers"] == "单价(万元)"


def test_file_without_header_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        recognise([(1, ["Book", "Books > Fiction", "9780115531446"]), (2, ["Book", "x", "1"])])

    assert refused.value.code == "import.no_header"


def test_columns_of_our_own_report_are_passed_over() -> None:
    found = recognise([(1, ["商品编号", "商品名称", "含税单价", "错误代码", "错误说明"])])

    assert dict(found.columns) == {"sku": 0, "name": 1, "price": 2}
    assert found.unknown == ()


def test_header_normalisation_keeps_what_changes_the_meaning() -> None:
    assert normalise_header(" 含税单价（元）* ") == "含税单价"
    assert normalise_header("Price_Tax-Incl") == "pricetaxincl"
    assert normalise_header("商品详情(HTML)") == "商品详情(html)"
