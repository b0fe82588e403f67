"""What large books cost: checks, seals, exports, explaining a line, reports and room on the disk, at several sizes.

The books are those of ten regions, all of one size. Checks go over all of them; seals and exports are made region by
region, and measured for one: a tenth of the entries.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit

import psutil
from figures import latency, say_table, server_seconds
from fill_books import REGIONS, YEAR, Filled, fill_books
from own_mall import OwnDatabase
from process_memory import forget_peak, own_status
from sqlalchemy import Connection, Engine, create_engine, text

from ledger import budget_lines, checks, reports, statements
from ledger.chart_of_accounts import Account
from ledger.export import export_beancount, export_csv
from ledger.reports import Scope
from ledger.seal import seal_next
from ledger.verify_seals import verify

NOON = datetime(YEAR, 12, 1, 4, 0, tzinfo=UTC)
PAST = datetime(YEAR, 7, 1, 4, 0, tzinfo=UTC)
SINCE, UNTIL = date(YEAR, 1, 1), date(YEAR, 12, 31)
SAMPLES = 200

ONE_REGION = Scope(YEAR, REGIONS[0], REGIONS[0])
PROVINCE = Scope(YEAR, REGIONS[0], REGIONS[-1])


def measure_books(
    own_database: Callable[[], AbstractContextManager[OwnDatabase]], *, sizes: Iterable[int]
) -> dict[str, Any]:
    """One database after the other, the smallest first; each is gone before the next is made."""
    results: dict[str, Any] = {}
    for size in sorted(sizes):
        with own_database() as own:
            results[f"{size:,}"] = _measure_size(own, entries=size)
    say_table("books by their number of entries", _side_by_side(results))
    for size, result in results.items():
        say_table(f"every check at {size} entries", result["every check"])
    return results


def _measure_size(own: OwnDatabase, *, entries: int) -> dict[str, Any]:
    url = own.server.place.administrator_url(database=urlsplit(own.urls.app).path.lstrip("/"))
    began = time.perf_counter()
    filled = fill_books(url, entries=entries)
    print(f"{filled} in {time.perf_counter() - began:.0f} s", flush=True)
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    try:
        return _measure_filled(engine, filled, server=psutil.Process(own.server.pid))
    finally:
        engine.dispose()


def _measure_filled(engine: Engine, filled: Filled, *, server: psutil.Process) -> dict[str, Any]:
    figures: dict[str, Any] = dict(filled._asdict())
    every_check: list[dict[str, Any]] = []
    with engine.connect() as connection:
        _keep(figures, "checks", lambda: every_check.extend(_every_check(connection, server)), server=server)
        figures["findings"] = sum(row["findings"] for row in every_check)
    _keep(figures, "seal a region", lambda: _seal(engine), server=server)
    with engine.connect() as connection:
        _keep(
            figures,
            "verify the sealed region",
            lambda: figures.update({"found by verify": _count(verify(connection))}),
            server=server,
        )
        for name, export in (("csv", export_csv), ("beancount", export_beancount)):
            _keep(
                figures,
                f"export {name} of a region",
                lambda export=export: _count(export(connection, region_code=REGIONS[0], year=YEAR)),
                server=server,
            )
        figures |= _questions(connection, lines=filled.lines)
        figures |= _room(connection, filled)
    figures["every check"] = every_check
    return figures


def _every_check(connection: Connection, server: psutil.Process) -> list[dict[str, Any]]:
    rows = []
    for check in checks.CHECKS:
        began, used = time.perf_counter(), server_seconds(server)
        found = len(check(connection))
        rows.append(
            {
                "check": check.__name__,
                "seconds": round(time.perf_counter() - began, 2),
                "server's processor s": round(server_seconds(server) - used, 2),
                "findings": found,
            }
        )
    return rows


def _seal(engine: Engine) -> None:
    is_more = True
    while is_more:
        with engine.begin() as connection:
            is_more = seal_next(connection, region_code=REGIONS[0], year=YEAR, sealed_at=NOON) is not None


def _questions(connection: Connection, *, lines: int) -> dict[str, Any]:
    """Median and p95 in milliseconds of what a page asks, over random lines and units."""
    chance = random.Random(7)
    some_lines = [chance.randint(1, lines) for _ in range(SAMPLES)]
    some = [budget_lines.find_line(connection, line_id) for line_id in some_lines]
    units = [(line.region_code, line.unit_id) for line in some if line][: SAMPLES // 5]
    of_unit = [Scope(YEAR, region_code, region_code, unit_id=unit_id) for region_code, unit_id in units]
    of_line = [Scope(YEAR, line.region_code, line.region_code, line_id=line.id) for line in some if line]
    span: dict[str, Any] = {"since": SINCE, "until": UNTIL}
    asked: tuple[tuple[str, Callable[[Any], object], list[Any]], ...] = (
        ("explain line", lambda line_id: budget_lines.explain_line(connection, line_id), some_lines),
        ("explain line, past", lambda line_id: budget_lines.explain_line(connection, line_id, at=PAST), some_lines),
        ("line's account", lambda scope: reports.account_page(connection, scope, Account.AVAILABLE, **span), of_line),
        ("unit's account", lambda scope: reports.account_page(connection, scope, Account.PAYABLE, **span), of_unit),
        ("unit's trial balance", lambda scope: reports.trial_balance_of(connection, scope, **span), of_unit),
        (
            "unit's execution",
            lambda scope: reports.execution_by_class(connection, scope, by="economic", until=UNTIL),
            of_unit,
        ),
        ("region's trial balance", lambda scope: reports.trial_balance_of(connection, scope, **span), [ONE_REGION] * 3),
        (
            "region's execution",
            lambda scope: reports.execution_by_class(connection, scope, by="economic", until=UNTIL),
            [ONE_REGION] * 3,
        ),
        (
            "region's units",
            lambda scope: statements.budget_execution(connection, region_code=scope.lowest_region, year=YEAR),
            [ONE_REGION] * 3,
        ),
        ("province's trial balance", lambda scope: reports.trial_balance_of(connection, scope, **span), [PROVINCE]),
        (
            "province's execution",
            lambda scope: reports.execution_by_class(connection, scope, by="economic", until=UNTIL),
            [PROVINCE],
        ),
    )
    figures: dict[str, Any] = {}
    for name, ask, over in asked:
        taken = []
        for one in over:
            began = time.perf_counter()
            ask(one)
            taken.append(time.perf_counter() - began)
        found = latency(taken)
        figures[f"{name} ms"] = f"{found['median_ms']:,} / {found['p95_ms']:,}"
    return figures


def _room(connection: Connection, filled: Filled) -> dict[str, Any]:
    rows = connection.execute(_SIZES).all()
    figures: dict[str, Any] = {f"{row.relname} MiB": f"{row.heap:,.0f} + {row.indexes:,.0f}" for row in rows}
    figures["database MiB"] = round(sum(row.heap + row.indexes for row in rows))
    figures["bytes per order"] = round(sum(row.heap + row.indexes for row in rows) * 1_048_576 / filled.orders)
    return figures


_SIZES = text(
    "select relname, pg_table_size(oid) / 1048576.0 as heap, pg_indexes_size(oid) / 1048576.0 as indexes"
    " from pg_class where relnamespace = 'ledger'::regnamespace and relkind = 'r'"
    " and pg_table_size(oid) > 1048576 order by relname"
)


def _keep(figures: dict[str, Any], name: str, work: Callable[[], object], *, server: psutil.Process) -> None:
    """Seconds, processor seconds of this process and of the server, and the most memory this process took meanwhile
    above what it had."""
    before = forget_peak()
    began, mine, used = time.perf_counter(), time.process_time(), server_seconds(server)
    work()
    figures[f"{name} s"] = round(time.perf_counter() - began, 1)
    figures[f"{name} processor s"] = (
        f"{time.process_time() - mine:,.1f} + {server_seconds(server) - used:,.1f}"  # ours, the server's
    )
    figures[f"{name} peak MiB"] = round((own_status("VmHWM") - before) / 1024, 1)
    print(f"{name}: {figures[f'{name} s']} s, processor {figures[f'{name} processor s']} s", flush=True)


def _count(things: Iterable[object]) -> int:
    return sum(1 for _ in things)


def _side_by_side(results: dict[str, Any]) -> list[dict[str, Any]]:
    names = [name for name in next(iter(results.values()), {}) if name != "every check"]
    return [{"": name, **{size: result.get(name, "") for size, result in results.items()}} for name in names]
