"""Plans what five stories of the demo province buy: three that supervision must see, and two that it must leave alone.

- A splitting clerk: five direct orders of toner within twenty days from one supplier, each just below the limit of
  direct purchase, together almost five times above it.
- A dear supplier: everything in his catalogue is about an eighth dearer than elsewhere, and three units buy it again
  and again; other units of the same city buy the same goods from others, so that there is something to compare.
- An honest remote county: drinks come only from the one supplier who delivers there, at prices with freight.
- A school that buys its copying paper every four weeks: two of its orders lie within any thirty days and are together
  above the limit, as a splitter's would be, but they come by a steady rhythm.
(The fifth, a ring that takes turns, does not buy: its quotations are in `supervision/demo/`.)

Nothing is written here. Where a unit, a supplier or goods are missing, as in the small provinces of tests, the story
is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from mall import clock
from mall.demo.plan_purchases import LAST_DAY_OF_OLD_YEAR, Market, Offer, PlannedLine, PlannedPurchase, PlannedUnit
from mall.demo.working_time import instant, works_on

#: purchases of stories are numbered from here, so that everyday ones keep their numbers
FIRST_NUMBER = 900_001

SPLITTING_UNIT, SPLITTING_SUPPLIER, SPLIT_CLASS = "z-vocational", "s23", "A050402"
#: (days before the end, yuan): each in the last tenth below the 50,000 yuan of a direct purchase
SPLIT_ORDERS = ((24, 48_600), (20, 47_900), (15, 49_200), (11, 46_800), (6, 48_300))

DEAR_SUPPLIER = "s26"
DEAR_FAMILIES = ("A050401", "A050404", "A050403", "A050499")
DEAR_BUYERS = ("z-education", "z-affairs", "z-health")
DEAR_ORDERS = (78, 64, 47, 33, 19, 9)
#: who else sells the same goods in that city, and when he was bought from
OTHER_SELLERS = (("s01", 74), ("s03", 58), ("s24", 43), ("s02", 29), ("s23", 23), ("s20", 14))
OTHER_BUYERS = ("z-community", "z-health", "z-affairs", "z-education")
DEAR_PRODUCTS, OTHERS_AT_LEAST = 30, 3
DEAR_LINE_YUAN, OTHER_LINE_YUAN = 1_600, 500

REMOTE_SUPPLIER = "s22"
REMOTE_CLASS = "A07"
#: (unit, days before the end)
REMOTE_ORDERS = (
    ("gs-school", 85), ("gs-health", 73), ("gs-school", 62), ("gs-health", 51), ("gs-school", 40), ("gs-health", 28),
    ("gs-school", 17),
)  # fmt: skip
REMOTE_LINES, REMOTE_LINE_YUAN = 8, 700

PAPER_UNIT, PAPER_SUPPLIER, PAPER_CLASS = "z-primary", "s24", "A050401"
PAPER_ORDERS, PAPER_EVERY_DAYS, PAPER_LAST_DAYS = 7, 28, 1
PAPER_YUAN = 26_400

#: goods that these units buy only as their story tells: everyday purchases would blur it
LEAVES_OUT: Mapping[str, tuple[str, ...]] = {SPLITTING_UNIT: (SPLIT_CLASS,), PAPER_UNIT: (PAPER_CLASS,)}


def plan_stories(
    market: Market, *, supplier_ids: Mapping[str, int], starts_at: datetime, ends_at: datetime
) -> list[PlannedPurchase]:
    """The purchases of the stories in the order of their time. `supplier_ids`: key of the demo -> id."""
    teller = _Teller(market, supplier_ids=supplier_ids, starts_at=starts_at, ends_at=ends_at)
    found = [*teller.splitting_clerk(), *teller.dear_supplier(), *teller.remote_county(), *teller.monthly_paper()]
    found.sort(key=lambda one: (one.at, one.unit_key))
    return [
        PlannedPurchase(**{**one.__dict__, "number": number}) for number, one in enumerate(found, start=FIRST_NUMBER)
    ]


class _Teller:
    def __init__(
        self, market: Market, *, supplier_ids: Mapping[str, int], starts_at: datetime, ends_at: datetime
    ) -> None:
        self._market, self._supplier_ids = market, supplier_ids
        self._starts_at, self._ends_at = starts_at, ends_at
        self._units = {unit.key: unit for unit in market.units}

    def splitting_clerk(self) -> list[PlannedPurchase]:
        unit, supplier_id = self._units.get(SPLITTING_UNIT), self._supplier_ids.get(SPLITTING_SUPPLIER)
        if unit is None or supplier_id is None:
            return []
        shelf = self._shelf(unit, supplier_id=supplier_id, codes=(SPLIT_CLASS,))
        return self._purchases(
            (unit, days_before, _basket(shelf, target_fen=yuan * 100, orders=len(SPLIT_ORDERS)))
            for days_before, yuan in SPLIT_ORDERS
        )

    def dear_supplier(self) -> list[PlannedPurchase]:
        """Half of the goods an order, so that every product is bought three times; others' once each."""
        buyers = [self._units[key] for key in DEAR_BUYERS if key in self._units]
        dear_id = self._supplier_ids.get(DEAR_SUPPLIER)
        if len(buyers) < len(DEAR_BUYERS) or dear_id is None:
            return []
        others = {key: self._compared(buyers[0], key) for key, _ in OTHER_SELLERS}
        products = self._dear_products(buyers[0], dear_id=dear_id, others=others)
        halves = (products[0::2], products[1::2])
        planned = [
            (buyers[turn % len(buyers)], days_before,
             _pieces(halves[turn % 2], line_fen=DEAR_LINE_YUAN * 100, orders=len(DEAR_ORDERS)))
            for turn, days_before in enumerate(DEAR_ORDERS)
        ]  # fmt: skip
        wanted = {offer.product_id for offer in products}
        for turn, (key, days_before) in enumerate(OTHER_SELLERS):
            unit = self._units.get(OTHER_BUYERS[turn % len(OTHER_BUYERS)])
            same = [offer for product_id, offer in sorted(others[key].items()) if product_id in wanted]
            if unit is not None:
                planned.append((unit, days_before, _pieces(same, line_fen=OTHER_LINE_YUAN * 100, orders=2)))
        return self._purchases(planned)

    def remote_county(self) -> list[PlannedPurchase]:
        supplier_id = self._supplier_ids.get(REMOTE_SUPPLIER)
        planned = []
        for turn, (unit_key, days_before) in enumerate(REMOTE_ORDERS):
            unit = self._units.get(unit_key)
            if unit is None or supplier_id is None:
                continue
            shelf = self._shelf(unit, supplier_id=supplier_id, codes=(REMOTE_CLASS,))
            # Another part of the catalogue each time, so that every product comes up again.
            turned = [shelf[(turn * 5 + place) % len(shelf)] for place in range(min(REMOTE_LINES, len(shelf)))]
            lines = _pieces(turned, line_fen=REMOTE_LINE_YUAN * 100, orders=len(REMOTE_ORDERS))
            planned.append((unit, days_before, lines))
        return self._purchases(planned)

    def monthly_paper(self) -> list[PlannedPurchase]:
        unit, supplier_id = self._units.get(PAPER_UNIT), self._supplier_ids.get(PAPER_SUPPLIER)
        if unit is None or supplier_id is None:
            return []
        shelf = self._shelf(unit, supplier_id=supplier_id, codes=(PAPER_CLASS,))
        lines = _basket(shelf, target_fen=PAPER_YUAN * 100, orders=PAPER_ORDERS)
        return self._purchases((unit, PAPER_LAST_DAYS + PAPER_EVERY_DAYS * turn, lines) for turn in range(PAPER_ORDERS))

    def _compared(self, unit: PlannedUnit, supplier_key: str) -> dict[int, Offer]:
        supplier_id = self._supplier_ids.get(supplier_key, 0)
        return {one.product_id: one for one in self._shelf(unit, supplier_id=supplier_id, codes=DEAR_FAMILIES)}

    def _dear_products(
        self, unit: PlannedUnit, *, dear_id: int, others: Mapping[str, Mapping[int, Offer]]
    ) -> list[Offer]:
        """Goods of the dear supplier that enough others sell as well, the most widely sold first."""
        counted = {
            offer.product_id: (sum(offer.product_id in shelf for shelf in others.values()), offer)
            for offer in self._shelf(unit, supplier_id=dear_id, codes=DEAR_FAMILIES)
        }
        fitting = [(count, offer) for count, offer in counted.values() if count >= OTHERS_AT_LEAST]
        fitting.sort(key=lambda one: (-one[0], one[1].listing_id))
        return [offer for _, offer in fitting[:DEAR_PRODUCTS]]

    def _shelf(self, unit: PlannedUnit, *, supplier_id: int, codes: tuple[str, ...]) -> list[Offer]:
        """What this supplier sells of these goods to this unit, in the order of his catalogue."""
        return [
            offer
            for offer in self._market.offers
            if offer.supplier_id == supplier_id
            and offer.category_code.startswith(codes)
            and not set(unit.region_codes).isdisjoint(offer.region_codes)
        ]

    def _purchases(
        self, planned: Iterable[tuple[PlannedUnit, int, Sequence[tuple[Offer, int]]]]
    ) -> list[PlannedPurchase]:
        found = []
        for turn, (unit, days_before, lines) in enumerate(planned):
            at = self._at(days_before, minutes=40 + 67 * (turn % 6))
            line = self._budget_line(unit, at=at, lines=lines) if at is not None else None
            if at is None or line is None:
                continue
            found.append(
                PlannedPurchase(
                    number=0,
                    at=at,
                    unit_key=unit.key,
                    budget_line_id=line.budget_line_id,
                    lines=tuple((offer.listing_id, quantity) for offer, quantity in lines),
                    fate="plain",
                )
            )
        return found

    def _at(self, days_before: int, *, minutes: int) -> datetime | None:
        """The working day nearest to so many days before the end, if it lies in the period and may have orders."""
        end = clock.local(self._ends_at).date()
        day = _nearest_working_day(end - timedelta(days=days_before))
        is_closed = day.year < end.year and (day.month, day.day) > LAST_DAY_OF_OLD_YEAR
        at = instant(day, minutes=minutes)
        return at if self._starts_at <= at < self._ends_at and not is_closed else None

    def _budget_line(
        self, unit: PlannedUnit, *, at: datetime, lines: Sequence[tuple[Offer, int]]
    ) -> PlannedLine | None:
        """The unit's largest line of that year that may pay for all of it."""
        if not lines:
            return None
        codes = {offer.category_code for offer, _ in lines}
        fitting = [
            line
            for line in self._market.lines
            if line.unit_key == unit.key
            and line.year == clock.local(at).year
            and (not line.category_scope or all(code.startswith(line.category_scope) for code in codes))
        ]
        return max(fitting, key=lambda line: (line.amount_fen, -line.budget_line_id), default=None)


def _nearest_working_day(day: date) -> date:
    for distance in range(15):
        for found in (day - timedelta(days=distance), day + timedelta(days=distance)):
            if works_on(found):
                return found
    raise LookupError(f"no working day near {day}")


def _basket(shelf: Sequence[Offer], *, target_fen: int, orders: int, kinds: int = 4) -> list[tuple[Offer, int]]:
    """Goods for a little less than the target, so that the stock lasts for as many orders; nothing if it does not."""
    most = {offer.listing_id: offer.stock // orders for offer in shelf}
    chosen = sorted(shelf, key=lambda offer: (-offer.price_fen * most[offer.listing_id], offer.listing_id))[:kinds]
    quantities = {offer.listing_id: 0 for offer in chosen}
    left_fen = target_fen
    for place, offer in enumerate(chosen):
        share_fen = left_fen // (len(chosen) - place)
        quantities[offer.listing_id] = min(share_fen // offer.price_fen, most[offer.listing_id])
        left_fen -= quantities[offer.listing_id] * offer.price_fen
    for offer in sorted(chosen, key=lambda offer: (-offer.price_fen, offer.listing_id)):
        more = min(left_fen // offer.price_fen, most[offer.listing_id] - quantities[offer.listing_id])
        quantities[offer.listing_id] += more
        left_fen -= more * offer.price_fen
    if left_fen * 20 > target_fen:
        return []
    return [(offer, quantities[offer.listing_id]) for offer in chosen if quantities[offer.listing_id]]


def _pieces(offers: Sequence[Offer], *, line_fen: int, orders: int) -> list[tuple[Offer, int]]:
    """One line of each, of about so much money, and no more than the stock has for as many orders."""
    return [(offer, max(1, min(line_fen // offer.price_fen, offer.stock // orders))) for offer in offers]
