"""Drawing a sample that anybody can draw again: whole-number weights, SHA-256, and a seed nobody could choose.

Every member of the population holds as many tickets as its weight. A ticket's number is
    SHA-256("<seed>/<subject>/<ticket>"), tickets counted from 1,
read as hexadecimal text. A member stands where its lowest ticket stands; the first so many members are the sample.
As every ticket is as likely as any other to be the lowest, the chance to be drawn first is the share of the weight.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

#: chances by grade: half for A, double for D; who has no grade yet stands like B
GRADE_FACTORS = {"A": 1, "": 2, "B": 2, "C": 2, "D": 4}
#: what makes a member more worth looking at, on top of one for everybody
RISK_POINTS = {"is_new": 1, "price_raised": 1, "has_findings": 2}


@dataclass(frozen=True)
class Member:
    """One listing or order that may be drawn: "listing:42", "order:DD-410100-2026-000001"."""

    subject: str
    weight: int


@dataclass(frozen=True)
class Drawn:
    """A member with the lowest of its tickets."""

    member: Member
    ticket: str


def seed_of(*, region_code: int, on: date, anchor_digest: str) -> str:
    """The seed: of a digest that was public before the day, the day and the division."""
    return hashlib.sha256(f"sunmall-inspection/{region_code}/{on.isoformat()}/{anchor_digest}".encode()).hexdigest()


def weight_of(*, grade: str, is_new: bool, price_raised: bool, has_findings: bool) -> int:
    """Risk times the factor of the grade: 1 to 20."""
    told = {"is_new": is_new, "price_raised": price_raised, "has_findings": has_findings}
    return (1 + sum(RISK_POINTS[name] for name, holds in told.items() if holds)) * GRADE_FACTORS[grade]


def lowest_ticket(member: Member, *, seed: str) -> str:
    """The lowest number among the member's tickets."""
    return min(
        hashlib.sha256(f"{seed}/{member.subject}/{ticket}".encode()).hexdigest()
        for ticket in range(1, member.weight + 1)
    )


def draw(population: Iterable[Member], *, seed: str, count: int) -> list[Drawn]:
    """The sample, in the order in which it is drawn."""
    found = [Drawn(member, lowest_ticket(member, seed=seed)) for member in population]
    return sorted(found, key=lambda one: (one.ticket, one.member.subject))[:count]


def population_text(population: Iterable[Member]) -> str:
    """The population as it is kept and published: "subject,weight" lines, sorted."""
    return "".join(f"{one.subject},{one.weight}\n" for one in sorted(population, key=lambda one: one.subject))


def population_of(text: str) -> list[Member]:
    """The other way round."""
    rows = (line.rpartition(",") for line in text.splitlines())
    return [Member(subject, int(weight)) for subject, _, weight in rows]
