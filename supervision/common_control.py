"""Who is under common control: groups of suppliers that share what only one house shares.

A step between export and sweeps, because no expression can follow a chain of any length: it reads `identity_key` of
suppliers and gives every supplier's `group_key`. Two suppliers are tied by the keys both hold. A key that many hold
ties little: it weighs 1 / log(2 + holders), so that a shared kiosk or the desk of an agent who registers firms
vanishes, and one that more than `HOLDERS_MAX` hold is not looked at. Ties that are strong enough join two suppliers
(union-find), and joined suppliers are one group. Whole numbers only: the same keys give the same groups everywhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

#: a key that more suppliers hold is public; it also keeps the number of pairs of one key below 800
HOLDERS_MAX = 40
#: 1000 / log(2 + holders), rounded, for 2, 3 ... 40 holders
WEIGHTS = (
    721, 621, 558, 514, 481, 455, 434, 417, 402, 390, 379, 369, 361, 353, 346, 340, 334, 328, 324, 319, 315, 311, 307,
    303, 300, 297, 294, 291, 289, 286, 284, 281, 279, 277, 275, 273, 271, 269, 268,
)  # fmt: skip
#: how much of its weight a kind of key brings, in percent; an office building has one address for many
KIND_PERCENT: Mapping[str, int] = {
    "legal_person": 100, "bank_account": 100, "certificate": 100, "device": 100, "phone": 100, "address": 50,
}  # fmt: skip
#: two suppliers whose ties sum up to it are under common control: one key that two or three hold, two that a dozen do
STRENGTH_MIN = 600


@dataclass(frozen=True)
class Tie:
    """What ties two suppliers: how strongly, in thousandths, and by which kinds of keys."""

    first_id: int
    second_id: int
    strength: int
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class CommonControl:
    """The groups of two or more suppliers, and the ties that made them: the graph to be shown."""

    group_keys: Mapping[int, str]
    ties: tuple[Tie, ...]


def common_control(keys: Iterable[tuple[int, str, str]]) -> CommonControl:
    """Groups from (supplier, kind, key). A group is named after its smallest supplier: "G" and the id.

    Empty keys tie nobody; a kind that is not known ties nobody either.
    """
    holders: dict[tuple[str, str], set[int]] = defaultdict(set)
    for supplier_id, kind, key in keys:
        if key and kind in KIND_PERCENT:
            holders[kind, key].add(supplier_id)
    ties = [tie for tie in _ties(holders) if tie.strength >= STRENGTH_MIN]
    return CommonControl(_groups(ties), tuple(ties))


def _ties(holders: Mapping[tuple[str, str], set[int]]) -> list[Tie]:
    strengths: dict[tuple[int, int], int] = defaultdict(int)
    kinds: dict[tuple[int, int], set[str]] = defaultdict(set)
    for (kind, _key), suppliers in holders.items():
        if not 2 <= len(suppliers) <= HOLDERS_MAX:
            continue
        weight = WEIGHTS[len(suppliers) - 2] * KIND_PERCENT[kind] // 100
        ordered = sorted(suppliers)
        for place, first_id in enumerate(ordered):
            for second_id in ordered[place + 1 :]:
                strengths[first_id, second_id] += weight
                kinds[first_id, second_id].add(kind)
    return [Tie(*pair, strengths[pair], tuple(sorted(kinds[pair]))) for pair in sorted(strengths)]


def _groups(ties: Iterable[Tie]) -> dict[int, str]:
    leader: dict[int, int] = {}

    def leader_of(supplier_id: int) -> int:
        way = []
        while leader.setdefault(supplier_id, supplier_id) != supplier_id:
            way.append(supplier_id)
            supplier_id = leader[supplier_id]
        leader.update(dict.fromkeys(way, supplier_id))
        return supplier_id

    for tie in ties:
        one, other = leader_of(tie.first_id), leader_of(tie.second_id)
        leader[max(one, other)] = min(one, other)
    return {supplier_id: f"G{leader_of(supplier_id)}" for supplier_id in sorted(leader)}
