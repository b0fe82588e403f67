"""Which products a product could be the same as: found by indexed keys, many at once, judged by nobody yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import BigInteger, Text

from mall.catalogue.match_goods import Goods, keys_in_name, shortened_models, telling_model_key
from mall.catalogue.product import Product
from mall.database import session

#: looked at per way of finding; a key that so many products bear says little
_FOUND_MAX = 20
#: products of one brand and category without models are found by their names: the newest of them
_NAMELESS_MAX = 60
_BEGINNING_LENGTH_MIN = 4


def goods_of_product(product: Product) -> Goods:
    """The product as the matcher sees it."""
    return Goods(
        name=product.name,
        brand=product.brand_key or product.brand,
        model=product.model,
        gtin=product.gtin,
        category_code=product.category_code or "",
        specification=product.specification,
        base_unit=product.base_unit,
    )


def find_candidates(products: Iterable[Product]) -> dict[int, list[Product]]:
    """By product id: other products, unmerged and of some category, lowest id first."""
    wanted = {product.id: product for product in products}
    if not wanted:
        return {}
    pairs = {
        (row.own_id, row.found_id) for row in session().execute(_FIND, _keys(wanted)) if row.own_id != row.found_id
    }
    query = select(Product).where(Product.id.in_({found for _, found in pairs}))
    found = {one.id: one for one in session().scalars(query)}
    candidates: dict[int, list[Product]] = {own_id: [] for own_id in wanted}
    for own_id, found_id in sorted(pairs):
        candidates[own_id].append(found[found_id])
    return candidates


def _keys(wanted: Mapping[int, Product]) -> dict[str, list[int] | list[str]]:
    keyed: list[tuple[int, str]] = []
    beginnings: list[tuple[int, str]] = []
    for product in wanted.values():
        own = telling_model_key(product.model)
        keys = {own} | shortened_models(product.model) if own else keys_in_name(product.name)
        keyed += [(product.id, key) for key in sorted(keys)]
        # Of a model that breaks off at a seam the rest is unknown: whatever begins with it.
        if len(own) >= _BEGINNING_LENGTH_MIN:
            beginnings.append((product.id, own))
    return {
        "ids": list(wanted),
        "key_ids": [one for one, _ in keyed],
        "keys": [key for _, key in keyed],
        "beginning_ids": [one for one, _ in beginnings],
        "beginnings": [key for _, key in beginnings],
    }


_OTHER = "c.merged_into_id is null and c.category_code is not null"

_FIND = text(
    f"""
select own.id as own_id, found.id as found_id
from product own join lateral (
    select c.id from product c where lpad(c.gtin, 14, '0') = lpad(own.gtin, 14, '0') and c.gtin is not null and {_OTHER}
) as found on true
where own.id = any(:ids) and own.gtin is not null
union
select own.own_id, found.id from unnest(:key_ids, :keys) as own (own_id, key) join lateral (
    select c.id from product c where c.model_key = own.key and c.model_key <> '' and {_OTHER}
    order by c.id desc limit {_FOUND_MAX}
) as found on true
union
select own.own_id, found.id from unnest(:beginning_ids, :beginnings) as own (own_id, beginning)
join product self on self.id = own.own_id
join lateral (
    select c.id from product c
    where c.model_key ~>=~ own.beginning and c.model_key ~<~ (own.beginning || chr(1114111))
        and c.model_key <> '' and c.brand_key = self.brand_key and {_OTHER}
    limit {_FOUND_MAX}
) as found on true
union
select own.id, found.id from product own join lateral (
    select c.id from product c
    where c.category_code = own.category_code and c.brand_key = own.brand_key and c.model_key = '' and c.id <> own.id
        and {_OTHER}
    order by c.id desc limit {_NAMELESS_MAX}
) as found on true
where own.id = any(:ids)
"""
).bindparams(
    bindparam("ids", type_=ARRAY(BigInteger)),
    bindparam("key_ids", type_=ARRAY(BigInteger)),
    bindparam("keys", type_=ARRAY(Text)),
    bindparam("beginning_ids", type_=ARRAY(BigInteger)),
    bindparam("beginnings", type_=ARRAY(Text)),
)
