"""Measures sealing, proving and exporting the books: `python benchmarks/seal_rate.py [--txns 20000] [--sm3]`.

On a throwaway server without fsync: figures of computing, not of disks. Prints seconds, txns a second and peak memory.
"""

from __future__ import annotations

import argparse
import time
import tracemalloc
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime

from sqlalchemy import Connection, create_engine, text

from ledger import checks, fiscal_year, movements, schema
from ledger.budget_lines import appropriate, create_line, plan_line
from ledger.chart_of_accounts import Account
from ledger.export import export_beancount, export_csv
from ledger.posting import post
from ledger.seal import seal_next
from ledger.seal_schema import install_sealing
from ledger.verify_seals import verify
from mall.installation.run_tests import throwaway_server

PLACE = {"region_code": 410100, "year": 2026}
NOON, DAY = datetime(2026, 3, 2, 4, 0, tzinfo=UTC), date(2026, 3, 2)
LINES, TXNS_OF_ORDER = 200, 6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--txns", type=int, default=20_000, help="how many txns are posted and sealed")
    parser.add_argument("--sm3", action="store_true", help="seal with SM3 instead of SHA-256")
    given = parser.parse_args()
    with throwaway_server() as url:
        engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
        with engine.begin() as connection:
            connection.execute(text("create role bench_app"))
            schema.install(connection, app_role="bench_app")
            install_sealing(connection, app_role="bench_app")
            fiscal_year.open_year(connection, **PLACE, opened_at=NOON, actor="bench")
        _measure("post", given.txns, lambda: _post(engine, given.txns))
        with engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("vacuum analyze"))
        algorithm = "sm3" if given.sm3 else "sha256"
        _measure(f"seal ({algorithm})", given.txns, lambda: _seal(engine, algorithm))
        with engine.connect() as connection:
            _measure("check", given.txns, lambda: len(checks.run_all(connection)))
            _measure("verify", given.txns, lambda: _count(verify(connection)))
            for name, export in (("export csv", export_csv), ("export beancount", export_beancount)):
                _measure(name, given.txns, lambda export=export: _count(export(connection, **PLACE)))
            _peak("verify", lambda: _count(verify(connection)))
            _peak("export csv", lambda: _count(export_csv(connection, **PLACE)))
            size = connection.execute(
                text("select pg_total_relation_size('ledger.seal') + pg_total_relation_size('ledger.sealed_txn')")
            ).scalar_one()
            print(f"{'seals on disk':20} {size / given.txns:8.0f} bytes a txn")
        engine.dispose()


def _post(engine, txns: int) -> int:
    done = 0
    with engine.begin() as connection:
        lines = [_line(connection, number) for number in range(LINES)]
    done += 2 * LINES
    order = 0
    while done < txns:
        with engine.begin() as connection:
            for _ in range(50):
                order += 1
                done += _buy(connection, lines[order % LINES], f"order:DD-410100-2026-{order:06d}", most=txns - done)
    return done


def _line(connection: Connection, number: int) -> int:
    code = f"B{number:04d}"
    line_id = create_line(connection, **PLACE, unit_id=number // 10, code=code, name="办公设备购置", created_at=NOON)
    appropriate(
        connection, line_id, amount_fen=100_000_000, source_type="budget_document", source_id=code, effective_on=DAY,
        posted_at=NOON, actor="预算处",
    )  # fmt: skip
    plan_line(
        connection, line_id, months={DAY.month: 100_000_000}, source_type="fund_plan", source_id=code, effective_on=DAY,
        posted_at=NOON, actor="国库处",
    )  # fmt: skip
    return line_id


def _buy(connection: Connection, line_id: int, document: str, *, most: int) -> int:
    by_line = {line_id: 1_000}
    steps = (
        ("submit", movements.reserve(by_line, document=document)),
        ("approve", movements.commit(by_line, document=document)),
        ("accept", movements.accrue(by_line, document=document, cost=Account.EXPENSE)),
        ("request", movements.request_payment(by_line, document=document, plan={line_id: {DAY.month: 1_000}})),
        ("send", movements.send(by_line, document=document)),
        ("confirm", movements.confirm(by_line, document=document)),
    )
    for event, entries in steps[:most]:
        source_type, _, source_id = document.partition(":")
        post(
            connection, **PLACE, source_type=source_type, source_id=source_id, event=event, effective_on=DAY,
            posted_at=NOON, actor="经办人 handler", entries=entries,
        )  # fmt: skip
    return min(most, TXNS_OF_ORDER)


def _seal(engine, algorithm: str) -> int:
    made = 0
    while True:
        with engine.begin() as connection:
            if seal_next(connection, **PLACE, sealed_at=NOON, algorithm=algorithm) is None:
                return made
        made += 1


def _count(things: Iterable[object]) -> int:
    return sum(1 for _ in things)


def _measure(name: str, txns: int, work: Callable[[], int]) -> None:
    began = time.perf_counter()
    result = work()
    seconds = time.perf_counter() - began
    print(f"{name:20} {seconds:8.2f} s {txns / seconds:10,.0f} txns/s   result {result}", flush=True)


def _peak(name: str, work: Callable[[], int]) -> None:
    tracemalloc.start()
    work()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    print(f"{name + ' peak':20} {peak / 1_048_576:8.1f} MiB", flush=True)


if __name__ == "__main__":
    main()
