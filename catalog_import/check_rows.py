"""What may be wrong with a row: one declarative table, for a million rows at once and for the single-listing form."""

# ruff: noqa: E501 - a sentence of the table is easier to read whole

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from catalog_import.clean_rows import clean
from catalog_import.feed_row import COLUMN_NAMES, FeedRow

PRICE_FEN_MAX = 10**11
USUAL_TAX_RATES_BP = (0, 100, 150, 300, 500, 600, 900, 1000, 1100, 1300, 1600, 1700)
_FORMULA = r"^[=+\-@\t\r＝＋－＠]"
#: letters of another script that look like Latin ones, beside Latin ones; kana that look like characters, beside those
_FOREIGN_LETTERS = r"[\p{Cyrillic}\p{Greek}]"
_FOREIGN_IN_WORD = r"\p{Latin}\p{Cyrillic}|\p{Cyrillic}\p{Latin}"
_KANA_AMONG_HAN = r"\p{Han}[カニエロトタハ]|[カニエロトタハ]\p{Han}"
_SEVERITIES = {"": 0, "info": 1, "warning": 2, "error": 3}


@dataclass(frozen=True)
class Rule:
    """One thing that may be found in a row. `when` reads the columns of `clean_rows.clean`.

    The sentences may name {value} (the cell as written) and the facts of the finding.
    """

    column: str
    code: str
    severity: str
    when: pl.Expr | None
    zh: str
    en: str


def _filled(name: str) -> pl.Expr:
    return pl.col(name).is_not_null()


def _checked_gtin() -> pl.Expr:
    """Whether the check digit of GTIN-8/12/13/14 is right: weights 3 and 1 from the right, modulo 10."""
    padded = pl.col("gtin_digits").str.zfill(14)
    total = pl.lit(0, dtype=pl.Int64)
    for position in range(13):
        digit = padded.str.slice(position, 1).cast(pl.Int64, strict=False)
        total = total + digit * (3 if position % 2 == 0 else 1)
    return (10 - total % 10) % 10 == padded.str.slice(13, 1).cast(pl.Int64, strict=False)


def _form(name: str, form: str) -> pl.Expr:
    return pl.col(f"{name}_form") == form


_GTIN_LENGTH_RIGHT = pl.col("gtin_digits").str.len_chars().is_in([8, 12, 13, 14])
_NET_GAP_FEN = (pl.col("gross_from_net_fen") - pl.col("price_fen")).abs()

# fmt: off
RULES: tuple[Rule, ...] = (
    Rule("", "row.open_quote", "error", pl.col("fault") == "row.open_quote",
         "文件在引号内中断，本行及以后的内容不完整", "The file ends inside a quote; this row is incomplete"),
    Rule("", "row.unreadable", "error", pl.col("fault") == "row.unreadable",
         "从本行起文件无法读取（单元格过长或引号未闭合）", "From this row on the file cannot be read (a cell without end)"),
    Rule("", "row.formula_without_value", "error", pl.col("fault") == "row.formula_without_value",
         "公式未计算，请把公式粘贴为数值", "A formula has no computed value; paste it as a value"),
    Rule("", "row.long", "error", pl.col("long"),
         "本行的单元格比表头多，列可能错位", "The row has more cells than the header; columns may have shifted"),
    Rule("", "row.short", "warning", pl.col("short"),
         "本行的单元格比表头少，缺少的列按空白处理", "The row has fewer cells than the header; the missing ones count as empty"),
    Rule("", "row.hidden_characters", "warning", pl.col("has_hidden"),
         "含有不可见字符（控制、方向或零宽字符），已删除", "Invisible characters (control, direction, zero width) were removed"),

    Rule("sku", "sku.missing", "error", ~_filled("sku"),
         "缺少商品编号", "The SKU is missing"),
    Rule("sku", "sku.too_long", "error", pl.col("sku").str.len_chars() > 64,
         "商品编号超过64个字符", "The SKU is longer than 64 characters"),
    Rule("sku", "sku.scientific", "error", pl.col("sku").str.contains(r"^[0-9](?:\.[0-9]+)?[eE]\+?[0-9]+$"),
         "商品编号“{value}”是科学计数，原值已丢失；请把该列设为文本后重新填写",
         "The SKU “{value}” is in scientific notation and its value is lost; format the column as text"),
    Rule("sku", "sku.formula", "error", pl.col("sku").str.contains(_FORMULA),
         "商品编号不能以 = + - @ 开头", "A SKU must not begin with = + - @"),
    Rule("name", "name.missing", "error", ~_filled("name"),
         "缺少商品名称", "The name is missing"),
    Rule("name", "name.too_long", "error", pl.col("name").str.len_chars() > 200,
         "商品名称超过200个字符", "The name is longer than 200 characters"),
    Rule("name", "name.formula", "error", pl.col("name").str.contains(_FORMULA),
         "商品名称不能以 = + - @ 开头", "A name must not begin with = + - @"),
    Rule("name", "name.excel_error", "error", pl.col("name").str.contains(r"^#(?:REF|VALUE|DIV/0|NAME|NUM)[!?]"),
         "商品名称是表格错误值“{value}”", "The name is the spreadsheet error “{value}”"),
    Rule("name", "name.html", "warning", pl.col("name_html"),
         "商品名称中的网页标签已删除", "HTML tags were removed from the name"),
    Rule("name", "name.look_alike", "error", pl.col("name").str.contains(_FOREIGN_IN_WORD),
         "商品名称“{value}”的单词里混有形近的外文字母，请重新输入",
         "A word of the name “{value}” mixes letters of two scripts that look alike; type it anew"),
    Rule("brand", "brand.formula", "error", pl.col("brand").str.contains(_FORMULA),
         "品牌不能以 = + - @ 开头", "A brand must not begin with = + - @"),
    Rule("brand", "brand.too_long", "error", pl.col("brand").str.len_chars() > 80,
         "品牌超过80个字符", "The brand is longer than 80 characters"),
    Rule("brand", "brand.look_alike", "error",
         (pl.col("brand").str.contains(_FOREIGN_LETTERS) & pl.col("brand").str.contains(r"\p{Latin}"))
         | pl.col("brand").str.contains(_KANA_AMONG_HAN),
         "品牌“{value}”混有形近的外文字母，会被当作另一个品牌；请重新输入",
         "The brand “{value}” mixes letters of two scripts that look alike and would pass for another one; type it anew"),
    Rule("brand", "brand.from_name", "info", ~_filled("brand") & _filled("brand_or_found"),
         "品牌取自商品名称", "The brand was taken from the name"),
    Rule("model", "model.formula", "error", pl.col("model").str.contains(_FORMULA),
         "型号不能以 = + - @ 开头", "A model must not begin with = + - @"),
    Rule("model", "model.too_long", "error", pl.col("model").str.len_chars() > 120,
         "型号超过120个字符", "The model is longer than 120 characters"),

    Rule("price", "price.missing", "error", ~_filled("price") & ~pl.col("price_from_net"),
         "缺少含税单价", "The price is missing"),
    Rule("price", "price.zero", "error", pl.col("price_fen") == 0,
         "单价不能为零", "The price must not be zero"),
    Rule("price", "price.negative", "error", _form("price", "negative"),
         "单价“{value}”不能为负数", "The price “{value}” must not be negative"),
    Rule("price", "price.negotiable", "error", _form("price", "negotiable"),
         "单价“{value}”不是金额，请填写明确的价格", "“{value}” is not a price; state an amount"),
    Rule("price", "price.currency", "error", _form("price", "currency"),
         "单价“{value}”不是人民币，请换算成人民币元", "The price “{value}” is not in CNY; state it in yuan"),
    Rule("price", "price.ten_thousands", "error", _form("price", "ten_thousands"),
         "单价“{value}”以万、千为单位，请改以元填写", "The price “{value}” is in thousands or ten thousands; write it in yuan"),
    Rule("price", "price.scientific", "error", _form("price", "scientific"),
         "单价“{value}”是科学计数，请改为普通数字", "The price “{value}” is in scientific notation; write it out"),
    Rule("price", "price.too_fine", "error", _form("price", "too_fine"),
         "单价“{value}”超过两位小数", "The price “{value}” has more than two decimals"),
    Rule("price", "price.not_a_number", "error", _form("price", "not_a_number"),
         "单价“{value}”不是数字", "The price “{value}” is not a number"),
    Rule("price", "price.too_high", "error", _form("price", "too_high") | (pl.col("price_fen") > PRICE_FEN_MAX),
         "单价“{value}”超过10亿元", "The price “{value}” is above one billion yuan"),
    Rule("price", "price.one_fen", "warning", pl.col("price_fen") == 1,
         "单价只有1分，请核对", "The price is one fen; please check"),
    Rule("price", "price.from_net", "info", pl.col("price_from_net"),
         "含税单价由不含税单价和税率算出", "The price was computed from the net price and the tax rate"),
    Rule("price", "price.unit_differs", "error",
         (_filled("price_unit_name") & _filled("unit") & (pl.col("price_unit_name") != pl.col("unit_name"))).fill_null(False),
         "单价“{value}”中的单位与计量单位不一致", "The unit in the price “{value}” is not the unit of the row"),
    Rule("net_price", "price.net_disagrees", "error",
         ~pl.col("price_from_net") & (_NET_GAP_FEN > 2) & (pl.col("price_fen") < _NET_GAP_FEN * 1000),
         "含税单价与不含税单价“{value}”及税率不符", "Price, net price “{value}” and tax rate do not agree"),
    Rule("net_price", "net_price.unusable", "warning", _filled("net_price_form"),
         "不含税单价“{value}”无法识别，已忽略", "The net price “{value}” cannot be read and is left out"),
    Rule("market_price", "market_price.unusable", "warning",
         _filled("market_price_form") | (pl.col("market_price_fen") > PRICE_FEN_MAX),
         "市场价“{value}”无法识别，已忽略", "The market price “{value}” cannot be read and is left out"),
    Rule("market_price", "market_price.below_price", "warning",
         (pl.col("market_price_fen") > 0) & (pl.col("market_price_fen") < pl.col("price_fen")),
         "市场价低于含税单价，请核对", "The market price is below the price; please check"),
    Rule("tax_rate", "tax_rate.unusable", "warning", _filled("tax_rate") & ~_filled("tax_rate_bp"),
         "税率“{value}”无法识别，按13%处理", "The tax rate “{value}” cannot be read; 13% is assumed"),
    Rule("tax_rate", "tax_rate.unusual", "warning", ~pl.col("tax_rate_bp").is_in(USUAL_TAX_RATES_BP),
         "税率“{value}”不常见，请核对", "The tax rate “{value}” is unusual; please check"),

    Rule("unit", "unit.missing", "warning", ~_filled("unit") & ~_filled("unit_name"),
         "缺少计量单位，按类目的常用单位处理", "The unit is missing; the usual one of the category is taken"),
    Rule("unit", "unit.unknown", "warning", _filled("unit") & ~_filled("unit_name"),
         "计量单位“{value}”不在单位表中，按类目的常用单位处理",
         "The unit “{value}” is not in the table of units; the usual one of the category is taken"),
    Rule("stock", "stock.unusable", "warning", _filled("stock") & ~_filled("stock_count"),
         "库存“{value}”不是整数，按不限处理", "The stock “{value}” is not a whole number; it counts as unlimited"),
    Rule("delivery_days", "delivery_days.unusable", "warning",
         _filled("delivery_days") & (~_filled("delivery_day_count") | (pl.col("delivery_day_count") > 365)),
         "交货天数“{value}”无法识别，按3天处理", "The delivery time “{value}” cannot be read; 3 days are assumed"),
    Rule("regions", "regions.unknown", "warning", ~pl.col("regions_known") & _filled("region_codes"),
         "配送区域“{value}”中有不认识的名称，已忽略该部分", "Some names in the delivery regions “{value}” are unknown and left out"),
    Rule("regions", "regions.unusable", "error", _filled("regions") & ~_filled("region_codes"),
         "配送区域“{value}”无法识别", "The delivery regions “{value}” cannot be read"),
    Rule("warranty", "warranty.unusable", "info", _filled("warranty") & ~_filled("warranty_months"),
         "质保期“{value}”不是月数或年数，未采用", "The warranty “{value}” is not in months or years and is left out"),
    Rule("gtin", "gtin.not_digits", "error", _filled("gtin") & ~_filled("gtin_digits"),
         "商品条码“{value}”不全是数字（科学计数会丢失原值，请设为文本）",
         "The GTIN “{value}” is not all digits (scientific notation loses its value; format it as text)"),
    Rule("gtin", "gtin.length", "error", _filled("gtin_digits") & ~_GTIN_LENGTH_RIGHT,
         "商品条码“{value}”应为8、12、13或14位", "The GTIN “{value}” must have 8, 12, 13 or 14 digits"),
    Rule("gtin", "gtin.check_digit", "error", _GTIN_LENGTH_RIGHT & ~_checked_gtin(),
         "商品条码“{value}”的校验位不对", "The check digit of the GTIN “{value}” is wrong"),
    Rule("green", "green.unusable", "info", _filled("green") & ~_filled("green_flag"),
         "节能环保“{value}”应填是或否，未采用", "The green label “{value}” must be yes or no and is left out"),
    Rule("shelf", "shelf.unusable", "warning", _filled("shelf") & ~_filled("shelf_flag"),
         "是否上架“{value}”应填是或否，按上架处理", "On shelf “{value}” must be yes or no; yes is assumed"),
    Rule("action", "action.unknown", "error", _filled("action") & ~_filled("action_kind"),
         "操作“{value}”应填新增、更新或删除", "The action “{value}” must be add, update or delete"),
    Rule("description", "description.only_images", "info", _filled("description") & ~_filled("description_html"),
         "商品详情只有图片或链接，未保留", "The description has only images or links; nothing was kept"),
    Rule("description", "description.too_long", "warning", pl.col("description_html").str.len_chars() > 60_000,
         "商品详情过长，未采用", "The description is too long and is left out"),

    # Found on the staging table, where all rows of the batch and the catalogue can be seen.
    Rule("sku", "sku.duplicate", "error", None,
         "商品编号与第{first_row}行重复", "The SKU already stands in row {first_row}"),
    Rule("sku", "sku.lost_zeros", "error", None,
         "商品编号“{value}”与您已有的编号只差前面的 0，应是表格软件丢掉的；请把该列设为文本后重新填写",
         "The SKU “{value}” is one of yours without its leading zeros; a spreadsheet dropped them: format the column as text"),
    Rule("sku", "sku.unknown", "error", None,
         "本店没有这个商品编号，无法更新或删除", "You have no listing with this SKU to update or delete"),
    Rule("category", "category.not_sold", "error", None,
         "类目“{value}”不在电子卖场的经营范围", "The category “{value}” is not sold in the mall"),
    Rule("category", "category.unknown", "error", None,
         "“{value}”不是采购目录的编码或品目名称", "“{value}” is neither a code nor a name of the official categories"),
    Rule("category", "category.needed", "warning", None,
         "类目“{value}”尚未对应采购目录，商品已收下，请到“待归类”中确定",
         "The category “{value}” is not settled; the listing is kept under “needs category”"),
    Rule("category", "category.old_code", "info", None,
         "“{value}”是2013年版目录的编码，已按2022年版归类，请核对",
         "“{value}” is a code of the catalogue of 2013; the listing stands under its code of 2022, please look"),
    Rule("category", "category.kept", "info", None,
         "本商品已归入其他类目，未随文件更改", "This listing stands in another category, which the file does not change"),
)
# fmt: on

RULES_BY_CODE: dict[str, Rule] = {rule.code: rule for rule in RULES}
_ROW_RULES = tuple(rule for rule in RULES if rule.when is not None)
#: What an update may leave out: the listing has it.
_LISTING_HAS_IT = frozenset({"name.missing", "price.missing", "unit.missing", "brand.from_name"})
#: What is looked at where a listing is only to be taken off.
_ENOUGH_TO_DELETE = frozenset({"", "sku", "action"})
#: Values a warning throws away: the check finds them, the value does not survive.
_BIT_TYPE = pl.Int64


@dataclass(frozen=True)
class Finding:
    """One thing found in one row."""

    code: str
    column: str
    severity: str


def check(raw: pl.DataFrame) -> pl.DataFrame:
    """Clean and check a frame of text (shape: `clean_rows.clean`); adds `codes` (list of text) and `severity` (0-3)."""
    frame = clean(raw)
    mask = pl.sum_horizontal(
        pl.when(rule.when.fill_null(False) & _concerns(rule))
        .then(pl.lit(1 << bit, dtype=_BIT_TYPE))
        .otherwise(pl.lit(0, dtype=_BIT_TYPE))
        for bit, rule in enumerate(_ROW_RULES)
        if rule.when is not None
    )
    frame = frame.with_columns(mask.alias("found"))
    distinct = frame["found"].unique()
    codes = [_codes_of(found) for found in distinct]
    known = pl.DataFrame({
        "found": distinct,
        "codes": pl.Series(codes, dtype=pl.List(pl.String)),
        "severity": pl.Series([worst(found) for found in codes], dtype=pl.Int64),
    })  # fmt: skip
    frame = frame.join(known, on="found", how="left", maintain_order="left").drop("found")
    return _drop_unusable(frame)


def _concerns(rule: Rule) -> pl.Expr:
    """Whether a rule says anything to a row: a part of a listing is judged by what it holds."""
    wanted = pl.lit(True)
    if rule.code in _LISTING_HAS_IT:
        wanted = wanted & (pl.col("action_kind").fill_null("add") == "add")
    if rule.column not in _ENOUGH_TO_DELETE:
        wanted = wanted & (pl.col("action_kind").fill_null("add") != "delete")
    return wanted


def check_one(cells: Mapping[str, str], *, row_number: int = 0) -> tuple[FeedRow, list[Finding]]:
    """The same table for one row of cells by column name: the single-listing form and the push API use it."""
    frame = check(raw_frame([(row_number, cells)]))
    values = frame.row(0, named=True)
    return feed_row(values, cells=cells), [finding(code) for code in values["codes"]]


def raw_frame(rows: Iterable[tuple[int, Mapping[str, str]]]) -> pl.DataFrame:
    """A frame in the shape `check` wants from (row number, cells by column name)."""
    listed = list(rows)
    data: dict[str, list[object]] = {
        "row": [number for number, _ in listed],
        "fault": [None] * len(listed),
        "short": [False] * len(listed),
        "long": [False] * len(listed),
    }
    schema = {"row": pl.Int64, "fault": pl.String, "short": pl.Boolean, "long": pl.Boolean}
    for name in COLUMN_NAMES:
        data[name] = [cells.get(name) for _, cells in listed]
        schema[name] = pl.String
    return pl.DataFrame(data, schema=schema)


def feed_row(values: Mapping[str, object], *, cells: Mapping[str, str]) -> FeedRow:
    """The canonical record from one checked row of the frame."""
    codes = str(values["region_codes"] or "{}").strip("{}")
    return FeedRow(
        row_number=values["row"],  # type: ignore[arg-type]
        sku=values["sku"],  # type: ignore[arg-type]
        name=values["name"],  # type: ignore[arg-type]
        category=values["category"],  # type: ignore[arg-type]
        brand=values["brand_or_found"],  # type: ignore[arg-type]
        model=values["model"],  # type: ignore[arg-type]
        specification=json.loads(str(values["specification_json"] or "{}")),
        unit=values["unit_name"],  # type: ignore[arg-type]
        base_unit=values["base_unit"],  # type: ignore[arg-type]
        pack=values["pack"],  # type: ignore[arg-type]
        pack_size=values["pack_size"],  # type: ignore[arg-type]
        price_fen=values["price_fen"],  # type: ignore[arg-type]
        market_price_fen=values["market_price_fen"],  # type: ignore[arg-type]
        tax_rate_bp=values["tax_rate_bp"],  # type: ignore[arg-type]
        stock=values["stock_count"],  # type: ignore[arg-type]
        delivery_days=values["delivery_day_count"],  # type: ignore[arg-type]
        regions=tuple(int(code) for code in codes.split(",") if code),
        origin=values["origin"],  # type: ignore[arg-type]
        warranty_months=values["warranty_months"],  # type: ignore[arg-type]
        gtin=values["gtin_digits"],  # type: ignore[arg-type]
        green=values["green_flag"],  # type: ignore[arg-type]
        description=values["description_html"],  # type: ignore[arg-type]
        shelf=values["shelf_flag"] is not False,
        action=str(values["action_kind"] or "add"),
        raw=dict(cells),
    )


def finding(code: str) -> Finding:
    """The finding of that code."""
    rule = RULES_BY_CODE[code]
    return Finding(code=code, column=rule.column, severity=rule.severity)


def words_of(code: str, *, language: str, value: str = "", **facts: object) -> str:
    """The sentence of a finding in "zh" or "en"."""
    rule = RULES_BY_CODE[code]
    shown = value if len(value) <= 40 else value[:39] + "…"
    # The value is the supplier's own text and may hold braces; it is put in, never interpreted.
    sentence = rule.en if language == "en" else rule.zh
    for name, fact in {"value": shown, **facts}.items():
        sentence = sentence.replace("{" + name + "}", str(fact))
    return sentence


def worst(codes: Iterable[str]) -> int:
    """The highest severity among codes: 0 nothing, 1 info, 2 warning, 3 error."""
    return max((_SEVERITIES[RULES_BY_CODE[code].severity] for code in codes), default=0)


def _codes_of(found: int) -> list[str]:
    return [rule.code for bit, rule in enumerate(_ROW_RULES) if found >> bit & 1]


def _drop_unusable(frame: pl.DataFrame) -> pl.DataFrame:
    """What a warning says is left out, is left out."""
    market = pl.col("market_price_fen")
    return frame.with_columns(
        market_price_fen=pl.when((market > 0) & (market <= PRICE_FEN_MAX)).then(market),
        delivery_day_count=pl.when(pl.col("delivery_day_count") <= 365).then(pl.col("delivery_day_count")),
        description_html=pl.when(pl.col("description_html").str.len_chars() <= 60_000).then(pl.col("description_html")),
    )
