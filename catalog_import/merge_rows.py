"""Turns staged rows into products, listings and price history: set by set, so that a replay touches nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import bindparam, or_, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import BigInteger, Boolean, Text

from catalog_import.import_batch import ImportBatch, ImportRow
from catalog_import.match_listing import CREATE_PRODUCTS_SQL, QUEUE_SQL, SET_PRODUCTS_SQL, WANTED_SQL
from catalog_import.settle_listing import settle_listing
from catalog_import.suggest_category import ResolvedWord
from catalog_import.words import PROVINCE_CODE
from mall import clock
from mall.access.actor import SYSTEM, Actor
from mall.catalogue.ask_changes import Terms, ask_changes, withdraw_changes
from mall.catalogue.certificate import CERTIFICATE, CERTIFICATE_UNTIL
from mall.catalogue.check_submitted import check_submitted, reviewers_asked
from mall.catalogue.find_ceilings import exceeded_ceiling
from mall.catalogue.listing import Listing
from mall.catalogue.listing_change import waiting_changes
from mall.catalogue.listing_states import IN_FORCE, LISTING_STATES
from mall.catalogue.product import Product, lock_products
from mall.catalogue.recheck_listing import recheck_listings
from mall.catalogue.stop_facts import stop_facts
from mall.database import session
from mall.documents.advance import advance, enter
from mall.documents.advance_many import enter_many
from mall.outbox.event import publish
from mall.suppliers.supplier import Supplier

CHUNK_ROWS = 5_000
_LOOPED_ROWS_MAX = 2_000


@dataclass(frozen=True)
class _Value:
    """A column of a listing: its value from the row `r` in SQL, and the file columns that speak about it."""

    column: str
    sql: str
    spoken_by: tuple[str, ...]


_UNIT_SQL = "coalesce(r.unit, nullif(c.default_unit, ''), '件')"

#: A day that PostgreSQL can read; what is none says nothing. 29 February is left to those who can count.
_DAY_FORM = r"^\d{4}-((0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31)$"
_CERTIFICATE_UNTIL_SQL = (
    f"case when r.specification ->> '{CERTIFICATE_UNTIL}' ~ '{_DAY_FORM}'"
    f" then cast(r.specification ->> '{CERTIFICATE_UNTIL}' as date) end"
)

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
    _Value("certificate_number", f"coalesce(r.specification ->> '{CERTIFICATE}', '')", ("specification",)),
    _Value("certificate_until", _CERTIFICATE_UNTIL_SQL, ("specification",)),
    _Value("description_html", "coalesce(r.description_html, '')", ("description", "summary")),
)


#: what reviewers look at: another stock or another delivery time does not begin their work anew
_REVIEWED = ("name", "price_fen", "market_price_fen", "unit", "pack_size", "pack_text", "origin", "description_html",
             "certificate_number", "certificate_until")  # fmt: skip
_TERMS = ("price_fen", "unit", "pack_size", "pack_text")


def check_against_catalogue(batch: ImportBatch, *, words: dict[str, ResolvedWord]) -> None:
    """Say for every row what becomes of it: `outcome`, `batch_codes`, category and the price before.

    Judges duplicates by the SKU as written, whatever else is wrong with the first row that has it.
    Running it again on a batch that was not merged yet gives the answer of today.
    """
    spoken = _spoken(batch)
    compared = ", ".join(f"l.{value.column} as listed_{value.column}" for value in spoken)
    differs = " or ".join(
        f"r.listed_{value.column} is distinct from {_kept_where_silent(value, new=value.sql, old='r.listed_{}')}"
        for value in spoken
    )
    statement = text(_CHECK_SQL.format(compared=compared, differs=differs)).bindparams(
        bindparam("words", type_=ARRAY(Text)),
        bindparam("codes", type_=ARRAY(Text)),
        bindparam("sold", type_=ARRAY(Boolean)),
        bindparam("old", type_=ARRAY(Boolean)),
    )
    _avoid_loops(rows=batch.rows_staged)
    if "action" in batch.columns:
        session().execute(text(_FILL_SQL), {"batch_id": batch.id, "supplier_id": batch.supplier_id})
    session().execute(
        statement,
        {
            "batch_id": batch.id,
            "supplier_id": batch.supplier_id,
            "speaks_of_shelf": "shelf" in batch.columns,
            "words": list(words),
            "codes": [resolved.code for resolved in words.values()],
            "sold": [resolved.is_sold for resolved in words.values()],
            "old": [resolved.is_old for resolved in words.values()],
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
    lock_products()
    session().execute(text(CREATE_PRODUCTS_SQL.format(wanted=WANTED_SQL)), chunk)
    if session().scalar(text(_HAS_GTINS_SQL), chunk):
        session().execute(text(CREATE_PRODUCTS_SQL.format(wanted=WANTED_SQL)), chunk)
    session().execute(text(SET_PRODUCTS_SQL.format(wanted=WANTED_SQL)), chunk)
    session().execute(text(_LOCK_SQL), chunk)
    held, held_in_upsert = _held_sql(batch, of="row"), _held_sql(batch, of="excluded")
    _ask_held(batch, held=held, chunk=chunk, actor=actor)
    repriced = list(session().scalars(text(_PRICE_CHANGES_SQL.format(held=held)), chunk))
    under_review = list(session().scalars(text(_under_review_sql(batch)), chunk))
    written = session().execute(text(_upsert_sql(batch, held=held_in_upsert)), chunk).all()
    touched = {listing_id for listing_id, _, _ in written}
    new = {**chunk, "ids": [listing_id for listing_id, is_new, _ in written if is_new]}
    for statement in (_FIRST_PRICES_SQL, QUEUE_SQL):
        session().execute(text(statement).bindparams(bindparam("ids", type_=ARRAY(BigInteger))), new)
    # A price that holds at once takes the place of one that waits.
    withdraw_changes(list(waiting_changes(repriced).values()), actor=actor, note=batch.reference)
    recheck_listings(under_review, actor=actor, note=batch.reference)
    _begin_lives(batch, {listing_id: state for listing_id, is_new, state in written if is_new}, actor=actor)
    touched |= _settle_known(batch, chunk=chunk, actor=actor)
    touched |= _follow_shelf(batch, chunk=chunk, actor=actor)
    batch.merged_to_row = up_to
    batch.listings_touched += len(touched)
    if touched:
        publish("listing.changed", document=batch.reference, payload={"listing_ids": sorted(touched)})
    return True


def _spoken(batch: ImportBatch) -> list[_Value]:
    """What this file says anything about. One that only takes goods off repeats their names from the listings."""
    return [value for value in VALUES if set(value.spoken_by) & set(batch.columns)] or [VALUES[0]]


def _kept_where_silent(value: _Value, *, new: str, old: str) -> str:
    """A specification that says nothing of a certificate does not take it away."""
    if not value.column.startswith("certificate_"):
        return new
    said = f"nullif({new}, '')" if value.column == "certificate_number" else new
    return f"coalesce({said}, {old.format(value.column)})"


def _held_sql(batch: ImportBatch, *, of: Literal["row", "excluded"]) -> str:
    """When the terms of a listing `l` stay as they are until the row's have been reviewed.

    `of` says where the row's values stand: in the staged row `r`, or in `excluded` of an upsert.
    """
    region_code = session().get_one(Supplier, batch.supplier_id).region_code
    differs = [
        f"{value.sql if of == 'row' else f'excluded.{value.column}'}"
        f" {'>' if value.column == 'price_fen' else '<>'} l.{value.column}"
        for value in _spoken(batch)
        if value.column in ("price_fen", "unit", "pack_size")
    ]
    if not reviewers_asked(region_code=region_code) or not differs:
        return "false"
    return f"(l.state in {IN_FORCE} and ({' or '.join(differs)}))"


def _ask_held(batch: ImportBatch, *, held: str, chunk: dict[str, Any], actor: Actor) -> None:
    """Ask for the terms that need a review first."""
    if held == "false":
        return
    spoken = {value.column: value.sql for value in _spoken(batch)}
    wanted = ", ".join(f"{spoken.get(column, f'l.{column}')} as {column}" for column in _TERMS)
    rows = session().execute(text(_HELD_SQL.format(wanted=wanted, held=held)), chunk)
    asked = {listing_id: Terms(*terms) for listing_id, *terms in rows}
    ask_changes(asked, actor=actor, reason=batch.reference)


def _under_review_sql(batch: ImportBatch) -> str:
    differs = [
        f"l.{value.column} is distinct from {_kept_where_silent(value, new=value.sql, old='l.{}')}"
        for value in _spoken(batch)
        if value.column in _REVIEWED
    ]
    return _UNDER_REVIEW_SQL.format(differs=" or ".join(differs) or "false")


def _begin_lives(batch: ImportBatch, states: dict[int, str], *, actor: Actor) -> None:
    """The history of new listings begins with the file; those that were submitted are checked."""
    for state, action in (("needs_category", "receive"), ("draft", "receive"), ("submitted", "submit")):
        ids = [listing_id for listing_id, at in states.items() if at == state]
        if ids:
            enter_many(LISTING_STATES, ids, action, actor, permission="listing.edit", after=state, note=batch.reference)
    check_submitted(list(states), note=batch.reference)


def _upsert_sql(batch: ImportBatch, *, held: str) -> str:
    spoken = _spoken(batch)
    after = {
        value.column: (
            f"case when {held} then l.{value.column} else excluded.{value.column} end"
            if value.column in _TERMS
            else _kept_where_silent(value, new=f"excluded.{value.column}", old="l.{}")
        )
        for value in spoken
    }
    return _UPSERT_SQL.format(
        columns=", ".join(value.column for value in VALUES),
        values=", ".join(value.sql for value in VALUES),
        held=held,
        assignments=", ".join(f"{column} = {value}" for column, value in after.items()),
        before=", ".join(f"l.{column}" for column in after),
        after=", ".join(after.values()),
    )


def _settle_known(batch: ImportBatch, *, chunk: dict[str, Any], actor: Actor) -> set[int]:
    """Listings that waited for a category which this file, or a word settled since, now names."""
    waiting = session().execute(text(_WAITING_SQL).columns(id=BigInteger, category_code=Text), chunk).all()
    for listing_id, category_code in waiting:
        listing = session().get(Listing, listing_id, populate_existing=True)
        if listing is not None:
            settle_listing(listing, category_code=category_code, actor=actor)
    session().flush()
    check_submitted([listing_id for listing_id, _ in waiting], note=batch.reference)
    return {listing_id for listing_id, _ in waiting}


def _follow_shelf(batch: ImportBatch, *, chunk: dict[str, Any], actor: Actor) -> set[int]:
    """Take off and put on what the file's own column says; a file without that column says nothing."""
    if not {"shelf", "action"} & set(batch.columns):
        return set()
    query = (
        select(Listing, Product, ImportRow.is_shelved)
        .join(Product, Product.id == Listing.product_id)
        .join(ImportRow, ImportRow.sku == Listing.sku)
        .where(
            ImportRow.batch_id == batch.id,
            ImportRow.row_number > chunk["after"],
            ImportRow.row_number <= chunk["up_to"],
            ImportRow.outcome != "faulty",
            Listing.supplier_id == batch.supplier_id,
            Listing.state.in_(("on_shelf", "off_shelf", "draft")),
            (Listing.state == "on_shelf") != ImportRow.is_shelved,
            or_("shelf" in batch.columns, ImportRow.action == "delete"),
        )
        .order_by(Listing.id)
        .execution_options(populate_existing=True)
    )
    turned = session().execute(query).all()
    for listing, product, is_shelved in turned:
        if listing.state == "off_shelf" and _stop_too_dear(batch, listing, product):
            continue
        action = "take_off" if not is_shelved else "submit" if listing.state == "draft" else "put_on"
        advance(listing, action, actor, note=batch.reference)
        listing.updated_at = clock.now()
    session().flush()
    check_submitted([listing.id for listing, _, _ in turned], note=batch.reference)
    return {listing.id for listing, _, _ in turned}


def _stop_too_dear(batch: ImportBatch, listing: Listing, product: Product) -> bool:
    """Whether it stays off the shelf because of a ceiling that came while it was there; its history says so."""
    ceiling = exceeded_ceiling(listing, product)
    if ceiling is None:
        return False
    facts = stop_facts(listing, product, ceiling=ceiling, price_fen=listing.price_fen, pack_size=listing.pack_size)
    enter(listing, "stop", SYSTEM, permission="listing.check", note=batch.reference, facts=facts)
    return True


_CHECK_SQL = """
with word as materialized (
    select * from unnest(:words, :codes, :sold, :old) as word (word, code, is_sold, is_old)
), zero_led as materialized (
    select ltrim(sku, '0') as bare_sku from listing
    where supplier_id = :supplier_id and sku like '0%' group by 1
), placed as materialized (
    select r.*, l.id as listing_id, l.state as listing_state, l.price_fen as price_before_fen,
           {compared},
           case when r.sku is not null then min(r.row_number) over (partition by r.sku) end as first_of_sku,
           word.is_sold is false as is_unsold, word.is_old as is_old,
           l.id is null and zero_led.bare_sku is not null as lost_zeros,
           coalesce(p.category_code, word.code, by_gtin.category_code) as placed_code,
           p.category_code <> word.code as is_kept
    from import_row r
    left join word on word.word = r.category_word
    left join listing l on l.supplier_id = :supplier_id and l.sku = r.sku
    left join product p on p.id = l.product_id
    left join product by_gtin on by_gtin.gtin = r.gtin
    left join zero_led on zero_led.bare_sku = r.sku
    where r.batch_id = :batch_id
), judged as materialized (
    select r.row_number, nullif(r.first_of_sku, r.row_number) as first_row, r.placed_code, r.price_before_fen,
           array_remove(array[
               case when r.first_of_sku < r.row_number then 'sku.duplicate' end,
               case when r.lost_zeros then 'sku.lost_zeros' end,
               case when r.action <> 'add' and r.listing_id is null and r.sku is not null and not r.lost_zeros
                    then 'sku.unknown' end,
               case when r.is_unsold then 'category.not_sold' end,
               case when r.placed_code is null and r.severity < 3 and r.first_of_sku = r.row_number
                         and r.action = 'add' then 'category.needed' end,
               case when r.is_old and not r.is_unsold then 'category.old_code' end,
               case when r.is_kept then 'category.kept' end
           ], null) as found,
           case
               when r.severity = 3 or r.first_of_sku < r.row_number or r.lost_zeros then 'faulty'
               when r.action <> 'add' and r.listing_id is null then 'faulty'
               when r.action = 'delete' and r.listing_state = 'on_shelf' then 'taken_off'
               when r.action = 'delete' then 'unchanged'
               when r.is_unsold then 'faulty'
               when r.placed_code is null then 'needs_category'
               when r.listing_id is null then 'new'
               when r.price_fen > r.price_before_fen then 'price_rise'
               when r.price_fen < r.price_before_fen then 'price_cut'
               when {differs} then 'changed'
               when r.listing_state = 'needs_category' then 'changed'
               when :speaks_of_shelf and r.listing_state = case when r.is_shelved then 'off_shelf' else 'on_shelf' end
                   then 'changed'
               when :speaks_of_shelf and r.listing_state = 'draft' and r.is_shelved then 'changed'
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

#: What an update leaves out is what its listing has at this moment; run again, it is what it has by then.
_FILL_SQL = """
update import_row as r
set name = case when 'name' = any(r.from_listing) then l.name else r.name end,
    category_word = case when 'category_word' = any(r.from_listing)
                         then nullif(l.supplier_category, '') else r.category_word end,
    price_fen = case when 'price_fen' = any(r.from_listing) then l.price_fen else r.price_fen end,
    market_price_fen = case when 'market_price_fen' = any(r.from_listing)
                            then l.market_price_fen else r.market_price_fen end,
    tax_rate_bp = case when 'tax_rate_bp' = any(r.from_listing) then l.tax_rate_bp else r.tax_rate_bp end,
    unit = case when 'unit' = any(r.from_listing) then l.unit else r.unit end,
    pack_size = case when 'pack_size' = any(r.from_listing) then l.pack_size else r.pack_size end,
    pack_text = case when 'pack_text' = any(r.from_listing) then l.pack_text else r.pack_text end,
    stock = case when 'stock' = any(r.from_listing) then l.stock else r.stock end,
    delivery_days = case when 'delivery_days' = any(r.from_listing) then l.delivery_days else r.delivery_days end,
    region_codes = case when 'region_codes' = any(r.from_listing) then l.region_codes else r.region_codes end,
    origin = case when 'origin' = any(r.from_listing) then l.origin else r.origin end,
    warranty_months = case when 'warranty_months' = any(r.from_listing)
                           then l.warranty_months else r.warranty_months end,
    description_html = case when 'description_html' = any(r.from_listing)
                            then l.description_html else r.description_html end,
    is_shelved = case when r.action = 'delete' then false
                      when 'is_shelved' = any(r.from_listing) then l.state = 'on_shelf' else r.is_shelved end
from listing l
where r.batch_id = :batch_id and r.action <> 'add' and l.supplier_id = :supplier_id and l.sku = r.sku
"""

_CHUNK_END = text(
    "select max(row_number) from (select row_number from import_row where batch_id = :batch_id"
    " and row_number > :after order by row_number limit :rows) as next_rows"
)

#: Rows that say what already holds are passed over: a file sent again costs one look at each chunk.
_CHUNK_SQL = (
    "r.batch_id = :batch_id and r.row_number > :after and r.row_number <= :up_to"
    " and r.outcome not in ('faulty', 'unchanged')"
)

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
left join category c on c.code = r.category_code
where {_CHUNK_SQL} and l.price_fen <> r.price_fen and not {{held}}
returning listing_id
"""

#: The terms that wait for a review, before anything of the listing is written.
_HELD_SQL = f"""
select l.id, {{wanted}}
from import_row r join listing l on l.supplier_id = :supplier_id and l.sku = r.sku
left join category c on c.code = r.category_code
where {_CHUNK_SQL} and {{held}} order by l.id
"""

_UNDER_REVIEW_SQL = f"""
select l.id from import_row r join listing l on l.supplier_id = :supplier_id and l.sku = r.sku
left join category c on c.code = r.category_code
where {_CHUNK_SQL} and l.state = 'checked' and ({{differs}}) order by l.id
"""

_FIRST_PRICES_SQL = """
insert into price_change (listing_id, old_price_fen, new_price_fen, changed_at, user_id, reason)
select l.id, null, l.price_fen, :now, :user_id, :reason from listing l where l.id = any(:ids) order by l.id
"""

_UPSERT_SQL = f"""
insert into listing as l (product_id, supplier_id, sku, state, created_at, updated_at, {{columns}})
select r.product_id, :supplier_id, r.sku,
       case when p.category_code is null then 'needs_category' when r.is_shelved then 'submitted' else 'draft' end,
       :now, :now, {{values}}
from import_row r
join product p on p.id = r.product_id
left join category c on c.code = r.category_code
where {_CHUNK_SQL}
order by r.row_number
on conflict (supplier_id, sku) do update
set {{assignments}}, updated_at = :now,
    version = l.version + case when l.price_fen <> excluded.price_fen and not {{held}} then 1 else 0 end
where ({{before}}) is distinct from ({{after}})
returning l.id, l.xmax = 0 as is_new, l.state
"""

_WAITING_SQL = f"""
select l.id, r.category_code from import_row r
join listing l on l.supplier_id = :supplier_id and l.sku = r.sku
where {_CHUNK_SQL} and l.state = 'needs_category' and r.category_code is not null order by l.id
"""
