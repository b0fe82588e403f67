select id::bigint as approval_id, unit_id::bigint as unit_id, kind::text as kind, category_code::text as category_code,
    watch.day_of(from_day) as from_day, watch.day_of(until_day) as until_day, quantity::bigint as quantity,
    number::text as number
from watch_approval
