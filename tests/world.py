"""A small province for the tests: everything is named, so that a test reads like a story."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from sqlalchemy import insert

from ledger import budget_lines, fiscal_year
from mall import clock
from mall.access.actor import SYSTEM, Actor
from mall.audit.record import record
from mall.catalogue.listing import Listing
from mall.catalogue.price_history import PriceChange
from mall.catalogue.product import Product
from mall.database import atomic, close_reading, session
from mall.people.organisation import Organisation
from mall.people.password import hash_password
from mall.people.user import UserAccount, UserPost, actor_named
from mall.suppliers.supplier import Supplier

PASSWORD = "Sonne-2026-Test"

SCHOOL_REGION = 410100
COUNTY_REGION = 410324

UNIT_PEOPLE = ("handler", "approver", "leader", "receiver", "acceptor", "accountant", "finance")

#: (key, category, brand, model, name, unit, price in fen, seller, regions)
GOODS = (
    ("paper", "A05040101", "得力", "7402", "得力 7402 A4复印纸 70g 500张", "包", 2150, "sunny", (410000,)),
    ("paper2", "A05040101", "得力", "7402", "得力 7402 A4复印纸 70g 500张", "包", 2280, "moon", (410000,)),
    ("printer", "A02021003", "惠普", "M1136w", "惠普 M1136w A4黑白激光打印机", "台", 118000, "sunny", (410000,)),
    ("computer", "A02010105", "联想", "M455", "联想 启天M455 台式计算机", "台", 469900, "sunny", (410000,)),
    ("dear_computer", "A02010105", "联想", "P360", "联想 P360 图形工作站", "台", 899900, "sunny", (410000,)),
    ("city_only", "A05040101", "晨光", "A4-80", "晨光 A4复印纸 80g", "包", 2600, "moon", (410100,)),
)


@dataclass
class World:
    """Ids and people of the small province."""

    school_id: int = 0
    county_id: int = 0
    sunny_id: int = 0
    moon_id: int = 0
    lines: dict[str, int] = field(default_factory=dict)
    listings: dict[str, int] = field(default_factory=dict)
    users: dict[str, int] = field(default_factory=dict)

    def actor(self, username: str) -> Actor:
        """The actor with this username, as the database knows it now."""
        try:
            return actor_named(username)
        finally:
            close_reading()

    @cached_property
    def office_line(self) -> int:
        """The school's line for office goods, 100,000 yuan."""
        return self.lines["school_office"]


@atomic
def build_world() -> World:
    """Write the small province; called once per test session, before any clone is made."""
    world = World()
    year = clock.today().year
    school = _organisation("unit", SCHOOL_REGION, "郑州市阳光中学", "12410100MB00000018", staff_quota=120)
    county = _organisation("unit", COUNTY_REGION, "栾川县阳光小学", "12410324MB0000002X", staff_quota=40)
    sunny = _supplier("郑州晴天办公用品有限公司", "91410100MA00000011", 410100)
    moon = _supplier("洛阳月光商贸有限公司", "91410300MA00000022", 410300)
    world.school_id, world.county_id, world.sunny_id, world.moon_id = school, county, sunny, moon
    for suffix, unit in (("", school), ("2", county)):
        for role in UNIT_PEOPLE:
            world.users[role + suffix] = _person(role + suffix, role, unit)
    province = _organisation("finance", 410000, "河南省财政厅(测试)", None)
    city = _organisation("finance", 410100, "郑州市财政局(测试)", None)
    county_finance = _organisation("finance", COUNTY_REGION, "栾川县财政局(测试)", None)
    for username, role, organisation_id in (
        ("supplier", "supplier", sunny),
        ("supplier2", "supplier", moon),
        ("centre", "centre", _organisation("centre", 410000, "河南省阳光采购中心", None)),
        ("monitor", "monitor", _organisation("centre", 410000, "河南省阳光监审中心(测试)", None)),
        ("regulator", "regulator", province),
        ("regulator-city", "regulator", city),
        ("regulator-county", "regulator", county_finance),
        ("budget", "budget", province),
        ("budget-city", "budget", city),
        ("budget2", "budget", county_finance),
    ):
        world.users[username] = _person(username, role, organisation_id)
    platform = _organisation("platform", 410000, "阳光商城平台(测试)", None)
    for role in ("sysadmin", "secadmin", "auditor"):
        world.users[role] = _person(role, role, platform)
    for region in (SCHOOL_REGION, COUNTY_REGION):
        for of_year in (year - 1, year, year + 1):
            fiscal_year.open_year(session(), region_code=region, year=of_year, opened_at=clock.now(), actor="test")
    world.lines = {
        "school_office": _line(school, SCHOOL_REGION, year, "01", "办公费", 10_000_000, ()),
        "school_machines": _line(school, SCHOOL_REGION, year, "02", "办公设备购置", 50_000_000, ("A02",)),
        "school_last_year": _line(school, SCHOOL_REGION, year - 1, "01", "办公费(上年)", 10_000_000, ()),
        "school_small": _line(school, SCHOOL_REGION, year, "03", "小额办公费", 10_000, ()),
        "county_office": _line(county, COUNTY_REGION, year, "01", "办公费", 5_000_000, ()),
    }
    for goods in GOODS:
        world.listings[goods[0]] = _listing(world, *goods)
    record(actor=SYSTEM, action="test.world", subject="world")
    return world


def _organisation(kind: str, region: int, name: str, credit_code: str | None, *, staff_quota: int | None = None) -> int:
    return session().scalar(
        insert(Organisation)
        .values(
            kind=kind, region_code=region, name=name, credit_code=credit_code, staff_quota=staff_quota,
            address=f"{name}办公楼",
        )
        .returning(Organisation.id)
    )  # fmt: skip


def _supplier(name: str, credit_code: str, region: int) -> int:
    supplier_id = _organisation("supplier", region, name, credit_code)
    session().execute(
        insert(Supplier).values(
            id=supplier_id,
            name=name,
            credit_code=credit_code,
            region_code=region,
            state="active",
            licence_expires_on=date(2030, 12, 31),
            is_small_firm=True,
            contact_name="钱老板",
            contact_phone="0371-00000001",
            bank_name="测试银行",
            bank_account="6200000000000001",
        )
    )
    return supplier_id


_hash: list[str] = []


def _person(username: str, role: str, organisation_id: int) -> int:
    if not _hash:
        _hash.append(hash_password(PASSWORD))
    user_id = session().scalar(
        insert(UserAccount)
        .values(
            username=username,
            name=f"测试{username}",
            password_hash=_hash[0],
            state="active",
            created_at=clock.now(),
            password_changed_at=clock.now(),
        )
        .returning(UserAccount.id)
    )
    session().execute(
        insert(UserPost).values(user_id=user_id, organisation_id=organisation_id, role=role, granted_at=clock.now())
    )
    return user_id


def _line(unit_id: int, region: int, year: int, number: str, name: str, amount_fen: int, scope: tuple[str, ...]) -> int:
    line_id = budget_lines.create_line(
        session(),
        region_code=region,
        year=year,
        unit_id=unit_id,
        code=f"{unit_id}-{year}-{number}",
        name=name,
        created_at=clock.now(),
        economic_code="30201",
        economic_name="办公费",
        function_code="205",
        function_name="教育支出",
        fund_source="一般公共预算",
        category_scope=scope,
    )
    budget_lines.appropriate(
        session(),
        line_id,
        amount_fen=amount_fen,
        source_type="budget",
        source_id=f"{unit_id}-{year}-{number}",
        effective_on=date(year, 1, 2),
        posted_at=clock.now(),
        actor="test",
    )
    budget_lines.plan_line(
        session(),
        line_id,
        months={1: amount_fen},
        source_type="budget",
        source_id=f"{unit_id}-{year}-{number}",
        effective_on=date(year, 1, 2),
        posted_at=clock.now(),
        actor="test",
    )
    return line_id


def _listing(
    world: World,
    key: str,
    category: str,
    brand: str,
    model: str,
    name: str,
    unit: str,
    price_fen: int,
    seller: str,
    regions: tuple[int, ...],
) -> int:
    match_key = f"{category}|{brand}|{model}"
    product = session().query(Product).filter_by(match_key=match_key).one_or_none()
    if product is None:
        product = Product(
            category_code=category,
            brand=brand,
            model=model,
            name=name,
            match_key=match_key,
            specification={"型号": model},
            base_unit=unit,
            is_green=False,
            created_at=clock.now(),
        )
        session().add(product)
        session().flush()
    supplier_id = world.sunny_id if seller == "sunny" else world.moon_id
    listing_id = session().scalar(
        insert(Listing)
        .values(
            product_id=product.id,
            supplier_id=supplier_id,
            sku=f"SKU-{key}",
            name=name,
            price_fen=price_fen,
            unit=unit,
            region_codes=list(regions),
            state="on_shelf",
            created_at=clock.now(),
            updated_at=clock.now(),
        )
        .returning(Listing.id)
    )
    session().execute(
        insert(PriceChange).values(listing_id=listing_id, new_price_fen=price_fen, changed_at=clock.now())
    )
    return listing_id
