with nearest as (
    select u.id as unit_id, u.region_code, u.staff_quota, s.code, max(s.region_code) as standard_region
    from organisation u
    join asset_standard s on s.region_code in (
        u.region_code, u.region_code - mod(u.region_code, 100), u.region_code - mod(u.region_code, 10000))
    where u.kind = 'unit'
    group by u.id, u.region_code, u.staff_quota, s.code),
steps as (
    select s.id, p.place, nullif(p.part[1], '')::bigint as up_to, p.part[2]::bigint as pieces, p.part[3]::bigint as staff
    from asset_standard s
    cross join lateral (
        select t.place, regexp_match(t.step, '^(\d*):(\d+)/(\d+)$') as part
        from regexp_split_to_table(s.steps, '\|') with ordinality as t(step, place)) p)
select row_number() over (order by n.unit_id, s.id, c.category_code) as quota_id, n.unit_id::bigint as unit_id,
    n.region_code::bigint as region_code, s.code::text as standard_code, c.category_code::text as category_code,
    case when coalesce(n.staff_quota, 0) = 0 then 0 else greatest(1, coalesce((
        select sum(greatest(0, least(n.staff_quota, coalesce(x.up_to, n.staff_quota)) - x.below) * x.pieces / x.staff)
        from (select e.*, coalesce(max(e.up_to) over (
                  order by e.place rows between unbounded preceding and 1 preceding), 0) as below
              from steps e where e.id = s.id) x), 0)) end::bigint as ceiling,
    watch.day_of(s.valid_from) as from_day,
    case when s.valid_to is null then 0 else watch.day_of(s.valid_to) - 1 end as until_day
from nearest n
join asset_standard s on s.code = n.code and s.region_code = n.standard_region
cross join lateral unnest(s.category_codes) as c(category_code)
