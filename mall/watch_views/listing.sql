select l.id::bigint as listing_id, coalesce(d.merged_into_id, d.id)::bigint as product_id,
    l.supplier_id::bigint as supplier_id, v.region_code::bigint as region_code,
    coalesce(d.category_code, '')::text as category_code, l.sku::text as sku, l.state::text as state,
    l.price_fen::bigint as price_fen, (l.price_fen * 2 + l.pack_size) / (2 * l.pack_size) as base_price_fen,
    l.pack_size::bigint as pack_size, coalesce(l.market_price_fen, 0)::bigint as list_price_fen,
    watch.day_of(l.certificate_until) as certificate_until_day, l.certificate_number::text as certificate_number,
    0::bigint as is_green_required, watch.key_of('name', l.name) as name_key,
    coalesce(i.sha256, '')::text as image_key, ''::text as image_band_1, ''::text as image_band_2,
    ''::text as image_band_3, ''::text as image_band_4, 0::bigint as parent_product_id,
    watch.day_of(coalesce(l.submitted_at, l.created_at)) as on_shelf_day
from listing l
join product d on d.id = l.product_id
join supplier v on v.id = l.supplier_id
left join lateral (
    select c.sha256 from listing_image m join image_content c on c.id = m.content_id
    where m.listing_id = l.id and m.removed_at is null order by m.position limit 1) i on true
