"""Rows per second of the supplier's import: a big CSV, the same again, and the demo province's own files."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psycopg
from order_world import SUPPLIER_CODE, build_order_world
from own_mall import OwnDatabase, environment

from mall import clock, database
from mall.demo.goods.write_supplier_files import write_files
from mall.demo.organisations import demo_suppliers

SUNMALL = Path(sys.executable).with_name("sunmall")
HEADERS = ("SKU", "Product Name", "Category Code", "Brand", "Model", "Specifications", "Unit", "Price", "Stock")
IMPORT_WITHIN_SECONDS = 1200
#: each is a command of its own that starts anew; a few are enough to see it
DEMO_FILES = 5


def measure_imports(own: OwnDatabase, *, rows: int) -> list[dict[str, Any]]:
    """One row per run; the time is that of the whole command, its start included."""
    database.connect(own.urls.app)
    try:
        build_order_world(own.urls.admin)
    finally:
        database.close_reading()
        database.disconnect()
    big = own.folder / "big.csv"
    _write_big(big, rows=rows)
    found = [_timed("first import", [(big, SUPPLIER_CODE)], rows=rows, own=own)]
    with big.open("ab") as file:
        # One more row makes it another file: the same bytes would only be recognised.
        file.write(b"BIG-LAST,Last,A05040101,Bench,Z,70g,\xe5\x8c\x85,9.99,5\n")
    found.append(_timed("same again, unchanged", [(big, SUPPLIER_CODE)], rows=rows + 1, own=own))
    _add_demo_suppliers(own.urls.admin)
    folder = own.folder / "demo-files"
    folder.mkdir()
    largest = sorted(write_files(folder, seed=1), key=lambda file: (file.month_offset, -file.path.stat().st_size))
    files = [(file.path, file.credit_code) for file in largest[:DEMO_FILES]]
    before = _rows_of(own.urls.admin)
    demo = _timed(f"{len(files)} demo catalogues", files, rows=1, own=own)
    demo["rows"] = _rows_of(own.urls.admin) - before
    demo["rows_per_second"] = round(demo["rows"] / demo["seconds"])
    return [*found, demo]


def _write_big(path: Path, *, rows: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADERS)
        for number in range(rows):
            model = f"M{number:06d}"
            price = f"{5 + number % 900}.{number % 100:02d}"
            name = f"得力 {model} 复印纸 70g {number % 500 + 1}张"
            writer.writerow((f"BIG-{number:06d}", name, "A05040101", "得力", model, "克重:70g", "包", price, 50))


def _timed(what: str, files: list[tuple[Path, str]], *, rows: int, own: OwnDatabase) -> dict[str, Any]:
    began = time.monotonic()
    codes = [_import(path, code, own=own) for path, code in files]
    seconds = time.monotonic() - began
    return {
        "what": what,
        "rows": rows,
        "seconds": round(seconds, 1),
        "rows_per_second": round(rows / seconds),
        "commands": len(files),
        "refused": sum(code not in (0, 1) for code in codes),
    }


def _import(path: Path, credit_code: str, *, own: OwnDatabase) -> int:
    """The exit code of `sunmall import`: 0 done, 1 with faulty rows, else refused."""
    return subprocess.run(
        [str(SUNMALL), "import", str(path), "--supplier", credit_code, "--mode", "partial"],
        env=environment(
            folder=own.folder,
            port=0,
            SUNMALL_APP_DATABASE_URL=own.urls.app,
            SUNMALL_SECRET_KEY=os.environ["SUNMALL_SECRET_KEY"],
        ),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False, timeout=IMPORT_WITHIN_SECONDS,
    ).returncode  # fmt: skip


def _rows_of(admin_url: str) -> int:
    """How many rows all batches so far had."""
    with psycopg.connect(admin_url) as connection:
        (rows,) = connection.execute("select coalesce(sum(rows_total), 0)::bigint from import_batch").fetchone()
    return rows


def _add_demo_suppliers(admin_url: str) -> None:
    with psycopg.connect(admin_url, autocommit=True) as connection:
        for selling in demo_suppliers(year=clock.today().year):
            (supplier_id,) = connection.execute(
                "insert into organisation (kind, region_code, name, credit_code) values ('supplier', %s, %s, %s)"
                " returning id",
                (selling.region_code, selling.name, selling.credit_code),
            ).fetchone()
            connection.execute(
                "insert into supplier (id, name, credit_code, region_code, state, is_small_firm)"
                " values (%s, %s, %s, %s, 'active', true)",
                (supplier_id, selling.name, selling.credit_code, selling.region_code),
            )
