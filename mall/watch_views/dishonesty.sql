select id::bigint as entry_id, supplier_id::bigint as supplier_id, list_name::text as list_name,
    watch.day_of(from_day) as from_day, watch.day_of(until_day) as until_day, watch.day_of(queried_at) as queried_day
from dishonesty_entry
