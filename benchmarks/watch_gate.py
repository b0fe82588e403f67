"""The order gate at size: how long the rules take for one cart, in a mall with a million order lines."""

from __future__ import annotations

import random
import time
from typing import Any

import psycopg
from figures import percentile
from own_mall import OwnDatabase

from ledger import budget_lines, fiscal_year
from mall import clock
from mall.access.actor import SYSTEM
from mall.audit.record import record
from mall.catalogue.offer import offers
from mall.database import atomic, close_reading, session
from mall.ordering.order_checks import Judgement, LineToCheck, OrderToCheck
from mall.reference.load_reference import load_built_in
from supervision.order_gate import check_order, forget_known
from supervision.rule_shelf import rules_at

UNITS, SUPPLIERS, PRODUCTS, SELLERS = 2_000, 500, 20_000, 5
FIRST_UNIT, FIRST_SUPPLIER, PERSON = 7_000_001, 7_900_001, 9_000_001
REGION = 410_100
CARTS, LINES_PER_CART = 400, 3


def measure_gate(own: OwnDatabase, *, order_lines: int) -> list[dict[str, Any]]:
    """One row: checks per cart, and median and 95th percentile of the gate alone, in milliseconds."""
    load_built_in()
    begun = time.perf_counter()
    with psycopg.connect(own.urls.admin, autocommit=True) as connection:
        _fill(connection, order_lines=order_lines)
    _books(clock.today().year)
    filled = time.perf_counter() - begun
    spent = []
    forget_known()
    chosen = random.Random(7)
    for cart in range(CARTS + 20):
        order = _cart(chosen)
        begun = time.perf_counter()
        judgement = Judgement()
        check_order(order, judgement)
        if cart >= 20:
            spent.append(time.perf_counter() - begun)
        close_reading()
    spent.sort()
    return [
        {
            "order_lines": order_lines,
            "rules": len(rules_at("order")),
            "carts": CARTS,
            "lines_per_cart": LINES_PER_CART,
            "p50_ms": round(percentile(spent, 50) * 1000, 1),
            "p95_ms": round(percentile(spent, 95) * 1000, 1),
            "p99_ms": round(percentile(spent, 99) * 1000, 1),
            "filled_s": round(filled),
        }
    ]


def _cart(chosen: random.Random) -> OrderToCheck:
    unit = FIRST_UNIT + chosen.randrange(UNITS)
    first = chosen.randrange(SUPPLIERS)
    ids = [1 + (first + SUPPLIERS * chosen.randrange(PRODUCTS * SELLERS // SUPPLIERS)) for _ in range(LINES_PER_CART)]
    found = offers(ids)
    line = budget_lines.lines_of_unit(session(), region_code=REGION, year=clock.today().year, unit_id=unit)[0]
    return OrderToCheck(
        unit_id=unit,
        region_code=REGION,
        year=clock.today().year,
        on=clock.today(),
        lines=tuple(
            LineToCheck(number, found[listing_id], 1 + chosen.randrange(9), line, line.id, None)
            for number, listing_id in enumerate(dict.fromkeys(ids), start=1)
        ),
        address=f"address {unit}",
    )


@atomic
def _books(year: int) -> None:
    fiscal_year.open_year(session(), region_code=REGION, year=year, opened_at=clock.now(), actor="bench")
    for place in range(UNITS):
        budget_lines.create_line(
            session(), unit_id=FIRST_UNIT + place, region_code=REGION, year=year, is_procurement=True,
            code=f"L{place}", name="办公费", function_code="2050202", function_name="小学教育", economic_code="30201",
            economic_name="办公费", project="P1", fund_source="一般公共预算", category_scope=(), created_at=clock.now(),
        )  # fmt: skip
    record(actor=SYSTEM, action="bench.books", subject="bench")


def _fill(connection: psycopg.Connection, *, order_lines: int) -> None:
    sizes = {
        "units": UNITS, "suppliers": SUPPLIERS, "products": PRODUCTS, "sellers": SELLERS, "orders": order_lines // 2,
        "first_unit": FIRST_UNIT, "first_supplier": FIRST_SUPPLIER, "person": PERSON, "region": REGION,
    }  # fmt: skip
    for statement in _STATEMENTS:
        connection.execute(statement.format(**sizes))


_STATEMENTS = (
    "insert into organisation (id, kind, region_code, name, staff_quota, address) overriding system value"
    " select {first_unit} + i, 'unit', {region}, '单位' || i, 100, 'address ' || ({first_unit} + i)"
    " from generate_series(0, {units} - 1) i",
    "insert into organisation (id, kind, region_code, name) overriding system value"
    " select {first_supplier} + i, 'supplier', {region}, '供应商' || i from generate_series(0, {suppliers} - 1) i",
    "insert into supplier (id, name, credit_code, region_code, licence_expires_on, is_small_firm)"
    " select {first_supplier} + i, '供应商' || i, 'C' || i, {region}, '2035-01-01', i % 2 = 0"
    " from generate_series(0, {suppliers} - 1) i",
    "insert into user_account (id, username, name, state, created_at) overriding system value"
    " values ({person}, 'bench', 'bench', 'active', now())",
    "insert into product (id, category_code, brand, model, name, match_key, base_unit, created_at)"
    " overriding system value select 1 + i, (array['A05040101', 'A02010105', 'A02021003', 'A05010201'])[1 + i % 4],"
    " 'B', 'M' || i, '商品' || i, 'k' || i, '件', now() from generate_series(0, {products} - 1) i",
    "insert into listing (id, product_id, supplier_id, sku, name, price_fen, unit, region_codes, state, created_at,"
    " updated_at) overriding system value"
    " select 1 + i, 1 + i / {sellers}, {first_supplier} + i % {suppliers}, 'S' || i, '商品' || i,"
    " 1000 + (i / {sellers}) % 5000 + i % 7 * 20, '件', array[410000], 'on_shelf', now(), now()"
    " from generate_series(0, {products} * {sellers} - 1) i",
    "insert into purchase_order (id, number, region_code, year, unit_id, supplier_id, state, total_fen, handler_id,"
    " delivery, created_at, submitted_at, state_since) overriding system value"
    " select 1 + i, 'DD-' || i, {region}, 2026 - i % 3, {first_unit} + i % {units}, {first_supplier} + i % {suppliers},"
    " 'closed', 100000, {person}, jsonb_build_object('address', 'address ' || ({first_unit} + i % {units})),"
    " now() - (i % 1000) * interval '1 day', now() - (i % 1000) * interval '1 day', now()"
    " from generate_series(0, {orders} - 1) i",
    "insert into order_line (order_id, line_no, listing_id, product_id, listing_version, category_code, name, sku,"
    " unit, quantity, price_fen, contract_price_fen, budget_line_id, tax_rate_bp, is_asset)"
    " select 1 + i, n, 1 + (i * 2 + n) % ({products} * {sellers}),"
    " 1 + (i * 2 + n) % ({products} * {sellers}) / {sellers}, 1,"
    " (array['A05040101', 'A02010105', 'A02021003', 'A05010201'])[1 + (i * 2 + n) % 4], '商品', 'S', '件', 2, 2000,"
    " 2000, 1, 1300, false from generate_series(0, {orders} - 1) i, generate_series(1, 2) n",
    "insert into reference_price select 1 + i / {sellers}, {first_supplier} + i % {suppliers}, current_date,"
    " 40, 1000, 1100, 1200, 1300, 20000, 20700, 1400, 4, 1350, 26, 1380, 4, 1300, 13, 0"
    " from generate_series(0, {products} * {sellers} - 1) i on conflict do nothing",
    "analyze",
)
