"""The effect of the watch for everybody, by city: no names, and nothing behind which fewer than five things lie."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mall.regions.region import chain
from supervision.seeing.case_facts import CaseEffect, CaseFact, effect_of
from supervision.seeing.price_interception import Saving

#: the least number of units and of events behind a figure that is shown to everybody
FEWEST = 5


#: stands for the sum of all places
WHOLE = -1


def hidden(counts: Mapping[int, int], *, has_total: bool) -> set[int]:
    """Which figures of a column may not be shown: {place: what lies behind its figure}.

    Those with 1 to FEWEST - 1 behind them; and where those that are hidden are a single one and the total is shown,
    the next smallest as well, because one could subtract.
    """
    found = {key for key, count in counts.items() if 0 < count < FEWEST}
    if has_total and len(found) == 1:
        others = sorted((count, key) for key, count in counts.items() if key not in found and count)
        found |= {key for _count, key in others[:1]}
    return found


@dataclass(frozen=True)
class PublicRow:
    """One city, or the province as a whole (`region_code` of the province). None: too few to be shown."""

    region_code: int
    saved_fen: int | None
    cheaper_orders: int | None
    case_count: int | None
    closed_count: int | None
    median_days: int | None
    appeal_rate_bp: int | None


def public_rows(
    savings: Sequence[Saving], cases: Sequence[CaseFact], *, province: int, cities: Iterable[int]
) -> list[PublicRow]:
    """The province first, then every city."""
    saved: dict[int, list[Saving]] = defaultdict(list)
    for one in savings:
        saved[city_of(one.sale.region_code)].append(one)
    held: dict[int, list[CaseFact]] = defaultdict(list)
    for case in cases:
        held[city_of(case.region_code)].append(case)
    # What belongs to the province itself is a part of the whole, and so of what one could subtract.
    places = sorted({*cities, *saved, *held, province})
    effects = {code: effect_of(held[code]) for code in places}
    whole = effect_of(cases)
    shown_money = _shown({code: _behind(saved[code]) for code in places}, _behind(savings))
    shown_cases = _shown({code: one.case_count for code, one in effects.items()}, whole.case_count)
    shown_closed = _shown({code: one.closed_count for code, one in effects.items()}, whole.closed_count)
    shown_decided = _shown({code: one.decided_count for code, one in effects.items()}, whole.decided_count)

    def row(key: int, code: int, sold: Sequence[Saving], effect: CaseEffect) -> PublicRow:
        money = key in shown_money
        return PublicRow(
            region_code=code,
            saved_fen=sum(one.saved_fen for one in sold) if money else None,
            cheaper_orders=len({one.sale.number for one in sold}) if money else None,
            case_count=effect.case_count if key in shown_cases else None,
            closed_count=effect.closed_count if key in shown_closed else None,
            median_days=effect.median_days if key in shown_closed else None,
            appeal_rate_bp=effect.appeal_rate_bp if key in shown_decided else None,
        )

    inside = [row(code, code, saved[code], effects[code]) for code in places if code != province]
    return [row(WHOLE, province, savings, whole), *inside]


def _shown(counts: Mapping[int, int], whole: int) -> set[int]:
    """The keys that may be shown of {place: what lies behind its figure}, and WHOLE where the sum of all may be."""
    has_total = not 0 < whole < FEWEST
    shown = set(counts) - hidden(counts, has_total=has_total)
    return shown | {WHOLE} if has_total else shown


def _behind(found: Sequence[Saving]) -> int:
    """The smaller of how many orders and how many units lie behind a sum."""
    return min(len({one.sale.number for one in found}), len({one.sale.unit_id for one in found}))


def city_of(region_code: int) -> int:
    """The city of a county; the province, and a county managed by it, is a place of its own."""
    above = chain(region_code)
    return above[-2] if len(above) > 1 else above[0]
