with steps as (
    select document,
        min(at) filter (where action = 'approve') as approved_at,
        max(at) filter (where after = 'contracted') as signed_at,
        max(at) filter (where after in ('cancelled', 'declined')) as cancelled_at
    from document_step where starts_with(document, 'order:') group by document),
notes as (
    select order_id,
        min(at) filter (where kind = 'shipment') as shipped_at,
        max(at) filter (where kind = 'receipt') as received_at,
        max(tracking_number) filter (where kind = 'shipment') as tracking_number
    from delivery_note group by order_id),
accepted as (
    select order_id, sum(amount_fen) as accepted_fen, max(at) as accepted_at,
        max(coalesce(acceptor_id, receiver_id)) as signed_by
    from acceptance group by order_id),
invoiced as (select order_id, min(issued_on) as invoiced_on from invoice group by order_id),
paid as (
    select order_id, sum(amount_fen) as paid_fen, max(settled_at) as paid_at
    from payment_request where state = 'paid' group by order_id),
refunded as (
    select order_id, sum(amount_fen) as refunded_fen, min(coalesce(settled_at, claimed_at)) as refunded_at
    from refund_claim where state in ('received', 'offset') group by order_id),
withheld as (
    select order_id, sum(withheld_fen) as withheld_fen from (
        select order_id, amount_fen as withheld_fen from settlement_change
        where kind = 'retention' and state = 'agreed'
        union all
        select h.order_id, l.accepted * l.contract_price_fen - l.cut_fen from order_hold h
        join order_line l on l.order_id = h.order_id
        where h.ended_at is null and (h.line_nos = '[]' or h.line_nos @> to_jsonb(l.line_no))) as parts
    group by order_id),
promise as (
    select value from regional_rule where code = 'contract.delivery_days' and valid_to is null
    order by region_code limit 1)
select o.id::bigint as order_id, o.number::text as number, o.year::bigint as year, o.mode::text as mode,
    o.state::text as state, o.unit_id::bigint as unit_id, coalesce(u.parent_id, 0)::bigint as parent_id,
    o.region_code::bigint as region_code, o.supplier_id::bigint as supplier_id, o.total_fen::bigint as total_fen,
    coalesce(a.accepted_fen, 0)::bigint as accepted_fen, coalesce(p.paid_fen, 0)::bigint as paid_fen,
    o.handler_id::bigint as handler_id, coalesce(o.approver_id, 0)::bigint as approver_id,
    coalesce(o.receiver_id, 0)::bigint as receiver_id, watch.day_of(o.submitted_at) as submitted_day,
    watch.minute_of(o.submitted_at) as minute, watch.day_of(s.approved_at) as approved_day,
    watch.day_of(s.signed_at) as signed_day, watch.day_of(n.shipped_at) as shipped_day,
    watch.day_of(n.received_at) as received_day,
    case when a.accepted_at is null then 0 else watch.day_of(coalesce(o.accepted_on, a.accepted_at::date)) end as accepted_day,
    watch.minute_of(a.accepted_at) as accepted_minute, watch.day_of(i.invoiced_on) as invoiced_day,
    watch.day_of(o.payment_due_on) as due_day,
    case when o.state in ('paid', 'closed', 'retained') then watch.day_of(p.paid_at) else 0 end as paid_day,
    watch.day_of(s.cancelled_at) as cancelled_day,
    case when s.signed_at is null then 0 else watch.day_of(s.signed_at) + (select value from promise) end as promised_day,
    watch.minute_of(n.shipped_at) as shipped_minute,
    case when o.submitted_at is null then 0
         when watch.minute_of(o.submitted_at) not between 360 and 1319 then 1
         when c.is_working is false then 1 else 0 end::bigint as is_off_hours,
    watch.key_of('address', o.delivery ->> 'address') as address_key,
    watch.key_of('tracking', n.tracking_number) as tracking_key,
    o.cancellation_reason::text as cancel_reason, watch.day_of(r.refunded_at) as refunded_day,
    coalesce(r.refunded_fen, 0)::bigint as refunded_fen, coalesce(a.signed_by, 0)::bigint as acceptor_id,
    0::bigint as first_scan_day, 0::bigint as is_carrier_reporting, 0::bigint as prepayment_fen,
    coalesce(w.withheld_fen, 0)::bigint as withheld_fen
from purchase_order o
join organisation u on u.id = o.unit_id
left join steps s on s.document = 'order:' || o.number
left join notes n on n.order_id = o.id
left join accepted a on a.order_id = o.id
left join invoiced i on i.order_id = o.id
left join paid p on p.order_id = o.id
left join withheld w on w.order_id = o.id
left join refunded r on r.order_id = o.id
left join watch_calendar c on c.day = watch.day_of(o.submitted_at)
