"""Turns staged rows into products, listings and price history: set by set, so that a replay touches nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import BigInteger, Boolean, Text

from catalog_import.import_batch import ImportBatch, ImportRow
from catalog_import.match_listing import CREATE_PRODUCTS_SQL, SET_PRODUCTS_SQL, WANTED_SQL
from catalog_import.settle_listing import settle_listing
from catalog_import.suggest_category import ResolvedWord
from catalog_import.words import PROVINCE_CODE
from mall import clock
from mall.access.actor import Actor
from mall.catalogue.listing import Listing
from mall.database import session
from mall.documents.advance import advance
from mall.outbox.event import publish

CHUNK_ROWS = 5_000
_LOOPED_ROWS_MAX = 2_000


@dataclass(frozen=True)
class _Value:
    """A column of a listing: its value from the row `r` in SQL, and the file columns that speak about it."""

    column: str
    sql: str
    spoken_by: tuple[str, ...]


_UNIT_SQL = "coalesce(r.unit, nullif(c.default_unit, ''), '件')"

#: What a file says about a listing. A column the file does not have leaves the listing as it is.
VALUES: tuple[_Value, ...] = (
    _Value("name", "r.name", ("name",)),
    _Value("supplier_category", "coalesce(r.category_word, '')", ("category",)),
    _Value("price_fen", "r.price_fen", ("price", "net_price")),
    _Value("market_price_fen", "r.market_price_fen", ("market_price",)),
    _Value("tax_rate_bp", "coalesce(r.tax_rate_bp, 1300)", ("tax_rate",)),
    _Value("unit", _UNIT_SQL, ("unit",)),
    _Value("pack_size", "r.pack_size", ("unit", "pack")),
    _Value("pack_text", "coalesce(r.pack_text, '')", ("pack",)),
    _Value("stock", "r.stock", ("stock",)),
    _Value("delivery_days", "coalesce(r.delivery_days, 3)", ("delivery_days",)),
    _Value("region_codes", f"coalesce(r.region_codes, array[{PROVINCE_CODE}])", ("regions",)),
    _Value("origin", "coalesce(r.origin, '')", ("origin",)),
    _Value("warranty_months", "r.warranty_months", ("warranty",)),
    _Value("description_html", "coalesce(r.description_html, '')", ("description", "summary")),
)


def check_against_catalogue(batch: ImportBatch, *, words: dict[str, ResolvedWord]) -> None:
    """Say for every row what becomes of it: `outcome`, `batch_codes`, category and the price before.

    Judges duplicates by the SKU as written, whatever else is wrong with the first row that has it.
    Running it again on a batch that was not merged yet gives the answer of today.
    """
    spoken = [value for value in VALUES if set(value.spoken_by) & set(batch.columns)]
    compared = ", ".join(f"l.{value.column} as listed_{value.column}" for value in spoken)
    differs = " or ".join(f"r.listed_{value.column} is distinct from {value.sql}" for value in spoken)
    statement = text(_CHECK_SQL.format(compared=compared, differs=differs)).bindparams(
        bindparam("words", type_=ARRAY(Text)),
        bindparam("codes", type_=ARRAY(Text)),
        bindparam("sold", type_=ARRAY(Boolean)),
    )
    _avoid_loops(rows=batch.rows_staged)
    session().execute(
        statement,
        {
            "batch_id": batch.id,
            "supplier_id": batch.supplier_id,
            "speaks_of_shelf": "shelf" in batch.columns,
            "words": list(words),
            "codes": [resolved.code for resolved in words.values()],
            "sold": [resolved.is_sold for resolved in words.values()],
        },
    )
    _set_local("enable_nestloop", "on")


def _avoid_loops(*, rows: int) -> None:
    """Fresh rows have no statistics: the planner takes them for a handful and loops over all of them for each."""
    _set_local("enable_nestloop", "off" if rows > _LOOPED_ROWS_MAX else "on")


def take_your_time() -> None:
    """Lift the limits that the application sets its statements and locks, for work over a whole batch."""
    _set_local("statement_timeout", "60min")
    _set_local("lock_timeout", "10min")


def _set_local(name: str, value: str) -> None:
    """A setting of PostgreSQL until the end of the transaction under way."""
    session().execute(text("select set_config(:name, :value, true)"), {"name": name, "value": value})


def merge_chunk(batch: ImportBatch, *, actor: Actor) -> bool:
    """Merge the next rows after the batch's cursor and move it. The caller holds the batch's lock.

    Returns whether rows remain. Everything of a chunk happens in the transaction under way.
    """
    up_to = session().scalar(_CHUNK_END, {"batch_id": batch.id, "after": batch.merged_to_row, "rows": CHUNK_ROWS})
    if up_to is None:
        return False
    chunk: dict[str, Any] = {
        "batch_id": batch.id,
        "supplier_id": batch.supplier_id,
        "after": batch.merged_to_row,
        "up_to": up_to,
        "now": clock.now(),
        "user_id": actor.user_id,
        "reason": batch.reference,
    }
    _avoid_loops(rows=batch.rows_staged)
    # New products are made by one merge at a time, or two suppliers would make the same one twice.
    session().execute(text("select pg_advisory_xact_lock(hashtext('catalog_import.products'))"))
    session().execute(text(CREATE_PRODUCTS_SQL.format(wanted=WANTED_SQL)), chunk)
    if session().scalar(text(_HAS_GTINS_SQL), chunk):
        session().execute(text(CREATE_PRODUCTS_SQL.format(wanted=WANTED_SQL)), chunk)
    session().execute(text(SET_PRODUCTS_SQL.format(wanted=WANTED_SQL)), chunk)
    session().execute(text(_LOCK_SQL), chunk)
    session().execute(text(_PRICE_CHANGES_SQL), chunk)
    written = session().execute(text(_upsert_sql(batch)), chunk).all()
    touched = {listing_id for listing_id, _ in written}
    first_prices = text(_FIRST_PRICES_SQL).bindparams(bindparam("ids", type_=ARRAY(BigInteger)))
    session().execute(first_prices, {**chunk, "ids": [listing_id for listing_id, is_new in written if is_new]})
    touched |= _settle_known(batch, chunk=chunk, actor=actor)
    touched |= _follow_shelf(batch, chunk=chunk, actor=actor)
    batch.merged_to_row = up_to
    batch.listings_touched += len(touched)
    if touched:
        publish("listing.changed", document=batch.reference, payload={"listing_ids": sorted(touched)})
    return True


def _upsert_sql(batch: ImportBatch) -> str:
    spoken = [value for value in VALUES if set(value.spoken_by) & set(batch.columns)]
    return _UPSERT_SQL.format(
        columns=", ".join(value.column for value in VALUES),
        values=", ".join(value.sql for value in VALUES),
        assignments=", ".join(f"{value.column} = excluded.{value.column}" for value in spoken),
        before=", ".join(f"listing.{value.column}" for value in spoken),
        after=", ".join(f"excluded.{value.column}" for value in spoken),
    )


def _settle_known(batch: ImportBatch, *, chunk: dict[str, Any], actor: Actor) -> set[int]:
    """Listings that waited for a category which this file, or a word settled since, now names."""
    waiting = session().execute(text(_WAITING_SQL).columns(id=BigInteger, category_code=Text), chunk).all()
    for listing_id, category_code in waiting:
        listing = session().get(Listing, listing_id, populate_existing=True)
        if listing is not None:
            settle_listing(listing, category_code=category_code, actor=actor)
    return {listing_id for listing_id, _ in waiting}


def _follow_shelf(batch: ImportBatch, *, chunk: dict[str, Any], actor: Actor) -> set[int]:
    """Take off and put on what the file's own column says; a file without that column says nothing."""
    if "shelf" not in batch.columns:
        return set()
    query = (
        select(Listing, ImportRow.is_shelved)
        .join(ImportRow, ImportRow.sku == Listing.sku)
        .where(
            ImportRow.batch_id == batch.id,
            ImportRow.row_number > chunk["after"],
            ImportRow.row_number <= chunk["up_to"],
            ImportRow.outcome != "faulty",
            Listing.supplier_id == batch.supplier_id,
            Listing.state.in_(("on_shelf", "off_shelf")),
            (Listing.state == "on_shelf") != ImportRow.is_shelved,
        )
        .order_by(Listing.id)
        .execution_options(populate_existing=True)
    )
    turned = session().execute(query).all()
    for listing, is_shelved in turned:
        advance(listing, "put_on" if is_shelved else "take_off", actor, note=batch.reference)
        listing.updated_at = clock.now()
    return {listing.id for listing, _ in turned}


_CHECK_SQL = """
with word as materialized (
    select * from unnest(:words, :codes, :sold) as word (word, code, is_sold)
), placed as materialized (
    select r.*, l.id as listing_id, l.state as listing_state, l.price_fen as price_before_fen,
           {compared},
           case when r.sku is not null then min(r.row_number) over (partition by r.sku) end as first_of_sku,
           word.is_sold is false as is_unsold,
           coalesce(p.category_code, word.code, by_gtin.category_code) as placed_code,
           p.category_code <> word.code as is_kept
    from import_row r
    left join word on word.word = r.category_word
    left join listing l on l.supplier_id = :supplier_id and l.sku = r.sku
    left join product p on p.id = l.product_id
    left join product by_gtin on by_gtin.gtin = r.gtin
    where r.batch_id = :batch_id
), judged as materialized (
    select r.row_number, nullif(r.first_of_sku, r.row_number) as first_row, r.placed_code, r.price_before_fen,
           array_remove(array[
               case when r.first_of_sku < r.row_number then 'sku.duplicate' end,
               case when r.is_unsold then 'category.not_sold' end,
               case when r.placed_code is null and r.severity < 3 and r.first_of_sku = r.row_number
                    then 'category.needed' end,
               case when r.is_kept then 'category.kept' end
           ], null) as found,
           case
               when r.severity = 3 or r.first_of_sku < r.row_number or r.is_unsold then 'faulty'
               when r.placed_code is null then 'needs_category'
               when r.listing_id is null then 'new'
               when r.price_fen > r.price_before_fen then 'price_rise'
               when r.price_fen < r.price_before_fen then 'price_cut'
               when {differs} then 'changed'
               when r.listing_state = 'needs_category' then 'changed'
               when :speaks_of_shelf and r.listing_state = case when r.is_shelved then 'off_shelf' else 'on_shelf' end
                   then 'changed'
               else 'unchanged'
           end as judgement
    from placed r
    left join category c on c.code = r.placed_code
)
update import_row as target
set first_row = judged.first_row, category_code = judged.placed_code, old_price_fen = judged.price_before_fen,
    batch_codes = judged.found, outcome = judged.judgement
from judged
where target.batch_id = :batch_id and target.row_number = judged.row_number
"""

_CHUNK_END = text(
    "select max(row_number) from (select row_number from import_row where batch_id = :batch_id"
    " and row_number > :after order by row_number limit :rows) as next_rows"
)

_CHUNK_SQL = "r.batch_id = :batch_id and r.row_number > :after and r.row_number <= :up_to and r.outcome <> 'faulty'"

_HAS_GTINS_SQL = f"select exists (select 1 from import_row r where {_CHUNK_SQL} and r.gtin is not null)"

#: Lowest id first, so that two merges and an edit by hand never wait for each other in a circle.
_LOCK_SQL = f"""
select l.id from import_row r join listing l on l.supplier_id = :supplier_id and l.sku = r.sku
where {_CHUNK_SQL} order by l.id for update of l
"""

_PRICE_CHANGES_SQL = f"""
insert into price_change (listing_id, old_price_fen, new_price_fen, changed_at, user_id, reason)
select l.id, l.price_fen, r.price_fen, :now, :user_id, :reason
from import_row r join listing l on l.supplier_id = :supplier_id and l.sku = r.sku
where {_CHUNK_SQL} and l.price_fen <> r.price_fen
"""

_FIRST_PRICES_SQL = """
insert into price_change (listing_id, old_price_fen, new_price_fen, changed_at, user_id, reason)
select l.id, null, l.price_fen, :now, :user_id, :reason from listing l where l.id = any(:ids) order by l.id
"""

_UPSERT_SQL = f"""
insert into listing (product_id, supplier_id, sku, state, created_at, updated_at, {{columns}})
select r.product_id, :supplier_id, r.sku,
       case when p.category_code is null then 'needs_category' when r.is_shelved then 'on_shelf' else 'off_shelf' end,
       :now, :now, {{values}}
from import_row r
join product p on p.id = r.product_id
left join category c on c.code = r.category_code
where {_CHUNK_SQL}
order by r.row_number
on conflict (supplier_id, sku) do update
set {{assignments}}, updated_at = :now,
    version = listing.version + case when listing.price_fen <> excluded.price_fen then 1 else 0 end
where ({{before}}) is distinct from ({{after}})
returning id, xmax = 0 as is_new
"""

_WAITING_SQL = f"""
select l.id, r.category_code from import_row r
join listing l on l.supplier_id = :supplier_id and l.sku = r.sku
where {_CHUNK_SQL} and l.state = 'needs_category' and r.category_code is not null order by l.id
"""
