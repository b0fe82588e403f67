"""The bytes of images in the data folder: laid down whole, under the hash of what we made, once for all who show it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mall.images.image_sizes import SIZES
from mall.images.prepare_image import PreparedImage

FOLDER = "images"


@dataclass(frozen=True)
class KeptImage:
    """An image that lies in the data folder in all sizes; `size_bytes` is their sum."""

    sha256: str
    width_px: int
    height_px: int
    size_bytes: int


def keep_image(image: PreparedImage, *, data_dir: Path) -> KeptImage:
    """Lay the three files down, whole or not at all and on the disk, before any row speaks of them.

    What a crash leaves behind is a file without a row: nobody is served it, the same picture finds it again, and
    `sweep_images` takes it away a day later. What is found again is young again, so that its row has a day to come.
    """
    with images_lock(data_dir, is_sweeping=False):
        for size in SIZES:
            _lay_down(image.files[size], path=image_path(image.sha256, size=size, data_dir=data_dir))
    return KeptImage(
        sha256=image.sha256,
        width_px=image.width_px,
        height_px=image.height_px,
        size_bytes=sum(map(len, image.files.values())),
    )


def image_path(sha256: str, *, size: str, data_dir: Path) -> Path:
    """Where one size of an image lies. Both words must have been looked at: they become a path."""
    return data_dir / FOLDER / sha256[:2] / f"{sha256}.{size}.webp"


@contextlib.contextmanager
def images_lock(data_dir: Path, *, is_sweeping: bool) -> Iterator[None]:
    """Any number lay files down at once; whoever sweeps is alone, and takes nothing that was just found again."""
    folder = data_dir / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX if is_sweeping else fcntl.LOCK_SH)
        yield


def _lay_down(content: bytes, *, path: Path) -> None:
    if path.exists():
        os.utime(path)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{uuid.uuid4().hex}.part")
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    # The name itself must survive a lost current, too.
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
