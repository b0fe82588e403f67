"""The child process of the loading dock: sets its own limits, guards and reads one file, writes blocks, ends."""

from __future__ import annotations

import json
import os
import resource
import sys
from pathlib import Path

from catalog_import.feed_shelf import feed_named
from mall.errors import Refusal


def main(arguments: list[str]) -> int:
    """`FORMAT FILE FOLDER MEMORY_BYTES CPU_SECONDS`; 0 when decoded.json says what became of the file."""
    feed_name, source, folder_name, memory_bytes, cpu_seconds = arguments
    folder = Path(folder_name)
    resource.setrlimit(resource.RLIMIT_CPU, (int(cpu_seconds), int(cpu_seconds) + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (int(memory_bytes), int(memory_bytes)))
    try:
        said = _decode(Path(source), feed_name=feed_name, folder=folder)
    except Refusal as refusal:
        said = {"refusal": refusal.code, "facts": refusal.facts}
    except MemoryError:
        said = {"refusal": "import.too_heavy", "facts": {}}
    # The parent believes the folder only when this file stands there whole.
    unfinished = folder / "decoded.json.part"
    unfinished.write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
    os.replace(unfinished, folder / "decoded.json")
    return 0


def _decode(source: Path, *, feed_name: str, folder: Path) -> dict[str, object]:
    feed = feed_named(feed_name)
    feed.guard(source)
    table = feed.read(source)
    names: list[str] = []
    rows = 0
    for block in table.blocks:
        if block.height == 0:
            continue
        name = f"block_{len(names):05d}.arrow"
        block.write_ipc(folder / name)
        names.append(name)
        rows += block.height
    if not names:
        raise Refusal("import.empty_file", file_name="")
    return {
        "encoding": table.encoding,
        "delimiter": table.delimiter,
        "sheet": table.sheet,
        "notes": list(table.notes),
        "rows": rows,
        "block_files": names,
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
