"""From cells of text to values: one set of polars expressions, for a million rows or for one."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from catalog_import import clean_text, words
from catalog_import.feed_row import COLUMN_NAMES

#: What suppliers' systems write for "nothing". NaN is not among them: in a price it is a fault.
_EMPTY_WORDS = ("null", "none", "n/a", "#n/a", "nil", "-", "--", "—", "——", "/", "无数据")
_EMPTY_CELLS = ("", *{form for word in _EMPTY_WORDS for form in (word, word.upper(), word.capitalize())})

_HIDDEN = r"[\p{Cc}\p{Cf}\p{Co}--[\t\n\r]]"
_LINE_BREAKS = r"[\t\n\r\u2028\u2029\u0085\s]+"
_LONG_TEXTS = ("description", "summary", "specification")
_NUMBERS = ("price", "net_price", "market_price", "tax_rate", "stock", "delivery_days", "green", "shelf", "action")

_GROUPED = r"^[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?$"
_AMOUNT = r"^(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]*)?$"
_TRUE = ("1", "是", "y", "yes", "true", "有", "√", "on", "上架", "在售", "已上架")
_FALSE = ("0", "否", "n", "no", "false", "无", "×", "off", "下架", "停售", "已下架", "未上架")
_ACTION_WORDS = {
    "add": ("add", "new", "insert", "upsert", "create", "新增", "增加", "添加", "新建", "上新"),
    "update": ("update", "change", "modify", "price", "更新", "修改", "变更", "改价", "调价"),
    "delete": ("delete", "remove", "discontinued", "删除", "下架", "停售", "撤下"),
}


def clean(raw: pl.DataFrame) -> pl.DataFrame:
    """Add the values to a frame of text.

    In: `row`, `fault`, `short`, `long` and every name of `COLUMN_NAMES` as text or null ("" counts as null).
    Out: the same frame (`raw_*` are the cells as written) with tidy text under the plain names, and
    typed columns: price_fen, net_price_fen, market_price_fen, tax_rate_bp, stock_count,
    delivery_day_count, warranty_months, green_flag, shelf_flag, unit_name, base_unit, pack_size,
    region_codes, description_html, specification_json, brand_key, model_key, name_key, action_kind.
    """
    frame = raw.with_columns(pl.col(name).alias(f"raw_{name}") for name in COLUMN_NAMES)
    frame = frame.with_columns(_hidden(frame).alias("has_hidden"))
    frame = _tidy(frame)
    frame = _clean_names(frame)
    frame = _clean_money(frame, "price")
    frame = _clean_money(frame, "net_price")
    frame = _clean_money(frame, "market_price")
    frame = _clean_numbers(frame)
    frame = _price_from_net(frame)
    frame = _clean_units(frame)
    frame = _clean_regions(frame)
    frame = _clean_texts(frame)
    return _match_keys(frame)


def _hidden(frame: pl.DataFrame) -> pl.Expr:
    # One look at all cells of the row together is cheaper than one per column.
    joined = pl.concat_str([pl.col(name).fill_null("") for name in COLUMN_NAMES])
    return joined.str.contains(_HIDDEN)


def _tidy(frame: pl.DataFrame) -> pl.DataFrame:
    """Text without hidden characters and needless blanks; cells that say nothing become null.

    In steps, because an expression that names another one twice computes it twice.
    """
    frame = frame.with_columns(_visible(name) for name in COLUMN_NAMES)
    # Our own report writes '=1+1 for a cell that would run; sent again, it is the cell it was.
    frame = frame.with_columns(
        pl.when(pl.col(name).str.contains(r"^'[=+\-@＝＋－＠]")).then(pl.col(name).str.slice(1)).otherwise(pl.col(name))
        for name in COLUMN_NAMES
    )
    frame = frame.with_columns(
        pl.col(name).str.normalize("NFKC").str.replace_all(r"\s+", "").alias(name) for name in _NUMBERS
    )
    return frame.with_columns(
        pl.when(~pl.col(name).is_in(_EMPTY_CELLS)).then(pl.col(name)).alias(name) for name in COLUMN_NAMES
    )


def _visible(name: str) -> pl.Expr:
    text = pl.col(name).str.replace_all(_HIDDEN, "")
    if name not in _LONG_TEXTS:
        text = text.str.replace_all(_LINE_BREAKS, " ")
    return text.str.strip_chars().alias(name)


def _clean_names(frame: pl.DataFrame) -> pl.DataFrame:
    frame = frame.with_columns(name_html=pl.col("name").str.contains_any(["<"], ascii_case_insensitive=False))
    if not frame["name_html"].any():
        return frame.with_columns(name_html=pl.lit(False))
    tagged = pl.col("name").map_elements(clean_text.looks_like_html, return_dtype=pl.Boolean, skip_nulls=True)
    frame = frame.with_columns(name_html=pl.when(pl.col("name_html")).then(tagged).otherwise(False).fill_null(False))
    bare = pl.col("name").map_elements(clean_text.text_of_html, return_dtype=pl.String, skip_nulls=True)
    frame = frame.with_columns(name=pl.when(pl.col("name_html")).then(bare).otherwise(pl.col("name")))
    return frame.with_columns(name=pl.when(pl.col("name") != "").then(pl.col("name")))


def _clean_money(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    """`<name>_fen`, `<name>_form` (why it is not money, or null) and `<name>_unit` (what stood behind a slash)."""
    text = pl.col(name)
    bare = text.str.replace(r"(?i)^(?:¥|￥|rmb|cny|人民币)", "")
    amount = bare.str.extract(r"^(.*?)(?:元整?|圆|rmb|cny)?(?:/.*)?$", 1)
    per_unit = bare.str.extract(r"/([^/]+)$", 1)
    frame = frame.with_columns(amount.alias("_amount"), per_unit.alias(f"{name}_unit"))
    amount = pl.col("_amount")
    whole_text = amount.str.replace_all(",", "").str.extract(r"^([0-9]{1,13})(?:\.|$)", 1)
    fraction = amount.str.extract(r"\.([0-9]*)$", 1).fill_null("")
    readable = amount.str.contains(_AMOUNT) & whole_text.is_not_null()
    too_fine = fraction.str.slice(2).str.contains("[1-9]")
    fen = whole_text.cast(pl.Int64) * 100 + fraction.str.slice(0, 2).str.pad_end(2, "0").cast(pl.Int64, strict=False)
    form = (
        pl.when(text.is_null() | (readable & ~too_fine)).then(None)
        .when(text.str.contains("面议|询价|电议|议价|待定|面谈")).then(pl.lit("negotiable"))
        .when(text.str.contains(r"[0-9][万亿千wW]")).then(pl.lit("ten_thousands"))
        .when(text.str.contains(r"^[0-9.,]+[A-Za-z]{3}$|^[$€£][0-9]")).then(pl.lit("currency"))
        .when(text.str.contains(r"^[0-9.]+[eE][+\-]?[0-9]+$")).then(pl.lit("scientific"))
        .when(text.str.contains(r"^[\-−–(]")).then(pl.lit("negative"))
        .when(readable & too_fine).then(pl.lit("too_fine"))
        .when(text.str.contains(r"^[¥]?[0-9,]{14,}(?:\.[0-9]+)?$")).then(pl.lit("too_high"))
        .otherwise(pl.lit("not_a_number"))
    )  # fmt: skip
    frame = frame.with_columns(form.alias(f"{name}_form"), fen.alias(f"{name}_fen"))
    usable = pl.col(f"{name}_form").is_null()
    return frame.with_columns(pl.when(usable).then(pl.col(f"{name}_fen")).alias(f"{name}_fen")).drop("_amount")


def _clean_numbers(frame: pl.DataFrame) -> pl.DataFrame:
    rate = pl.col("tax_rate").str.replace(r"%$", "")
    whole = rate.str.extract(r"^([0-9]{1,2})(?:\.[0-9]*)?$", 1).cast(pl.Int64)
    hundredths = rate.str.extract(r"^[0-9]{1,2}\.([0-9]{1,4})0*$", 1).fill_null("").str.pad_end(4, "0")
    # 0.13 is a fraction, 13 and 13% are percentages; a percentage below one is nobody's tax rate.
    is_fraction = (whole == 0) & ~pl.col("tax_rate").str.ends_with("%")
    rate_bp = pl.when(is_fraction).then(hundredths.cast(pl.Int64)).otherwise(
        whole * 100 + hundredths.str.slice(0, 2).cast(pl.Int64)
    )  # fmt: skip
    months = pl.col("warranty").str.normalize("NFKC")
    months_number = months.str.extract(r"^([0-9]{1,3})(?:个?月|months?|m)?$", 1).cast(pl.Int64)
    years_number = months.str.extract(r"^([0-9]{1,2})(?:年|years?|y)$", 1).cast(pl.Int64) * 12
    days = pl.col("delivery_days").str.replace(r"(?:个?工作日|天|日|days?)内?$", "")
    return frame.with_columns(
        tax_rate_bp=rate_bp,
        stock_count=_count("stock", digits_max=9),
        delivery_day_count=days.str.extract(r"^([0-9]{1,3})(?:\.0+)?$", 1).cast(pl.Int64),
        warranty_months=pl.coalesce(months_number, years_number),
        green_flag=_flag("green"),
        shelf_flag=_flag("shelf"),
        action_kind=_action_kind(),
    )


def _action_kind() -> pl.Expr:
    """One of ACTIONS; a row that names none adds, a word that nobody knows is null."""
    text = pl.col("action").str.to_lowercase()
    kinds = {word: kind for kind, known in _ACTION_WORDS.items() for word in known}
    return pl.when(text.is_null()).then(pl.lit("add")).otherwise(text.replace_strict(kinds, default=None))


def _count(name: str, *, digits_max: int) -> pl.Expr:
    plain = pl.when(pl.col(name).str.contains(_GROUPED)).then(pl.col(name).str.replace_all(",", ""))
    text = pl.coalesce(plain, pl.col(name))
    return text.str.extract(rf"^([0-9]{{1,{digits_max}}})(?:\.0+)?$", 1).cast(pl.Int64)


def _flag(name: str) -> pl.Expr:
    text = pl.col(name).str.to_lowercase()
    return pl.when(text.is_in(_TRUE)).then(True).when(text.is_in(_FALSE)).then(False)


def _price_from_net(frame: pl.DataFrame) -> pl.DataFrame:
    """Where only the net price and the rate are given, the gross price follows, rounded half up to the fen."""
    gross = (pl.col("net_price_fen") * (10_000 + pl.col("tax_rate_bp")) + 5_000) // 10_000
    missing = pl.col("price").is_null() & gross.is_not_null()
    return frame.with_columns(
        gross_from_net_fen=gross,
        price_from_net=missing,
        price_fen=pl.when(missing).then(gross).otherwise(pl.col("price_fen")),
    )


def _clean_units(frame: pl.DataFrame) -> pl.DataFrame:
    unit_word = pl.coalesce("unit", pl.col("price_unit"))
    frame = frame.with_columns(
        unit_name=_looked_up(frame, unit_word, words.unit_of),
        price_unit_name=_looked_up(frame, pl.col("price_unit"), words.unit_of),
    )
    both = frame.filter(pl.col("pack").is_not_null() & pl.col("unit_name").is_not_null())
    pairs = both.select("pack", "unit_name").unique()
    parsed = [words.parse_pack(pack, unit=unit) for pack, unit in pairs.iter_rows()]
    pairs = pairs.with_columns(
        pl.Series("base_unit", [base for base, _ in parsed], dtype=pl.String),
        pl.Series("pack_size", [size for _, size in parsed], dtype=pl.Int64),
    )
    frame = frame.join(pairs, on=["pack", "unit_name"], how="left", maintain_order="left")
    return frame.with_columns(
        pl.coalesce("base_unit", "unit_name").alias("base_unit"), pl.col("pack_size").fill_null(1)
    )


def _clean_regions(frame: pl.DataFrame) -> pl.DataFrame:
    distinct = frame["regions"].drop_nulls().unique()
    parsed = [words.parse_regions(text) for text in distinct]
    known = pl.DataFrame({
        "regions": distinct,
        "region_codes": pl.Series(
            ["{" + ",".join(map(str, codes)) + "}" if codes else None for codes, _ in parsed], dtype=pl.String
        ),
        "regions_known": pl.Series([complete for _, complete in parsed], dtype=pl.Boolean),
    })  # fmt: skip
    return frame.join(known, on="regions", how="left", maintain_order="left")


def _clean_texts(frame: pl.DataFrame) -> pl.DataFrame:
    described = frame.select("summary", "description").unique().filter(
        pl.col("summary").is_not_null() | pl.col("description").is_not_null()
    )  # fmt: skip
    cleaned = [clean_text.join_description(summary or "", text or "") for summary, text in described.iter_rows()]
    described = described.with_columns(pl.Series("description_html", cleaned, dtype=pl.String))
    frame = frame.join(described, on=["summary", "description"], how="left", nulls_equal=True, maintain_order="left")
    return frame.with_columns(
        description_html=pl.when(pl.col("description_html") != "").then(pl.col("description_html")),
        specification_json=_looked_up(frame, pl.col("specification"), clean_text.specification_json),
    )


def _match_keys(frame: pl.DataFrame) -> pl.DataFrame:
    nameless = pl.when(pl.col("brand").is_null()).then(pl.col("name"))
    brand = pl.coalesce(pl.col("brand"), _looked_up(frame, nameless, words.brand_in_name).replace("", None))
    frame = frame.with_columns(brand_or_found=brand)
    return frame.with_columns(
        brand_key=_looked_up(frame, pl.col("brand_or_found"), words.brand_key).fill_null(""),
        model_key=_key("model").fill_null(""),
        name_key=_key("name").fill_null(""),
        gtin=pl.col("gtin").str.normalize("NFKC").str.replace_all(r"[\s\-]", ""),
    ).with_columns(gtin_digits=pl.col("gtin").str.extract(r"^([0-9]+)$", 1))


def _key(name: str) -> pl.Expr:
    return pl.col(name).str.normalize("NFKC").str.to_lowercase().str.replace_all(r"[\s\-_/·,，。;；:：()\[\]【】]+", "")


def _looked_up(frame: pl.DataFrame, word: pl.Expr, look_up: Callable[[str], str | None]) -> pl.Expr:
    """`look_up` of every distinct word once, as an expression over the frame."""
    distinct = frame.select(word.alias("word"))["word"].drop_nulls().unique()
    found = [look_up(text) for text in distinct]
    return word.replace_strict(distinct, pl.Series(found, dtype=pl.String), default=None, return_dtype=pl.String)
