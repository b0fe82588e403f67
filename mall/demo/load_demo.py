"""Loads the demo province, stage by stage; a load that was killed is carried on, a finished one is left alone."""

from __future__ import annotations

import contextlib
import secrets
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy import event, func, select

from ledger.budget_lines import lines_of_region
from mall import clock
from mall.assets.asset_kind import makes_cards
from mall.catalogue.category import Category
from mall.catalogue.listing import Listing
from mall.catalogue.product import Product
from mall.database import atomic, close_reading, engine, session
from mall.demo.deliver_beside import delivering_beside
from mall.demo.demo_accounts import DEMO_UNITS, SUPPLIER_USERNAMES
from mall.demo.demo_stage import STAGES, DemoStage, begin_stage, finish_stage, stages
from mall.demo.load_goods import Importer, Say, Settle, import_price_update, load_catalogues, write_goods_files
from mall.demo.load_organisations import ids_by_key, load_budget, load_organisations, set_passwords, year_start
from mall.demo.organisations import EXPIRED_SUPPLIER, UNIT_ROLES, DemoProvince, demo_province, demo_suppliers
from mall.demo.plan_purchases import Market, Offer, PlannedLine, PlannedUnit, plan_purchases
from mall.demo.plan_stories import LEAVES_OUT, plan_stories
from mall.demo.run_asset_exchange import run_asset_exchange
from mall.demo.run_budget_documents import run_budget_documents
from mall.demo.run_fund_use_plans import plan_year, run_fund_use_plans
from mall.demo.run_listing_images import run_listing_images
from mall.demo.run_listing_life import run_listing_life
from mall.demo.run_orders import Cast, Interruption, Report, UnitFacts, run_orders
from mall.demo.run_payment_watch import run_payment_watch
from mall.demo.run_year_end import run_year_end
from mall.demo.working_time import working_days_between
from mall.errors import Refusal
from mall.outbox.deliver import deliver_waiting
from mall.outbox.event import subscribers_of
from mall.people.organisation import Organisation
from mall.people.password import hash_password, verify_password
from mall.people.user import actor_named
from mall.regions.region import chain
from mall.regions.regional_rule import rule

MONTHS = 6
PURCHASES = 500
#: of each line's money so much is spent at most: the demo units keep more than half for those who try
DEMO_UNIT_SPENDS_PER_THOUSAND = 420
UNIT_SPENDS_PER_THOUSAND = 800
ASSET_RULE, LIMIT_RULE = "asset.card_fen", "direct_purchase.year_limit"
_EVENTS_AT_ONCE = 1000


@dataclass(frozen=True)
class Scale:
    """How much of a province is made: the tests make a small one."""

    days: int = MONTHS * 183 // 6
    purchases: int = PURCHASES
    unit_keys: tuple[str, ...] = ()  # empty: all


@dataclass(frozen=True)
class _Load:
    """One load: who buys, from when to when, and what it was begun with."""

    province: DemoProvince
    seed: int
    starts_at: datetime
    ends_at: datetime
    scale: Scale
    folder: Path
    importer: Importer
    settle: Settle
    say: Say
    data_dir: Path

    @property
    def years(self) -> range:
        return range(clock.local(self.starts_at).year, clock.local(self.ends_at).year + 1)


def load_demo(
    *,
    seed: int,
    password: str,
    importer: Importer,
    settle: Settle,
    say: Say,
    data_dir: Path,
    scale: Scale | None = None,
) -> bool:
    """Load what is not loaded yet. Returns whether there was anything to do.

    `importer(path, credit_code, mode)` and `settle(credit_code)` stand for the loading dock, which the mall does
    not know; `data_dir` is where images lie. Everybody who wants events (notices, search, supervision) must be
    subscribed. Raises Refusal "demo.other_seed" when a province of another seed was begun, "demo.not_empty" when
    the database has organisations that are not the demo's.
    """
    known = stages()
    close_reading()
    if all(name in known and known[name].done_at for name in STAGES):
        _follow_password(known["passwords"], password=password)
        return False
    began = time.monotonic()
    if not subscribers_of("order.submit"):
        # Events delivered to nobody would be gone: notices and registers would miss half a year.
        raise RuntimeError("load the rooms first (wsgi.create_app): nobody is subscribed to the outbox yet")
    begun = known.get("organisations") or begin_stage("organisations", facts=_period(seed, scale=scale or Scale()))
    if begun.facts["seed"] != seed:
        raise Refusal("demo.other_seed", seed=seed, loaded_seed=begun.facts["seed"])
    with tempfile.TemporaryDirectory(prefix="sunmall-demo-") as folder, _quick_commits():
        load = _prepare(begun.facts, scale=scale or Scale(), folder=Path(folder), importer=importer,
                        settle=settle, say=say, data_dir=data_dir)  # fmt: skip
        _run_stages(load, password=password, done={name for name, stage in known.items() if stage.done_at})
    say(f"演示省份已装入，用时 {time.monotonic() - began:.0f} 秒")
    return True


def _run_stages(load: _Load, *, password: str, done: set[str]) -> None:
    # Until the end the accounts carry a password that nobody knows, hashed cheaply because four signatures
    # an order are made with it; a load that is killed leaves no account that can be signed in to.
    secret = secrets.token_urlsafe(32)
    quick_hash = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(secret)
    if "organisations" not in done:
        load.say("演示省份：机构、人员、预算")
        finish_stage("organisations", facts=_load_organisations(load, password_hash=quick_hash))
    elif "passwords" not in done:
        set_passwords(province=load.province, password_hash=quick_hash)
    files = []
    if not {"goods", "orders"} <= done:
        files = write_goods_files(load.folder, seed=load.seed, starts_at=load.starts_at)
    if "goods" not in done:
        load.say("演示省份：供应商商品目录")
        begin_stage("goods")
        finish_stage("goods", facts=load_catalogues(
            files, province=load.province, starts_at=load.starts_at, importer=load.importer, settle=load.settle,
            say=load.say,
        ))  # fmt: skip
    if "orders" not in done:
        load.say("演示省份：半年订单（逐笔走完真实流程）")
        begin_stage("orders")
        updates = [
            Interruption(at=file.arrives_at, happen=lambda each=file: import_price_update(each, importer=load.importer))
            for file in files
            if file.arrives_at > load.starts_at
        ]
        with delivering_beside():
            report = tell_story(load, secret=secret, interruptions=updates)
            run_budget_documents(province=load.province, ends_at=load.ends_at)
            run_asset_exchange(province=load.province, ends_at=load.ends_at)
            run_payment_watch(province=load.province, ends_at=load.ends_at)
            run_year_end(province=load.province, ends_at=load.ends_at)
            run_fund_use_plans(province=load.province, ends_at=load.ends_at)
            _run_images(load)
            run_listing_life(ends_at=load.ends_at)
        finish_stage("orders", facts={"orders": report.orders, "deeds": report.deeds, "refused": dict(report.refusals)})
    if "events" not in done:
        begin_stage("events")
        finish_stage("events", facts={"delivered": _deliver(load.say)})
    begin_stage("passwords")
    password_hash = hash_password(password)
    set_passwords(province=load.province, password_hash=password_hash)
    finish_stage("passwords", facts={"password_hash": password_hash})


def _period(seed: int, *, scale: Scale) -> dict[str, Any]:
    """Seed and period, kept with the first stage: a load that is carried on tomorrow ends where it was to end."""
    others = session().scalar(select(func.count()).select_from(Organisation)) or 0
    close_reading()
    if others:
        raise Refusal("demo.not_empty", organisations=others)
    ends_at = clock.now().replace(microsecond=0)
    first_day = clock.local(ends_at).date() - timedelta(days=scale.days)
    first_day = working_days_between(first_day, first_day + timedelta(days=15))[0]
    starts_at = datetime.combine(first_day, datetime.min.time(), tzinfo=clock.SHANGHAI) + timedelta(hours=8)
    return {"seed": seed, "starts_at": starts_at.isoformat(), "ends_at": ends_at.isoformat()}


def _prepare(
    facts: dict[str, Any],
    *,
    scale: Scale,
    folder: Path,
    importer: Importer,
    settle: Settle,
    say: Say,
    data_dir: Path,
) -> _Load:
    starts_at, ends_at = (datetime.fromisoformat(facts[name]) for name in ("starts_at", "ends_at"))
    return _Load(
        province=_province(ends_at), seed=facts["seed"], starts_at=starts_at, ends_at=ends_at, scale=scale,
        folder=folder, importer=importer, settle=settle, say=say, data_dir=data_dir,
    )  # fmt: skip


def _province(ends_at: datetime) -> DemoProvince:
    """The province of today's year, with one licence that has run out by today."""
    today = clock.local(ends_at).date()
    province = demo_province(year=today.year)
    expired = next(one for one in province.suppliers if one.key == EXPIRED_SUPPLIER)
    if expired.licence_expires_on is None or expired.licence_expires_on < today:
        return province
    last_year = {one.key: one for one in demo_suppliers(year=today.year - 1)}
    suppliers = tuple(last_year[one.key] if one.key == EXPIRED_SUPPLIER else one for one in province.suppliers)
    return DemoProvince(
        organisations=province.organisations,
        people=province.people,
        budget_lines=province.budget_lines,
        suppliers=suppliers,
    )


@atomic
def _load_organisations(load: _Load, *, password_hash: str) -> dict[str, int]:
    first = year_start(load.years[0])
    with clock.frozen(first):
        counts = load_organisations(province=load.province, password_hash=password_hash)
    for year in load.years:
        with clock.frozen(year_start(year)):
            counts |= load_budget(province=demo_province(year=year), year=year)
        counts["fund_use_plans"] = plan_year(province=demo_province(year=year), year=year)
    return counts


def tell_story(load: _Load, *, secret: str, interruptions: list[Interruption]) -> Report:
    """Plan the period's purchases and live through them."""
    market, cast = read_market(load), read_cast(load)
    ids = ids_by_key(load.province)
    stories = plan_stories(
        market,
        supplier_ids={one.key: ids[one.key] for one in load.province.suppliers},
        starts_at=load.starts_at,
        ends_at=load.ends_at,
    )
    plan = plan_purchases(
        market,
        seed=load.seed,
        starts_at=load.starts_at,
        ends_at=load.ends_at,
        count=load.scale.purchases,
        beside=stories,
    )
    return run_orders(
        sorted([*plan, *stories], key=lambda one: (one.at, one.number)),
        cast=cast,
        seed=load.seed,
        starts_at=load.starts_at,
        ends_at=load.ends_at,
        secret=secret,
        folder=load.folder,
        interruptions=interruptions,
        say=load.say,
    )


def read_market(load: _Load) -> Market:
    """Units, lines and offers as the database has them at the start of the period."""
    ids = ids_by_key(load.province)
    units = [unit for unit in load.province.organisations if unit.kind == "unit" and _is_in(load, unit.key)]
    key_of = {ids[unit.key]: unit.key for unit in units}
    on = clock.local(load.starts_at).date()
    market = Market(
        units=tuple(
            PlannedUnit(
                key=unit.key,
                body=unit.body,
                region_codes=chain(unit.region_code),
                weight=max(2, unit.staff_quota // 12) + (10 if unit.key in DEMO_UNITS else 0),
                spends_per_thousand=(
                    DEMO_UNIT_SPENDS_PER_THOUSAND if unit.key in DEMO_UNITS else UNIT_SPENDS_PER_THOUSAND
                ),
                category_limit_fen=rule(LIMIT_RULE, region_code=unit.region_code, on=on).value,
                leaves_out=LEAVES_OUT.get(unit.key, ()),
            )
            for unit in units
        ),
        lines=tuple(_lines(load, key_of=key_of)),
        offers=tuple(_offers(load, ids=ids)),
        demo_unit_keys=DEMO_UNITS,
        demo_supplier_ids=tuple(ids[one.key] for one in load.province.suppliers if one.username in SUPPLIER_USERNAMES),
    )
    close_reading()
    return market


def _is_in(load: _Load, unit_key: str) -> bool:
    return not load.scale.unit_keys or unit_key in load.scale.unit_keys


def _lines(load: _Load, *, key_of: dict[int, str]) -> Iterator[PlannedLine]:
    regions = sorted({line.region_code for line in load.province.budget_lines})
    amounts = {
        (line.year, line.code): line.amount_fen for year in load.years for line in demo_province(year=year).budget_lines
    }
    for year in load.years:
        for region_code in regions:
            for line in lines_of_region(session(), region_code=region_code, year=year):
                if line.unit_id in key_of and line.is_procurement:
                    yield PlannedLine(
                        budget_line_id=line.id,
                        unit_key=key_of[line.unit_id],
                        year=year,
                        economic_code=line.economic_code,
                        amount_fen=amounts[year, line.code],
                        category_scope=line.category_scope,
                    )


def _offers(load: _Load, *, ids: dict[str, int]) -> Iterator[Offer]:
    """What may be ordered: on the shelf, within the ceiling, of suppliers that stay in business all the time."""
    today = clock.local(load.ends_at).date()
    sellers = {
        ids[one.key]
        for one in load.province.suppliers
        if one.state == "active" and one.licence_expires_on is not None and one.licence_expires_on >= today
    }
    asset_from_fen = rule(ASSET_RULE, region_code=410000, on=today).value
    sold_by = func.count().over(partition_by=Listing.product_id)
    rows = session().execute(
        select(Listing.id, Listing.supplier_id, Listing.product_id, Product.category_code, Listing.price_fen,
               Listing.pack_size, Listing.stock, Listing.region_codes, sold_by,
               Category.asset_ceiling_fen)
        .join(Product, Product.id == Listing.product_id)
        .join(Category, Category.code == Product.category_code)
        .where(Listing.state == "on_shelf", Category.in_mall)
        .order_by(Listing.supplier_id, Listing.sku)
    ).all()  # fmt: skip
    best: dict[int, int] = {}
    for row in rows:
        best[row.product_id] = min(best.get(row.product_id, row.price_fen), -(-row.price_fen // row.pack_size))
    for row in rows:
        listing_id, supplier_id, product_id, code, price_fen, pack, stock, regions, sold, ceiling = row
        # A price that rises by 6 % later must still be under the ceiling.
        if supplier_id not in sellers or (ceiling is not None and price_fen * 107 > ceiling * 100):
            continue
        yield Offer(
            listing_id=listing_id,
            supplier_id=supplier_id,
            product_id=product_id,
            category_code=code,
            price_fen=price_fen,
            best_price_fen=best[product_id] * pack,
            stock=stock if stock is not None else 100,
            region_codes=tuple(regions),
            popularity=sold,
            is_asset=makes_cards(code, price_fen=price_fen, limit_fen=asset_from_fen, on=today),
        )


def read_cast(load: _Load) -> Cast:
    """Everybody as an actor, with the posts of the database."""
    ids = ids_by_key(load.province)
    username_of = {
        (post.organisation_key, post.role): person.username for person in load.province.people for post in person.posts
    }
    actors = {person.username: actor_named(person.username) for person in load.province.people}
    units = {
        unit.key: UnitFacts(
            unit_id=ids[unit.key],
            address=unit.address,
            people={role: actors[username_of[unit.key, role]] for role in UNIT_ROLES},
        )
        for unit in load.province.organisations
        if unit.kind == "unit"
    }
    suppliers = {ids[one.key]: actor_named(one.username) for one in load.province.suppliers}
    close_reading()
    return Cast(units=units, suppliers=suppliers, centre=actors["centre"])


def _run_images(load: _Load) -> None:
    ids = ids_by_key(load.province)
    began = time.monotonic()
    added = run_listing_images(
        supplier_usernames={ids[one.key]: one.username for one in load.province.suppliers},
        ends_at=load.ends_at,
        data_dir=load.data_dir,
    )
    load.say(f"  商品图片（系统绘制）{added} 张，用时 {time.monotonic() - began:.1f} 秒")


def _deliver(say: Say) -> int:
    """Tell everybody what happened, so that notices and registers are there when the first person signs in."""
    delivered = 0
    while taken := deliver_waiting(limit=_EVENTS_AT_ONCE):
        delivered += taken
        say(f"  通知与登记：{delivered}")
    return delivered


def _follow_password(stage: DemoStage, *, password: str) -> None:
    """Another SUNMALL_DEMO_PASSWORD than at the last start: accounts whose owner has not changed it follow."""
    held = stage.facts["password_hash"]
    if verify_password(held, password):
        return
    fresh = hash_password(password)
    set_passwords(province=demo_province(year=clock.today().year), password_hash=fresh, instead_of=held)
    finish_stage("passwords", facts={"password_hash": fresh})


@contextlib.contextmanager
def _quick_commits() -> Iterator[None]:
    """Commit without waiting for the disk: a crash may lose the last deeds, whole ones, and they are done again."""

    def without_waiting(connection: Any, _record: Any) -> None:
        # A setting made inside a transaction would go with its end.
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SET synchronous_commit TO off")
        connection.autocommit = False

    close_reading()
    engine().dispose()
    event.listen(engine(), "connect", without_waiting)
    try:
        yield
    finally:
        event.remove(engine(), "connect", without_waiting)
        close_reading()
        engine().dispose()
