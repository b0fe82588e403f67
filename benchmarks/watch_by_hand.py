"""The three dearest sweeps as DuckDB SQL that somebody would write by hand: what Ibis and its helpers cost beside it.

Each query gives the number of subjects and the money by outcome; the figures must be those of the rule.
"""

from __future__ import annotations

_EVEN = """
    weeks as (
        select category_code, product_id, listing_id, (submitted_day + 3) // 7 as week, count(*) as n,
            max(base_price_fen) * 100 > min(base_price_fen) * 105 as uneven
        from order_line
        where submitted_day > $day - 182 and submitted_day <= $day and cancelled_day = 0 and base_price_fen > 0
        group by all having count(*) >= 2),
    by_product as (select product_id, count(*) as n, sum(uneven::int) as uneven from weeks group by 1),
    by_category as (select category_code, count(*) as n, sum(uneven::int) as uneven from weeks group by 1),
    sold as (
        select listing_id, (submitted_day + 3) // 7 as week, sum(quantity) as sold from order_line
        where submitted_day > 0 and submitted_day <= $day and cancelled_day = 0 group by all),
"""
_IS_UNEVEN = """
    (coalesce(bp.n, 0) >= 3 and bp.uneven * 100 > bp.n * 30)
    or (coalesce(bp.n, 0) < 3 and coalesce(bc.n, 0) >= 20 and bc.uneven * 100 > bc.n * 30)"""
_OWN = """
    own as (
        select listing_id, count(*) as n, quantile_disc(base_price_fen, 0.9) as fen from price_week
        where week >= $week - {history} and week < $week and base_price_fen > 0 group by 1),
"""


def _others(lists: str, percent: int) -> str:
    """The quantile of the other suppliers' prices in a list of (supplier, price)."""
    prices = f"list_sort(list_transform(list_filter({lists}, lambda x: x.s <> j.supplier_id), lambda x: x.p))"
    return f"{prices}[((len({prices}) * {percent}) + 99) // 100]"


def _counted(outcome: str, reference: str) -> str:
    return f"""
    select {outcome} as outcome, count(*) as subjects,
        sum(greatest(j.base_price_fen - {reference}, 0) * coalesce(s.sold, 0))::bigint as at_stake_fen
    from judged j
    left join by_product bp on bp.product_id = j.product_id
    left join by_category bc on bc.category_code = j.category_code
    left join sold s on s.listing_id = j.listing_id and s.week = $week
    group by 1 order by 1"""


BY_HAND = {
    "prices.peers_regular": f"""
with {_EVEN} {_OWN.format(history=26)}
    asking as (
        select product_id, week, supplier_id, min(base_price_fen) as fen from price_week
        where week > $week - 9 and week <= $week and base_price_fen > 0 group by all),
    lists as (select product_id, week, list(struct_pack(s := supplier_id, p := fen)) as l from asking group by all),
    highest as (
        select j.product_id, j.supplier_id, max({_others("l.l", 75)}) as fen
        from (select distinct product_id, supplier_id from asking where week = $week) j
        join lists l on l.product_id = j.product_id group by all),
    now as (select product_id, count(*) - 1 as others from asking where week = $week group by 1),
    judged as (
        select p.*, coalesce(o.n, 0) as own_n, coalesce(o.fen, 0) as own_fen, n.others,
            coalesce(h.fen, 0) as regular_fen
        from price_week p
        left join own o on o.listing_id = p.listing_id
        join now n on n.product_id = p.product_id
        left join highest h on h.product_id = p.product_id and h.supplier_id = p.supplier_id
        where p.week = $week and p.base_price_fen > 0)
{
        _counted(
            f'''case when {_IS_UNEVEN} then 'not_applicable' when j.others < 4 or j.own_n < 4 then 'not_computable'
    when j.base_price_fen * 10000 > j.regular_fen * 11000 and j.base_price_fen * 10000 > j.own_fen * 10500
    then 'hit' else 'clear' end''',
            "j.regular_fen",
        )
    }""",
    "prices.own_history": f"""
with {_EVEN} {_OWN.format(history=26)}
    offered as (
        select p.*, coalesce(o.n, 0) as own_n, coalesce(o.fen, 0) as own_fen
        from price_week p left join own o on o.listing_id = p.listing_id
        where p.week = $week and p.base_price_fen > 0),
    now as (
        select product_id, list(struct_pack(s := supplier_id, p := fen)) as l from (
            select product_id, supplier_id, min(base_price_fen) as fen from offered where own_n >= 4 group by all)
        group by 1),
    usual as (
        select product_id, list(struct_pack(s := supplier_id, p := fen)) as l from (
            select product_id, supplier_id, min(own_fen) as fen from offered where own_n >= 4 group by all)
        group by 1),
    judged as (
        select j.*, coalesce(len(list_filter(u.l, lambda x: x.s <> j.supplier_id)), 0) as others,
            coalesce({_others("n.l", 50)}, 0) as now_fen, coalesce({_others("u.l", 50)}, 0) as usual_fen
        from offered j left join now n on n.product_id = j.product_id left join usual u on u.product_id = j.product_id)
{
        _counted(
            f'''case when {_IS_UNEVEN} or (j.others >= 2 and j.now_fen * 10000 >= j.usual_fen * 10500)
    then 'not_applicable' when j.own_n < 4 or j.others < 2 then 'not_computable'
    when j.base_price_fen * 10000 > j.own_fen * 11000 then 'hit' else 'clear' end''',
            "j.own_fen",
        )
    }""",
    "prices.above_references": f"""
with {_EVEN} {_OWN.format(history=13)}
    offered as (
        select p.*, coalesce(o.n, 0) as own_n, coalesce(o.fen, 0) as own_fen,
            greatest(p.base_price_fen, case when coalesce(o.n, 0) >= 4 then o.fen else 0 end) as usual_fen
        from price_week p left join own o on o.listing_id = p.listing_id
        where p.week = $week and p.base_price_fen > 0),
    lists as (
        select product_id, list(struct_pack(s := supplier_id, p := fen)) as l from (
            select product_id, supplier_id, min(usual_fen) as fen from offered group by all) group by 1),
    first as (
        select j.*, coalesce(len(list_filter(l.l, lambda x: x.s <> j.supplier_id)), 0) as others,
            coalesce({_others("l.l", 90)}, 0) as all_fen
        from offered j join lists l on l.product_id = j.product_id),
    flagged as (
        select *, case when own_n >= 4
            then base_price_fen * 10000 > all_fen * 10700 and base_price_fen * 10000 > own_fen * 10800
            else base_price_fen * 10000 > all_fen * 12000 end as is_first from first),
    rest as (
        select product_id, list(struct_pack(s := supplier_id, p := fen)) as l from (
            select product_id, supplier_id, min(usual_fen) as fen from flagged where not is_first group by all)
        group by 1),
    second as (
        select j.*, coalesce(len(list_filter(r.l, lambda x: x.s <> j.supplier_id)), 0) as rest_others,
            coalesce({_others("r.l", 90)}, 0) as rest_fen
        from flagged j left join rest r on r.product_id = j.product_id),
    judged as (
        select *, case when not is_first and rest_others >= 3 then rest_fen else all_fen end as others_fen from second)
{
        _counted(
            f'''case when {_IS_UNEVEN} then 'not_applicable' when j.others < 4 then 'not_computable'
    when case when j.own_n >= 4
        then j.base_price_fen * 10000 > j.others_fen * 10700 and j.base_price_fen * 10000 > j.own_fen * 10800
        else j.base_price_fen * 10000 > j.others_fen * 12000 end
    then 'hit' else 'clear' end''',
            "j.others_fen",
        )
    }""",
}


def by_hand(name: str, *, on_day: int) -> str:
    """The query of one rule for one day."""
    return BY_HAND[name].replace("$day", str(on_day)).replace("$week", str((on_day + 3) // 7))
