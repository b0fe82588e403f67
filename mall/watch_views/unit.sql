select u.id::bigint as unit_id, coalesce(u.parent_id, 0)::bigint as parent_id, u.region_code::bigint as region_code,
    watch.level_of(r.level) as level, coalesce(u.staff_quota, 0)::bigint as staff_count, 0::bigint as is_secret,
    watch.key_of('address', u.address) as address_key, 0::bigint as is_exempt_address
from organisation u
join region r on r.code = u.region_code
where u.kind = 'unit'
