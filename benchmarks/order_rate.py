"""Orders per second through the API on one line and on a thousand, beside the same SQL sent by pgbench."""

from __future__ import annotations

import http.client
import json
import random
import re
import subprocess
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import psycopg
from capture_statements import as_pgbench, capture
from figures import latency
from order_world import LINES, OrderWorld, build_order_world
from own_mall import OwnDatabase, web_server
from process_memory import memory_of
from sqlalchemy import create_engine

from ledger import checks
from mall import database

CLIENTS = 32
#: as many as the web server's workers have threads: 2 x 8
PGBENCH_CLIENTS = 16
WARM_UP_SECONDS = 3


def measure_orders(own: OwnDatabase, *, seconds: int) -> dict[str, Any]:
    """The rates, their ratios, and the memory of the processes under this load."""
    database.connect(own.urls.app)
    try:
        world = build_order_world(own.urls.admin)
        scripts = _scripts(world, folder=own.folder)
        statements = capture(world, line=0)[0]
    finally:
        database.close_reading()
        database.disconnect()
    results: dict[str, Any] = {"statements_per_order": len(statements), "clients": CLIENTS}
    with web_server(own) as (port, web_pid):
        for name, lines in (("hot_line", [0]), ("thousand_lines", list(range(LINES)))):
            api = _through_api(world, port=port, lines=lines, seconds=seconds)
            floor = _through_pgbench(own, scripts[name], seconds=seconds)
            results[name] = {**api, **floor, "ratio": round(api["orders_per_second"] / floor["floor_per_second"], 3)}
        results["memory"] = memory_of({"web": web_pid, "postgresql": own.server.pid})
    results["ledger_findings"] = _findings(own.urls.admin)
    return results


def _scripts(world: OrderWorld, *, folder: Path) -> dict[str, Path]:
    found = {}
    statements, names = capture(world, line=1)
    for name, hot in (("hot_line", True), ("thousand_lines", False)):
        found[name] = folder / f"{name}.sql"
        found[name].write_text(as_pgbench(statements, names, hot=hot), encoding="utf-8")
    return found


def _through_api(world: OrderWorld, *, port: int, lines: list[int], seconds: int) -> dict[str, Any]:
    """Closed loop: every client sends its next order as soon as it has the answer to the last."""
    begins = time.perf_counter() + WARM_UP_SECONDS
    ends = begins + seconds
    taken: list[list[float]] = [[] for _ in range(CLIENTS)]
    statuses: list[Counter[int]] = [Counter() for _ in range(CLIENTS)]

    def client(number: int) -> None:
        chance = random.Random(number)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while (began := time.perf_counter()) < ends:
            line = chance.choice(lines)
            headers = {"Authorization": f"Bearer {world.token(line)}", "Content-Type": "application/json"}
            connection.request("POST", "/api/v1/orders", json.dumps(world.body(line)), headers)
            answer = connection.getresponse()
            answer.read()
            ended = time.perf_counter()
            if begins <= ended <= ends:
                statuses[number][answer.status] += 1
                taken[number].append(ended - began)
        connection.close()

    threads = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    together = sum(statuses, Counter())
    return {
        "orders_per_second": round(together[201] / seconds, 1),
        "not_placed": together.total() - together[201],
        **latency([one for each in taken for one in each]),
    }


def _through_pgbench(own: OwnDatabase, script: Path, *, seconds: int) -> dict[str, Any]:
    place = own.server.place
    done = subprocess.run(
        [
            str(place.binaries.bin_dir / "pgbench"), "--no-vacuum", "--protocol=prepared",
            f"--client={PGBENCH_CLIENTS}", "--jobs=2", f"--time={seconds}", f"--file={script}", own.urls.app,
        ],
        capture_output=True, text=True, check=False, timeout=seconds + 60,
    )  # fmt: skip
    rate = re.search(r"tps = ([0-9.]+)", done.stdout)
    failed = re.search(r"number of failed transactions: (\d+)", done.stdout)
    if done.returncode != 0 or rate is None or "aborted" in done.stderr:
        raise RuntimeError(f"pgbench ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return {"floor_per_second": round(float(rate.group(1)), 1), "floor_failed": int(failed.group(1)) if failed else 0}


def _findings(admin_url: str) -> int:
    """How many things the ledger's checks find wrong afterwards; 0 is what must be."""
    with psycopg.connect(admin_url) as connection:
        connection.execute("analyze")
    engine = create_engine(admin_url.replace("postgresql://", "postgresql+psycopg://", 1))
    try:
        with engine.connect() as connection:
            return len(checks.run_all(connection))
    finally:
        engine.dispose()
