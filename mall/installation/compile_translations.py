"""Compiles every translation file (.po) of the checkout whose compiled form (.mo) is missing or older."""

import sys
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

CHECKOUT = Path(__file__).resolve().parents[2]
FOLDERS = ("mall", "catalog_import", "supervision")


def compile_translations(checkout: Path = CHECKOUT) -> list[Path]:
    """The compiled files written now; each is complete or as it was. Raises babel's PoFileError on a broken file."""
    written = []
    for folder in FOLDERS:
        for source in sorted((checkout / folder).rglob("LC_MESSAGES/*.po")):
            target = source.with_suffix(".mo")
            if target.exists() and target.stat().st_mtime_ns > source.stat().st_mtime_ns:
                continue
            with source.open("rb") as stream:
                catalog = read_po(stream, locale=source.parents[1].name, abort_invalid=True)
            beside = target.with_suffix(".mo.new")
            with beside.open("wb") as stream:
                write_mo(stream, catalog)
            beside.replace(target)
            written.append(target)
    return written


if __name__ == "__main__":
    compile_translations()
    sys.exit(0)
