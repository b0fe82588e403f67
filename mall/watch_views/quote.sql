select q.id::bigint as quote_id, s.sourcing_number::text as sourcing_number, s.unit_id::bigint as unit_id,
    s.region_code::bigint as region_code, s.category_code::text as category_code, s.budget_fen::bigint as budget_fen,
    watch.day_of(s.opened_at) as opened_day, watch.day_of(s.closed_at) as closed_day, s.open_hours::bigint as open_hours,
    q.line_no::bigint as line_no, q.supplier_id::bigint as supplier_id, q.price_fen::bigint as price_fen,
    q.is_valid::int::bigint as is_valid, q.is_winner::int::bigint as is_winner,
    q.is_priced_by_framework::int::bigint as is_priced_by_framework,
    (extract(epoch from q.quoted_at) / 60)::bigint as at_minute, q.ip_key::text as ip_key,
    q.device_key::text as device_key, q.certificate_key::text as certificate_key, q.bank_key::text as bank_key,
    q.legal_key::text as legal_key, q.phone_key::text as phone_key, q.choice_reason::text as choice_reason
from recorded_quote q
join recorded_sourcing s on s.id = q.sourcing_id
