"""Takes image files away that no row names: what was left by a crash between the files and their row."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import structlog
from sqlalchemy import select

from mall.database import close_reading, session
from mall.images.image_content import ImageContent
from mall.images.keep_image import FOLDER, images_lock

_log = structlog.get_logger("images")

#: a younger file may belong to an upload whose row is still to come
YOUNG_SECONDS = 86_400
#: files looked up, and swept under one lock, at a time
_AT_ONCE = 1_000
#: `image_path`, and what it was called while it was being written
_OURS = re.compile(r"(?P<sha256>[0-9a-f]{64})\.[a-z]+\.webp(?P<part>\.[0-9a-f]+\.part)?")


def sweep_images(data_dir: Path) -> int:
    """Remove old files without a row, and what was half written; returns how many. The worker calls it hourly.

    Whatever is called otherwise is not ours and stays. In a database that knows no image at all nothing is removed:
    it is more likely the wrong one.
    """
    folder = data_dir / FOLDER
    if not folder.is_dir() or session().scalar(select(ImageContent.id).limit(1)) is None:
        return 0
    swept, old = 0, _old_files(folder)
    while paths := list(islice(old, _AT_ONCE)):
        swept += _sweep(paths, data_dir=data_dir)
        close_reading()
    if swept:
        _log.info("images.swept", files=swept)
    return swept


def _old_files(folder: Path) -> Iterator[Path]:
    latest = _latest(folder)
    for within in sorted(entry.path for entry in os.scandir(folder) if entry.is_dir(follow_symlinks=False)):
        for entry in os.scandir(within):
            if _OURS.fullmatch(entry.name) and _is_old(entry, latest=latest):
                yield Path(entry.path)


def _sweep(paths: list[Path], *, data_dir: Path) -> int:
    wanted = {path: _OURS.fullmatch(path.name) for path in paths}
    swept = 0
    with images_lock(data_dir, is_sweeping=True):
        shas = {found["sha256"] for found in wanted.values() if found}
        named = set(session().scalars(select(ImageContent.sha256).where(ImageContent.sha256.in_(shas))))
        latest = _latest(data_dir / FOLDER)
        for path, found in wanted.items():
            # Looked at once more under the lock: the same picture may have come meanwhile, and then it is young.
            if found and (found["part"] or found["sha256"] not in named) and _is_old(path, latest=latest):
                path.unlink()
                swept += 1
    return swept


def _latest(folder: Path) -> float:
    """Up to when a file must have been touched last to be old, by the clock of its disk: the mall's may be moved."""
    with tempfile.TemporaryFile(dir=folder) as newest:
        return os.fstat(newest.fileno()).st_mtime - YOUNG_SECONDS


def _is_old(file: Path | os.DirEntry[str], *, latest: float) -> bool:
    try:
        return file.stat(follow_symlinks=False).st_mtime <= latest
    except FileNotFoundError:
        return False
