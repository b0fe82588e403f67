"""The dock's commands and its worker as real processes over a test's database, which a drill kills."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from mall.database import close_reading
from mall.search.engine import EngineSettings
from mall.search.open_engine import open_engine
from mall.search.verify_index import IndexReport, verify_index
from tests.catalog_import.conftest import Dock
from tests.conftest import Clone

SUNMALL = Path(sys.executable).with_name("sunmall")
CHECKOUT = Path(__file__).parents[2]
HEADER = "商品编号,商品名称,类目,品牌,型号,计量单位,含税单价,库存\n"
#: every so many-th row has a price nobody can read, or a category nobody knows
FAULTY_EVERY, UNKNOWN_EVERY = 50, 71
ENDS_WITHIN_SECONDS = 120


def goods(rows: int, *, price_fen: int = 1_000) -> bytes:
    lines = [HEADER]
    for number in range(rows):
        price = "面议" if number % FAULTY_EVERY == 7 else f"{(price_fen + number % 900) / 100:.2f}"
        category = "没有的类目" if number % UNKNOWN_EVERY == 3 else "复印纸"
        lines.append(f"K{number:06d},得力复印纸 {number} 型,{category},得力,M{number},包,{price},{number % 40}\n")
    return "".join(lines).encode()


class Drill:
    """The command line over this test's database, and the points at which its next process dies."""

    def __init__(self, dock: Dock, *, clone: Clone, folder: Path) -> None:
        self.dock, self.folder = dock, folder
        self.points = folder / "crash-points"
        self.points.mkdir()
        own = {name: value for name, value in os.environ.items() if not name.startswith("SUNMALL_")}
        self.environment = {
            **own,
            "PYTHONPATH": str(CHECKOUT),
            "SUNMALL_APP_DATABASE_URL": clone.app,
            "SUNMALL_DATA_DIR": str(folder),
            "SUNMALL_SECRET_KEY": "a key for tests only, never used elsewhere",
            "SUNMALL_CRASH_POINTS": str(self.points),
        }

    def lay(self, point: str, *, coming: int = 1) -> None:
        """The next process that comes by this point so often dies there."""
        (self.points / point).write_text(str(coming))

    def die_at(self, point: str, coming: int, *arguments: str) -> int:
        """The exit code of a command that dies when it comes by this point so often, if it does."""
        self.lay(point, coming=coming)
        return self.run(*arguments)

    def forget(self, point: str) -> None:
        (self.points / point).unlink(missing_ok=True)

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        log = (self.folder / "drill.log").open("ab")
        with closing(log):
            return subprocess.Popen(
                [str(SUNMALL), *arguments], env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def run(self, *arguments: str) -> int:
        return self.start(*arguments).wait(ENDS_WITHIN_SECONDS)

    def import_arguments(self, file: Path, *, supplier: int = 0) -> tuple[str, ...]:
        code = f"9141010000000000{'ABC'[supplier]}0"
        return ("import", str(file), "--supplier", code, "--mode", "partial")

    def said(self) -> str:
        return (self.folder / "drill.log").read_text()[-3_000:]

    @contextmanager
    def worker(self) -> Iterator[subprocess.Popen[bytes]]:
        process = self.start("worker")
        try:
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
            process.wait(ENDS_WITHIN_SECONDS)

    def wait_for(self, is_so: Callable[[], bool], *, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + ENDS_WITHIN_SECONDS
        while not is_so():
            assert process.poll() is None and time.monotonic() < deadline, self.said()
            time.sleep(0.1)

    def is_all_told(self) -> bool:
        return self.dock.rows(
            "select (select count(*) from outbox_event where state <> 'done') + (select count(*) from search_task)"
        ) == [(0,)]

    def compare_index(self) -> IndexReport:
        settings = EngineSettings(
            kind="tantivy", data_dir=self.folder, meili_url="", meili_key="", meili_index="", read_only=True
        )
        engine = open_engine(settings)
        try:
            return verify_index(engine)
        finally:
            engine.close()
            # The server cuts off whoever keeps reading while the drill goes on elsewhere.
            close_reading()
