"""Which product a row is: by GTIN, else by brand and model in its category, else by brand and name."""

from __future__ import annotations

import polars as pl

#: Between the parts of a key; the parts themselves cannot hold it.
SEPARATOR = "\x1e"
UNSETTLED = "?"
#: Begins the key of a product that was found to be another one; the id of that one follows.
MERGED = "="


def match_part() -> pl.Expr:
    """The part of a product's key that a row knows by itself; reads brand_key, model_key and name_key.

    A model alone says little (A4 is the model of half a stationer's shop), so it counts only with a brand.
    """
    has_model = (pl.col("model_key") != "") & (pl.col("brand_key") != "")
    by_model = pl.concat_str(pl.lit("m"), "brand_key", "model_key", separator=SEPARATOR)
    by_name = pl.concat_str(pl.lit("n"), "brand_key", "name_key", separator=SEPARATOR)
    return pl.when(has_model).then(by_model).otherwise(by_name)


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

#: The rows of a chunk with the product they have or fit; `match_key` is the key a new product would get.
WANTED_SQL = f"""
select r.row_number, r.category_code, coalesce(r.brand, '') as brand, coalesce(r.model, '') as model, r.name,
       case when by_key.gtin <> r.gtin then keyed.key || '{SEPARATOR}' || r.gtin else keyed.key end as match_key,
       coalesce(r.specification, '{{}}') as specification, r.gtin,
       coalesce(r.base_unit, nullif(c.default_unit, ''), '件') as base_unit, r.is_green,
       coalesce(listed.product_id, by_gtin.id,
                case when by_key.gtin <> r.gtin then by_both.id else by_key.id end) as product_id
from import_row r
left join category c on c.code = r.category_code
cross join lateral (select {KEY_SQL} as key) as keyed
left join listing listed on listed.supplier_id = :supplier_id and listed.sku = r.sku
left join product by_gtin on by_gtin.gtin = r.gtin
left join product by_key on by_key.match_key = keyed.key
left join product by_both on by_both.match_key = keyed.key || '{SEPARATOR}' || r.gtin
where r.batch_id = :batch_id and r.row_number > :after and r.row_number <= :up_to and r.outcome <> 'faulty'
"""
