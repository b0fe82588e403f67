select l.id::bigint as plan_line_id, p.number::text as plan_number, p.unit_id::bigint as unit_id,
    p.region_code::bigint as region_code, p.year::bigint as year, l.month::bigint as month,
    l.amount_fen::bigint as amount_fen, coalesce(b.is_procurement, false)::int::bigint as is_procurement,
    coalesce(c.is_centralised, false)::int::bigint as is_in_catalogue,
    coalesce(nullif(j.category_code, ''), l.category_code)::text as category_code,
    case when coalesce(nullif(j.category_code, ''), l.category_code) = '' then 0
         else coalesce(j.evidence ->> 'confidence', '100')::numeric::bigint end as confidence,
    coalesce(b.economic_code, '')::text as economic_code, watch.day_of(p.submitted_at) as day,
    l.budget_line_id::bigint as budget_line_id, (coalesce(j.plea, '') <> '')::int::bigint as is_reason_given
from fund_use_plan_line l
join fund_use_plan p on p.id = l.plan_id and p.edition = l.edition
left join plan_line_judgement j on j.plan_id = p.id and j.submission_no = p.submission_no and j.line_no = l.line_no
left join ledger.budget_line b on b.id = l.budget_line_id
left join category c on c.code = coalesce(nullif(j.category_code, ''), l.category_code)
where p.state in ('submitted', 'approved')
