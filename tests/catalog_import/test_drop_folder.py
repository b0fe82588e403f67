"""The folder on the disk: names, and files that are swapped between two looks."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog_import.drop_folder import (
    TAKEN,
    DropFolder,
    Entry,
    folder_of,
    kept_name,
    make_folder,
    open_folder,
    readable_name,
)
from mall.errors import Refusal

CODE = "91410100000000000A"


@pytest.fixture
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SUNMALL_DATA_DIR", str(tmp_path))
    return make_folder(CODE) / "in"


@pytest.mark.parametrize(
    ("raw_name", "name"),
    [
        ("报价 一月.csv".encode(), "报价 一月.csv"),
        ("报价.csv".encode("gb18030"), "报价.csv"),
        (b"\xff\xfe\xff.csv", "\ufffd\ufffd\ufffd.csv"),
        ("a\n\u202evsc.exe\u200b".encode(), "a__vsc.exe_"),
    ],
)
def test_names_are_shown_as_people_read_them(raw_name: bytes, name: str) -> None:
    assert readable_name(raw_name) == name


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("a.csv", "000012-a.csv"),
        ("a/../b.csv", "000012-a_.._b.csv"),
        (".csv", "000012-.csv"),
        ("a." + "b" * 80, "000012-a." + "b" * 80),
        ("报" * 100 + ".csv", "000012-" + "报" * 63 + ".csv"),
    ],
)
def test_kept_names_are_unique_and_short_enough_for_the_disk(name: str, kept: str) -> None:
    assert kept_name(12, name) == kept


@pytest.mark.parametrize("code", ["", "../etc", "91410100/000", "a b", "甲"])
def test_what_is_no_code_becomes_no_path(code: str) -> None:
    with pytest.raises(Refusal) as refused:
        folder_of(code)

    assert refused.value.code == "drop.no_code"


def test_rights_that_somebody_set_on_a_room_stay(inside: Path) -> None:
    assert inside.stat().st_mode & 0o7777 == 0o2770
    inside.chmod(0o700)

    make_folder(CODE)

    assert inside.stat().st_mode & 0o7777 == 0o700


def test_only_one_of_us_is_at_work_in_a_folder(inside: Path) -> None:
    with open_folder(CODE) as first, open_folder(CODE) as second:
        assert (first is None, second is None) == (False, True)
    with open_folder(CODE) as third:
        assert third is not None


def test_file_swapped_for_a_link_after_the_look_is_not_opened(inside: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (inside / "a.csv").write_text("a")
    with open_folder(CODE) as folder:
        assert folder is not None
        (entry,) = folder.waiting(quiet_seconds=0)
        (inside / "a.csv").unlink()
        (inside / "a.csv").symlink_to(tmp_path / "secret")

        with pytest.raises(FileNotFoundError), folder.open(entry):
            pass


def test_file_swapped_for_another_after_the_look_stays(inside: Path) -> None:
    (inside / "a.csv").write_text("a")
    with open_folder(CODE) as folder:
        assert folder is not None
        (entry,) = folder.waiting(quiet_seconds=0)
        (inside / "new").write_text("another")
        (inside / "new").rename(inside / "a.csv")

        with pytest.raises(FileNotFoundError), folder.open(entry):
            pass
        assert not folder.put_away(entry, room=TAKEN, kept_as="000001-a.csv")
    assert (inside / "a.csv").read_text() == "another"


def test_file_swapped_in_the_blink_before_the_move_comes_back(inside: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (inside / "a.csv").write_text("a")
    with open_folder(CODE) as folder:
        assert folder is not None
        (entry,) = folder.waiting(quiet_seconds=0)
        look = DropFolder.look

        def swap_after_the_look(self: DropFolder, raw_name: bytes) -> Entry | None:
            found = look(self, raw_name)
            monkeypatch.setattr(DropFolder, "look", look)
            (inside / "new").write_text("another")
            (inside / "new").rename(inside / "a.csv")
            return found

        monkeypatch.setattr(DropFolder, "look", swap_after_the_look)

        assert not folder.put_away(entry, room=TAKEN, kept_as="000001-a.csv")
    assert (inside / "a.csv").read_text() == "another"
    assert list((inside.parent / TAKEN).iterdir()) == []


def test_paper_is_written_whole_or_not_at_all(inside: Path) -> None:
    def half(file) -> None:  # type: ignore[no-untyped-def]
        file.write(b"half")
        raise OSError(28, "No space left on device")

    with open_folder(CODE) as folder:
        assert folder is not None
        with pytest.raises(OSError, match="No space"):
            folder.write_paper("a.csv", half, room=TAKEN)
        assert list((inside.parent / TAKEN).iterdir()) == []
        folder.write_paper("a.csv", lambda file: file.write(b"whole") and None, room=TAKEN)
    assert (inside.parent / TAKEN / "a.csv").read_bytes() == b"whole"
