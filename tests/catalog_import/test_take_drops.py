"""Files out of suppliers' folders: taken once, refused with a reason, whatever breaks and whoever dies."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from catalog_import import decode_file
from catalog_import import take_drops as taking
from catalog_import.drop_folder import DropFolder
from catalog_import.import_jobs import run_waiting_batches
from catalog_import.purge_drops import purge_drops
from catalog_import.receive_file import Arrived, spool_file
from catalog_import.switch_drop import switch_drop
from mall import clock
from mall.database import close_reading
from mall.errors import Refusal
from tests.catalog_import.conftest import Dock
from tests.catalog_import.drop_box import TAKES, TROUBLES, DropBox, decode_here, drop_box, take
from tests.catalog_import.test_run_import import GOODS, LISTINGS, csv

ONE = "A1,得力复印纸 A4 70g,复印纸,得力,7757,包,25.00,100,\n"


@pytest.fixture(autouse=True)
def in_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decode_file, "_run_child", decode_here)


@pytest.fixture
def box(dock: Dock, tmp_path: Path) -> DropBox:
    return drop_box(dock, tmp_path)


def test_file_is_imported_put_away_and_answered_in_its_own_format(dock: Dock, box: DropBox) -> None:
    box.put("报价.csv", csv(GOODS).decode().encode("gb18030"))

    assert take() == 1

    assert [row[:3] for row in dock.rows(LISTINGS)] == [
        ("A1", "得力复印纸 A4 70g", 2500), ("A2", "佳能喷墨打印机", 49900), ("A3", "会议茶歇套餐", 3000),
    ]  # fmt: skip
    assert box.lying() == {"in": [], "taken": ["报价.csv"], "refused": [], "reports": ["报价-核对结果.csv"]}
    assert "price.negotiable" in box.content("reports", "csv").decode("gb18030")
    assert dock.rows(TAKES) == [("报价.csv", "done", "", True, False, "partial")]
    assert dock.rows("select user_id, stage from import_batch") == [(7, "merged")]
    assert take() == 0


def test_deeds_are_audited_in_the_suppliers_name(dock: Dock, box: DropBox) -> None:
    box.put("a.csv", csv(ONE))
    box.put("b.csv", b"")
    take()

    found = dock.rows(
        "select action, result, actor_name, user_id from audit_record where action like 'drop.%' order by id"
    )

    assert found == [
        ("drop.switch", "done", "供应商", 7),
        ("drop.take", "done", "供应商A", 7),
        ("drop.settle", "done", "供应商A", 7),
        ("drop.put_away", "done", "供应商A", 7),
        ("drop.take", "refused", "供应商A", 7),
        ("drop.put_away", "done", "供应商A", 7),
    ]


def test_unfinished_files_and_folders_are_left_alone(dock: Dock, box: DropBox) -> None:
    for name in (".a.csv", "b.csv.part", "c.csv.TMP", "d.filepart"):
        box.put(name, csv(ONE))
    (box.folder / "in" / "archive").mkdir()
    box.put("archive/e.csv", csv(ONE))

    assert take() == 0
    assert box.names("in") == [".a.csv", "archive", "b.csv.part", "c.csv.TMP", "d.filepart"]


def test_file_that_changed_just_now_waits_whatever_date_it_bears(dock: Dock, box: DropBox) -> None:
    path = box.put("a.csv", csv(ONE))
    os.utime(path, (1_000_000_000, 1_000_000_000))

    assert take(quiet_seconds=taking.QUIET_SECONDS) == 0
    assert take(quiet_seconds=0.05) == 0
    time.sleep(0.1)
    assert take(quiet_seconds=0.05) == 1


def test_file_that_grows_while_it_is_read_is_taken_when_it_is_whole(
    dock: Dock, box: DropBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = box.put("a.csv", csv(ONE))

    def read_and_append(*given: Any, **named: Any) -> Arrived:
        arrived = spool_file(*given, **named)
        if path.stat().st_size == len(csv(ONE)):
            with path.open("ab") as file:
                file.write("A2,佳能喷墨打印机,喷墨打印机,佳能,TS3380,台,499.00,5,\n".encode())
        return arrived

    monkeypatch.setattr(taking, "spool_file", read_and_append)

    assert (take(), dock.rows("select count(*) from import_batch")) == (0, [(0,)])
    assert take() == 1
    assert dock.rows("select count(*) from listing") == [(2,)]


def test_files_are_taken_in_the_order_in_which_they_were_finished(dock: Dock, box: DropBox) -> None:
    for name, price in (("z.csv", "10.00"), ("a.csv", "9.00"), ("m.csv", "8.00")):
        box.put(name, csv(ONE.replace("25.00", price)))
        time.sleep(0.02)

    assert take() == 3
    assert [row[0] for row in dock.rows(TAKES)] == ["z.csv", "a.csv", "m.csv"]
    assert dock.rows("select price_fen from listing") == [(800,)]


def test_nobody_waits_for_the_hundreds_of_another(dock: Dock, box: DropBox, tmp_path: Path) -> None:
    other = drop_box(dock, tmp_path, supplier=1)
    for number in range(4):
        box.put(f"{number}.csv", csv(ONE.replace("25.00", f"{number + 1}.00")))
    other.put("b.csv", csv(ONE))

    assert take(files_max=2) == 3
    assert [row[0] for row in dock.rows(TAKES)] == ["0.csv", "b.csv", "1.csv"]
    assert take(files_max=2) == 2
    assert box.names("in") == []


def test_links_and_special_files_are_moved_and_never_opened(dock: Dock, box: DropBox, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_bytes(csv(ONE))
    inside = box.folder / "in"
    (inside / "link.csv").symlink_to(secret)
    (inside / "nowhere.csv").symlink_to("/nonexistent")
    os.mkfifo(inside / "pipe.csv")
    os.link(secret, inside / "second.csv")

    assert take() == 4

    assert dock.rows("select count(*) from import_batch") == [(0,)]
    assert {row[0]: row[2] for row in dock.rows(TAKES)} == {
        "link.csv": "drop.not_a_file", "nowhere.csv": "drop.not_a_file", "pipe.csv": "drop.not_a_file",
        "second.csv": "drop.hard_link",
    }  # fmt: skip
    assert box.names("in") == []
    assert box.names("refused") == [
        f"{name}.csv{ending}" for name in ("link", "nowhere", "pipe", "second") for ending in ("", ".txt")
    ]
    assert secret.read_bytes() == csv(ONE)


REFUSED = {
    "empty.csv": (b"", "import.empty_file", "没有内容"),
    "old.xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, "import.old_workbook", "另存为"),
    "notes.bin": (bytes(range(256)), "import.unknown_format", "认不出"),
    "columns.csv": ("货号,名称\nA,B\n".encode(), "import.columns_missing", "含税单价"),
    "big.csv": (csv(GOODS) + b"x" * 5000, "import.too_big", "MB"),
}


def test_refused_files_lie_beside_their_reason_in_two_languages(dock: Dock, box: DropBox) -> None:
    for name, (content, _code, _words) in REFUSED.items():
        box.put(name, content)

    assert take(bytes_max=4000) == len(REFUSED)

    assert {row[0]: row[2] for row in dock.rows(TAKES)} == {name: code for name, (_, code, _) in REFUSED.items()}
    assert dock.rows("select count(*) from listing") == [(0,)]
    assert box.names("in") == box.names("taken") == box.names("reports") == []
    for name, (content, code, words) in REFUSED.items():
        text = box.content("refused", f"{name}.txt").decode("utf-8-sig")
        assert box.content("refused", name) == content
        assert words in text and f"[{code}]" in text
        assert "原因：" in text and "怎么办：" in text and "Why:" in text and "What to do:" in text


def test_file_without_rights_is_refused_and_the_next_one_taken(
    dock: Dock, box: DropBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.put("a.csv", csv(ONE))
    box.put("b.csv", csv(ONE))
    real = os.open

    def without_rights(path: Any, *given: Any, **named: Any) -> int:
        if path == b"a.csv":
            raise PermissionError(errno.EACCES, "Permission denied")
        return real(path, *given, **named)

    monkeypatch.setattr(os, "open", without_rights)

    assert take() == 2
    assert sorted(row[:3] for row in dock.rows(TAKES)) == [
        ("a.csv", "done", "drop.unreadable_file"), ("b.csv", "done", ""),
    ]  # fmt: skip


def test_same_file_again_touches_nothing(dock: Dock, box: DropBox) -> None:
    box.put("a.csv", csv(GOODS))
    take()
    before = dock.rows("select id, version, updated_at, xmin::text from listing order by id")
    box.put("a.csv", csv(GOODS))
    box.put("b.csv", csv(GOODS))

    assert take() == 2

    assert dock.rows("select id, version, updated_at, xmin::text from listing order by id") == before
    assert dock.rows("select count(*) from import_batch") == [(1,)]
    assert [row[4] for row in dock.rows(TAKES)] == [False, True, True]
    assert box.names("taken") == ["a.csv", "a.csv", "b.csv"]


@pytest.mark.parametrize(
    ("mode", "stage", "listed"), [("dry-run", "checked", 0), ("all-or-nothing", "checked", 0), ("partial", "merged", 3)]
)
def test_mode_of_the_folder_decides_on_its_files(dock: Dock, box: DropBox, mode: str, stage: str, listed: int) -> None:
    box.switch(mode=mode)
    box.put("a.csv", csv(GOODS))

    take()

    assert dock.rows("select stage, mode from import_batch") == [(stage, mode)]
    assert dock.rows("select count(*) from listing") == [(listed,)]
    assert box.names("reports") == ["a-核对结果.csv"]


def test_folder_that_only_tries_out_does_not_undo_a_decision_made_by_hand(dock: Dock, box: DropBox) -> None:
    box.switch(mode="dry-run")
    dock.bring(csv(GOODS), mode="all-or-nothing")
    box.put("a.csv", csv(GOODS))

    take()

    assert dock.rows("select mode from import_batch") == [("all-or-nothing",)]


def test_large_file_is_left_to_the_other_chore_and_nothing_overtakes_it(
    dock: Dock, box: DropBox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("catalog_import.import_jobs.INLINE_BYTES_MAX", 10)
    other = drop_box(dock, tmp_path, supplier=1)
    box.put("a.csv", csv(GOODS))
    time.sleep(0.02)
    box.put("b.csv", csv(ONE.replace("25.00", "9.00")))
    other.put("small.csv", csv(ONE))

    assert take(inline_bytes_max=len(csv(ONE))) == 1
    assert take(inline_bytes_max=len(csv(ONE))) == 0
    assert (box.names("in"), other.names("taken")) == (["a.csv", "b.csv"], ["small.csv"])
    assert run_waiting_batches() == 1
    assert take(inline_bytes_max=len(csv(ONE))) == 2

    assert box.names("taken") == ["a.csv", "b.csv"]
    assert dock.rows(f"select price_fen from listing where sku = 'A1' and supplier_id = {dock.supplier_ids[0]}") == [
        (900,)
    ]


def test_suspended_supplier_is_not_taken_from_until_he_is_back(dock: Dock, box: DropBox) -> None:
    box.put("a.csv", csv(ONE))
    dock.write("update supplier set state = 'suspended' where id = %s", dock.supplier_ids[0])

    assert (take(), box.names("in"), dock.rows(TAKES)) == (0, ["a.csv"], [])
    dock.write("update supplier set state = 'active' where id = %s", dock.supplier_ids[0])
    assert (take(), box.names("in")) == (1, [])


def test_supplier_suspended_while_his_file_is_read_keeps_it(
    dock: Dock, box: DropBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def suspend_then_spool(*given: Any, **named: Any) -> Arrived:
        dock.write("update supplier set state = 'suspended' where id = %s", dock.supplier_ids[0])
        return spool_file(*given, **named)

    monkeypatch.setattr(taking, "spool_file", suspend_then_spool)
    box.put("a.csv", csv(ONE))

    assert (take(), box.names("in"), dock.rows(TAKES)) == (0, ["a.csv"], [])
    assert dock.rows(TROUBLES) == [("",)]


def test_folder_switched_off_keeps_its_files(dock: Dock, box: DropBox) -> None:
    box.switch(is_on=False)
    box.put("a.csv", csv(ONE))

    assert (take(), box.names("in")) == (0, ["a.csv"])


def test_full_disk_is_noted_and_the_others_go_on(
    dock: Dock, box: DropBox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = drop_box(dock, tmp_path, supplier=1)
    box.put("a.csv", csv(ONE))
    other.put("b.csv", csv(ONE))

    def full(*given: Any, file_name: str, **named: Any) -> Arrived:
        if file_name == "a.csv":
            raise OSError(errno.ENOSPC, "No space left on device")
        return spool_file(*given, file_name=file_name, **named)

    with monkeypatch.context() as patch:
        patch.setattr(taking, "spool_file", full)
        assert (take(), take()) == (1, 0)
    assert dock.rows(TROUBLES) == [("drop.disk_full",), ("",)]
    assert box.names("in") == ["a.csv"]

    assert take() == 1
    assert dock.rows(TROUBLES) == [("",), ("",)]
    assert dock.rows("select result, facts->>'code' from audit_record where action = 'drop.look' order by id") == [
        ("failed", "drop.disk_full"), ("done", None),
    ]  # fmt: skip


def test_missing_room_and_a_link_in_its_place_are_trouble_and_not_followed(
    dock: Dock, box: DropBox, tmp_path: Path
) -> None:
    other = drop_box(dock, tmp_path, supplier=1)
    other.put("b.csv", csv(ONE))
    (box.folder / "in").rmdir()
    (box.folder / "in").symlink_to(other.folder / "in")

    assert take() == 1
    assert dock.rows(TROUBLES) == [("drop.folder_missing",), ("",)]
    assert dock.rows("select distinct supplier_id from file_drop_take") == [(dock.supplier_ids[1],)]


def test_bug_over_one_folder_does_not_stop_the_others(
    dock: Dock, box: DropBox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = drop_box(dock, tmp_path, supplier=1)
    box.put("a.csv", csv(ONE))
    other.put("b.csv", csv(ONE))

    def broken(*given: Any, file_name: str, **named: Any) -> Arrived:
        if file_name == "a.csv":
            raise KeyError("a bug")
        return spool_file(*given, file_name=file_name, **named)

    monkeypatch.setattr(taking, "spool_file", broken)

    assert take() == 1
    assert dock.rows(TROUBLES) == [("drop.broke",), ("",)]


def test_bug_in_the_import_ends_as_a_refusal(dock: Dock, box: DropBox, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**named: Any) -> None:
        raise KeyError("a bug")

    monkeypatch.setattr(taking, "run_batch", broken)
    box.put("a.csv", csv(ONE))

    assert take() == 1
    assert dock.rows("select refusal_code from file_drop_take") == [("import.broke",)]
    assert box.names("refused") == ["a.csv", "a.csv.txt"]


def test_nobody_switches_the_folder_of_another(dock: Dock, box: DropBox) -> None:
    with pytest.raises(Refusal) as refused:
        switch_drop(actor=dock.actor(1), supplier_id=dock.supplier_ids[0], is_on=False, mode="partial")

    assert refused.value.code == "access.denied"
    assert dock.rows("select is_on from file_drop") == [(True,)]


def test_same_choice_again_changes_nothing(dock: Dock, box: DropBox) -> None:
    box.switch()

    assert dock.rows("select count(*) from audit_record where action = 'drop.switch'") == [(1,)]


class Killed(BaseException):
    """Stands for SIGKILL: nobody catches it."""


#: every point of a file's road at which somebody may die, before or after it
ROAD = ["_open_take", "run_batch", "_note_outcome", "put_away", "write_paper", "_close_take"]
ROAD_OF_UNREADABLE = ["run_batch", "_note_outcome", "put_away", "write_paper"]
ROAD_OF_REFUSED = ["_open_refused", "put_away", "write_paper", "_close_take"]


def kill_at(patch: pytest.MonkeyPatch, point: str, *, after: bool) -> list[str]:
    """Die once at this point; the list says whether it was reached."""
    owner = DropFolder if hasattr(DropFolder, point) else taking
    real: Callable[..., Any] = getattr(owner, point)
    died: list[str] = []

    def die(*given: Any, **named: Any) -> Any:
        if died:
            return real(*given, **named)
        if after:
            real(*given, **named)
        died.append(point)
        raise Killed

    patch.setattr(owner, point, die)
    return died


def killed_everywhere(box: DropBox, road: list[str], content: Callable[[int], bytes]) -> None:
    """One file after the other, each with a death on its road and the pass that follows."""
    for number, (point, after) in enumerate((point, after) for point in road for after in (False, True)):
        box.put(f"{number}.csv", content(number))
        with pytest.MonkeyPatch.context() as patch:
            died = kill_at(patch, point, after=after)
            with pytest.raises(Killed):
                take()
            close_reading()
            assert died == [point]
            take()
        assert box.names("in") == [], (point, after)
        assert take() == 0


def undisturbed(box: DropBox, road: list[str], content: Callable[[int], bytes]) -> None:
    for number in range(2 * len(road)):
        box.put(f"{number}.csv", content(number))
        take()


def result(dock: Dock, box: DropBox) -> dict[str, Any]:
    """Everything a supplier's files left behind, without numbers and times."""
    own = f"supplier_id = {dock.supplier_ids[box.supplier]}"
    return {
        "listings": dock.rows(f"select sku, price_fen, stock, state, version from listing where {own} order by sku"),
        "batches": dock.rows(f"select file_name, stage, attempt, counts from import_batch where {own} order by id"),
        "takes": dock.rows(
            "select file_name, stage, refusal_code, is_replay, size_bytes, sha256, cardinality(papers)"
            f" from file_drop_take where {own} order by id"
        ),
        "lying": box.lying(),
        "reports": [path.read_bytes() for path in sorted((box.folder / "reports").iterdir())],
    }


@pytest.mark.parametrize(
    ("road", "content"),
    [
        (ROAD, lambda number: csv(GOODS.replace("25.00", f"{number + 20}.00"))),
        (ROAD_OF_UNREADABLE, lambda number: f"货号,名称\nA,{number}\n".encode()),
        (ROAD_OF_REFUSED, lambda number: b""),
    ],
    ids=["imported", "refused by the import", "refused at the door"],
)
def test_death_at_any_point_ends_as_if_nobody_had_died(
    dock: Dock, box: DropBox, tmp_path: Path, road: list[str], content: Callable[[int], bytes]
) -> None:
    other = drop_box(dock, tmp_path, supplier=1)

    killed_everywhere(box, road, content)
    undisturbed(other, road, content)

    assert result(dock, box) == result(dock, other)
    assert len(result(dock, box)["takes"]) == 2 * len(road)


def test_file_touched_after_a_death_is_still_known_by_its_content(dock: Dock, box: DropBox) -> None:
    path = box.put("a.csv", csv(ONE))
    with pytest.MonkeyPatch.context() as patch:
        kill_at(patch, "put_away", after=False)
        with pytest.raises(Killed):
            take()
    path.chmod(0o640)

    assert take() == 1
    assert box.lying()["taken"] == ["a.csv"]
    assert len(dock.rows(TAKES)) == 1


def test_other_file_in_the_place_of_one_under_way_is_taken_by_itself(dock: Dock, box: DropBox) -> None:
    path = box.put("a.csv", csv(ONE))
    with pytest.MonkeyPatch.context() as patch:
        kill_at(patch, "put_away", after=False)
        with pytest.raises(Killed):
            take()
    path.unlink()
    box.put("a.csv", csv(ONE.replace("25.00", "19.00")))

    assert take() == 2
    assert box.content("taken", "a.csv") == csv(ONE.replace("25.00", "19.00"))
    assert dock.rows("select price_fen from listing") == [(1900,)]


def test_old_files_of_the_folder_go_with_the_days_of_originals(dock: Dock, box: DropBox) -> None:
    box.put("a.csv", csv(ONE))
    box.put("b.csv", b"")
    take()

    def purge_after(days: int) -> int:
        try:
            with clock.frozen(clock.now() + timedelta(days=days)):
                return purge_drops()
        finally:
            close_reading()

    assert (purge_after(89), box.names("taken")) == (0, ["a.csv"])
    assert (purge_after(91), purge_after(92)) == (2, 0)
    assert box.lying() == {"in": [], "taken": [], "refused": [], "reports": []}
    assert dock.rows("select facts->>'file_name' from audit_record where action = 'drop.purge' order by id") == [
        ("a.csv",), ("b.csv",),
    ]  # fmt: skip
