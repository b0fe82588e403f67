select d.id::bigint as product_id, coalesce(d.category_code, '')::text as category_code, d.brand::text as brand,
    coalesce(d.model_key, '')::text as model_key, d.base_unit::text as base_unit, d.is_green::int::bigint as is_green,
    (select count(distinct l.supplier_id) from listing l where l.product_id = d.id and l.state = 'on_shelf')::bigint
        as seller_count,
    ''::text as cell_key
from product d where d.merged_into_id is null
