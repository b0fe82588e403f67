with accepted as (
    select order_id, sum(amount_fen) as accepted_fen, min(at) as accepted_at from acceptance group by order_id),
sole_accounts as (
    select bank_account, min(id) as supplier_id from supplier where bank_account <> ''
    group by bank_account having count(*) = 1),
invoices as (
    select order_id, min(number) as number, sum(amount_fen)::bigint as amount_fen from invoice group by order_id),
main_category as (
    select distinct on (order_id) order_id, category_code from order_line
    order by order_id, quantity * price_fen desc, line_no)
select p.id * 2 as payment_id, p.unit_id::bigint as unit_id, coalesce(u.parent_id, 0)::bigint as parent_id,
    p.region_code::bigint as region_code, p.year::bigint as year, watch.day_of(p.settled_at) as day,
    p.amount_fen::bigint as amount_fen, p.supplier_id::bigint as supplier_id,
    watch.key_of('account', p.payee ->> 'bank_account') as payee_key,
    (coalesce(p.payee ->> 'bank_account', '') in ('', s.bank_account))::int::bigint as is_registered_account,
    0::bigint as is_real_account, coalesce(b.economic_code, '')::text as economic_code,
    coalesce(m.category_code, '')::text as category_code, 100::bigint as confidence, 1::bigint as is_in_catalogue,
    p.order_id::bigint as order_id, p.order_number::text as order_number, coalesce(i.number, '')::text as invoice_number,
    watch.day_of(a.accepted_at) as accepted_day, coalesce(a.accepted_fen, 0)::bigint as accepted_fen,
    1::bigint as is_mall, 0::bigint as is_recurring, p.number::text as voucher,
    coalesce(i.amount_fen, 0)::bigint as invoice_fen, 0::bigint as is_procured_elsewhere,
    0::bigint as is_payee_approved
from payment_request p
join organisation u on u.id = p.unit_id
join supplier s on s.id = p.supplier_id
left join accepted a on a.order_id = p.order_id
left join invoices i on i.order_id = p.order_id
left join main_category m on m.order_id = p.order_id
left join lateral (
    select l.economic_code from ledger.budget_line l
    where l.id = (select min(key::bigint) from jsonb_object_keys(p.amounts) as key where key ~ '^[0-9]+$')) b on true
where p.state = 'paid'
union all
select p.id * 2 + 1, p.unit_id, coalesce(u.parent_id, 0), p.region_code, p.year, watch.day_of(p.paid_on), p.amount_fen,
    coalesce(c.supplier_id, n.id, 0),
    watch.key_of('account', coalesce(nullif(p.payee_account, ''), p.payee_name)),
    case when coalesce(c.supplier_id, n.id) is null or p.payee_account = '' then 1
         when p.payee_account = s.bank_account then 1 else 0 end,
    (p.channel = 'real_account')::int, p.economic_code::text, coalesce(p.category_code, '')::text,
    coalesce(e.inputs -> 'classified' ->> 'confidence', '0')::numeric::bigint,
    coalesce(k.is_centralised, false)::int, coalesce(p.order_id, 0), coalesce(o.number, '')::text,
    p.invoice_number::text, watch.day_of(a.accepted_at), coalesce(a.accepted_fen, 0)::bigint, 0::bigint,
    case when p.economic_code ~ '^(301|303|30205|30206|30207|30208|30209|30214|307|309)' then 1 else 0 end,
    p.voucher_number::text, coalesce(v.amount_fen, 0)::bigint,
    coalesce((select 1 from payment_finding f where f.payment_id = p.id and f.state = 'accepted'
        and f.explanation = 'outside_contract' limit 1), 0)::bigint, 0::bigint
from other_payment p
join organisation u on u.id = p.unit_id
left join payment_evaluation e on e.id = p.evaluation_id
left join category k on k.code = p.category_code
left join purchase_order o on o.id = p.order_id
left join lateral (
    select min(v.amount_fen) as amount_fen from invoice v
    where v.number = p.invoice_number and p.invoice_number <> '') v on true
left join accepted a on a.order_id = p.order_id
left join sole_accounts c on c.bank_account = p.payee_account and p.payee_account <> ''
left join lateral (select min(id) as id from supplier where name = p.payee_name) n on true
left join supplier s on s.id = coalesce(c.supplier_id, n.id)
where not exists (
    select 1 from payment_request q
    where q.unit_id = p.unit_id and p.voucher_number in (q.number, nullif(q.treasury_reference, '')))
