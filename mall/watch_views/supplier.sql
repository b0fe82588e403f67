select s.id::bigint as supplier_id, s.region_code::bigint as region_code, s.state::text as state,
    watch.day_of(s.licence_expires_on) as licence_until_day, watch.day_of(s.agreement_ends_on) as agreement_until_day,
    s.is_small_firm::int::bigint as is_small_firm,
    watch.day_of((select min(p.granted_at) from user_post p where p.organisation_id = s.id)) as admitted_day,
    coalesce(g.group_key, '')::text as group_key, ''::text as kind, ''::text as registration_state,
    watch.day_of(q.queried_on) as credit_queried_day, coalesce(q.sha256, '')::text as credit_proof_key
from supplier s
left join supplier_group g on g.supplier_id = s.id
left join lateral (
    select y.queried_on, a.sha256 from dishonesty_query y join credit_answer a on a.id = y.answer_id
    where y.supplier_id = s.id order by y.queried_on desc, y.id desc limit 1) q on true
