"""Price rules on public panels: typed anomalies are injected, and each is scored by the rules meant for it.

`python benchmarks/run.py panels`, or this file alone with `--quick`. The shipped rules run on DuckDB over the panels
mapped to the tables of `supervision.facts`. Parameters of the first three rules are chosen on one panel and reported on
the other; all else runs with the defaults of the rule files.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from figures import keep, machine, say_table
from panel_data import Panel, complete_journey, exported_history, orange_juice

from supervision.engines.duckdb_engine import DuckdbEngine
from supervision.facts import TABLES, Facts
from supervision.history_files import Manifest, Partition, write_manifest
from supervision.rule_shelf import rules
from supervision.values import default_values

#: a shelf price stands until the next one is seen, at most so many weeks
STANDS_WEEKS = 4
SHIFT_WEEKS = 10
#: an event that lasts must be found within so many weeks
FOUND_WITHIN_WEEKS = 4
#: a choice must find so many of the injected prices on the panel it is chosen on
WANTED_RECALL = 0.5
#: the other way to choose: 95 % sure of so much precision on the panel it is chosen on
WANTED_PRECISION = 0.9
#: a friend's offer in the shield test, beside the dearest price of the week
STRAW = 1_600
SHOPS_OF_JUICE = (5, 8, 20)
REGION = 410_000


@dataclass(frozen=True)
class World:
    """A panel with something injected, as tables. `truth`: subject, event (0: clean), and what it is reported by."""

    tables: Mapping[str, pl.DataFrame]
    truth: pl.DataFrame
    last_week: int
    judged_weeks: int


@dataclass(frozen=True)
class Score:
    """`found` of `events` were hit; `false_alerts` of `clean` subjects. Not computable subjects count as missed."""

    found: int
    events: int
    false_alerts: int
    clean: int
    computable: int = 0

    def __add__(self, other: Score) -> Score:
        return Score(*(getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__))

    def row(self) -> dict[str, Any]:
        low, high = wilson(self.found, self.found + self.false_alerts)
        return {
            "false per 1,000": round(1000 * self.false_alerts / max(self.clean, 1), 2),
            "recall": round(self.found / max(self.events, 1), 3),
            "of computable": round(self.found / max(self.computable, 1), 3),
            "precision": round(self.found / max(self.found + self.false_alerts, 1), 3),
            "95 %": f"{low:.2f}-{high:.2f}",
            "events": self.events,
            "alerts": self.found + self.false_alerts,
        }


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share; (0, 1) for nothing."""
    if of == 0:
        return 0.0, 1.0
    z = 1.96
    share, spread = hits / of, z * z / of
    middle = (share + spread / 2) / (1 + spread)
    half = z * (share * (1 - share) / of + spread / (4 * of)) ** 0.5 / (1 + spread)
    return max(middle - half, 0.0), min(middle + half, 1.0)


# --- From a panel to the tables of the facts --------------------------------------------------------------------------


def shelf_of(panel: Panel) -> pl.DataFrame:
    """What stood on the shelf, week by week: seen, or standing since it was last seen.

    The price of a week is the lower median of its lines.
    """
    key = ["product_id", "supplier_id"]
    middle = (pl.len() - 1) // 2
    seen = panel.lines.group_by([*key, "week"], maintain_order=True).agg(
        category=pl.col("category").first(),
        price_fen=pl.col("price_fen").sort().get(middle),
        list_fen=pl.col("list_fen").sort().get(middle),
    )
    seen = seen.sort([*key, "week"]).with_columns(
        until=pl.min_horizontal(
            pl.col("week").shift(-1).over(key).fill_null(panel.last_week + 1), pl.col("week") + STANDS_WEEKS + 1
        )
    )
    shelf = seen.with_columns(is_seen=1, seen_week=pl.col("week"), week=pl.int_ranges("week", "until")).explode("week")
    shelf = shelf.with_columns(is_seen=(pl.col("week") == pl.col("seen_week")).cast(pl.Int64)).drop(
        "until", "seen_week"
    )
    products = shelf.select("product_id").unique().sort("product_id").with_row_index("product_number", offset=1)
    shelf = shelf.join(products, on="product_id").with_columns(
        listing_id=pl.col("product_number").cast(pl.Int64) * 1_000_000 + pl.col("supplier_id")
    )
    return shelf.drop("product_number").sort("listing_id", "week").filter(pl.col("week") <= panel.last_week)


def world_of(panel: Panel, shelf: pl.DataFrame, truth: pl.DataFrame, **tables: pl.DataFrame) -> World:
    """Tables of a shelf on which something was injected; the lines of a week move by as much as its shelf price."""
    week = shelf.select("listing_id", "product_id", "supplier_id", "week", "factor", "list_factor")
    lines = panel.lines.join(week, on=["product_id", "supplier_id", "week"])
    lines = lines.with_columns(
        price_fen=(pl.col("price_fen") * pl.col("factor") / 1000).round().cast(pl.Int64).clip(1),
        list_fen=(pl.col("list_fen") * pl.col("list_factor") / 1000).round().cast(pl.Int64).clip(1),
    ).with_row_index("line_id", offset=1)
    shelf = shelf.with_columns(
        price_fen=(pl.col("price_fen") * pl.col("factor") / 1000).round().cast(pl.Int64).clip(1),
        list_fen=(pl.col("list_fen") * pl.col("list_factor") / 1000).round().cast(pl.Int64).clip(1),
    )
    found = {
        "price_week": shelf.select(
            "listing_id", "week", "product_id", "supplier_id", region_code=REGION, category_code="category",
            price_fen="price_fen", base_price_fen="price_fen", list_price_fen=_shown(), is_promotion=_is_reduced(),
        ),
        "order_line": lines.select(
            "line_id", "order_id", "supplier_id", "listing_id", "product_id", "quantity", "price_fen",
            number=pl.col("order_id").cast(pl.String), region_code=REGION, category_code="category",
            base_price_fen="price_fen", amount_fen=pl.col("price_fen") * pl.col("quantity"), submitted_day="day",
            minute=720,
        ),
        "price_change": changes_of(shelf),
        "listing": shelf.unique("listing_id").select(
            "listing_id", "product_id", "supplier_id", region_code=REGION, category_code="category", pack_size=1
        ),
    }  # fmt: skip
    return World({**found, **tables}, truth, panel.last_week, panel.last_week - panel.first_judged + 1)


def changes_of(shelf: pl.DataFrame) -> pl.DataFrame:
    """A change whenever the shelf price, or the original price shown beside it, differs from the week before."""
    shown = shelf.with_columns(list_price_fen=_shown()).sort("listing_id", "week")
    shown = shown.with_columns(
        old_price_fen=pl.col("price_fen").shift(1).over("listing_id").fill_null(0),
        old_list_fen=pl.col("list_price_fen").shift(1).over("listing_id").fill_null(-1),
    ).filter((pl.col("price_fen") != pl.col("old_price_fen")) | (pl.col("list_price_fen") != pl.col("old_list_fen")))
    return shown.with_row_index("change_id", offset=1).select(
        "change_id", "listing_id", "product_id", "supplier_id", "old_price_fen", "list_price_fen", "week",
        region_code=REGION, category_code="category", new_price_fen="price_fen", day=pl.col("week") * 7 - 3,
    )  # fmt: skip


def _is_reduced() -> pl.Expr:
    """More than rounding below the price before discounts."""
    return (pl.col("list_fen") * 100 > pl.col("price_fen") * 101).cast(pl.Int64)


def _shown() -> pl.Expr:
    return pl.when(_is_reduced() == 1).then(pl.col("list_fen")).otherwise(0)


def write_tables(world: World, folder: Path) -> None:
    """The export's layout; columns that the panel has nothing for are 0 or empty."""
    partitions = {}
    for name, frame in world.tables.items():
        empty = {"int64": pl.lit(0, dtype=pl.Int64), "string": pl.lit("")}
        kinds = {"int64": pl.Int64, "string": pl.String}
        columns = [
            (pl.col(column).cast(kinds[kind]) if column in frame.columns else empty[kind]).alias(column)
            for column, kind in TABLES[name].items()
        ]
        (folder / name).mkdir()
        frame.select(columns).write_parquet(folder / name / "all.parquet")
        partitions[name] = {"all": Partition(frame.height, "", "all.parquet")}
    write_manifest(folder, Manifest(world.last_week * 7 + 3, partitions))
    world.truth.write_parquet(folder / "truth.parquet")


# --- Typed anomalies --------------------------------------------------------------------------------------------------


def _drawn(frame: pl.DataFrame, *, rate: float, seed: int, among: pl.Expr) -> list[bool]:
    source = random.Random(seed)
    chances = [source.random() < rate for _ in range(frame.height)]
    return [chance and allowed for chance, allowed in zip(chances, frame.select(among).to_series(), strict=True)]


def _judged(panel: Panel) -> pl.Expr:
    return (pl.col("is_seen") == 1) & (pl.col("week") >= panel.first_judged)


def _factors(shelf: pl.DataFrame, expression: pl.Expr) -> pl.DataFrame:
    return shelf.with_columns(factor=expression.cast(pl.Int64)).with_columns(list_factor=pl.col("factor"))


def _listing_weeks(shelf: pl.DataFrame, panel: Panel) -> pl.DataFrame:
    return shelf.filter(_judged(panel)).select(
        "event",
        "category",
        subject=pl.format("listing:{}:{}", "listing_id", "week"),
    )


def spike(panel: Panel, shelf: pl.DataFrame, *, rate: float, raised: int, seed: int) -> World:
    """One week's price times `raised` thousandths."""
    drawn = shelf.with_columns(drawn=pl.Series(_drawn(shelf, rate=rate, seed=seed, among=_judged(panel))))
    drawn = _factors(drawn, pl.when("drawn").then(raised).otherwise(1000))
    drawn = drawn.with_columns(event=pl.when("drawn").then(pl.int_range(1, pl.len() + 1)).otherwise(0))
    return world_of(panel, drawn, _listing_weeks(drawn, panel))


def shielded_spike(panel: Panel, shelf: pl.DataFrame, *, rate: float, raised: int, seed: int) -> World:
    """A spike, and one other seller of the product whose offer is still dearer in that week; he is not scored."""
    drawn = shelf.with_columns(
        drawn=pl.Series(_drawn(shelf, rate=rate, seed=seed, among=_judged(panel))), number=pl.int_range(1, pl.len() + 1)
    )
    weeks = drawn.filter("drawn").select("product_id", "week").unique()
    others = drawn.filter(~pl.col("drawn")).join(weeks, on=["product_id", "week"], how="semi", maintain_order="left")
    source = random.Random(seed)
    straws = others.with_columns(chance=pl.Series([source.random() for _ in range(others.height)])).sort("chance")
    straws = straws.unique(["product_id", "week"], keep="first", maintain_order=True)["number"].to_list()
    is_straw = pl.col("number").is_in(straws)
    dearest = pl.col("price_fen").max().over("product_id", "week") * STRAW / pl.col("price_fen") * raised / 1000
    drawn = _factors(drawn, pl.when("drawn").then(raised).when(is_straw).then(dearest.round()).otherwise(1000))
    drawn = drawn.with_columns(event=pl.when("drawn").then("number").otherwise(0))
    return world_of(panel, drawn, _listing_weeks(drawn.filter(~is_straw), panel))


def level_shift(panel: Panel, shelf: pl.DataFrame, *, rate: float, raised: int, seed: int) -> World:
    """From one week on raised for `SHIFT_WEEKS`; an event is found if a hit lies in its first weeks."""
    # One draw stands for ten weeks, so that as many weeks are raised as the rate says.
    starts = shelf.with_columns(
        drawn=pl.Series(_drawn(shelf, rate=rate / SHIFT_WEEKS, seed=seed, among=_judged(panel)))
    ).filter("drawn")
    starts = starts.select("listing_id", start="week").with_row_index("event", offset=1)
    raised_weeks = starts.select(
        "listing_id", "event", "start", week=pl.int_ranges("start", pl.col("start") + SHIFT_WEEKS)
    ).explode("week")
    raised_weeks = raised_weeks.sort("event").unique(["listing_id", "week"], keep="first", maintain_order=True)
    drawn = shelf.join(raised_weeks, on=["listing_id", "week"], how="left", maintain_order="left")
    drawn = _factors(drawn, pl.when(pl.col("event").is_not_null()).then(raised).otherwise(1000))
    truth = drawn.filter(pl.col("event").is_null() | (pl.col("week") < pl.col("start") + FOUND_WITHIN_WEEKS))
    return world_of(panel, drawn, _listing_weeks(truth.with_columns(pl.col("event").fill_null(0)), panel))


def pulse(panel: Panel, shelf: pl.DataFrame, *, rate: float, raised: int, seed: int) -> World:
    """Raised in a week with an order, and lowered again the week after; judged per order line, found per week."""
    lasts = pl.col("week").shift(-1).over("listing_id") == pl.col("week") + 1
    shelf = shelf.with_columns(lasts=lasts.fill_null(False))
    drawn = shelf.with_columns(
        drawn=pl.Series(_drawn(shelf, rate=rate, seed=seed, among=_judged(panel) & pl.col("lasts")))
    )
    drawn = _factors(drawn, pl.when("drawn").then(raised).otherwise(1000))
    drawn = drawn.with_columns(event=pl.when("drawn").then(pl.int_range(1, pl.len() + 1)).otherwise(0))
    world = world_of(panel, drawn, drawn)
    weeks = drawn.filter(_judged(panel)).select("listing_id", "week", "event", "category")
    lines = world.tables["order_line"].with_columns(week=(pl.col("submitted_day") + 3) // 7)
    truth = lines.join(weeks, on=["listing_id", "week"]).select(
        "event", "category", subject=pl.format("line:{}", "line_id")
    )
    return replace(world, truth=truth)


def persistent_supplier(panel: Panel, shelf: pl.DataFrame, *, rate: float, raised: int, seed: int) -> World:
    """Some suppliers ask `raised` thousandths for everything in all judged weeks. `rate`: of the suppliers."""
    suppliers = sorted(shelf["supplier_id"].unique().to_list())
    dear = random.Random(seed).sample(suppliers, max(1, round(rate * len(suppliers))))
    is_dear = pl.col("supplier_id").is_in(dear) & (pl.col("week") >= panel.first_judged)
    drawn = _factors(shelf, pl.when(is_dear).then(raised).otherwise(1000))
    truth = pl.DataFrame(
        {
            "subject": [f"supplier:{one}:{REGION}" for one in suppliers],
            "event": [number if one in dear else 0 for number, one in enumerate(suppliers, start=1)],
            "category": ["(all)"] * len(suppliers),
        }
    )
    return world_of(panel, drawn, truth)


def unit_error(panel: Panel, shelf: pl.DataFrame, *, rate: float, raised: int, seed: int) -> World:
    """A price per pack that is said to be per piece, or the other way round: `raised` pieces a pack."""
    drawn = shelf.with_columns(drawn=pl.Series(_drawn(shelf, rate=rate, seed=seed, among=_judged(panel))))
    drawn = drawn.with_columns(event=pl.when("drawn").then(pl.int_range(1, pl.len() + 1)).otherwise(0))
    wrong = pl.when(pl.col("event") % 2 == 0).then(1000 * raised).otherwise(1000 // raised)
    drawn = _factors(drawn, pl.when("drawn").then(wrong).otherwise(1000))
    return world_of(panel, drawn, _listing_weeks(drawn, panel))


def fake_discount(panel: Panel, shelf: pl.DataFrame, *, rate: float, raised: int, seed: int) -> World:
    """The original price shown beside a reduced one is `raised` thousandths of what it was; what is paid stays."""
    key = ["listing_id", "promotion"]
    begins = (_is_reduced() == 1) & (_is_reduced().shift(1).over("listing_id").fill_null(0) == 0)
    shelf = shelf.with_columns(reduced=_is_reduced(), promotion=begins.cast(pl.Int64).cum_sum().over("listing_id"))
    first = shelf.filter((pl.col("reduced") == 1) & (pl.col("week") >= panel.first_judged)).sort("listing_id", "week")
    first = first.unique(key, keep="first", maintain_order=True)
    first = first.with_columns(drawn=pl.Series(_drawn(first, rate=rate, seed=seed, among=pl.col("week") > 0)))
    first = first.with_columns(event=pl.when("drawn").then(pl.int_range(1, pl.len() + 1)).otherwise(0))
    drawn = shelf.join(first.filter("drawn").select(*key, "event"), on=key, how="left", maintain_order="left")
    is_fake = pl.col("event").is_not_null() & (pl.col("reduced") == 1)
    drawn = drawn.with_columns(factor=pl.lit(1000), list_factor=pl.when(is_fake).then(raised).otherwise(1000))
    world = world_of(panel, drawn, drawn)
    # Nobody has a member's price in the mall: what is paid is what the listing asks.
    asked = world.tables["price_week"].select("listing_id", "week", asked_fen="price_fen")
    lines = world.tables["order_line"].with_columns(week=(pl.col("submitted_day") + 3) // 7)
    lines = lines.join(asked, on=["listing_id", "week"]).with_columns(price_fen="asked_fen", base_price_fen="asked_fen")
    world = replace(world, tables={**world.tables, "order_line": lines})
    changes = world.tables["price_change"].filter(
        (pl.col("list_price_fen") > pl.col("new_price_fen")) & (pl.col("week") >= panel.first_judged)
    )
    events = drawn.filter(is_fake).select("listing_id", "week", "event")
    truth = changes.join(events, on=["listing_id", "week"], how="left", maintain_order="left").select(
        pl.col("event").fill_null(0), category="category_code", subject=pl.format("change:{}", "change_id")
    )
    return replace(world, truth=truth)


def accessory(panel: Panel, shelf: pl.DataFrame, *, rate: float, raised: int, seed: int) -> World:
    """The cheapest quarter of the products are said to be accessories of others; some of their weeks are raised."""
    middle = shelf.group_by("product_id").agg(pl.col("price_fen").median()).sort("price_fen", "product_id")
    parts = set(middle["product_id"].head(max(2, middle.height // 4)).to_list())
    is_part = pl.col("product_id").is_in(sorted(parts))
    drawn = shelf.with_columns(drawn=pl.Series(_drawn(shelf, rate=rate, seed=seed, among=_judged(panel) & is_part)))
    drawn = _factors(drawn, pl.when("drawn").then(raised).otherwise(1000))
    drawn = drawn.with_columns(event=pl.when("drawn").then(pl.int_range(1, pl.len() + 1)).otherwise(0))
    world = world_of(panel, drawn, drawn)
    listing = world.tables["listing"].with_columns(
        # A main item that is in no order: the share of the main item is not what is measured here.
        parent_product_id=pl.when(is_part).then(10**9).otherwise(0)
    )
    lines = world.tables["order_line"].with_columns(week=(pl.col("submitted_day") + 3) // 7)
    truth = lines.join(drawn.filter(_judged(panel) & is_part), on=["listing_id", "week"]).select(
        "event", "category", subject=pl.format("line:{}", "line_id")
    )
    return replace(world, tables={**world.tables, "listing": listing}, truth=truth)


# --- Running and scoring ----------------------------------------------------------------------------------------------


class Sweeps:
    """The shipped rules over one world. Use it with `with`."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._folder = tempfile.TemporaryDirectory(prefix="sunmall-panels-")
        write_tables(world, Path(self._folder.name))
        self._engine = DuckdbEngine(Path(self._folder.name))
        self._truth = f"read_parquet('{self._folder.name}/truth.parquet')"

    def __enter__(self) -> Sweeps:
        return self

    def __exit__(self, *_: object) -> None:
        self._engine.close()
        self._folder.cleanup()

    def keep(self, rule_id: str, **changed: int) -> None:
        """Sweep all judged weeks at once, and keep every subject with its evidence beside the truth."""
        rule = rules()[rule_id]
        spans = {"judged_weeks": self.world.judged_weeks, "judged_days": self.world.judged_weeks * 7}
        if rule_id != "prices.dear_supplier":
            changed |= {name: value for name, value in spans.items() if name in {one.name for one in rule.parameters}}
        assert rule.find is not None
        found = rule.find(Facts(self.world.last_week * 7 + 3), default_values(rule, **changed))
        self._engine.keep("found", found)
        self._engine.rows(
            f"create or replace temp table judged as select found.*, truth.event, truth.category"
            f" from {self._truth} truth join found using (subject)"
        )
        self._engine.forget("found")

    def score(self, *, by: str = "''", hit: str = "outcome = 'hit'") -> dict[str, Score]:
        """Scores of what was kept, by an SQL expression. Several subjects of one event are one."""
        rows = self._engine.rows(
            f"""with events as (
                select {by} as part, event, max(({hit})::int) as hit, count(*) as subjects,
                       max((outcome in ('hit', 'clear'))::int) as computable
                from judged group by part, event)
            select part, sum(hit) filter (event > 0), count(*) filter (event > 0),
                   sum(computable) filter (event > 0)
            from events group by part"""
        )
        clean = {
            part: (alerts, subjects)
            for part, alerts, subjects in self._engine.rows(
                f"select {by} as part, count(*) filter ({hit}), count(*) from judged where event = 0 group by part"
            )
        }
        found = {}
        for part, hits, events, computable in rows:
            alerts, subjects = clean.get(part, (0, 0))
            found[str(part)] = Score(int(hits or 0), events, alerts, subjects, int(computable or 0))
        return found

    def total(self, hit: str = "outcome = 'hit'") -> Score:
        return self.score(hit=hit).get("", Score(0, 0, 0, 0))

    def grid(self, choices: Iterable[Mapping[str, int]], hit: str) -> list[Score]:
        """One score per choice; `hit` is SQL over the evidence with {names} of the choice."""
        can = "outcome in ('hit', 'clear')"
        return [self.total(f"{can} and ({hit.format(**choice)})") for choice in choices]


BEST = "prices.above_references"
#: the rules whose parameters are chosen: what of the sweep has to be asked again, and what is judged on its evidence
CHOSEN = {
    "prices.above_references": (
        [{"others_percent": others} for others in (75, 90)],
        [
            {"above_others": others, "above_own": own}
            for others in (10_300, 10_500, 10_700, 11_000, 11_500)
            for own in (10_200, 10_500, 10_800, 11_100)
        ],
        "case when own_fen_count >= 4 then base_price_fen * 10000 > others_fen * {above_others}"
        " and base_price_fen * 10000 > own_fen * {above_own}"
        " else base_price_fen * 10000 > others_fen * 12000 end",
    ),
    "prices.peers_regular": (
        [{}],
        [
            {"above_others": others, "above_own": own}
            for others in (10_500, 11_000, 11_500, 12_000)
            for own in (10_200, 10_500, 11_000, 11_500)
        ],
        "base_price_fen * 10000 > regular_fen * {above_others} and base_price_fen * 10000 > own_fen * {above_own}",
    ),
    "prices.live_median": (
        [{}],
        [{"above_median": above} for above in (11_000, 12_000, 13_000, 14_000, 15_000)],
        "base_price_fen * 10000 > median_fen * {above_median}",
    ),
}

#: anomaly -> how it is injected, the rules meant for it, the strengths (thousandths; pieces a pack)
TYPES: Mapping[str, tuple[Any, tuple[str, ...], tuple[int, ...]]] = {
    "spike": (spike, tuple(CHOSEN), (1_200, 1_500)),
    "spike behind a dearer offer": (shielded_spike, ("prices.above_references", "prices.peers_regular"), (1_300,)),
    "level shift": (
        level_shift,
        ("prices.above_references", "prices.peers_regular", "prices.own_history"),
        (1_300,),
    ),
    "pulse around an order": (pulse, ("prices.raised_for_order",), (1_200, 1_300)),
    "persistent supplier": (persistent_supplier, ("prices.dear_supplier",), (1_100, 1_200)),
    "unit error": (unit_error, ("prices.unit_mismatch",), (6, 24)),
    "fake discount": (fake_discount, ("prices.fake_discount",), (1_100, 1_500)),
    "accessory": (accessory, ("prices.dear_accessory",), (1_500, 2_000)),
}
#: suppliers are few: more of them are dear, and they are drawn more often
DEAR_SUPPLIERS, DEAR_DRAWS = 0.1, 3
LEAST_SUPPLIERS = 20


def panels_of_juice(repetitions: int) -> list[Panel]:
    return [orange_juice(shops=shops, seed=seed) for shops in SHOPS_OF_JUICE for seed in range(repetitions)]


Groups = dict[str, list[Panel]]
Shelves = dict[int, pl.DataFrame]


def measure_panels(*, quick: bool = False) -> dict[str, list[dict[str, Any]]]:
    """Tables by title. `quick`: the first strength and rate only."""
    groups: Groups = {
        "orange juice": panels_of_juice(1 if quick else 4),
        "complete journey, charged": [complete_journey(price="charged")],
        "complete journey, shelf": [complete_journey(price="shelf")],
    }
    shelf = _shelves(groups)
    found: dict[str, list[dict[str, Any]]] = {}
    say("chosen on one panel, reported on the others (+30 % in 1 %)", choose(groups, shelf), into=found)
    return _measure(groups, shelf, quick=quick, into=found)


def measure_history(folder: Path, *, quick: bool = False) -> dict[str, list[dict[str, Any]]]:
    """The same on a mall's exported history: nothing is chosen on it."""
    groups: Groups = {"exported history": [exported_history(folder)]}
    return _measure(groups, _shelves(groups), quick=quick, into={})


def _shelves(groups: Groups) -> Shelves:
    return {id(panel): shelf_of(panel) for panels in groups.values() for panel in panels}


def _measure(
    groups: Groups, shelf: Shelves, *, quick: bool, into: dict[str, list[dict[str, Any]]]
) -> dict[str, list[dict[str, Any]]]:
    began = time.monotonic()
    say("by prevalence, +30 %, parameters as shipped", by_prevalence(groups, shelf, quick=quick), into=into)
    say("each anomaly by the rules meant for it, 1 %", by_type(groups, shelf, quick=quick), into=into)
    sellers, categories = by_sellers_and_category(groups, shelf)
    say("by number of other sellers, +30 % in 1 %, above_references", sellers, into=into)
    say("by category, +30 % in 1 %, above_references, prices as charged", categories, into=into)
    print(f"took {time.monotonic() - began:.0f} s", flush=True)
    return into


def say(title: str, rows: list[dict[str, Any]], *, into: dict[str, list[dict[str, Any]]]) -> None:
    into[title] = rows
    say_table(title, rows)


def choose(groups: Groups, shelf: Shelves) -> list[dict[str, Any]]:
    """Per rule: what is chosen on one panel, in two ways, and how it does on every panel."""
    scores: dict[tuple[str, str], dict[Choice, Score]] = {}
    for group, panels in groups.items():
        for number, panel in enumerate(panels):
            with Sweeps(spike(panel, shelf[id(panel)], rate=0.01, raised=1_300, seed=number)) as sweeps:
                for rule_id, (asked, judged, hit) in CHOSEN.items():
                    known = scores.setdefault((rule_id, group), {})
                    for swept in asked:
                        sweeps.keep(rule_id, **swept)
                        for choice, score in zip(judged, sweeps.grid(judged, hit), strict=True):
                            key = tuple({**swept, **choice}.items())
                            known[key] = known.get(key, Score(0, 0, 0, 0)) + score
    rows = []
    for rule_id in CHOSEN:
        shipped = {
            name: default_values(rules()[rule_id])[name] for name, _ in next(iter(scores[rule_id, "orange juice"]))
        }
        rows += [_said(rule_id, "as shipped", group, tuple(shipped.items()), scores) for group in groups]
        for source in groups:
            known = scores[rule_id, source]
            rows += [_said(rule_id, f"{source}: surest", group, _surest(known), scores) for group in groups]
            if rule_id == BEST:
                rows += [_said(rule_id, f"{source}: most found", group, _most_found(known), scores) for group in groups]
    return rows


Choice = tuple[tuple[str, int], ...]


def _low(score: Score) -> float:
    return wilson(score.found, score.found + score.false_alerts)[0]


def _surest(scores: Mapping[Choice, Score]) -> Choice:
    """The surest precision of those that find enough; the one that finds most if none does."""
    enough = {key: score for key, score in scores.items() if score.found >= WANTED_RECALL * score.events}
    if not enough:
        return max(scores, key=lambda key: scores[key].found)
    return max(enough, key=lambda key: (_low(enough[key]), enough[key].found))


def _most_found(scores: Mapping[Choice, Score]) -> Choice:
    """The one that finds most of those that are surely precise; the surest one if none is."""
    sure = {key: score for key, score in scores.items() if _low(score) >= WANTED_PRECISION}
    if not sure:
        return max(scores, key=lambda key: _low(scores[key]))
    return max(sure, key=lambda key: (sure[key].found, _low(sure[key])))


def _said(
    rule_id: str,
    source: str,
    group: str,
    key: Choice,
    scores: Mapping[tuple[str, str], Mapping[Choice, Score]],
) -> dict[str, Any]:
    parameters = " ".join(str(value) for _, value in key)
    score = scores[rule_id, group][key]
    return {"rule": rule_id, "chosen on": source, "parameters": parameters, "panel": group, **score.row()}


def by_prevalence(groups: Groups, shelf: Shelves, *, quick: bool) -> list[dict[str, Any]]:
    rows = []
    for group, panels in groups.items():
        for rate in (0.003,) if quick else (0.003, 0.02):
            totals: dict[str, Score] = {}
            for number, panel in enumerate(panels):
                with Sweeps(spike(panel, shelf[id(panel)], rate=rate, raised=1_300, seed=100 + number)) as sweeps:
                    for rule_id in CHOSEN:
                        sweeps.keep(rule_id)
                        totals[rule_id] = totals.get(rule_id, Score(0, 0, 0, 0)) + sweeps.total()
            rows += [
                {"panel": group, "injected": f"{rate:.1%}", "rule": rule_id, **score.row()}
                for rule_id, score in totals.items()
            ]
    return rows


def by_type(groups: Groups, shelf: Shelves, *, quick: bool) -> list[dict[str, Any]]:
    """Every second panel of a group is enough here."""
    rows = []
    for kind, (inject, rule_ids, strengths) in TYPES.items():
        draws, rate = (DEAR_DRAWS, DEAR_SUPPLIERS) if inject is persistent_supplier else (1, 0.01)
        for group, panels in groups.items():
            if inject is fake_discount and group.endswith("shelf"):
                continue  # The price before discounts is never reduced.
            fit = [one for one in panels if inject is not persistent_supplier or _suppliers(one) >= LEAST_SUPPLIERS]
            for strength in strengths[:1] if quick else strengths:
                totals: dict[str, Score] = {}
                for number, panel in enumerate([one for one in fit[::2] for _ in range(draws)]):
                    world = inject(panel, shelf[id(panel)], rate=rate, raised=strength, seed=200 + number)
                    with Sweeps(world) as sweeps:
                        for rule_id in rule_ids:
                            sweeps.keep(rule_id)
                            totals[rule_id] = totals.get(rule_id, Score(0, 0, 0, 0)) + sweeps.total()
                said = f"x {strength}" if inject is unit_error else f"+{strength // 10 - 100} %"
                rows += [
                    {"anomaly": kind, "by": said, "panel": group, "rule": rule_id, **score.row()}
                    for rule_id, score in totals.items()
                ]
    return rows


def _suppliers(panel: Panel) -> int:
    return int(panel.lines["supplier_id"].n_unique())


def by_sellers_and_category(groups: Groups, shelf: Shelves) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    buckets = (
        "case when others_fen_sellers < 4 then '0-3' when others_fen_sellers < 6 then '4-5'"
        " when others_fen_sellers < 10 then '6-9' when others_fen_sellers < 20 then '10-19' else '20+' end"
    )
    sellers, categories = [], []
    reported = "complete journey, charged" if len(groups) > 1 else next(iter(groups))
    for group, panels in groups.items():
        totals: dict[str, Score] = {}
        for number, panel in enumerate(panels):
            with Sweeps(spike(panel, shelf[id(panel)], rate=0.01, raised=1_300, seed=300 + number)) as sweeps:
                sweeps.keep(BEST)
                for bucket, score in sweeps.score(by=buckets).items():
                    totals[bucket] = totals.get(bucket, Score(0, 0, 0, 0)) + score
                if group == reported:
                    parts = sorted(sweeps.score(by="category").items(), key=lambda item: -item[1].clean)[:25]
                    categories = [{"category": name.lower(), "prices": one.clean, **one.row()} for name, one in parts]
        order = ["0-3", "4-5", "6-9", "10-19", "20+"]
        sellers += [{"panel": group, "other sellers": one, **totals[one].row()} for one in order if one in totals]
    return sellers, categories


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer repetitions, strengths and rates")
    parser.add_argument(
        "--history", type=Path, metavar="FOLDER", help="a mall's exported history instead of the panels"
    )
    given = parser.parse_args()
    if given.history:
        found = {"history": measure_history(given.history, quick=given.quick)}
    else:
        found = {"panels": measure_panels(quick=given.quick)}
    print(keep({"machine": machine(), **found}))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
