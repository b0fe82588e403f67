"""Postings a second through ledger.post, beside the least that a database can do for the same event.

Both write an order's reservation: one txn under a unique key, two entries, a guarded balance. "raw" is one function
with nothing else around them; "raw statements" is the same by five statements of a client; "book" is `ledger.post`;
"book, early" commits asynchronously and flushes the log before the client goes on. pgbench drives all of them in turn.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit, urlunsplit

import psutil
import psycopg
from figures import percentile, server_seconds
from own_mall import OwnDatabase
from sqlalchemy import create_engine

from ledger import checks, movements, posting
from ledger.chart_of_accounts import Account

REGION, YEAR, DAY = 410100, 2026, date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
LINES = 10_000
CLIENTS = (1, 2, 8, 32)
BUDGET_FEN = 10**13
FLUSH_DELAY_US = 2_000
WARM_UP_SECONDS = 2

_FOLDER = Path(__file__).parent
_KEY = ":run || '-' || :client_id || '-' || :n"
_HEAD = "\\set n :n + 1\n\\set line {line}\n"
_BOOK = (
    "ledger.post({region}, {year}, 'order', {key}, 'submit', '{day}', now(), 'bench', '', null, null,"
    " array[:line, :line]::bigint[], array[{available}, {reserved}]::smallint[], array['', 'order:' || {key}],"
    " array[1000, -1000]::bigint[])"
)


class Way(NamedTuple):
    """One way to write the event: its name and its pgbench script after the head."""

    name: str
    script: str


def _ways() -> tuple[Way, ...]:
    book = _BOOK.format(
        region=REGION, year=YEAR, day=DAY, key=_KEY, available=Account.AVAILABLE, reserved=Account.RESERVED
    )
    statements = (
        "begin;\n"
        f"insert into raw.txn (request_key, posted_at) values ({_KEY}, now()) returning id as txn \\gset\n"
        "update raw.account set balance_fen = balance_fen - 1000, seq = seq + 1"
        " where id = :line and balance_fen >= 1000 returning balance_fen as balance, seq as seq \\gset\n"
        "insert into raw.entry values (:txn, 1, :line, -1000, :seq, :balance),"
        " (:txn, 2, 100000 + :txn, 1000, 1, 1000);\n"
        "commit;\n"
    )
    return (
        Way("raw", f"select raw.hold(:line, 1000, {_KEY});\n"),
        Way("raw statements", statements),
        Way("book", f"select * from {book};\n"),
        Way(
            "book, early",
            f"select set_config('synchronous_commit', 'off', true), * from {book};\n"
            "select pg_logical_emit_message(false, 'sunmall', '', true);\n",
        ),
    )


def measure_ledger(own: OwnDatabase, *, seconds: int, rounds: int) -> dict[str, Any]:
    """Rates by pgbench without and with 2 ms before each flush, and from one Python process."""
    url = own.server.place.administrator_url(database=urlsplit(own.urls.app).path.lstrip("/"))
    bench = _Bench(own, url=url, seconds=seconds, rounds=rounds)
    bench.prepare()
    rows = bench.compare(flush_delay_us=0) + bench.compare(flush_delay_us=FLUSH_DELAY_US)
    face = _python_face(url, seconds=seconds, rounds=rounds)
    with create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1)).connect() as connection:
        findings = len(checks.run_all(connection))
    return {"rates": rows, "python_face": face, "ledger_findings": findings}


class _Run(NamedTuple):
    """One run of pgbench: transactions a second, the server's processor time for each, and how long each took."""

    rate: float
    server_us: float
    milliseconds: list[float]


class _Bench:
    def __init__(self, own: OwnDatabase, *, url: str, seconds: int, rounds: int) -> None:
        self.pgbench = own.server.place.binaries.program("pgbench")
        self.server = psutil.Process(own.server.pid)
        self.url, self.folder, self.seconds, self.rounds = url, own.folder / "rate", seconds, rounds
        self.folder.mkdir()
        self.runs = 0

    def prepare(self) -> None:
        """Ten thousand lines with money in the book, and the same number of bare accounts."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute((_FOLDER / "raw_hold.sql").read_text(encoding="utf-8"))
            connection.execute((_FOLDER / "ledger_lines.sql").read_text(encoding="utf-8"))
            connection.execute(f"call bench_lines({REGION}, {YEAR}, {LINES}, {BUDGET_FEN})")
            connection.execute("vacuum analyze")

    def compare(self, *, flush_delay_us: int) -> list[dict[str, Any]]:
        """All ways, clients and spreads; the ways take turns within each round."""
        with self._flush_delay(flush_delay_us):
            return [
                self._compare(spread=spread, line=line, clients=clients, flush_delay_us=flush_delay_us)
                for spread, line in (("one line", "1"), (f"{LINES:,} lines", f"random(1, {LINES})"))
                for clients in (CLIENTS if flush_delay_us == 0 else CLIENTS[2:])
            ]

    def _compare(self, *, spread: str, line: str, clients: int, flush_delay_us: int) -> dict[str, Any]:
        runs: dict[str, list[_Run]] = {way.name: [] for way in _ways()}
        for _ in range(self.rounds):
            for way in _ways():
                runs[way.name].append(self._run(_HEAD.format(line=line) + way.script, clients=clients))
        row: dict[str, Any] = {"flush_ms": flush_delay_us / 1000, "spread": spread, "clients": clients}
        for name, done in runs.items():
            rates = sorted(run.rate for run in done)
            row[name] = f"{rates[0]:,.0f}/{statistics.median(rates):,.0f}/{rates[-1]:,.0f}"
            row[f"{name} p95"] = round(percentile([taken for run in done for taken in run.milliseconds], 95), 1)
            row[f"{name} us"] = round(statistics.median(run.server_us for run in done))
        # Each run beside the raw one of its own round: what else the machine does passes over both.
        for name, title in (("book", "book/raw"), ("book, early", "early/raw")):
            pairs = zip(runs[name], runs["raw"], strict=True)
            row[title] = round(statistics.median(run.rate / raw.rate for run, raw in pairs), 2)
        return row

    def _run(self, script: str, *, clients: int) -> _Run:
        self.runs += 1
        path = self.folder / "script.sql"
        path.write_text(script, encoding="utf-8")
        pgbench = subprocess.Popen(
            [
                self.pgbench, "-n", "-M", "prepared", "-c", str(clients), "-j", str(min(clients, 2)),
                "-T", str(self.seconds + WARM_UP_SECONDS + 1), "-D", f"run={self.runs}", "-D", "n=0", "-f", str(path),
                "-l", f"--log-prefix={self.folder / 'log'}", _without_password(self.url),
            ],
            env={**os.environ, "PGPASSWORD": urlsplit(self.url).password or ""},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        # Connections that have just begun plan their statements anew; afterwards they keep the plans.
        time.sleep(WARM_UP_SECONDS)
        began, used = time.time(), server_seconds(self.server)
        time.sleep(self.seconds)
        ended, used = time.time(), server_seconds(self.server) - used
        output, errors = pgbench.communicate()
        if pgbench.returncode or " 0 (0.000%)" not in _line(output, "number of failed transactions"):
            raise RuntimeError(f"pgbench: {errors[-2000:]}{output[-500:]}")
        milliseconds = []
        for log in self.folder.glob("log.*"):
            for line in log.read_text().splitlines():
                _, _, microseconds, _, second, fraction = line.split()[:6]
                if began <= int(second) + int(fraction) / 1_000_000 < ended:
                    milliseconds.append(int(microseconds) / 1000)
            log.unlink()
        return _Run(len(milliseconds) / (ended - began), used * 1_000_000 / max(1, len(milliseconds)), milliseconds)

    @contextmanager
    def _flush_delay(self, microseconds: int) -> Iterator[None]:
        # Whoever flushes the log sleeps so long first, holding the lock on writing it: like a disk that takes longer,
        # except that what others write into the log meanwhile is still carried along. commit_siblings = 0: always.
        with psycopg.connect(self.url, autocommit=True) as connection:
            for setting in (f"commit_delay = {microseconds}", "commit_siblings = 0"):
                connection.execute(f"alter system set {setting}")
            connection.execute("select pg_reload_conf()")
        time.sleep(1)
        try:
            yield
        finally:
            with psycopg.connect(self.url, autocommit=True) as connection:
                connection.execute("alter system reset commit_delay")
                connection.execute("alter system reset commit_siblings")
                connection.execute("select pg_reload_conf()")


def _python_face(url: str, *, seconds: int, rounds: int) -> list[dict[str, Any]]:
    """One process, one connection, one posting a transaction: psycopg alone, and `ledger.posting.post` above it."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1), pool_reset_on_return=None)
    with psycopg.connect(url, autocommit=True) as bare, engine.connect() as face:
        face.execution_options(isolation_level="AUTOCOMMIT")

        def by_psycopg(number: int, key: str) -> None:
            line = number % LINES + 1
            bare.execute(
                posting.POST,
                (
                    REGION, YEAR, "order", key, "submit", DAY, NOON, "bench", "", None, None,
                    f"{{{line},{line}}}", f"{{{Account.AVAILABLE:d},{Account.RESERVED:d}}}", ["", f"order:{key}"],
                    "{1000,-1000}",
                ),
            ).fetchone()  # fmt: skip

        def by_face(number: int, key: str) -> None:
            posting.post(
                face, region_code=REGION, year=YEAR, source_type="order", source_id=key, event="submit",
                effective_on=DAY, posted_at=NOON, actor="bench",
                entries=movements.reserve({number % LINES + 1: 1000}, document=f"order:{key}"),
            )  # fmt: skip

        rates: dict[str, list[float]] = {"psycopg": [], "ledger.posting.post": []}
        latencies: dict[str, list[float]] = {"psycopg": [], "ledger.posting.post": []}
        for turn in range(rounds):
            for name, work in (("psycopg", by_psycopg), ("ledger.posting.post", by_face)):
                taken = _timed(work, prefix=f"py-{name}-{turn}", seconds=seconds)
                rates[name].append(len(taken) / sum(taken))
                latencies[name] += taken
    engine.dispose()
    middle = statistics.median(rates["psycopg"])
    return [
        {
            "face": name,
            "a second": "/".join(f"{rate:,.0f}" for rate in (min(given), statistics.median(given), max(given))),
            "p95 ms": round(percentile(latencies[name], 95) * 1000, 2),
            "of psycopg": round(statistics.median(given) / middle, 2),
        }
        for name, given in rates.items()
    ]


def _timed(work: Callable[[int, str], None], *, prefix: str, seconds: float) -> list[float]:
    taken: list[float] = []
    end = time.perf_counter() + seconds
    while (began := time.perf_counter()) < end:
        work(len(taken), f"{prefix}-{len(taken)}")
        taken.append(time.perf_counter() - began)
    return taken


def _line(output: str, start: str) -> str:
    return next((line for line in output.splitlines() if line.startswith(start)), "")


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{parts.username}@"))
