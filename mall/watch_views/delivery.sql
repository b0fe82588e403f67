select row_number() over (order by f.supplier_id, f.class_code, f.region_code) as delivery_id,
    f.supplier_id::bigint as supplier_id, f.class_code::text as class_code, f.region_code::bigint as region_code
from (
    select distinct l.supplier_id, left(d.category_code, 5) as class_code, r.region_code
    from listing l
    join product d on d.id = l.product_id
    cross join lateral unnest(l.region_codes) as r(region_code)
    where l.state = 'on_shelf' and d.category_code is not null) f
