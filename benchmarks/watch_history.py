"""A synthetic history of any size, written as the nightly export writes it: what sweeps are measured on.

Everything follows from the row's number by hashing, so that two runs have the same rows; one price in a hundred is
raised by 30 %, one unit in fifty splits, one supplier in forty is dear. It says nothing of how often rules are right.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from supervision.facts import TABLES
from supervision.history_files import Manifest, Partition, write_manifest

ON_DAY = 20_786
WEEKS = 60
SELLERS = 5
REGIONS = 180


def write_history(folder: Path, *, observations: int, order_lines: int) -> dict[str, int]:
    """Write `observations` weekly prices and `order_lines` order lines with everything around them.

    Returns the rows per table.
    """
    sizes = {
        "products": max(observations // (SELLERS * WEEKS), 20),
        "suppliers": max(min(3000, observations // 3000), 50),
        "units": max(min(20_000, order_lines // 50), 50),
        "lines": order_lines,
    }
    manifest: dict[str, dict[str, Partition]] = {}
    with duckdb.connect(config={"threads": 2, "memory_limit": "2GB", "temp_directory": str(folder / "spill")}) as db:
        db.execute(_MACROS.format(**sizes))
        for table, columns in TABLES.items():
            query = _QUERIES.get(table, "")
            (folder / table).mkdir(parents=True, exist_ok=True)
            if not query:
                manifest[table] = {}
                continue
            db.execute(f"create or replace temp view source as {query.format(on_day=ON_DAY, weeks=WEEKS, **sizes)}")
            given = {row[0] for row in db.execute("describe source").fetchall()}
            chosen = ", ".join(
                f"{name}::{'BIGINT' if kind == 'int64' else 'VARCHAR'} as {name}"
                if name in given
                else f"{'0::BIGINT' if kind == 'int64' else chr(39) * 2} as {name}"
                for name, kind in columns.items()
            )
            file = folder / table / "all-made.parquet"
            db.execute(f"copy (select {chosen} from source) to '{file}' (format parquet, compression zstd)")
            count = db.execute(f"select count(*) from read_parquet('{file}')").fetchall()[0][0]
            manifest[table] = {"all": Partition(row_count=count, digest="made", file=file.name)}
    written = Manifest(on_day=ON_DAY, tables=manifest)
    write_manifest(folder, written)
    return {table: written.row_count(table) for table in TABLES}


# `pick(n, salt, many)` is the same number below `many` for the same n and salt.
_MACROS = """
create or replace macro pick(n, salt, many) as (hash(n * 1000003 + salt) % many)::bigint;
create or replace macro category(n) as 'A' || lpad((2000000 + pick(n, 1, 40) * 10101)::varchar, 8, '0');
create or replace macro region(n) as 410000 + (1 + pick(n, 2, 18)) * 100 + pick(n, 3, 10);
create or replace macro price(n) as 1000 + pick(n, 4, 500000);
create or replace macro seller(product, place) as 1 + pick(product * 7 + place, 5, {suppliers});
"""

_LINES = """
select i as line_id, i // 2 as order_id, 'DD-' || (i // 2) as number, 1 + i % 2 as line_no,
    1 + pick(i // 2, 20, {units}) as unit_id, region(1 + pick(i // 2, 20, {units})) as region_code,
    seller(pick(i, 22, {products}), pick(i // 2, 23, 5)) as supplier_id,
    1 + pick(i, 22, {products}) * 5 + pick(i // 2, 23, 5) as listing_id, 1 + pick(i, 22, {products}) as product_id,
    category(pick(i, 22, {products})) as category_code, 1 + pick(i, 24, 20) as quantity,
    price(pick(i, 22, {products})) * (95 + pick(i, 25, 12)) // 100 as price_fen,
    {on_day} - pick(i // 2, 26, 1000) as submitted_day
from range({lines}) r(i)"""

_QUERIES = {
    "price_week": """
        select listing_id, week, product_id, supplier_id, region_code, category_code, price_fen,
            price_fen as base_price_fen, price_fen * 11 // 10 as list_price_fen, 0 as is_promotion
        from (
            select 1 + p * 5 + s as listing_id, ({on_day} + 3) // 7 - w as week, 1 + p as product_id,
                seller(p, s) as supplier_id, region(seller(p, s)) as region_code, category(p) as category_code,
                price(p) * (96 + pick(p * 5 + s, 6, 9)) // 100
                    * (case when pick(p * 5000 + s * 100 + w, 7, 12) = 0 then 85 else 100 end) // 100
                    * (case when pick(p * 5000 + s * 100 + w, 8, 100) = 0 then 130 else 100 end) // 100
                    * (case when seller(p, s) % 40 = 0 then 112 else 100 end) // 100 as price_fen
            from range({products}) a(p), range(5) b(s), range({weeks}) c(w))""",
    "price_change": """
        select i as change_id, 1 + pick(i, 30, {products} * 5) as listing_id,
            1 + pick(i, 30, {products} * 5) // 5 as product_id,
            seller(pick(i, 30, {products} * 5) // 5, pick(i, 30, {products} * 5) % 5) as supplier_id,
            410100 as region_code, category(pick(i, 30, {products} * 5) // 5) as category_code,
            {on_day} - pick(i, 31, 400) as day, pick(i, 32, 1440) as minute,
            price(pick(i, 30, {products} * 5) // 5) as old_price_fen,
            price(pick(i, 30, {products} * 5) // 5) * (85 + pick(i, 33, 35)) // 100 as new_price_fen
        from range({products} * 15) r(i)""",
    "listing": """
        select 1 + p * 5 + s as listing_id, 1 + p as product_id, seller(p, s) as supplier_id,
            region(seller(p, s)) as region_code, category(p) as category_code, 'SKU' || (p * 5 + s) as sku,
            'on_shelf' as state, price(p) * (96 + pick(p * 5 + s, 6, 9)) // 100 as price_fen,
            price(p) * (96 + pick(p * 5 + s, 6, 9)) // 100 as base_price_fen, 1 as pack_size,
            price(p) * 11 // 10 as list_price_fen, {on_day} - 400 as on_shelf_day
        from range({products}) a(p), range(5) b(s)""",
    "product": """
        select 1 + p as product_id, category(p) as category_code, 'B' || pick(p, 9, 300) as brand,
            'M' || p as model_key, '台' as base_unit, 5 as seller_count from range({products}) a(p)""",
    "supplier": """
        select 1 + i as supplier_id, region(i) as region_code, 'active' as state, {on_day} + 500 as licence_until_day,
            {on_day} + 500 as agreement_until_day, pick(i, 10, 2) as is_small_firm,
            {on_day} - pick(i, 11, 1500) as admitted_day, 'normal' as registration_state,
            {on_day} as credit_queried_day
        from range({suppliers}) r(i)""",
    "unit": """
        select 1 + i as unit_id, 1 + i // 20 as parent_id, region(i) as region_code, 3 as level,
            20 + pick(i, 12, 300) as staff_count from range({units}) r(i)""",
    "order_line": f"""
        select *, price_fen as base_price_fen, price_fen * quantity as amount_fen, quantity as accepted,
            'direct_purchase' as mode, 'paid' as state, 'P' || (unit_id % 3) as project, 1 as budget_line_id,
            2026 - ({{on_day}} - submitted_day) // 365 as year, submitted_day + 12 as accepted_day,
            540 + pick(order_id, 27, 480) as minute, 1 + unit_id // 20 as parent_id, 'a' || unit_id as address_key,
            unit_id * 10 as handler_id, 1 as pack_size
        from ({_LINES})""",
    "purchase_order": f"""
        select order_id, any_value(number) as number, 'direct_purchase' as mode, 'paid' as state, unit_id,
            1 + unit_id // 20 as parent_id, any_value(region_code) as region_code,
            any_value(supplier_id) as supplier_id, sum(price_fen * quantity) as total_fen,
            sum(price_fen * quantity) as accepted_fen,
            sum(price_fen * quantity) as paid_fen, unit_id * 10 as handler_id, unit_id * 10 + 1 as approver_id,
            unit_id * 10 + 2 as receiver_id, submitted_day, 540 + pick(order_id, 27, 480) as minute,
            2026 - ({{on_day}} - submitted_day) // 365 as year, submitted_day + 1 as approved_day,
            submitted_day + 2 as signed_day, submitted_day + 5 as shipped_day, submitted_day + 7 as received_day,
            submitted_day + 12 as accepted_day, submitted_day + 13 as invoiced_day, submitted_day + 42 as due_day,
            submitted_day + 20 + pick(order_id, 28, 40) as paid_day, submitted_day + 9 as promised_day,
            'a' || unit_id as address_key, 't' || order_id as tracking_key
        from ({_LINES}) group by order_id, unit_id, submitted_day""",
    "payment": f"""
        select order_id * 2 as payment_id, any_value(unit_id) as unit_id, any_value(region_code) as region_code,
            any_value(submitted_day) + 20 as day, sum(price_fen * quantity) as amount_fen,
            any_value(supplier_id) as supplier_id, 'k' || any_value(supplier_id) as payee_key,
            1 as is_registered_account, any_value(category_code) as category_code, 100 as confidence,
            1 as is_in_catalogue, case when order_id % 10 = 0 then 0 else order_id end as order_id,
            case when order_id % 10 = 0 then '' else any_value(number) end as order_number,
            'i' || order_id as invoice_number,
            any_value(submitted_day) + 12 as accepted_day, sum(price_fen * quantity) as accepted_fen,
            case when order_id % 10 = 0 then 0 else 1 end as is_mall,
            2026 - ({{on_day}} - any_value(submitted_day)) // 365 as year, 'v' || order_id as voucher
        from ({_LINES}) group by order_id""",
    "identity_key": """
        select 1 + i as party_id, 'supplier' as party, k as kind,
            k || pick(i * 3 + length(k), 13, {suppliers} * 9 // 10) as key
        from range({suppliers}) r(i), (values ('phone'), ('bank_account'), ('address')) v(k)""",
    "sourcing": """
        select i as sourcing_id, 'XJ-' || i as sourcing_number, 1 + pick(i, 40, {units}) as unit_id,
            region(pick(i, 40, {units})) as region_code, category(i) as category_code, 1000000 as budget_fen,
            {on_day} - pick(i, 41, 600) as opened_day, {on_day} - pick(i, 41, 600) + 3 as closed_day, 30 as open_hours,
            'awarded' as state, 30 as eligible_suppliers from range({lines} // 25) r(i)""",
    "quote": """
        select i * 4 + q as quote_id, 'XJ-' || i as sourcing_number, 1 + pick(i, 40, {units}) as unit_id,
            region(pick(i, 40, {units})) as region_code, category(i) as category_code, 1000000 as budget_fen,
            {on_day} - pick(i, 41, 600) as opened_day, {on_day} - pick(i, 41, 600) + 3 as closed_day, 30 as open_hours,
            0 as line_no, 1 + (pick(i, 42, {suppliers}) + q * 17) % {suppliers} as supplier_id,
            800000 + pick(i * 4 + q, 43, 150000) as price_fen, 1 as is_valid,
            (pick(i, 44, 4) = q)::int as is_winner, 1440 * {on_day} - i as at_minute
        from range({lines} // 25) r(i), range(4) s(q)""",
    "invitation": """
        select i * 4 + q as invitation_id, i as sourcing_id,
            1 + (pick(i, 42, {suppliers}) + q * 17) % {suppliers} as supplier_id, 1 + pick(i, 40, {units}) as unit_id,
            region(pick(i, 40, {units})) as region_code, category(i) as category_code,
            {on_day} - pick(i, 41, 600) as opened_day
        from range({lines} // 25) r(i), range(4) s(q)""",
    "budget_line": """
        select i as budget_line_id, 1 + i // 3 as unit_id, region(1 + i // 3) as region_code, 2026 as year,
            'P' || (i % 3) as project, 100000000 as appropriation_fen, 100000000 as available_fen, 1 as is_procurement
        from range({units} * 3) r(i)""",
    "plan_line": """
        select i as plan_line_id, 'YK-' || i as plan_number, 1 + i // 12 as unit_id, region(1 + i // 12) as region_code,
            2026 as year, 1 + i % 12 as month, 500000 as amount_fen, 1 as is_procurement, {on_day} - 20 as day
        from range({units} * 12) r(i)""",
    "asset_card": """
        select i as card_id, 1 + pick(i, 50, {units}) as unit_id, region(pick(i, 50, {units})) as region_code,
            pick(i, 51, {lines} // 2) as order_id, 'A02010105' as category_code, 1 as quantity, 400000 as value_fen,
            {on_day} - pick(i, 52, 900) as day, 6 as minimum_years, 1 as in_use from range({lines} // 10) r(i)""",
    "outside_price": """
        select i as price_id, 1 + pick(i, 60, {products}) as product_id, 'e_commerce' as kind,
            price(pick(i, 60, {products})) as price_fen, price(pick(i, 60, {products})) as base_price_fen,
            {on_day} - pick(i, 61, 30) as day from range({products}) r(i)""",
    "calendar": """
        select d as day, ((d + 3) % 7 < 5)::int as is_working, d * 5 // 7 as working_number
        from range(18000, 21500) r(d)""",
}
