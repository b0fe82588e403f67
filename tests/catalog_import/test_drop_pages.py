"""The page of the drop folder: switched on and off, what was taken and what was not - each supplier his own."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from catalog_import import decode_file
from mall.database import close_reading, session
from tests.catalog_import.drop_box import decode_here, take
from tests.catalog_import.test_run_import import GOODS, csv
from tests.form_browser import FormBrowser, Page
from tests.world import World

PAGE = "/supplier/imports/drop"
SUNNY = "91410100MA00000011"
CHOICES = "select supplier_id, is_on, mode from file_drop"


@pytest.fixture
def supplier(app: Flask, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FormBrowser:
    monkeypatch.setenv("SUNMALL_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(decode_file, "_run_child", decode_here)
    return FormBrowser(app.test_client(), "supplier")


def rows(sql: str = CHOICES) -> list[tuple[object, ...]]:
    try:
        return [tuple(row) for row in session().execute(text(sql))]
    finally:
        close_reading()


def switch(browser: FormBrowser, **typed: object) -> Page:
    return browser.send(browser.get(PAGE), PAGE, **{"is_on": "1", "mode": "partial", **typed})


def test_switching_on_makes_the_folder_and_says_where_to_put_files(
    supplier: FormBrowser, world: World, tmp_path: Path
) -> None:
    before = supplier.get(PAGE)
    page = switch(supplier, mode="all-or-nothing")

    assert "未启用" in before.words and "还没有收取过文件" in before.words
    assert page.path == PAGE and "投递文件夹已启用" in page.words and f"{SUNNY}/in" in page.words
    assert sorted(path.name for path in (tmp_path / "drops" / SUNNY).iterdir()) == [
        "in", "refused", "reports", "taken",
    ]  # fmt: skip
    assert rows() == [(world.sunny_id, True, "all-or-nothing")]
    assert page.tree.xpath("//input[@name='mode'][@checked]/@value") == ["all-or-nothing"]


def test_switching_off_keeps_the_files(supplier: FormBrowser, tmp_path: Path) -> None:
    switch(supplier)
    kept = tmp_path / "drops" / SUNNY / "in" / "a.csv"
    kept.write_bytes(csv(GOODS))

    page = switch(supplier, is_on="0")

    assert "已停用；里面的文件原样保留" in page.words
    assert kept.exists() and [row[1] for row in rows()] == [False]


def test_takes_are_shown_with_their_batch_or_their_reason(supplier: FormBrowser, tmp_path: Path) -> None:
    switch(supplier)
    inside = tmp_path / "drops" / SUNNY / "in"
    (inside / "一月.csv").write_bytes(csv(GOODS))
    (inside / "<b>二月.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600)
    take()
    (inside / "三月.csv.part").write_bytes(b"x")

    page = supplier.get(PAGE)

    assert page.tree.xpath("//a[text()='一月.csv']/@href") == ["/supplier/imports/1"]
    assert "已收下" in page.words and "未收下" in page.words and "另存为" in page.words
    assert "1 个文件" in page.words
    assert "投递文件夹里最近有 1 个文件没有收下" in supplier.get("/desk").words
    assert "<b>二月" not in page.text
    assert "一月.csv" in supplier.get("/supplier/imports/1").words


def test_trouble_is_shown_with_what_to_do(supplier: FormBrowser, tmp_path: Path) -> None:
    switch(supplier)
    (tmp_path / "drops" / SUNNY / "in").rmdir()
    take()

    assert "不见了" in supplier.get(PAGE).words
    assert "投递文件夹暂时收不了文件" in supplier.get("/desk").words
    switch(supplier)
    take()
    assert "不见了" not in supplier.get(PAGE).words


def test_folder_that_cannot_be_made_is_not_switched_on(supplier: FormBrowser, tmp_path: Path) -> None:
    (tmp_path / "drops").write_text("a file in its place")

    page = switch(supplier)

    assert page.status == 503 and rows() == []


def test_nobody_sees_or_switches_the_folder_of_another(
    supplier: FormBrowser, app: Flask, world: World, tmp_path: Path
) -> None:
    switch(supplier)
    (tmp_path / "drops" / SUNNY / "in" / "一月.csv").write_bytes(csv(GOODS))
    take()
    other = FormBrowser(app.test_client(), "supplier2")

    page = other.get(PAGE)
    answer = switch(other, supplier_id=world.sunny_id, is_on="0")

    assert "一月.csv" not in page.words and SUNNY not in page.words
    assert answer.status == 422
    assert rows() == [(world.sunny_id, True, "partial")]


def test_buyers_do_not_see_the_page(supplier: FormBrowser, app: Flask) -> None:
    assert FormBrowser(app.test_client(), "handler").get(PAGE).status == 403


def test_form_without_its_token_changes_nothing(supplier: FormBrowser, world: World) -> None:
    answer = supplier.client.post(PAGE, data={"supplier_id": world.sunny_id, "is_on": "1", "mode": "partial"})

    assert answer.status_code in (400, 403, 422) and rows() == []


def test_page_speaks_english(supplier: FormBrowser) -> None:
    supplier.client.post("/language", data={
        "language": "en", "csrf_token": supplier.get(PAGE).value("csrf_token"),
    })  # fmt: skip

    words = switch(supplier).words

    assert "The drop folder is on." in words and "Put files into" in words and "What becomes of the files" in words
