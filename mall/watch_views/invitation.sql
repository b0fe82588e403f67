select i.id::bigint as invitation_id, s.id::bigint as sourcing_id, i.supplier_id::bigint as supplier_id, s.unit_id::bigint as unit_id,
    s.region_code::bigint as region_code, s.category_code::text as category_code, watch.day_of(s.opened_at) as opened_day
from recorded_invitation i
join recorded_sourcing s on s.id = i.sourcing_id
