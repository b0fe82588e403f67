"""Two hundred and fifty units with four budget lines each, one supplier and one listing, for the rate of orders.

Ids of units, people, lines, orders and numbers begin at millions of their own, so that they can be
recognised inside captured SQL and turned into variables.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, timedelta

import psycopg

from ledger import budget_lines, fiscal_year
from mall import clock
from mall.access.actor import SYSTEM
from mall.audit.record import record
from mall.database import atomic, session
from mall.people.web_session import secret_hash
from mall.reference.load_reference import load_built_in

UNITS, LINES_PER_UNIT = 250, 4
LINES = UNITS * LINES_PER_UNIT
FIRST_UNIT, FIRST_LINE, FIRST_PERSON = 7_000_001, 8_000_001, 9_000_001
FIRST_ORDER, FIRST_NUMBER = 5_000_001, 6_000_001
SUPPLIER_CODE = "91410100MA00000011"
SUPPLIER_ID = 7_900_001
REGION = 410_100
PRICE_FEN = 100
APPROPRIATION_FEN = 10**12


@dataclass(frozen=True)
class OrderWorld:
    """What an order needs, by number of the line 0..999."""

    listing_id: int
    tokens: tuple[str, ...]

    def body(self, line: int) -> dict[str, object]:
        wanted = {"listing_id": self.listing_id, "quantity": 1, "budget_line_id": FIRST_LINE + line}
        return {"lines": [wanted], "delivery": {"address": "一号楼", "contact": "张老师"}}

    def token(self, line: int) -> str:
        return self.tokens[line // LINES_PER_UNIT]


def build_order_world(admin_url: str) -> OrderWorld:
    """Fill a migrated database to which `mall.database` is connected."""
    load_built_in()
    year = clock.today().year
    tokens = tuple(f"smt_{uuid.uuid4().hex}{uuid.uuid4().hex[:11]}" for _ in range(UNITS))
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute(f"alter table ledger.budget_line alter column id restart with {FIRST_LINE}")
        connection.execute(f"alter table purchase_order alter column id restart with {FIRST_ORDER}")
        connection.execute(f"alter sequence number_order restart with {FIRST_NUMBER}")
        listing_id = _goods(connection)
        _people(connection, tokens)
    _books(year)
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute("vacuum analyze")
    return OrderWorld(listing_id=listing_id, tokens=tokens)


def _goods(connection: psycopg.Connection[tuple[object, ...]]) -> int:
    now = clock.now()
    connection.execute(
        "insert into organisation (id, kind, region_code, name, credit_code) overriding system value"
        " values (%s, 'supplier', %s, '测速供应商', %s)",
        (SUPPLIER_ID, REGION, SUPPLIER_CODE),
    )
    connection.execute(
        "insert into supplier (id, name, credit_code, region_code, state, licence_expires_on, is_small_firm)"
        " values (%s, '测速供应商', %s, %s, 'active', %s, true)",
        (SUPPLIER_ID, SUPPLIER_CODE, REGION, clock.today() + timedelta(days=365)),
    )
    (product_id,) = connection.execute(
        "insert into product (category_code, brand, model, name, match_key, specification, base_unit, created_at)"
        " values ('A05040101', '测速', 'A4', 'A4复印纸', 'A05040101|测速|A4', '{\"规格\": \"70g\"}', '包', %s)"
        " returning id",
        (now,),
    ).fetchone()
    (listing_id,) = connection.execute(
        "insert into listing (product_id, supplier_id, sku, name, price_fen, unit, region_codes, state, created_at,"
        " updated_at) values (%s, %s, 'BENCH-1', 'A4复印纸', %s, '包', '{410000}', 'on_shelf', %s, %s) returning id",
        (product_id, SUPPLIER_ID, PRICE_FEN, now, now),
    ).fetchone()
    return listing_id


def _people(connection: psycopg.Connection[tuple[object, ...]], tokens: tuple[str, ...]) -> None:
    now = clock.now()
    with connection.cursor() as cursor:
        for number, token in enumerate(tokens):
            unit_id, person_id = FIRST_UNIT + number, FIRST_PERSON + number
            cursor.execute(
                "insert into organisation (id, kind, region_code, name) overriding system value"
                " values (%s, 'unit', %s, %s)",
                (unit_id, REGION, f"测速单位{number}"),
            )
            cursor.execute(
                "insert into user_account (id, username, name, state, created_at) overriding system value"
                " values (%s, %s, %s, 'active', %s)",
                (person_id, f"bench{person_id}", f"测速经办{person_id}", now),
            )
            cursor.execute(
                "insert into user_post (user_id, organisation_id, role, granted_at) values (%s, %s, 'handler', %s)",
                (person_id, unit_id, now),
            )
            cursor.execute(
                "insert into api_token (token_hash, user_id, created_at, expires_at, last_used_at)"
                " values (%s, %s, %s, %s, %s)",
                (secret_hash(token), person_id, now, now + timedelta(hours=12), now + timedelta(hours=1)),
            )


@atomic
def _books(year: int) -> None:
    fiscal_year.open_year(session(), region_code=REGION, year=year, opened_at=clock.now(), actor="benchmark")
    for number in range(LINES):
        code = f"bench-{number:04d}"
        line_id = budget_lines.create_line(
            session(), region_code=REGION, year=year, unit_id=FIRST_UNIT + number // LINES_PER_UNIT, code=code,
            name="办公费", created_at=clock.now(), economic_code="30201", economic_name="办公费",
            function_code="205", function_name="教育支出", fund_source="一般公共预算", category_scope=(),
        )  # fmt: skip
        if line_id != FIRST_LINE + number:
            raise AssertionError("budget lines are not numbered as the benchmark needs them")
        budget_lines.appropriate(
            session(), line_id, amount_fen=APPROPRIATION_FEN, source_type="budget", source_id=code,
            effective_on=date(year, 1, 2), posted_at=clock.now(), actor="benchmark",
        )  # fmt: skip
    record(actor=SYSTEM, action="benchmark.world", subject="benchmark")
