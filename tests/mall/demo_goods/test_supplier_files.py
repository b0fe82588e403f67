"""The demo suppliers' catalogues are many, messy in known ways, readable, and the same from the same seed."""

import csv
import io
import re
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path

import fastexcel
import pytest
from stdnum import ean

from mall.demo.goods.file_styles import COLUMNS, VOCABULARIES, style_of
from mall.demo.goods.read_goods import fen, products
from mall.demo.goods.write_supplier_files import DEAR_PER_THOUSAND, offers_by_supplier, write_files
from mall.demo.organisations import demo_suppliers
from mall.reference.read_reference import categories, regions, units_of_measure

SEED = 20260101
ENCODINGS = {"csv-bom": "utf-8-sig", "csv-utf8": "utf-8", "csv-gb18030": "gb18030"}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return write_files(tmp_path_factory.mktemp("catalogues"), seed=SEED)


def key_of(path: Path) -> str:
    return path.name.split("_")[0]


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows by canonical column, read as an ordinary program would read them."""
    style = style_of(key_of(path))
    if style.file_format == "xlsx":
        sheet = fastexcel.read_excel(path).load_sheet(0, header_row=None, dtypes="string").to_polars()
        header, *body = [[cell or "" for cell in row] for row in sheet.rows()]
    else:
        header, *body = csv.reader(io.StringIO(path.read_bytes().decode(ENCODINGS[style.file_format]), newline=""))
    columns = [column for column, word in zip(COLUMNS, VOCABULARIES[style.vocabulary], strict=True) if word]
    assert header == [word for word in VOCABULARIES[style.vocabulary] if word]
    return [dict(zip(columns, row, strict=True)) for row in body]


def test_there_are_935_products_of_fifteen_families():
    families = Counter(product.family for product in products())

    assert len(products()) == 935
    assert len(families) == 15
    assert min(families.values()) >= 20


def test_every_product_stands_in_a_category_that_the_mall_sells():
    parents = {category.parent_code for category in categories()}
    sold = {category.code for category in categories() if category.in_mall} - parents

    assert {product.category_code for product in products()} <= sold


def test_categories_written_by_name_are_unmistakable():
    names = Counter(category.name for category in categories())
    name = {category.code: category.name for category in categories()}

    assert [code for code in {each.category_code for each in products()} if names[name[code]] > 1] == []


def test_no_two_products_share_brand_and_model_in_a_category():
    keys = Counter(
        (each.category_code, each.brand, each.name if not each.brand else "", re.sub(r"[\W_]+", "", each.model).lower())
        for each in products()
    )

    assert [key for key, count in keys.items() if count > 1] == []


def test_products_have_specifications_prices_and_known_units():
    units = {unit.name_zh for unit in units_of_measure()}

    for product in products():
        assert 3 <= len(product.specification) <= 8, product
        assert product.price_fen > 0
        assert product.unit in units
        assert product.pack_unit is None or product.pack_unit in units
        assert 1 <= product.popularity <= 9


def test_barcodes_are_valid_distinct_and_of_no_real_article():
    barcodes = [product.gtin for product in products() if product.gtin]

    assert all(ean.is_valid(code) for code in barcodes)
    assert len(set(barcodes)) == len(barcodes) == 896
    assert {code[:2] for code in barcodes} == {"20"}


def test_computers_monitors_printers_and_air_conditioners_carry_the_green_label():
    for product in products():
        if product.category_code in ("A02010105", "A02010108", "A02021104", "A02021003", "A02061804"):
            assert product.is_green, product


def test_some_goods_lie_above_the_asset_ceiling_and_most_below():
    ceiling = {category.code: category.asset_ceiling_fen for category in categories()}
    limited = [each for each in products() if ceiling[each.category_code]]

    above = [each for each in limited if each.price_fen > ceiling[each.category_code]]

    assert len(above) >= 5
    assert len(above) < len(limited) // 3


def test_money_in_the_tables_is_read_exactly():
    assert fen("24.90") == 2_490
    assert fen("4680") == 468_000
    with pytest.raises(ValueError, match="two decimals"):
        fen("0.005")


def test_popular_products_have_many_sellers():
    sellers = defaultdict(set)
    for key, offers in offers_by_supplier(seed=SEED).items():
        for offer in offers:
            sellers[offer.product.category_code, offer.product.brand, offer.product.model, offer.product.name].add(key)

    counts = Counter(len(keys) for keys in sellers.values())
    assert min(counts) >= 2
    assert max(counts) <= 8
    assert sum(count for size, count in counts.items() if size >= 4) > 700


def test_prices_scatter_around_the_street_price_with_a_few_dear_outliers():
    ratios = [
        offer.price_fen * 1000 // (offer.product.price_fen * offer.pack_size)
        for key, offers in offers_by_supplier(seed=SEED).items()
        for offer in offers
        if offer.product.price_fen >= 1_000 and key not in DEAR_PER_THOUSAND
    ]

    assert min(ratios) >= 880
    assert sum(880 <= ratio <= 1120 for ratio in ratios) > len(ratios) * 97 // 100
    assert 20 <= sum(ratio >= 1_250 for ratio in ratios) <= 120


def test_two_suppliers_are_dear_throughout_and_no_price_of_theirs_stands_out():
    for key, low, high in (("s26", 1_150, 1_200), ("s22", 1_090, 1_160)):
        ratios = sorted(
            offer.price_fen * 1000 // (offer.product.price_fen * offer.pack_size)
            for offer in offers_by_supplier(seed=SEED)[key]
            if offer.product.price_fen >= 1_000
        )
        usual = [ratio for ratio in ratios if ratio < 1_250]

        assert len(usual) * 100 >= len(ratios) * 95
        # A carton is three in a hundred cheaper, and prices are rounded down.
        assert low * 97 // 100 - 10 <= usual[0]
        assert usual[-1] <= high


def test_food_of_suppliers_from_elsewhere_does_not_go_to_the_remote_city(files):
    food = {"s12", "s13", "s24"}
    names = {region.name for region in regions() if region.level == "city"}

    for file in files:
        if key_of(file.path) in food and file.month_offset == 0:
            told = {row["regions"] for row in rows_of(file.path)}
            told_in_full = next(one for one in told if one not in ("全省", "410000"))
            assert len(told) == 2
            assert "信阳" not in told_in_full and "411500" not in told_in_full
            assert len(told_in_full.replace(";", "、").split("、")) == len(names) - 1


def test_catalogues_hold_at_least_2600_listings(files):
    catalogues = [file for file in files if file.month_offset == 0]

    assert len(catalogues) == 28
    assert sum(len(rows_of(file.path)) for file in catalogues) == 4800


def test_each_file_belongs_to_a_supplier_and_names_its_rows_once(files):
    codes = {supplier.key: supplier.credit_code for supplier in demo_suppliers(year=2026)}

    for file in files:
        rows = rows_of(file.path)
        assert file.credit_code == codes[key_of(file.path)]
        assert len({row["sku"] for row in rows}) == len(rows) > 0
        assert all(row["name"] and row["price"] for row in rows)


def test_all_four_formats_and_six_vocabularies_occur(files):
    styles = [style_of(key_of(file.path)) for file in files]

    assert {style.file_format for style in styles} == {"csv-bom", "csv-utf8", "csv-gb18030", "xlsx"}
    assert {style.vocabulary for style in styles} == {"goods", "stock", "agreement", "retail", "english", "bare"}


def test_categories_are_given_by_code_by_name_or_not_at_all(files):
    codes = {category.code for category in categories()}
    names = {category.name for category in categories()}
    without = []

    for file in files:
        rows = rows_of(file.path)
        if "category" not in rows[0]:
            without.append(key_of(file.path))
            continue
        for row in rows:
            assert row["category"] in codes or row["category"] in names or row["category"].split(" ")[0] in codes

    assert without == ["s06"]


def test_one_supplier_writes_prices_with_sign_and_thousands_separators(files):
    prices = {
        key_of(file.path): [row["price"] for row in rows_of(file.path)] for file in files if not file.month_offset
    }

    assert all(price.startswith("￥") for price in prices["s10"])
    assert any("," in price for price in prices["s10"])
    assert [key for key, written in prices.items() if any("￥" in price for price in written)] == ["s10"]


def test_descriptions_hold_html_and_now_and_then_a_script(files):
    descriptions = [row.get("description", "") for file in files for row in rows_of(file.path)]

    assert sum("<p" in text or "<div" in text for text in descriptions) > 1_000
    assert sum("<script>" in text for text in descriptions) > 30


def test_the_same_seed_writes_the_same_bytes(files, tmp_path):
    again = write_files(tmp_path, seed=SEED)

    assert [file.path.name for file in again] == [file.path.name for file in files]
    for first, second in zip(files, again, strict=True):
        assert first.path.read_bytes() == second.path.read_bytes(), first.path.name


def test_another_seed_writes_other_prices(files, tmp_path):
    other = write_files(tmp_path, seed=SEED + 1)

    assert files[0].path.read_bytes() != other[0].path.read_bytes()


def test_later_files_change_every_price_they_name(files):
    first = {}
    for file in files:
        if file.month_offset == 0:
            first[file.credit_code] = {
                row["sku"]: Decimal(row["price"].lstrip("￥").replace(",", "")) for row in rows_of(file.path)
            }
    updates = [file for file in files if file.month_offset > 0]

    assert [(key_of(file.path), file.month_offset) for file in updates] == [
        ("s01", 2),
        ("s05", 3),
        ("s24", 4),
        ("s02", 5),
    ]
    for file in updates:
        rows = rows_of(file.path)
        assert len(rows) >= 30
        for row in rows:
            assert Decimal(row["price"]) != first[file.credit_code][row["sku"]]


def test_names_of_the_supplier_without_categories_lead_to_the_right_ones():
    words = {word: category.code for category in categories() for word in (*category.aliases, category.name)}
    offers = offers_by_supplier(seed=SEED)["s06"]

    right = 0
    for offer in offers:
        fitting = [word for word in words if len(word) >= 2 and word in offer.product.name]
        right += bool(fitting) and words[max(fitting, key=len)] == offer.product.category_code

    assert right >= len(offers) * 90 // 100


def test_packs_step_down_to_the_unit_of_the_product(files):
    for file in files:
        for row in rows_of(file.path):
            if row.get("pack"):
                assert re.fullmatch(rf"[0-9]+[^0-9/]+/{re.escape(row['unit'])}", row["pack"])
