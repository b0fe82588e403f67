"""Invents recorded quotations: those of a ring that takes turns, among forty honest ones of the same goods and city.

Nothing is written here: the same seed and day give the same quotations.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

#: who quotes together; the first three win in turn, the last is there for the number
RING = ("s05", "s18", "s19", "s11")
RING_WINNERS = RING[:3]
#: who else quotes for such goods; an honest quotation has at most one of the ring among them
OTHERS = ("s01", "s02", "s24", "s25", "s13", "s04")
RING_COUNT, HONEST_COUNT = 16, 40
UNITS = ("z-education", "z-vocational", "z-affairs", "z-health", "z-community", "z-primary")
REGION = 410100
CATEGORIES = ("A02010202", "A02010201", "A02010301")
#: the first ring quotation closed so many days ago, the last one so many
FIRST_DAYS, LAST_DAYS = 520, 12
#: losers of the ring quote so many ten-thousandths above the winner: near each other and well above him
COVER = (180, 215)
#: an honest quote is so many thousandths of what the thing is worth: the sum of three even draws, spread about 8 %
HONEST_DRAW = (-80, 80)
OPEN_HOURS = (40, 72)


@dataclass(frozen=True)
class PlannedQuotation:
    """One quotation with its totals: (supplier key, fen). The lowest won."""

    number: str
    unit_key: str
    category_code: str
    budget_fen: int
    opened_on: date
    closed_on: date
    open_hours: int
    totals: tuple[tuple[str, int], ...]
    invited: tuple[str, ...]

    @property
    def winner_key(self) -> str:
        return min(self.totals, key=lambda one: (one[1], one[0]))[0]


def plan_quotations(*, seed: int, today: date) -> list[PlannedQuotation]:
    """All of them, the oldest first."""
    random = Random(f"{seed}/quotations")
    planned = [*_ring(random, today=today), *_honest(random, today=today)]
    return sorted(planned, key=lambda one: (one.closed_on, one.number))


def _ring(random: Random, *, today: date) -> list[PlannedQuotation]:
    found = []
    for turn in range(RING_COUNT):
        winner = RING_WINNERS[turn % len(RING_WINNERS)]
        worth_fen = random.randrange(900, 1_800) * 10_000
        won_fen = worth_fen * random.randrange(960, 1_040) // 1000
        losers = [(key, won_fen * (10_000 + random.randint(*COVER)) // 10_000) for key in RING if key != winner]
        totals = sorted([(winner, won_fen), *losers])
        days = FIRST_DAYS - (FIRST_DAYS - LAST_DAYS) * turn // (RING_COUNT - 1)
        found.append(
            _quotation(random, kind="A", turn=turn, days_before=days, today=today, worth_fen=worth_fen, totals=totals,
                       unit_key=UNITS[turn % len(UNITS)])
        )  # fmt: skip
    return found


def _honest(random: Random, *, today: date) -> list[PlannedQuotation]:
    found = []
    for turn in range(HONEST_COUNT):
        worth_fen = random.randrange(300, 1_800) * 10_000
        quoting = random.sample(OTHERS, random.choice((2, 3, 3, 4)))
        quoting.append(random.choice(RING))
        totals = sorted((key, worth_fen * (1000 + _draw(random)) // 1000) for key in quoting)
        days = random.randint(20, FIRST_DAYS + 150)
        found.append(
            _quotation(random, kind="B", turn=turn, days_before=days, today=today, worth_fen=worth_fen, totals=totals,
                       unit_key=random.choice(UNITS))
        )  # fmt: skip
    return found


def _draw(random: Random) -> int:
    return sum(random.randint(*HONEST_DRAW) for _ in range(3))


def _quotation(
    random: Random,
    *,
    kind: str,
    turn: int,
    days_before: int,
    today: date,
    worth_fen: int,
    totals: Sequence[tuple[str, int]],
    unit_key: str,
) -> PlannedQuotation:
    closed_on = today - timedelta(days=days_before)
    invited = {key for key, _ in totals} | set(random.sample(OTHERS, 3))
    return PlannedQuotation(
        number=f"XJ-YS-{kind}{turn + 1:03d}",
        unit_key=unit_key,
        category_code=CATEGORIES[turn % len(CATEGORIES)],
        budget_fen=worth_fen * 115 // 100,
        opened_on=closed_on - timedelta(days=7),
        closed_on=closed_on,
        open_hours=random.choice(OPEN_HOURS),
        totals=tuple(totals),
        invited=tuple(sorted(invited)),
    )
