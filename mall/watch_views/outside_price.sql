select p.id::bigint as price_id, coalesce(d.merged_into_id, d.id)::bigint as product_id,
    coalesce(p.supplier_id, 0)::bigint as supplier_id, p.region_code::bigint as region_code, p.kind::text as kind,
    p.price_fen::bigint as price_fen, (p.price_fen * 2 + p.pieces) / (2 * p.pieces) as base_price_fen,
    watch.day_of(p.captured_at) as day, p.is_promotion::int::bigint as is_promotion
from outside_price p
join product d on d.id = p.product_id
where p.state = 'confirmed'
