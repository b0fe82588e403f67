"""What can be known about a workbook by streaming through its zip, before any reader allocates a table for it."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from catalog_import.feed_shelf import COLUMNS_MAX
from mall.errors import Refusal

UNFOLDED_BYTES_MAX = 1 << 30
RATIO_MAX = 200
#: Small parts compress well without being bombs.
RATIO_FROM_BYTES = 32 << 20
PARTS_MAX = 2_000
UNCOMPUTED_KEPT = 1_000

_CHUNK_BYTES = 1 << 20
_OVERLAP_BYTES = 1 << 12
_CELL = re.compile(rb'<c\b[^>]*?\br="([A-Z]{1,7})([0-9]{1,9})"')
_UNCOMPUTED = re.compile(
    rb'<c\b[^>]*?\br="[A-Z]{1,3}([0-9]{1,7})"[^>]*>\s*<f\b(?:[^>]*/>|[^>]*>[^<]*</f>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>'
)
_MERGED = re.compile(rb'<mergeCell\b[^>]*\bref="([A-Z]+[0-9]+:[A-Z]+[0-9]+)"')
_HIDDEN = re.compile(rb"<row\b[^>]*\bhidden=\"(?:1|true)\"")


@dataclass
class SheetFacts:
    """What the scan saw in one sheet: formulas without a value by row, merged ranges and hidden rows counted."""

    uncomputed_rows: set[int] = field(default_factory=set)
    merged: int = 0
    hidden_rows: int = 0


def scan(path: Path) -> dict[str, SheetFacts]:
    """Facts by sheet part ("xl/worksheets/sheet1.xml"); refuses what would hurt a reader.

    Refused: not a whole zip, encrypted parts, too much when unfolded, DOCTYPE or entities,
    parts that are not UTF-8, cells beyond the column limit.
    """
    facts: dict[str, SheetFacts] = {}
    unfolded = 0
    size = max(path.stat().st_size, 1)
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            if len(parts) > PARTS_MAX or not any(part.filename == "xl/workbook.xml" for part in parts):
                raise Refusal("import.not_a_workbook")
            for part in parts:
                if part.flag_bits & 0x1:
                    raise Refusal("import.encrypted")
                is_sheet = part.filename.startswith("xl/worksheets/") and part.filename.endswith(".xml")
                seen = facts.setdefault(part.filename, SheetFacts()) if is_sheet else None
                for window, fresh_bytes in _windows(archive, part):
                    unfolded += fresh_bytes
                    if unfolded > UNFOLDED_BYTES_MAX or (unfolded > RATIO_FROM_BYTES and unfolded > size * RATIO_MAX):
                        raise Refusal("import.unfolds_too_far", size_bytes=size, unfolded_bytes=unfolded)
                    if part.filename.endswith((".xml", ".rels")):
                        _look_at_xml(window, part=part.filename)
                    if seen is not None:
                        _look_at_cells(window, seen=seen)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
        raise Refusal("import.broken_file") from error
    return facts


def _windows(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[tuple[bytes, int]]:
    """Overlapping windows of a part with the number of fresh bytes, so that no tag hides on an edge."""
    kept = b""
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            yield kept + chunk, len(chunk)
            kept = chunk[-_OVERLAP_BYTES:]


def _look_at_xml(window: bytes, *, part: str) -> None:
    if window[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in window[:64]:
        # In UTF-16 the searches below would see nothing.
        raise Refusal("import.not_a_workbook")
    if b"<!DOCTYPE" in window or b"<!ENTITY" in window:
        raise Refusal("import.entities", part=part)


def _look_at_cells(window: bytes, *, seen: SheetFacts) -> None:
    far = {letters for letters, _ in _CELL.findall(window)}
    column = max((_column_number(letters) for letters in far), default=0)
    if column > COLUMNS_MAX:
        raise Refusal("import.too_many_columns", columns=column, columns_max=COLUMNS_MAX, row=0)
    if len(seen.uncomputed_rows) < UNCOMPUTED_KEPT and b"<f" in window:
        seen.uncomputed_rows.update(int(number) for number in _UNCOMPUTED.findall(window))
    seen.merged += len(_MERGED.findall(window))
    seen.hidden_rows += len(_HIDDEN.findall(window))


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
