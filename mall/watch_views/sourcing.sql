select s.id::bigint as sourcing_id, s.sourcing_number::text as sourcing_number, s.unit_id::bigint as unit_id,
    s.region_code::bigint as region_code, s.category_code::text as category_code, s.budget_fen::bigint as budget_fen,
    watch.day_of(s.opened_at) as opened_day, watch.day_of(s.closed_at) as closed_day, s.open_hours::bigint as open_hours,
    s.state::text as state, s.names_brand::int::bigint as names_brand, s.matching_products::bigint as matching_products,
    s.class_products::bigint as class_products, s.eligible_suppliers::bigint as eligible_suppliers,
    coalesce((select string_agg(i.supplier_id::text, ',' order by i.supplier_id) from recorded_invitation i
        where i.sourcing_id = s.id), '')::text as invited_key
from recorded_sourcing s
