select p.id::bigint as change_id, l.id::bigint as listing_id, coalesce(d.merged_into_id, d.id)::bigint as product_id,
    l.supplier_id::bigint as supplier_id, v.region_code::bigint as region_code,
    coalesce(d.category_code, '')::text as category_code, watch.day_of(p.changed_at) as day,
    watch.minute_of(p.changed_at) as minute, coalesce(p.old_price_fen, 0)::bigint as old_price_fen,
    p.new_price_fen::bigint as new_price_fen, coalesce(l.market_price_fen, 0)::bigint as list_price_fen,
    (p.reason = 'manufacturer_notice')::int::bigint as is_manufacturer_notice
from price_change p
join listing l on l.id = p.listing_id
join product d on d.id = l.product_id
join supplier v on v.id = l.supplier_id
