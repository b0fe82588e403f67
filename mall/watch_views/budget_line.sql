with balances as (
    select region, year, line_id,
        sum(balance_fen * normal) filter (where coa in (1000, 1010)) as appropriation_fen,
        sum(balance_fen * normal) filter (where coa = 1100) as available_fen,
        sum(balance_fen * normal) filter (where coa in (1110, 1120, 1130)) as set_aside_fen,
        sum(balance_fen * normal) filter (where coa = 1200) as reserved_fen,
        sum(balance_fen * normal) filter (where coa = 1300) as committed_fen,
        sum(balance_fen * normal) filter (where coa = 1400) as accrued_fen,
        sum(balance_fen * normal) filter (where coa = 1500) as in_payment_fen,
        sum(balance_fen * normal) filter (where coa = 1600) as paid_fen,
        sum(balance_fen * normal) filter (where coa in (5110, 5200, 5300)) as planned_fen
    from ledger.account group by region, year, line_id)
select b.id::bigint as budget_line_id, b.unit_id::bigint as unit_id, b.region::bigint as region_code,
    b.year::bigint as year, b.project::text as project, coalesce(b.category_scope[1], '')::text as category_code,
    coalesce(a.appropriation_fen, 0)::bigint as appropriation_fen, coalesce(a.available_fen, 0)::bigint as available_fen,
    coalesce(a.reserved_fen, 0)::bigint as reserved_fen, coalesce(a.committed_fen, 0)::bigint as committed_fen,
    coalesce(a.accrued_fen, 0)::bigint as accrued_fen, coalesce(a.in_payment_fen, 0)::bigint as in_payment_fen,
    coalesce(a.paid_fen, 0)::bigint as paid_fen, coalesce(a.planned_fen, 0)::bigint as planned_fen,
    b.is_procurement::int::bigint as is_procurement,
    (watch.day_of(b.created_at) >= watch.day_of(make_date(b.year::int, 10, 1)))::int::bigint as is_late_allocation,
    coalesce(a.set_aside_fen, 0)::bigint as set_aside_fen
from ledger.budget_line b
left join balances a on a.region = b.region and a.year = b.year and a.line_id = b.id
