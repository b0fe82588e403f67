"""Folders of suppliers as the tests fill them and look into them."""

from __future__ import annotations

import os
import resource
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from catalog_import import decode_child
from catalog_import.file_drop import FileDrop
from catalog_import.switch_drop import switch_drop
from catalog_import.take_drops import Manner, take_drops
from mall.database import close_reading
from tests.catalog_import.conftest import Dock

TAKES = "select file_name, stage, refusal_code, batch_id is not null, is_replay, mode from file_drop_take order by id"
TROUBLES = "select trouble_code from file_drop order by supplier_id"


@dataclass(frozen=True)
class DropBox:
    """The drop of one of the dock's suppliers."""

    dock: Dock
    folder: Path
    supplier: int = 0

    def switch(self, *, is_on: bool = True, mode: str = "partial") -> FileDrop:
        return switch_drop(
            actor=self.dock.actor(self.supplier),
            supplier_id=self.dock.supplier_ids[self.supplier],
            is_on=is_on,
            mode=mode,
        )

    def put(self, name: str | bytes, content: bytes) -> Path:
        """A file as the supplier's client leaves it in `in`."""
        path = Path(os.fsdecode(os.fsencode(self.folder / "in") + b"/" + os.fsencode(name)))
        path.write_bytes(content)
        return path

    def names(self, room: str) -> list[str]:
        """What lies in a room, without the numbers that we put before names."""
        return sorted(path.name.partition("-")[2] or path.name for path in (self.folder / room).iterdir())

    def content(self, room: str, name: str) -> bytes:
        """The one file of a room whose name ends like this."""
        (path,) = (path for path in (self.folder / room).iterdir() if path.name.endswith(name))
        return path.read_bytes()

    def lying(self) -> dict[str, list[str]]:
        return {room: self.names(room) for room in ("in", "taken", "refused", "reports")}


def drop_box(dock: Dock, data_dir: Path, *, supplier: int = 0, mode: str = "partial") -> DropBox:
    """A drop that was just switched on."""
    code = f"9141010000000000{'ABC'[supplier]}0"
    box = DropBox(dock, data_dir / "drops" / code, supplier)
    box.switch(mode=mode)
    return box


def take(**manner: object) -> int:
    """One pass that does not wait until files are quiet."""
    try:
        return take_drops(Manner(**{"quiet_seconds": 0, **manner}))  # type: ignore[arg-type]
    finally:
        close_reading()


def decode_here(path: Path, *, feed: str, folder: Path) -> None:
    """Decode in this process. The child has tests of its own; starting it would be most of the time of these."""
    with patch.object(resource, "setrlimit"):
        decode_child.main([feed, str(path), str(folder), "0", "0"])
