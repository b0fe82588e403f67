select s.id::bigint as party_id, 'supplier'::text as party, 0::bigint as unit_id, k.kind::text as kind,
    watch.key_of(k.kind, k.value) as key
from supplier s
join organisation o on o.id = s.id
cross join lateral (values ('phone', s.contact_phone), ('bank_account', s.bank_account), ('address', o.address),
    ('contact', s.contact_name)) as k(kind, value)
where btrim(k.value) <> ''
union all
select p.user_id, 'staff', p.organisation_id, 'contact', watch.key_of('contact', a.name)
from user_post p
join user_account a on a.id = p.user_id
join organisation u on u.id = p.organisation_id and u.kind = 'unit'
where p.ended_at is null
