"""Drawing a sample: the same for everybody, and with chances by weight."""

from __future__ import annotations

import hashlib
from datetime import date

from supervision.inspection.draw_sample import (
    Member,
    draw,
    lowest_ticket,
    population_of,
    population_text,
    seed_of,
    weight_of,
)

DIGEST = "ab" * 32


def test_a_stranger_draws_the_same_sample_with_hashlib_alone() -> None:
    seed = seed_of(region_code=410100, on=date(2026, 11, 29), anchor_digest=DIGEST)
    population = [Member(f"listing:{number}", 1 + number % 4) for number in range(200)]

    again = hashlib.sha256(f"sunmall-inspection/410100/2026-11-29/{DIGEST}".encode()).hexdigest()
    rows = [line.rpartition(",") for line in population_text(population).splitlines()]
    tickets = [
        (min(hashlib.sha256(f"{again}/{subject}/{i}".encode()).hexdigest() for i in range(1, int(weight) + 1)), subject)
        for subject, _, weight in rows
    ]

    assert seed == again
    assert [one.member.subject for one in draw(population, seed=seed, count=10)] == [
        subject for _, subject in sorted(tickets)[:10]
    ]


def test_the_order_of_the_population_does_not_matter() -> None:
    population = [Member(f"listing:{number}", 2) for number in range(50)]

    assert draw(population, seed="s", count=5) == draw(population[::-1], seed="s", count=5)
    assert draw(population, seed="s", count=5) != draw(population, seed="t", count=5)


def test_the_chance_is_the_share_of_the_weight() -> None:
    population = [Member("listing:1", 1), Member("listing:2", 4), Member("listing:3", 5)]
    first = [draw(population, seed=str(seed), count=1)[0].member.subject for seed in range(4000)]

    shares = {subject: first.count(subject) / 4000 for subject in {"listing:1", "listing:2", "listing:3"}}
    assert all(
        abs(shares[subject] - share) < 0.03
        for subject, share in (("listing:1", 0.1), ("listing:2", 0.4), ("listing:3", 0.5))
    )


def test_more_tickets_are_never_worse() -> None:
    assert lowest_ticket(Member("listing:1", 20), seed="s") <= lowest_ticket(Member("listing:1", 1), seed="s")


def test_weights_double_for_d_and_halve_for_a() -> None:
    nothing = {"is_new": False, "price_raised": False, "has_findings": False}
    everything = dict.fromkeys(nothing, True)

    assert [weight_of(grade=grade, **nothing) for grade in ("A", "B", "", "C", "D")] == [1, 2, 2, 2, 4]
    assert [weight_of(grade=grade, **everything) for grade in ("A", "D")] == [5, 20]


def test_a_sample_is_never_larger_than_its_population() -> None:
    assert len(draw([Member("order:DD-1", 1)], seed="s", count=10)) == 1
    assert draw([], seed="s", count=10) == []


def test_the_population_reads_back() -> None:
    population = [Member("listing:2", 4), Member("listing:1", 1)]

    assert population_of(population_text(population)) == population[::-1]
