select b.id * 1000 + s.place as scope_id, b.id::bigint as budget_line_id, b.unit_id::bigint as unit_id,
    b.region::bigint as region_code, b.year::bigint as year, b.project::text as project,
    s.category_code::text as category_code
from ledger.budget_line b
cross join lateral unnest(b.category_scope) with ordinality as s(category_code, place)
