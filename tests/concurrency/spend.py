"""Many programs that take money from the same budget lines at once, straight through the ledger's own face."""

from __future__ import annotations

import multiprocessing
from collections import Counter, defaultdict
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import psycopg
from sqlalchemy import create_engine

from ledger import movements
from ledger.chart_of_accounts import Account
from ledger.errors import LedgerRefusal
from ledger.posting import post

REGION, YEAR, DAY = 410100, 2026, date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
CONNECTIONS = 32


@dataclass
class Spent:
    """What the programs were told: how many ended how, and by line what was granted and the least that was refused."""

    outcomes: Counter[str] = field(default_factory=Counter)
    granted_fen: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    least_refused_fen: dict[int, int] = field(default_factory=dict)

    def add(self, other: Spent) -> None:
        self.outcomes += other.outcomes
        for line_id, fen in other.granted_fen.items():
            self.granted_fen[line_id] += fen
        for line_id, fen in other.least_refused_fen.items():
            self.least_refused_fen[line_id] = min(fen, self.least_refused_fen.get(line_id, fen))


def amount_fen(number: int) -> int:
    """What attempt `number` asks for: from one fen to some yuan, the same at every run."""
    return 1 + number * 7919 % 997


def demand_fen(lines: int, *, attempts: int) -> list[int]:
    """What all attempts together ask of each of so many lines, which they take in turn."""
    return [sum(amount_fen(number) for number in range(at, attempts, lines)) for at in range(lines)]


def spend(url: str, line_ids: list[int], *, attempts: int, processes: int) -> Spent:
    """All attempts over 32 connections of so many processes, the application's role."""
    threads = CONNECTIONS // processes
    every = [
        [(url, line_ids, range(process * threads + thread, attempts, CONNECTIONS)) for thread in range(threads)]
        for process in range(processes)
    ]
    total = Spent()
    # The test's own process holds threads and connections that must not be copied.
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool:
        for one in pool.map(_spend_in_threads, every):
            total.add(one)
    return total


def _spend_in_threads(shares: list[tuple[str, list[int], range]]) -> Spent:
    total = Spent()
    with ThreadPoolExecutor(len(shares)) as pool:
        for one in pool.map(_spend_share, shares):
            total.add(one)
    return total


def _spend_share(share: tuple[str, list[int], range]) -> Spent:
    url, line_ids, numbers = share
    told = Spent()
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for number in numbers:
            line_id, fen = line_ids[number % len(line_ids)], amount_fen(number)
            try:
                post(
                    connection, region_code=REGION, year=YEAR, source_type="order", source_id=f"spend-{number}",
                    event="submit", effective_on=DAY, posted_at=NOON, actor="test",
                    entries=movements.reserve({line_id: fen}, document=f"order:spend-{number}"),
                )  # fmt: skip
            except LedgerRefusal as refusal:
                told.outcomes[refusal.code] += 1
                told.least_refused_fen[line_id] = min(fen, told.least_refused_fen.get(line_id, fen))
            else:
                told.outcomes["granted"] += 1
                told.granted_fen[line_id] += fen
    engine.dispose()
    return told


def new_lines(admin_url: str, budgets_fen: list[int]) -> list[int]:
    """Lines of the spenders' region and year with so much money each."""
    with psycopg.connect(admin_url) as connection:
        connection.execute(
            "select ledger.open_period(%s, %s, m, now(), 'test') from generate_series(1, 12) m", (REGION, YEAR)
        )
        rows = connection.execute(
            "insert into ledger.budget_line (region, year, unit_id, is_procurement, code, name, function_code,"
            " function_name, economic_code, economic_name, project, fund_source, category_scope, note, created_at)"
            " select %s, %s, 7, true, 'spend-' || n, '并发测试', '', '', '', '', '', '', '{}', '', now()"
            " from generate_series(1, %s) n returning id",
            (REGION, YEAR, len(budgets_fen)),
        ).fetchall()
    line_ids = [line_id for (line_id,) in rows]
    engine = create_engine(admin_url.replace("postgresql://", "postgresql+psycopg://", 1))
    with engine.begin() as connection:
        for line_id, fen in zip(line_ids, budgets_fen, strict=True):
            post(
                connection, region_code=REGION, year=YEAR, source_type="budget", source_id=f"spend-{line_id}",
                event="appropriation", effective_on=date(YEAR, 1, 2), posted_at=NOON, actor="test",
                entries=movements.appropriate({line_id: fen}),
            )  # fmt: skip
    engine.dispose()
    return line_ids


def standing(admin_url: str, account: Account) -> dict[int, int]:
    """By line what the entries of an account add up to, on its own side."""
    with psycopg.connect(admin_url) as connection:
        rows = connection.execute(
            "select line_id, sum(-amount_fen)::bigint from ledger.entry where coa = %s group by line_id", (account,)
        ).fetchall()
    return dict(rows)
