"""Image files that no row names go when they are a day old, and nothing else does."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from mall.database import atomic, close_reading
from mall.images.image_content import content_id_of
from mall.images.image_sizes import SIZES
from mall.images.keep_image import KeptImage, image_path, images_lock
from mall.images.sweep_images import YOUNG_SECONDS, sweep_images
from tests.conftest import Clone
from tests.mall.images.pictures import kept


@pytest.fixture
def folder(own_database: Clone, tmp_path: Path) -> Path:
    """A data folder with a red image that has its row, a day old."""
    with_row(kept(tmp_path, "red"))
    age(tmp_path)
    return tmp_path


@atomic(housekeeping="a test's own row")
def with_row(image: KeptImage) -> None:
    content_id_of(image)


def age(folder: Path, *, seconds: float = YOUNG_SECONDS + 60) -> None:
    then = time.time() - seconds
    for path in folder.rglob("*.*"):
        os.utime(path, (then, then))


def files(folder: Path, image: KeptImage) -> list[bool]:
    return [image_path(image.sha256, size=size, data_dir=folder).exists() for size in SIZES]


def sweep(folder: Path) -> int:
    try:
        return sweep_images(folder)
    finally:
        close_reading()


def test_files_without_a_row_go_when_they_are_a_day_old(folder: Path) -> None:
    orphan = kept(folder, "blue")
    age(folder, seconds=YOUNG_SECONDS - 60)
    young = sweep(folder)

    age(folder)
    old = sweep(folder)

    assert (young, old, sweep(folder)) == (0, 3, 0)
    assert files(folder, orphan) == [False] * 3
    assert files(folder, kept(folder, "red")) == [True] * 3


def test_what_is_half_written_goes_beside_its_image(folder: Path) -> None:
    path = next(folder.rglob("*.webp"))
    part = path.with_name(f"{path.name}.0123abcd.part")
    part.write_bytes(b"half")
    age(folder)

    assert sweep(folder) == 1
    assert (path.exists(), part.exists()) == (True, False)


def test_strangers_and_links_are_left_alone(folder: Path, tmp_path: Path) -> None:
    room = next(folder.rglob("*.webp")).parent
    others = [room / "notes.txt", room / f"{'a' * 63}.full.webp", room / f"{'g' * 64}.full.webp", folder / "x.webp"]
    for path in others:
        path.write_bytes(b"mine")
    linked = folder / "images" / "ff"
    linked.symlink_to(room, target_is_directory=True)
    age(folder)

    assert sweep(folder) == 0
    assert all(path.exists() for path in (*others, linked))


def test_a_database_without_any_image_empties_no_folder(own_database: Clone, tmp_path: Path) -> None:
    orphan = kept(tmp_path, "blue")
    age(tmp_path)

    assert sweep(tmp_path) == 0
    assert files(tmp_path, orphan) == [True] * 3


def test_no_folder_is_nothing_to_sweep(own_database: Clone, tmp_path: Path) -> None:
    assert sweep(tmp_path / "nowhere") == 0


def test_the_same_picture_again_is_young_again(folder: Path) -> None:
    kept(folder, "blue")
    age(folder)

    again = kept(folder, "blue")

    assert sweep(folder) == 0
    assert files(folder, again) == [True] * 3


def test_a_picture_that_comes_while_files_are_swept_is_kept(folder: Path) -> None:
    """The sweep has chosen the old file; before it takes the lock the same picture is uploaded."""
    kept(folder, "blue")
    age(folder)
    swept: list[int] = []

    with images_lock(folder, is_sweeping=False):
        sweeper = threading.Thread(target=lambda: swept.append(sweep(folder)))
        sweeper.start()
        time.sleep(0.3)
        assert sweeper.is_alive()
        again = kept(folder, "blue")
    sweeper.join(10)

    assert swept == [0]
    assert files(folder, again) == [True] * 3
