"""Suppliers that share something: a phone, an account, an address, a contact, a group; and the buyers they share."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from sqlalchemy import func, select, text

from mall.database import session
from mall.ordering.order import Order
from mall.people.organisation import organisation_names
from supervision.seeing.watched_orders import OrderWish, watched_orders
from supervision.supplier_group import SupplierGroup

#: a key that more suppliers share is a business park or a typing agency, no tie
SHARED_BY_MOST = 8
MOST_PAIRS = 200


@dataclass(frozen=True)
class SupplierNode:
    """One supplier with what he sold to the scope. `group_key` is empty outside of every group."""

    supplier_id: int
    name: str
    group_key: str
    order_count: int
    spent_fen: int


@dataclass(frozen=True)
class SupplierPair:
    """Two suppliers: the kinds of what they share, never the values, and how many units of the scope buy from both."""

    one_id: int
    other_id: int
    kinds: tuple[str, ...]
    is_same_group: bool
    common_buyers: int


@dataclass(frozen=True)
class SupplierNetwork:
    nodes: Sequence[SupplierNode]
    pairs: Sequence[SupplierPair]
    on_day: date | None


# The keys are digests that only this query compares; no page and no file holds one.
_SHARED = text("""
    select array_agg(distinct party_id order by party_id) as ids, kind
    from watch.identity_key where party = 'supplier'
    group by kind, key
    having count(distinct party_id) between 2 and :most
""")


def supplier_network(wanted: OrderWish) -> SupplierNetwork:
    """Pairs of which at least one sold to the scope, those that share most first."""
    buyers, sums = _sold(wanted)
    kinds: dict[tuple[int, int], set[str]] = defaultdict(set)
    for ids, kind in session().execute(_SHARED, {"most": SHARED_BY_MOST}):
        for one, other in combinations(ids, 2):
            kinds[one, other].add(kind)
    groups = {row.supplier_id: row for row in session().scalars(select(SupplierGroup))}
    members: dict[str, list[int]] = defaultdict(list)
    for row in groups.values():
        members[row.group_key].append(row.supplier_id)
    grouped = {pair for ids in members.values() for pair in combinations(sorted(ids), 2)}
    pairs = [
        SupplierPair(
            one,
            other,
            tuple(sorted(kinds.get((one, other), ()))),
            (one, other) in grouped,
            len(buyers.get(one, set()) & buyers.get(other, set())),
        )
        for one, other in kinds.keys() | grouped
        if one in sums or other in sums
    ]
    pairs.sort(key=lambda pair: (-len(pair.kinds), -pair.common_buyers, pair.one_id, pair.other_id))
    pairs = pairs[:MOST_PAIRS]
    shown = {one for pair in pairs for one in (pair.one_id, pair.other_id)}
    names = organisation_names(shown)
    nodes = [
        SupplierNode(one, names.get(one, ""), groups[one].group_key if one in groups else "", *sums.get(one, (0, 0)))
        for one in sorted(shown)
    ]
    days = [row.on_day for row in groups.values()]
    return SupplierNetwork(nodes, pairs, max(days) if days else None)


def _sold(wanted: OrderWish) -> tuple[dict[int, set[int]], dict[int, tuple[int, int]]]:
    """({supplier: units that bought}, {supplier: (orders, fen)})"""
    query = watched_orders(select(Order), wanted)
    rows = session().execute(
        query.with_only_columns(Order.supplier_id, Order.unit_id, func.count(), func.sum(Order.total_fen)).group_by(
            Order.supplier_id, Order.unit_id
        )
    )
    buyers: dict[int, set[int]] = defaultdict(set)
    sums: dict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for supplier_id, unit_id, count, fen in rows:
        buyers[supplier_id].add(unit_id)
        had = sums[supplier_id]
        sums[supplier_id] = had[0] + count, had[1] + int(fen)
    return dict(buyers), dict(sums)
