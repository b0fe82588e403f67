with ended as (
    select document, max(at) as cancelled_at from document_step
    where starts_with(document, 'order:') and after in ('cancelled', 'declined') group by document),
returned as (
    select c.order_id, told.key::bigint as line_no, sum((told.value ->> 'pieces')::bigint) as pieces,
        max(coalesce(c.settled_at, c.claimed_at)) as returned_at
    from refund_claim c cross join lateral jsonb_each(c.lines) as told
    where c.state in ('agreed', 'received', 'offset') group by c.order_id, told.key)
select l.id::bigint as line_id, o.id::bigint as order_id, o.number::text as number, l.line_no::bigint as line_no,
    o.year::bigint as year, o.mode::text as mode, o.state::text as state, o.unit_id::bigint as unit_id,
    coalesce(u.parent_id, 0)::bigint as parent_id, o.region_code::bigint as region_code,
    o.supplier_id::bigint as supplier_id, l.listing_id::bigint as listing_id,
    coalesce(d.merged_into_id, d.id)::bigint as product_id, l.category_code::text as category_code,
    l.quantity::bigint as quantity, l.price_fen::bigint as price_fen,
    (l.price_fen * 2 + g.pack_size) / (2 * g.pack_size) as base_price_fen,
    (l.quantity * l.price_fen)::bigint as amount_fen, l.accepted::bigint as accepted,
    coalesce(r.pieces, 0)::bigint as returned, l.budget_line_id::bigint as budget_line_id,
    coalesce(b.project, '')::text as project, watch.day_of(o.submitted_at) as submitted_day,
    watch.minute_of(o.submitted_at) as minute,
    case when l.accepted > 0 then watch.day_of(o.accepted_on) else 0 end as accepted_day,
    watch.day_of(e.cancelled_at) as cancelled_day, watch.key_of('address', o.delivery ->> 'address') as address_key,
    l.is_asset::int::bigint as is_asset,
    (g.origin <> '' and g.origin !~ '中国|国产|境内')::int::bigint as is_import,
    d.is_green::int::bigint as is_green, o.handler_id::bigint as handler_id, ''::text as approval_key,
    g.pack_size::bigint as pack_size,
    case when o.state in ('draft', 'returned', 'cancelled', 'declined', 'closed', 'paid') then 0
         else greatest(l.quantity - l.released - l.accepted, 0) end::bigint as pending,
    watch.day_of(r.returned_at) as returned_day, coalesce(k.asset_ceiling_fen, 0)::bigint as asset_ceiling_fen
from order_line l
join purchase_order o on o.id = l.order_id
join organisation u on u.id = o.unit_id
join listing g on g.id = l.listing_id
join product d on d.id = l.product_id
join category k on k.code = l.category_code
left join ledger.budget_line b on b.id = l.budget_line_id
left join ended e on e.document = 'order:' || o.number
left join returned r on r.order_id = o.id and r.line_no = l.line_no
