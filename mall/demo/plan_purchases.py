"""Invents who buys what, when and from whom in the demo period, and what is to become of each order.

Nothing is written here: the same market, period and seed give the same plan.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from math import isqrt
from random import Random

from mall import clock
from mall.demo.working_time import DAY_MINUTES, before_work, instant, working_days_between

#: what becomes of orders, of a thousand
FATES = (
    ("plain", 700),
    ("returned", 50),
    ("withdrawn", 14),
    ("declined", 30),
    ("silent", 20),
    ("cheaper", 60),
    ("cancelled", 14),
    ("in_parts", 40),
    ("short", 30),
    ("refused_at_door", 10),
    ("disputed", 20),
    ("deemed", 30),
    ("payment_returned", 12),
)
#: orders on which somebody is asked to act now: the action they stop before, and office minutes back to their start
HALTS_OF_UNIT = (
    ("approve", 240), ("approve", 90), ("approve", 30),
    ("submit", 900), ("submit", 700),
    ("approve_second", 800), ("approve_second", 700),
    ("sign_unit", 900), ("sign_unit", 1000),
    ("receive", 1900), ("receive", 2100),
    ("accept", 2300), ("accept", 2500),
    ("accept_second", 2500), ("accept_second", 2700),
    ("request_payment", 3200), ("request_payment", 3400),
    ("approve_payment", 3400), ("approve_payment", 3600), ("approve_payment", 3800),
    ("rate", 5200), ("rate", 5600), ("rate", 6000),
    ("register_asset", 5600), ("register_asset", 6000),
)  # fmt: skip
HALTS_OF_SUPPLIER = (
    ("confirm", 420), ("confirm", 300), ("confirm", 200),
    ("sign_supplier", 700), ("sign_supplier", 800),
    ("ship", 1100), ("ship", 1300), ("ship", 1500),
    ("agree_short", 2400),
    ("answer_dispute", 2600),
    ("settle_dispute", 3000),
    ("invoice", 2900), ("invoice", 3100),
    ("agree_cancellation", 1400),
)  # fmt: skip
#: yuan an order from a line of this economic item is likely to come to, from and to
SIZES_YUAN = {
    "30201": (300, 5_000),
    "31002": (3_000, 40_000),
    "30202": (500, 6_000),
    "30213": (500, 8_000),
    "30209": (800, 12_000),
    "31007": (3_000, 30_000),
    "30218": (500, 9_000),
    "31003": (4_000, 45_000),
}
#: how often a line of this economic item is drawn on, against the others
FREQUENCY = {"30201": 9, "31002": 3, "30202": 1, "30213": 2, "30209": 2, "31007": 2, "30218": 4, "31003": 2}
BIG_ORDERS_PER_THOUSAND = 25
BIG_SIZE_YUAN = (104_000, 140_000)
MEDIUM_SIZE_YUAN = (52_000, 80_000)
ASSET_SIZE_YUAN = (5_000, 30_000)
#: orders that halt here must be of a certain size, whoever sells; and those must meet a certain fate
SIZES_OF_HALT = {"approve_second": BIG_SIZE_YUAN, "accept_second": MEDIUM_SIZE_YUAN, "register_asset": ASSET_SIZE_YUAN}
FATES_OF_HALT = {
    "submit": "returned_to_wait",
    "agree_short": "short",
    "answer_dispute": "disputed",
    "settle_dispute": "disputed",
    "agree_cancellation": "cancelled",
    "register_asset": "assets_late",
}
#: a year that is over must end with its orders paid: none is begun after this day
LAST_DAY_OF_OLD_YEAR = (11, 20)
#: how often a purchase that must be there is drawn anew until it fits
_TRIES = 8
_SCHOOLS = ("school", "primary", "vocational")


@dataclass(frozen=True)
class Offer:
    """A listing on the shelf as the plan sees it."""

    listing_id: int
    supplier_id: int
    product_id: int
    category_code: str
    price_fen: int
    best_price_fen: int
    stock: int
    region_codes: tuple[int, ...]
    popularity: int
    is_asset: bool


@dataclass(frozen=True)
class PlannedUnit:
    """A unit that buys. `spends_per_thousand` caps what is drawn from each of its lines.

    `leaves_out`: beginnings of categories that it does not buy every day (`plan_stories`).
    """

    key: str
    body: str
    region_codes: tuple[int, ...]
    weight: int
    spends_per_thousand: int
    category_limit_fen: int
    leaves_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class PlannedLine:
    """A budget line that purchases may draw on."""

    budget_line_id: int
    unit_key: str
    year: int
    economic_code: str
    amount_fen: int
    category_scope: tuple[str, ...]


@dataclass(frozen=True)
class Market:
    """Everything the plan draws from."""

    units: tuple[PlannedUnit, ...]
    lines: tuple[PlannedLine, ...]
    offers: tuple[Offer, ...]
    demo_unit_keys: tuple[str, ...]
    #: suppliers whose people are demo accounts
    demo_supplier_ids: tuple[int, ...]


@dataclass(frozen=True)
class PlannedPurchase:
    """One cart of one unit: lines of (listing id, quantity), each supplier's part with a fate of its own.

    `halts_before` names the deed that is left to be done; `pace_per_cent` says how fast people are.
    """

    number: int
    at: datetime
    unit_key: str
    budget_line_id: int
    lines: tuple[tuple[int, int], ...]
    fate: str
    halts_before: str = ""
    pace_per_cent: int = 100


@dataclass
class _Purse:
    """What the plan has spent so far, so that no line runs dry and no year's limit is reached."""

    market: Market
    spent: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    by_category: dict[tuple[str, int, str], int] = field(default_factory=lambda: defaultdict(int))

    def has(self, unit: PlannedUnit, line: PlannedLine, amount_fen: int) -> bool:
        return self.spent[line.budget_line_id] + amount_fen <= line.amount_fen * unit.spends_per_thousand // 1000

    def allows(self, unit: PlannedUnit, line: PlannedLine, amounts: dict[str, int]) -> bool:
        return all(
            self.by_category[unit.key, line.year, code] + amount_fen <= unit.category_limit_fen * 8 // 10
            for code, amount_fen in amounts.items()
        )

    def take(self, unit: PlannedUnit, line: PlannedLine, amounts: dict[str, int]) -> None:
        self.spent[line.budget_line_id] += sum(amounts.values())
        for code, amount_fen in amounts.items():
            self.by_category[unit.key, line.year, code] += amount_fen


def plan_purchases(
    market: Market,
    *,
    seed: int,
    starts_at: datetime,
    ends_at: datetime,
    count: int,
    beside: Iterable[PlannedPurchase] = (),
) -> list[PlannedPurchase]:
    """The purchases of the period in the order of their time: `count` of everyday life, and those that wait today.

    `beside`: what is bought as well, planned elsewhere; its money is not spent again.
    """
    planner = _Planner(market, seed=seed, starts_at=starts_at, ends_at=ends_at)
    planner.set_aside(beside)
    # What must be there for people to try comes first, while every purse is full.
    drafts = [*planner.waiting(), *planner.everyday(count)]
    drafts.sort(key=lambda draft: (draft.at, draft.unit_key, draft.lines))
    return [PlannedPurchase(**{**draft.__dict__, "number": number}) for number, draft in enumerate(drafts, start=1)]


class _Planner:
    """Draws purchases one after the other."""

    def __init__(self, market: Market, *, seed: int, starts_at: datetime, ends_at: datetime) -> None:
        self._market = market
        self._random = Random(f"{seed}/purchases")
        self._starts_at, self._ends_at = starts_at, ends_at
        self._purse = _Purse(market)
        self._lines: dict[tuple[str, int], list[PlannedLine]] = defaultdict(list)
        for line in market.lines:
            self._lines[line.unit_key, line.year].append(line)
        self._shelves: dict[tuple[object, ...], dict[int, list[Offer]]] = {}

    def set_aside(self, purchases: Iterable[PlannedPurchase]) -> None:
        """Take from the purses what these purchases cost."""
        units = {unit.key: unit for unit in self._market.units}
        lines = {line.budget_line_id: line for line in self._market.lines}
        offers = {offer.listing_id: offer for offer in self._market.offers}
        for one in purchases:
            amounts = _by_category((offers[listing_id], quantity) for listing_id, quantity in one.lines)
            self._purse.take(units[one.unit_key], lines[one.budget_line_id], amounts)

    def waiting(self) -> list[PlannedPurchase]:
        """Orders of the demo units, and of the demo suppliers, that wait for somebody today."""
        units = {unit.key: unit for unit in self._market.units}
        demo_units = [units[key] for key in self._market.demo_unit_keys if key in units]
        others = [unit for unit in self._market.units if unit not in demo_units] or demo_units
        found: list[PlannedPurchase | None] = []
        for unit in demo_units:
            for turn, (halt, minutes) in enumerate(HALTS_OF_UNIT):
                supplier_id = self._demo_supplier(turn)
                found.append(self._waiting_one([unit], halt=halt, minutes=minutes, supplier_id=supplier_id))
        for turn, supplier_id in enumerate(self._market.demo_supplier_ids):
            for step, (halt, minutes) in enumerate(HALTS_OF_SUPPLIER):
                is_demo_units_turn = step % 3 == 0 and demo_units
                buyers = [demo_units[(turn + step) % len(demo_units)]] if is_demo_units_turn else others
                found.append(self._waiting_one(buyers, halt=halt, minutes=minutes, supplier_id=supplier_id))
        return [one for one in found if one is not None]

    def everyday(self, count: int) -> list[PlannedPurchase]:
        """Purchases spread over the working days of the period."""
        days = [day for day in self._days() if self._weight_of(day)]
        if not days:
            return []
        weights = [self._weight_of(day) for day in days]
        found: list[PlannedPurchase] = []
        for day in sorted(self._random.choices(days, weights=weights, k=count)):
            one = self._everyday_one(day)
            if one is not None:
                found.append(one)
        return found

    def _days(self) -> list[date]:
        return working_days_between(clock.local(self._starts_at).date(), clock.local(self._ends_at).date())

    def _weight_of(self, day: date) -> int:
        """Month-ends are busier, the days of an old year's last weeks are left out."""
        if day.year < clock.local(self._ends_at).year and (day.month, day.day) > LAST_DAY_OF_OLD_YEAR:
            return 0
        is_month_end = (day + timedelta(days=5)).month != day.month
        return 17 if is_month_end else 10

    def _demo_supplier(self, turn: int) -> int | None:
        suppliers = self._market.demo_supplier_ids
        return suppliers[turn % len(suppliers)] if suppliers else None

    def _waiting_one(
        self, buyers: list[PlannedUnit], *, halt: str, minutes: int, supplier_id: int | None
    ) -> PlannedPurchase | None:
        at = before_work(self._ends_at, minutes=minutes)
        first = instant(date(clock.local(self._ends_at).year, 1, 1), minutes=0)
        is_any_supplier = halt in SIZES_OF_HALT
        for _ in range(_TRIES):
            one = self._purchase(
                self._random.choice(buyers),
                at=max(at, first, self._starts_at),
                size_yuan=SIZES_OF_HALT.get(halt),
                supplier_id=None if is_any_supplier else supplier_id,
                fate=FATES_OF_HALT.get(halt, "plain"),
                halts_before=halt,
                pace_per_cent=25,
                needs_asset=halt == "register_asset",
            )
            if one is not None:
                return one
        return None

    def _everyday_one(self, day: date) -> PlannedPurchase | None:
        random = self._random
        units = self._market.units
        weights = [unit.weight * _term_weight(unit.body, day) for unit in units]
        at = instant(day, minutes=random.randrange(5, DAY_MINUTES - 5)) + timedelta(seconds=random.randrange(60))
        if not self._starts_at <= at < self._ends_at:
            return None
        is_old_year = day.year < clock.local(self._ends_at).year
        is_late = is_old_year and day.month >= 11
        fate = random.choices([name for name, _ in FATES], weights=[weight for _, weight in FATES])[0]
        size_yuan = BIG_SIZE_YUAN if random.randrange(1000) < BIG_ORDERS_PER_THOUSAND else None
        pace_per_cent = 50 if is_late else 100
        for _ in range(4):
            unit = random.choices(units, weights=weights)[0]
            one = self._purchase(
                unit, at=at, size_yuan=size_yuan, fate="plain" if is_late else fate, pace_per_cent=pace_per_cent
            )
            if one is not None:
                return one
        return None

    def _purchase(
        self,
        unit: PlannedUnit,
        *,
        at: datetime,
        fate: str,
        size_yuan: tuple[int, int] | None = None,
        supplier_id: int | None = None,
        halts_before: str = "",
        pace_per_cent: int = 100,
        needs_asset: bool = False,
    ) -> PlannedPurchase | None:
        """One purchase, or none when this unit finds nothing that fits its money; a few lines are tried."""
        for line in self._lines_to_try(unit, at=at, is_big=size_yuan is not None):
            low, high = size_yuan or SIZES_YUAN.get(line.economic_code, (500, 5_000))
            target_fen = 100 * int(low * (high / low) ** self._random.random())
            if not self._purse.has(unit, line, target_fen * 13 // 10):
                continue
            chosen = self._basket(
                unit, line, target_fen=target_fen, supplier_id=supplier_id, is_big=size_yuan is not None,
                may_split=not halts_before and size_yuan is None, needs_asset=needs_asset,
            )  # fmt: skip
            amounts = _by_category(chosen)
            total_fen = sum(amounts.values())
            if not chosen or (size_yuan is not None and total_fen < 100 * low):
                continue
            if self._purse.has(unit, line, total_fen) and self._purse.allows(unit, line, amounts):
                self._purse.take(unit, line, amounts)
                return PlannedPurchase(
                    number=0,
                    at=at,
                    unit_key=unit.key,
                    budget_line_id=line.budget_line_id,
                    lines=tuple((offer.listing_id, quantity) for offer, quantity in chosen),
                    fate=fate,
                    halts_before=halts_before,
                    pace_per_cent=pace_per_cent,
                )
        return None

    def _lines_to_try(self, unit: PlannedUnit, *, at: datetime, is_big: bool) -> list[PlannedLine]:
        lines = self._lines[unit.key, clock.local(at).year]
        if is_big:
            lines = [line for line in lines if line.economic_code in ("31002", "31003", "31007")]
        if not lines:
            return []
        weights = [FREQUENCY.get(line.economic_code, 1) for line in lines]
        return self._random.choices(lines, weights=weights, k=5)

    def _basket(
        self,
        unit: PlannedUnit,
        line: PlannedLine,
        *,
        target_fen: int,
        supplier_id: int | None,
        is_big: bool,
        may_split: bool,
        needs_asset: bool,
    ) -> list[tuple[Offer, int]]:
        """Goods of one supplier, now and then of two, that come to about the target."""
        random = self._random
        shelves = self._shelves_for(line, unit)
        if supplier_id is not None:
            shelves = {supplier_id: shelves[supplier_id]} if supplier_id in shelves else {}
        if not shelves:
            return []
        suppliers = sorted(shelves)
        weights = [
            isqrt(len(shelves[each]) * 100) * (3 if each in self._market.demo_supplier_ids else 1) for each in suppliers
        ]
        picked = [random.choices(suppliers, weights=weights)[0]]
        if may_split and len(suppliers) > 1 and random.randrange(100) < 12:
            picked = random.sample(suppliers, 2)
        chosen: list[tuple[Offer, int]] = []
        for each in picked:
            shelf = shelves[each]
            if needs_asset:
                shelf = [offer for offer in shelf if offer.is_asset]
            chosen += self._goods(shelf, target_fen=target_fen // len(picked), is_big=is_big)
        return chosen

    def _shelves_for(self, line: PlannedLine, unit: PlannedUnit) -> dict[int, list[Offer]]:
        key = (line.category_scope, unit.region_codes, unit.leaves_out)
        if key not in self._shelves:
            shelves: dict[int, list[Offer]] = defaultdict(list)
            for offer in self._market.offers:
                fits = not line.category_scope or offer.category_code.startswith(line.category_scope)
                fits = fits and not (unit.leaves_out and offer.category_code.startswith(unit.leaves_out))
                if fits and not set(unit.region_codes).isdisjoint(offer.region_codes):
                    shelves[offer.supplier_id].append(offer)
            self._shelves[key] = dict(shelves)
        return self._shelves[key]

    def _goods(self, shelf: list[Offer], *, target_fen: int, is_big: bool) -> list[tuple[Offer, int]]:
        random = self._random
        counts, weights = ((1, 2), (2, 1)) if is_big else ((1, 2, 3, 4, 5, 6), (5, 5, 4, 3, 2, 1))
        lines = random.choices(counts, weights=weights)[0]
        share_fen = target_fen // lines
        most = 40 if is_big else 0
        dear_ones = 4 if random.randrange(100) < 3 else 0
        fitting = [
            offer
            for offer in shelf
            if offer.price_fen <= share_fen * 3 // 2
            and offer.price_fen * 4 <= offer.best_price_fen * (5 + dear_ones)
            and (not is_big or offer.price_fen * min(most, offer.stock) >= share_fen)
        ]
        chosen: dict[int, tuple[Offer, int]] = {}
        for offer in random.choices(fitting, weights=[one.popularity for one in fitting], k=lines) if fitting else []:
            # Big orders must reach their sum; others come to about it.
            up_fen = offer.price_fen - 1 if is_big else offer.price_fen // 2
            wanted = max(1, (share_fen + up_fen) // offer.price_fen)
            quantity = min(wanted, offer.stock, most or _usual_most(offer.price_fen))
            chosen.setdefault(offer.product_id, (offer, quantity))
        return list(chosen.values())


def _usual_most(price_fen: int) -> int:
    """How many pieces somebody orders at most of a thing at this price."""
    for below_fen, most in ((2_000, 100), (10_000, 40), (50_000, 15), (200_000, 8)):
        if price_fen < below_fen:
            return most
    return 6


def _term_weight(body: str, day: date) -> int:
    """Schools buy for the start of term and hardly in the holidays."""
    if body not in _SCHOOLS:
        return 10
    return {2: 8, 3: 14, 7: 3, 8: 9, 9: 19}.get(day.month, 10)


def _by_category(chosen: Iterable[tuple[Offer, int]]) -> dict[str, int]:
    amounts: dict[str, int] = defaultdict(int)
    for offer, quantity in chosen:
        amounts[offer.category_code] += offer.price_fen * quantity
    return dict(amounts)
