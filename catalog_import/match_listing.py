"""Which product a row is at once: by GTIN, else by brand and model in its category, else by brand and name.

Exact keys alone, set by set; what they leave open the matcher looks at afterwards (docs/decisions/0024-matching.md).
"""

from __future__ import annotations

import polars as pl

from catalog_import.feed_row import FeedRow
from mall.catalogue.listing import Listing
from mall.catalogue.match_goods import generic_model_keys
from mall.catalogue.match_task import queue_for_matching
from mall.catalogue.product import KEY_SEPARATOR as SEPARATOR
from mall.catalogue.product import Product

UNSETTLED = "?"


def match_part() -> pl.Expr:
    """The part of a product's key that a row knows by itself; reads brand_key, model_key and name_key.

    A model alone says little (A4 is the model of half a stationer's shop), so it counts only with a brand; a generic
    one (标准服务) never does.
    """
    is_telling = ~pl.col("model_key").is_in(["", *generic_model_keys()])
    has_model = is_telling & (pl.col("brand_key") != "")
    by_model = pl.concat_str(pl.lit("m"), "brand_key", "model_key", separator=SEPARATOR)
    by_name = pl.concat_str(pl.lit("n"), "brand_key", "name_key", separator=SEPARATOR)
    return pl.when(has_model).then(by_model).otherwise(by_name)


def queue_listing(listing: Listing, row: FeedRow, *, product: Product, brand: str, category_code: str) -> None:
    """For one listing what QUEUE_SQL does for a file: it is looked at beside others, or held against its product.

    `brand` is the key of the row's brand; the caller holds `lock_products`.
    """
    said = {
        "brand": row.brand or "",
        "brand_key": brand,
        "model": row.model or "",
        "gtin": row.gtin,
        "category_code": category_code,
        "specification": dict(row.specification),
        "base_unit": row.base_unit or product.base_unit,
    }
    named = ("brand", "model", "category_code", "specification", "base_unit")
    differs = any(getattr(product, name) != said[name] for name in named)
    differs = differs or (row.gtin is not None and product.gtin is not None and row.gtin != product.gtin)
    queue_for_matching([listing.id], said=said if differs else None)


def settled_key(match_key: str, *, category_code: str) -> str:
    """The key of a product once its category is known; offers in different base units stay different products."""
    return SEPARATOR.join((category_code, *match_key.split(SEPARATOR)[1:]))


#: The key of the row `r` in SQL. Goods without a category stay apart by supplier until somebody settles them.
KEY_SQL = (
    f"coalesce(r.category_code, '{UNSETTLED}' || cast(:supplier_id as text))"
    f" || '{SEPARATOR}' || r.match_part || '{SEPARATOR}' || coalesce(r.base_unit, nullif(c.default_unit, ''), '件')"
)

#: New products for the rows of a chunk that no product fits yet. Where there are GTINs it runs
#: twice: rows of one key with different GTINs are different products, and the second run sees
#: what the first has made.
CREATE_PRODUCTS_SQL = """
insert into product (category_code, brand, model, name, match_key, specification, gtin, base_unit, is_green, created_at)
select distinct on (wanted.match_key)
       wanted.category_code, wanted.brand, wanted.model, wanted.name, wanted.match_key, wanted.specification,
       wanted.gtin, wanted.base_unit, wanted.is_green, :now
from ({wanted}) as wanted
where wanted.product_id is null
order by wanted.match_key, wanted.row_number
on conflict do nothing
"""

SET_PRODUCTS_SQL = """
update import_row as target set product_id = wanted.product_id
from ({wanted}) as wanted
where target.batch_id = :batch_id and target.row_number = wanted.row_number
    and target.row_number > :after and target.row_number <= :up_to
"""

#: The rows of a chunk with the product they have or fit; `match_key` is the key a new product would get. The keys and
#: barcodes of a product that was merged lead on to the one that has its listings.
WANTED_SQL = f"""
select r.row_number, r.category_code, coalesce(r.brand, '') as brand, coalesce(r.model, '') as model, r.name,
       case when by_key.gtin <> r.gtin then keyed.key || '{SEPARATOR}' || r.gtin else keyed.key end as match_key,
       coalesce(r.specification, '{{}}') as specification, r.gtin,
       coalesce(r.base_unit, nullif(c.default_unit, ''), '件') as base_unit, r.is_green,
       coalesce(listed.product_id, by_gtin.merged_into_id, by_gtin.id,
                case when by_key.gtin <> r.gtin then coalesce(by_both.merged_into_id, by_both.id)
                     else coalesce(by_key.merged_into_id, by_key.id) end) as product_id
from import_row r
left join category c on c.code = r.category_code
cross join lateral (select {KEY_SQL} as key) as keyed
left join listing listed on listed.supplier_id = :supplier_id and listed.sku = r.sku
left join product by_gtin on by_gtin.gtin = r.gtin
left join product by_key on by_key.match_key = keyed.key
left join product by_both on by_both.match_key = keyed.key || '{SEPARATOR}' || r.gtin
where r.batch_id = :batch_id and r.row_number > :after and r.row_number <= :up_to
    and r.outcome not in ('faulty', 'unchanged')
"""

#: What the matcher has to look at of the listings that are new: those whose product was made just now, and those that
#: a key or a barcode brought to a product which says something else of itself than the row does.
QUEUE_SQL = """
insert into match_task (listing_id, said, queued_at)
select l.id,
       case when differing.differs then jsonb_build_object(
           'brand', r.brand, 'brand_key', split_part(r.match_part, chr(30), 2), 'model', r.model, 'gtin', r.gtin,
           'category_code', r.category_code, 'specification', coalesce(r.specification, '{}'),
           'base_unit', coalesce(r.base_unit, nullif(c.default_unit, ''), '件')) end,
       :now
from import_row r
join listing l on l.supplier_id = :supplier_id and l.sku = r.sku
join product p on p.id = l.product_id
left join category c on c.code = r.category_code
cross join lateral (
    select (p.brand, p.model, p.category_code, p.specification, p.base_unit) is distinct from
           (coalesce(r.brand, ''), coalesce(r.model, ''), r.category_code, coalesce(r.specification, '{}'),
            coalesce(r.base_unit, nullif(c.default_unit, ''), '件'))
           or r.gtin <> p.gtin as differs
) as differing
where r.batch_id = :batch_id and r.row_number > :after and r.row_number <= :up_to
    and r.outcome not in ('faulty', 'unchanged')
    and l.id = any(:ids) and p.category_code is not null and (differing.differs or p.created_at = :now)
on conflict (listing_id) do nothing
"""
