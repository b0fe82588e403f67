"""What hostile and huge files become: one worker takes them all, one after the other, and must outlive each."""

from __future__ import annotations

import gzip
import io
import threading
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
import xlsxwriter

from catalog_import import decode_file
from catalog_import.receive_file import receive_file
from mall.errors import Refusal
from tests.catalog_import.conftest import Dock
from tests.catalog_import.drill import HEADER, Drill, goods
from tests.catalog_import.feeds.test_xlsx_feed import SHEET, cell, raw_workbook, workbook
from tests.conftest import Clone

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]

GIBIBYTE = 1 << 30
MANY_ROWS = 60_000
PRICES = ("NaN", "1e5", "1_000", "１２．５", "١٢", '"￥1,234.50"', '"1,234.50 元/包"', "1.2万", "面议", "1.2万/包")
GOOD = "A1,得力复印纸,复印纸,得力,7757,包,25.00,100\n"


@dataclass(frozen=True)
class Hostile:
    """A file, and what must become of it: the refusal's code, or how many rows of which outcome and which codes."""

    name: str
    content: Callable[[], bytes]
    refused: str = ""
    counts: tuple[tuple[str, int], ...] = ()
    codes: tuple[tuple[int, str], ...] = ()


def _csv(rows: str) -> bytes:
    return (HEADER + rows).encode()


def _unfolding(unfolded: int) -> bytes:
    """A workbook whose one sheet is so many blanks."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(raw_workbook(b""))) as model,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive,
    ):
        for part in model.namelist():
            if "sheet1" not in part:
                archive.writestr(part, model.read(part))
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for _ in range(unfolded >> 20):
                sheet.write(b" " * (1 << 20))
    return target.getvalue()


def _cells(*references: str) -> bytes:
    rows = "".join(
        f'<row r="{reference.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")}">{cell(reference, "x")}</row>'
        for reference in references
    )
    return raw_workbook(SHEET.format(rows=rows).encode())


def _sheet_of_clerks(book: xlsxwriter.Workbook) -> None:
    """Cover sheet, title rows, a merged title, a hidden row, a formula that nobody computed, a lost number."""
    book.add_worksheet("说明").write(0, 0, "请填写第二页")
    sheet = book.add_worksheet("报价")
    sheet.merge_range(0, 0, 0, 7, "二〇二六年度办公用品报价单")
    sheet.write_row(1, 0, ["供应商：某公司"])
    sheet.write_row(2, 0, HEADER.strip().split(","))
    sheet.write_row(3, 0, GOOD.strip().split(","))
    sheet.write_row(4, 0, ["1.23E+12", "签字笔", "签字笔", "晨光", "K35", "支", "2", "9"])
    sheet.write_row(5, 0, ["A3", "订书机", "订书机", "得力", "0414", "个"])
    sheet.write_formula(5, 6, "=G4*2", value="")
    sheet.write_row(6, 0, ["A4", "笔记本", "本册", "得力", "3183", "本", "6", "9"])
    sheet.set_row(6, None, None, {"hidden": True})
    sheet.write_row(7, 0, ["00A5", "", "复印纸", "得力", "1", "包", "9", "1"])
    sheet.write_string(7, 1, "=cmd|'/c calc'!A0")


def _xml_bomb() -> bytes:
    steps = "".join(f'<!ENTITY e{step} "{f"&e{step - 1};" * 10}">' for step in range(1, 12))
    return (
        f'<?xml version="1.0"?><!DOCTYPE BMECAT [<!ENTITY e0 "boom">{steps}]>'
        '<BMECAT version="1.2"><T_NEW_CATALOG><ARTICLE><SUPPLIER_AID>&e11;</SUPPLIER_AID>'
        "</ARTICLE></T_NEW_CATALOG></BMECAT>"
    ).encode()


def _outside() -> bytes:
    return (
        b'<?xml version="1.0"?><!DOCTYPE BMECAT [<!ENTITY out SYSTEM "file:///etc/passwd">]>'
        b'<BMECAT version="1.2"><T_NEW_CATALOG><ARTICLE><SUPPLIER_AID>&out;</SUPPLIER_AID>'
        b"</ARTICLE></T_NEW_CATALOG></BMECAT>"
    )


FILES = (
    Hostile("far-apart.xlsx", lambda: _cells("A1", "XFD1048576"), refused="import.too_many_columns"),
    Hostile("far-down.xlsx", lambda: _cells("A1", "DP1048576"), refused="import.too_heavy"),
    Hostile("unfolds.xlsx", lambda: _unfolding(GIBIBYTE), refused="import.unfolds_too_far"),
    Hostile("entities.xml", _xml_bomb, refused="import.entities_declared"),
    Hostile("outside.xml", _outside, refused="import.entities_declared"),
    Hostile("half.xlsx", lambda: workbook(_sheet_of_clerks)[:3_000], refused="import.broken_file"),
    Hostile("columns.csv", lambda: _csv("," * 16_383 + "\n"), refused="import.too_many_columns"),
    Hostile("old.xls", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4_096), refused="import.old_workbook"),
    Hostile("packed.csv", lambda: gzip.compress(_csv(GOOD)), refused="import.unknown_format"),
    Hostile("nothing.csv", lambda: b"\n\n\n", refused="import.empty_file"),
    Hostile("picture.csv", lambda: b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, refused="import.unknown_format"),
    Hostile(
        "cut.csv",
        lambda: _csv(GOOD + 'A2,"得力订书机'),
        counts=(("new", 1), ("faulty", 1)),
        codes=((3, "row.open_quote"),),
    ),
    Hostile(
        "ragged.csv",
        lambda: _csv(GOOD.replace("A1", "R1") + "R2,笔,复印纸,得力,1,支,2,5,多,了\nR3,笔,复印纸,得力,2,支,3\n"),
        counts=(("new", 2), ("faulty", 1)),
        codes=((3, "row.long"), (4, "row.short")),
    ),
    Hostile(
        "numbers.csv",
        lambda: _csv("".join(
            f"N{number},得力复印纸,复印纸,得力,N{number},包,{price},1\n" for number, price in enumerate(PRICES)
        )),
        counts=(("new", 3), ("faulty", 7)),
        codes=(
            (2, "price.not_a_number"), (3, "price.scientific"), (4, "price.not_a_number"), (6, "price.not_a_number"),
            (9, "price.ten_thousands"), (10, "price.negotiable"), (11, "price.ten_thousands"),
        ),
    ),
    Hostile(
        "twice.csv",
        lambda: _csv(GOOD.replace("A1", "T1") + GOOD.replace("A1", "T1").replace("25.00", "20.00")),
        counts=(("new", 1), ("faulty", 1)),
        codes=((3, "sku.duplicate"),),
    ),
    Hostile(
        "letters.csv",
        lambda: _csv(
            "L1,得力\u202e复印\u200b纸,复印纸,得力,1,包,25,1\nL2,H\u0443awei 平板,复印纸,得力,2,包,25,1\n"
            "L3,打印机,复印纸,\u0421anon,3,包,25,1\nL4,<script>alert(1)</script>纸,复印纸,得力,4,包,25,1\n"
            'L5,"=HYPERLINK(""http://x"")",复印纸,得力,5,包,25,1\n'
        ),
        counts=(("new", 2), ("faulty", 3)),
        codes=(
            (2, "row.hidden_characters"), (3, "name.look_alike"), (4, "brand.look_alike"), (5, "name.html"),
            (6, "name.formula"),
        ),
    ),
    Hostile(
        "clerks.xlsx",
        lambda: workbook(_sheet_of_clerks),
        codes=((5, "sku.scientific"), (6, "row.formula_without_value"), (8, "name.formula")),
    ),
    # no single row of it is wrong, but for one in fifty whose price nobody can read
    Hostile("many.csv", lambda: goods(MANY_ROWS)),
    Hostile("last.csv", lambda: _csv(GOOD.replace("A1", "Z9")), counts=(("new", 1),)),
)  # fmt: skip


@pytest.fixture
def drill(dock: Dock, own_database: Clone, tmp_path: Path) -> Drill:
    return Drill(dock, clone=own_database, folder=tmp_path)


def test_one_worker_outlives_every_hostile_file(
    dock: Dock, drill: Drill, record_property: Callable[[str, object], None]
) -> None:
    batches, at_the_door = {}, {}
    for file in FILES:
        try:
            batches[file.name] = dock.receive(file.content(), name=file.name).batch_id
        except Refusal as refusal:
            at_the_door[file.name] = refusal.code
    # A page keeps a small file for itself for two minutes; here the worker is to take them all.
    dock.write("update import_batch set created_at = created_at - interval '1 hour'")

    with drill.worker() as worker:
        memory = _Memory(worker.pid)
        drill.wait_for(
            lambda: dock.rows("select count(*) from import_batch where stage not in ('merged', 'failed')") == [(0,)],
            process=worker,
        )
        memory.stop()
        assert worker.poll() is None, "the worker is alive"

    record_property("peak_mebibytes", memory.peak >> 20)
    assert memory.peak < decode_file.MEMORY_BYTES_MAX
    wrong = [
        f"{file.name}: {said}"
        for file in FILES
        if file.name in batches and (said := _judge(dock, file, batch_id=batches[file.name]))
    ]
    assert wrong == []
    assert at_the_door == {file.name: file.refused for file in FILES if file.name in at_the_door}
    assert set(at_the_door) == {"old.xls", "packed.csv", "picture.csv", "nothing.csv"}
    # Nobody's row is lost: every row of every file that was read has an outcome.
    assert dock.rows("select count(*) from import_row where outcome is null or outcome = ''") == [(0,)]


def _judge(dock: Dock, file: Hostile, *, batch_id: int) -> str:
    """What is other than it should be, "" if nothing."""
    ((stage, refusal, counts, rows),) = dock.rows(
        f"select stage, refusal_code, counts, rows_staged from import_batch where id = {batch_id}"
    )
    if file.refused:
        return "" if (stage, refusal) == ("failed", file.refused) else f"{stage} {refusal} {counts}"
    if stage != "merged":
        return f"{stage} {refusal}"
    assert isinstance(counts, dict)
    if sum(counts.values()) != rows:
        return f"{rows} rows, {counts}"
    found = set(dock.rows(
        "select row_number, unnest(codes || batch_codes) from import_row"
        f" where batch_id = {batch_id} order by 1"
    ))  # fmt: skip
    missing = [one for one in file.codes if one not in found]
    other = [(outcome, count) for outcome, count in file.counts if counts.get(outcome, 0) != count]
    return f"missing {missing}, other {other}: {counts}, {sorted(map(str, found))[:20]}" if missing or other else ""


class _Memory:
    """Watches what a process and its children hold together."""

    def __init__(self, pid: int) -> None:
        self.peak = 0
        self._process = psutil.Process(pid)
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def stop(self) -> None:
        self._is_over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._is_over.wait(0.02):
            held = 0
            with suppress(psutil.Error):
                for process in [self._process, *self._process.children(recursive=True)]:
                    held += process.memory_info().rss
            self.peak = max(self.peak, held)


def test_a_file_that_is_far_too_big_is_not_even_kept(dock: Dock, tmp_path: Path) -> None:
    class Endless(io.RawIOBase):
        def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
            return len(buffer)

        def readable(self) -> bool:
            return True

    with pytest.raises(Refusal) as refused:
        receive_file(
            actor=dock.actor(), supplier_id=dock.supplier_ids[0], file_name="endless.csv",
            stream=io.BufferedReader(Endless()), mode="partial", bytes_max=64 << 20,
        )  # fmt: skip

    assert refused.value.code == "import.too_big"
    assert list((tmp_path / "imports" / "spool").iterdir()) == []
