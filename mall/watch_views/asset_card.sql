select c.id::bigint as card_id, c.unit_id::bigint as unit_id, c.region_code::bigint as region_code,
    c.order_id::bigint as order_id, c.category_code::text as category_code, 1::bigint as quantity,
    c.value_fen::bigint as value_fen, watch.day_of(coalesce(c.registered_at::date, c.accepted_on)) as day,
    coalesce(k.min_years, 0)::bigint as minimum_years, 0::bigint as replaces_day,
    (c.disposal_kind <> '')::int::bigint as is_scrapped,
    (c.state not in ('disposed', 'returned', 'waiting'))::int::bigint as in_use
from asset_card c
left join category k on k.code = c.category_code
where c.state <> 'waiting'
