"""A big file through the loading dock, stage by stage, beside PostgreSQL's own COPY and a check row by row."""

from __future__ import annotations

import csv
import os
import resource
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import psycopg
import xlsxwriter
from figures import server_seconds
from order_world import SUPPLIER_CODE, SUPPLIER_ID, build_order_world
from own_mall import OwnDatabase
from process_memory import forget_peak, own_status
from row_by_row import codes_of

from catalog_import import stage_rows
from catalog_import.check_rows import RULES_BY_CODE, check, raw_frame
from catalog_import.import_jobs import acting_for
from catalog_import.receive_file import receive_file
from catalog_import.run_import import Summary, run_batch
from mall import database
from mall.database import close_reading
from mall.suppliers.supplier import supplier

HEADERS = ("货号", "商品名称", "类目", "品牌", "型号", "规格参数", "单位", "包装", "含税单价", "税率", "库存", "条码")
COLUMNS = ("sku", "name", "category", "brand", "model", "specification", "unit", "pack", "price", "tax_rate", "stock",
           "gtin")  # fmt: skip
#: (category, words of the name, unit, pack)
GOODS = (
    ("复印纸", "复印纸 A4", "箱", "500张/包 5包/箱"),
    ("喷墨打印机", "彩色喷墨打印机", "台", ""),
    ("激光打印机", "黑白激光打印机", "台", ""),
    ("台式计算机", "商用台式计算机", "台", ""),
    ("便携式计算机", "商用笔记本电脑", "台", ""),
)
BRANDS = ("得力", "晨光", "惠普", "联想", "佳能", "齐心", "爱普生", "兄弟")
#: two rows in a hundred are faulty, each in one of these ways
FAULTS = (
    ("price", "面议"), ("price", "1.2万"), ("price", "-5"), ("sku", "1.23E+12"), ("name", "=HYPERLINK(1)"),
    ("gtin", "6921734934238"), ("price", "12.345"), ("name", ""), ("brand", "\u0421anon"), ("sku", ""),
)  # fmt: skip
FAULTY_EVERY = 50
#: a row-by-row check is timed over so many rows, as many times
CHECKED_ROWS, CHECKED_TIMES = 20_000, 3


@dataclass
class _Stage:
    """What one stage took: seconds by the clock, processor seconds of us, our children and the server."""

    name: str
    began: tuple[float, float, float, float]
    seconds: float = 0.0
    ours: float = 0.0
    children: float = 0.0
    server: float = 0.0
    peak_kib: int = 0


@dataclass
class _Clock:
    """Takes the time of each stage as the dock names them."""

    server: psutil.Process
    stages: list[_Stage] = field(default_factory=list)

    def __call__(self, stage: str, _done: int = 0, _total: int = 0) -> None:
        if self.stages and self.stages[-1].name == stage:
            return
        self.stop()
        forget_peak()
        self.stages.append(_Stage(stage, began=self._now()))

    def stop(self) -> None:
        if not self.stages or self.stages[-1].seconds:
            return
        last, now = self.stages[-1], self._now()
        last.seconds, last.ours, last.children, last.server = (b - a for a, b in zip(last.began, now, strict=True))
        last.peak_kib = own_status("VmHWM")

    def _now(self) -> tuple[float, float, float, float]:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return time.perf_counter(), time.process_time(), used.ru_utime + used.ru_stime, server_seconds(self.server)


def measure_stages(own: OwnDatabase, *, rows: int, ending: str) -> dict[str, list[dict[str, Any]]]:
    """Tables by title: the stages of a first import, of its replay, and what they are held against."""
    server = psutil.Process(own.server.pid)
    os.environ["SUNMALL_DATA_DIR"] = str(own.folder)
    database.connect(own.urls.app)
    try:
        build_order_world(own.urls.admin)
        first = own.folder / f"first.{ending}"
        _write(first, rows=rows)
        found = {}
        spent: dict[str, float] = {}
        with _timed_calls(spent), _peak_of_family(server) as peak:
            summary, clock = _bring(first, server=server)
        title = f"{rows:,} rows from {ending.upper()}, {first.stat().st_size >> 20} MiB"
        found[title] = _rows_of(clock, summary=summary, rows=rows)
        again = own.folder / f"again.{ending}"
        _write(again, rows=rows, more=True)
        before = _touched(own.urls.admin)
        replay, clock = _bring(again, server=server)
        found[f"the same again with one row more: {_touched(own.urls.admin) - before} listings touched"] = _rows_of(
            clock, summary=replay, rows=rows + 1
        )
        found["held against"] = [
            {"what": "most memory: this process, MiB", "figure": round(peak["self"] / 2**20)},
            {"what": "most memory: decoding child, MiB", "figure": round(peak["child"] / 2**20)},
            {"what": "most memory: a server process without shared, MiB", "figure": round(peak["server"] / 2**20)},
            *_against_copy(own, spent=spent, rows=rows),
            *_against_pydantic(),
        ]
        return found
    finally:
        database.close_reading()
        database.disconnect()


def _bring(path: Path, *, server: psutil.Process) -> tuple[Summary, _Clock]:
    clock = _Clock(server)
    selling = supplier(SUPPLIER_ID)
    if selling is None:
        raise LookupError(SUPPLIER_CODE)
    actor = acting_for(selling, user_id=None)
    close_reading()
    clock("receive")
    with path.open("rb") as stream:
        received = receive_file(
            actor=actor, supplier_id=SUPPLIER_ID, file_name=path.name, stream=stream, mode="partial"
        )
    summary = run_batch(actor=actor, batch_id=received.batch_id, mode="partial", progress=clock)
    clock.stop()
    if summary.stage != "merged":
        raise AssertionError(f"{summary.stage} {summary.refusal_code} {summary.refusal_facts}")
    return summary, clock


def _rows_of(clock: _Clock, *, summary: Summary, rows: int) -> list[dict[str, Any]]:
    shown = [
        {
            "stage": stage.name,
            "seconds": round(stage.seconds, 1),
            "processor s: ours": round(stage.ours, 1),
            "child's": round(stage.children, 1),
            "server's": round(stage.server, 1),
            "peak MiB": stage.peak_kib >> 10,
        }
        for stage in clock.stages
    ]
    whole = {
        "stage": "all: " + ", ".join(f"{name} {count:,}" for name, count in summary.counts.items() if count),
        "seconds": round(sum(stage.seconds for stage in clock.stages), 1),
        "processor s: ours": round(sum(stage.ours for stage in clock.stages), 1),
        "child's": round(sum(stage.children for stage in clock.stages), 1),
        "server's": round(sum(stage.server for stage in clock.stages), 1),
        "peak MiB": max(stage.peak_kib for stage in clock.stages) >> 10,
    }
    if sum(summary.counts.values()) != rows:
        raise AssertionError(f"{rows} rows, {summary.counts}")
    return [*shown, whole]


@contextmanager
def _timed_calls(spent: dict[str, float]) -> Iterator[None]:
    """How long the two halves of staging take: checking, and copying into the table."""
    kept = {name: getattr(stage_rows, name) for name in ("check", "_copy")}

    def timed(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def run(*given: Any, **named: Any) -> Any:
            began, used = time.perf_counter(), time.process_time()
            try:
                return call(*given, **named)
            finally:
                spent[f"{name} s"] = spent.get(f"{name} s", 0.0) + time.perf_counter() - began
                spent[f"{name} processor s"] = spent.get(f"{name} processor s", 0.0) + time.process_time() - used

        return run

    for name, call in kept.items():
        setattr(stage_rows, name, timed(name, call))
    try:
        yield
    finally:
        for name, call in kept.items():
            setattr(stage_rows, name, call)


def _against_copy(own: OwnDatabase, *, spent: dict[str, float], rows: int) -> list[dict[str, Any]]:
    """The staged rows of the first batch, copied by PostgreSQL into a table of the same shape."""
    file = own.folder / "staged.copy"
    with psycopg.connect(own.urls.admin, autocommit=True) as connection:
        connection.execute("create table copied (like import_row including all)")
        with connection.cursor() as cursor, file.open("wb") as target:
            with cursor.copy("copy (select * from import_row where batch_id = 1) to stdout (format csv)") as out:
                for part in out:
                    target.write(part)
            began = time.perf_counter()
            with file.open("rb") as source, cursor.copy("copy copied from stdin (format csv)") as into:
                while part := source.read(1 << 18):
                    into.write(part)
            copied = time.perf_counter() - began
        connection.execute("drop table copied")
    return [
        {"what": f"PostgreSQL's COPY of the same {rows:,} staged rows, s", "figure": round(copied, 1)},
        {"what": "our loading of them (CSV made, COPY, flushed), s", "figure": round(spent["_copy s"], 1)},
        {"what": "our loading / COPY", "figure": round(spent["_copy s"] / copied, 2)},
        {"what": "our checks of all rows, s", "figure": round(spent["check s"], 1)},
        {"what": "our checks of all rows, processor s", "figure": round(spent["check processor s"], 1)},
    ]


def _against_pydantic() -> list[dict[str, Any]]:
    """Processor seconds per 100,000 rows of the table of rules and of a pydantic model; both must find the same."""
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in _goods(CHECKED_ROWS)]
    frame = raw_frame(list(enumerate(rows)))
    together, apart = [], []
    for _ in range(CHECKED_TIMES):
        used = time.process_time()
        checked = check(frame)
        together.append(time.process_time() - used)
        used = time.process_time()
        alone = [codes_of(row) for row in rows]
        apart.append(time.process_time() - used)
    errors = [
        sorted(code for code in codes if RULES_BY_CODE[code].severity == "error")
        for codes in checked["codes"].to_list()
    ]
    differing = [(row, a, b) for row, a, b in zip(rows, errors, alone, strict=True) if a != b]
    if differing:
        raise AssertionError(f"{len(differing)} rows are judged differently: {differing[:3]}")
    scale = 100_000 / CHECKED_ROWS
    return [
        {"what": "the table of rules, processor s per 100,000 rows", "figure": round(min(together) * scale, 2)},
        {"what": "pydantic row by row, processor s per 100,000 rows", "figure": round(min(apart) * scale, 2)},
        {"what": "pydantic / the table of rules", "figure": round(min(apart) / min(together), 1)},
    ]


def _goods(rows: int, *, more: bool = False) -> Iterator[tuple[str, ...]]:
    for number in range(rows):
        category, words, unit, pack = GOODS[number % len(GOODS)]
        brand = BRANDS[number // 7 % len(BRANDS)]
        model = f"M{number:07d}"
        row = {
            "sku": f"BIG-{number:07d}",
            "name": f"{brand} {model} {words}",
            "category": category,
            "brand": brand,
            "model": model,
            "specification": f"颜色:{'黑白蓝红'[number % 4]};重量:{number % 97 / 10 + 1:.1f}kg",
            "unit": unit,
            "pack": pack,
            "price": f"{5 + number % 4000}.{number % 100:02d}",
            "tax_rate": "13%",
            "stock": str(number % 500),
            "gtin": _gtin(number) if number % 3 == 0 else "",
        }
        if number % FAULTY_EVERY == 17:
            column, fault = FAULTS[number // FAULTY_EVERY % len(FAULTS)]
            row[column] = fault
        yield tuple(row[name] for name in COLUMNS)
    if more:
        yield ("BIG-MORE", "再来一件", "复印纸", "得力", "MORE", "", "包", "", "9.90", "13%", "1", "")


def _gtin(number: int) -> str:
    digits = f"697{number:09d}"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{digits}{(10 - total % 10) % 10}"


def _write(path: Path, *, rows: int, more: bool = False) -> None:
    if path.suffix == ".xlsx":
        with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, HEADERS)
            for line, row in enumerate(_goods(rows, more=more), start=1):
                for column, cell in enumerate(row):
                    sheet.write_string(line, column, cell)
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADERS)
        writer.writerows(_goods(rows, more=more))


def _touched(admin_url: str) -> int:
    """How often anything was written to any listing, by the counters of its versions and days."""
    with psycopg.connect(admin_url) as connection:
        (count,) = connection.execute(
            "select coalesce(sum(listings_touched), 0)::bigint from import_batch where stage = 'merged'"
        ).fetchone()
    return count


@contextmanager
def _peak_of_family(server: psutil.Process) -> Iterator[dict[str, int]]:
    """The most memory, in bytes, of this process, of one of its children and of one process of the server."""
    peak = {"self": 0, "child": 0, "server": 0}
    is_over = threading.Event()

    def watch() -> None:
        us = psutil.Process()
        while not is_over.wait(0.1):
            with suppress(psutil.Error):
                peak["self"] = max(peak["self"], us.memory_info().rss)
            for child in us.children(recursive=True):
                with suppress(psutil.Error):
                    if child.pid != server.pid and server.pid not in [one.pid for one in child.parents()]:
                        peak["child"] = max(peak["child"], child.memory_info().rss)
            for process in server.children():
                with suppress(psutil.Error):
                    held = process.memory_info()
                    peak["server"] = max(peak["server"], held.rss - held.shared)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield peak
    finally:
        is_over.set()
        thread.join()
