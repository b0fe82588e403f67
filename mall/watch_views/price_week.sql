with shelf as (
    select l.id, l.product_id, l.supplier_id, l.pack_size, l.market_price_fen,
        greatest((watch.day_of(l.created_at) + 3) / 7, (watch.day_of(now()) + 3) / 7 - 60) as from_week,
        case when l.state = 'on_shelf' then (watch.day_of(now()) + 3) / 7
             else (watch.day_of(coalesce(
                 (select max(d.at) from document_step d where d.document = 'listing:' || l.id and d.before = 'on_shelf'),
                 l.created_at)) + 3) / 7 - 1 end as until_week
    from listing l where l.state in ('on_shelf', 'off_shelf', 'frozen', 'expired', 'delisted'))
select s.id::bigint as listing_id, w.week::bigint as week, coalesce(d.merged_into_id, d.id)::bigint as product_id,
    s.supplier_id::bigint as supplier_id, v.region_code::bigint as region_code,
    coalesce(d.category_code, '')::text as category_code, c.new_price_fen::bigint as price_fen,
    (c.new_price_fen * 2 + s.pack_size) / (2 * s.pack_size) as base_price_fen,
    coalesce(s.market_price_fen, 0)::bigint as list_price_fen,
    (c.reason = 'promotion')::int::bigint as is_promotion
from shelf s
join product d on d.id = s.product_id
join supplier v on v.id = s.supplier_id
cross join lateral generate_series(s.from_week, s.until_week) as w(week)
cross join lateral (
    select p.new_price_fen, p.reason from price_change p
    where p.listing_id = s.id
        and p.changed_at < (date '1970-01-01' + (w.week * 7 + 4)::int)::timestamp at time zone 'Asia/Shanghai'
    order by p.changed_at desc, p.id desc limit 1) c
