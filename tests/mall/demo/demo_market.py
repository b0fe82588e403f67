"""The demo province as a plan of purchases sees it, made of its goods and budgets without a database."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

from mall import clock
from mall.demo.demo_accounts import DEMO_UNITS, SUPPLIER_USERNAMES
from mall.demo.goods.write_supplier_files import NOT_DELIVERED, PROVINCE, offers_by_supplier
from mall.demo.organisations import DemoOrganisation, demo_province
from mall.demo.plan_purchases import Market, Offer, PlannedLine, PlannedPurchase, PlannedUnit
from mall.demo.plan_stories import plan_stories
from mall.reference.read_reference import regions
from mall.regions.region import chain

SEED = 7
EVENING = datetime(2026, 11, 24, 10, 30, tzinfo=UTC)
STARTS_AT = datetime(2026, 5, 25, 0, 0, tzinfo=UTC)
TODAY = clock.local(EVENING).date()


@cache
def unit_ids() -> dict[str, int]:
    """Key of the demo -> id, as these rows have it."""
    return {unit.key: number for number, unit in enumerate(demo_units(), start=101)}


@cache
def supplier_ids() -> dict[str, int]:
    """The same of suppliers."""
    return {one.key: number for number, one in enumerate(demo_province(year=TODAY.year).suppliers, start=1)}


@cache
def story_purchases() -> tuple[PlannedPurchase, ...]:
    """What the stories buy in a province with the demo's own goods and budgets."""
    planned = plan_stories(demo_market(), supplier_ids=supplier_ids(), starts_at=STARTS_AT, ends_at=EVENING)
    return tuple(planned)


@cache
def demo_units() -> tuple[DemoOrganisation, ...]:
    """Everybody who buys."""
    return tuple(one for one in demo_province(year=TODAY.year).organisations if one.kind == "unit")


@cache
def demo_market() -> Market:
    """The province as a plan sees it, with prices as the catalogues first have them."""
    province = demo_province(year=TODAY.year)
    return Market(
        units=tuple(
            PlannedUnit(key=unit.key, body=unit.body, region_codes=chain(unit.region_code), weight=10,
                        spends_per_thousand=800, category_limit_fen=100_000_000)
            for unit in demo_units()
        ),
        lines=tuple(
            PlannedLine(budget_line_id=number, unit_key=line.unit_key, year=line.year,
                        economic_code=line.economic_code, amount_fen=line.amount_fen,
                        category_scope=line.category_scope)
            for number, line in enumerate(province.budget_lines, start=1)
            if line.is_procurement
        ),
        offers=tuple(offer for offer, _ in demo_offers()),
        demo_unit_keys=DEMO_UNITS,
        demo_supplier_ids=tuple(supplier_ids()[one.key] for one in province.suppliers
                                if one.username in SUPPLIER_USERNAMES),
    )  # fmt: skip


@cache
def demo_offers() -> tuple[tuple[Offer, int], ...]:
    """The demo's catalogues as they arrive: (offer, base units in its pack)."""
    sellers = {one.key: one for one in demo_province(year=TODAY.year).suppliers}
    cities = {one.code for one in regions() if one.level == "city"}
    products: dict[tuple[str, ...], int] = {}
    found = []
    for key, catalogue in offers_by_supplier(seed=SEED).items():
        for row in catalogue:
            product = row.product
            name = (product.category_code, product.brand, product.name, product.model, product.variant)
            delivered = set(sellers[key].delivery_region_codes)
            if delivered == {PROVINCE} and product.family in NOT_DELIVERED:
                delivered = cities - {NOT_DELIVERED[product.family]}
            offer = Offer(
                listing_id=1001 + len(found),
                supplier_id=supplier_ids()[key],
                product_id=products.setdefault(name, 1 + len(products)),
                category_code=product.category_code,
                price_fen=row.price_fen,
                best_price_fen=row.price_fen,
                stock=row.stock,
                region_codes=tuple(sorted(delivered)),
                popularity=product.popularity,
                is_asset=False,
            )
            found.append((offer, row.pack_size))
    return tuple(found)
