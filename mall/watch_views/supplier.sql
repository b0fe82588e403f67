select s.id::bigint as supplier_id, s.region_code::bigint as region_code, s.state::text as state,
    watch.day_of(s.licence_expires_on) as licence_until_day, watch.day_of(s.agreement_ends_on) as agreement_until_day,
    s.is_small_firm::int::bigint as is_small_firm,
    watch.day_of((select min(p.granted_at) from user_post p where p.organisation_id = s.id)) as admitted_day,
    coalesce(g.group_key, '')::text as group_key, ''::text as kind, ''::text as registration_state,
    watch.day_of(q.queried_at) as credit_queried_day, coalesce(q.query_sha256, '')::text as credit_proof_key
from supplier s
left join supplier_group g on g.supplier_id = s.id
left join lateral (
    select d.queried_at, d.query_sha256 from dishonesty_entry d
    where d.supplier_id = s.id order by d.queried_at desc limit 1) q on true
