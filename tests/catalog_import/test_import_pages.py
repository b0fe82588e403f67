"""The supplier's pages: upload, look, decide, download, settle - without JavaScript."""

from __future__ import annotations

import io
from pathlib import Path

import fastexcel
import pytest
from flask import Flask
from sqlalchemy import text

from catalog_import import import_pages
from catalog_import.import_jobs import run_waiting_batches
from mall.database import close_reading, session
from tests.form_browser import FormBrowser, Page
from tests.world import World

GOODS = (
    "商品编号,商品名称,类目,品牌,型号,计量单位,含税单价\n"
    "P1,钢制二斗文件柜,家具区,中伟,W2,个,499\n"
    "P2,得力中性笔,笔,得力,6601,支,1.50\n"
    "P3,<b>坏</b>价格 <script>alert(1)</script>,笔,,,支,面议\n"
)


@pytest.fixture
def supplier(app: Flask, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FormBrowser:
    monkeypatch.setenv("SUNMALL_DATA_DIR", str(tmp_path))
    return FormBrowser(app.test_client(), "supplier")


def upload(
    browser: FormBrowser, content: bytes = GOODS.encode(), *, name: str = "报价.csv", mode: str = "dry-run"
) -> Page:
    page = browser.get("/supplier/imports/")
    return browser.send(page, "/supplier/imports/", mode=mode, files={"file": (io.BytesIO(content), name)})


def listed(sql: str = "select sku, state from listing where sku like 'P_' order by sku") -> list[tuple[object, ...]]:
    try:
        return [tuple(row) for row in session().execute(text(sql))]
    finally:
        close_reading()


def test_uploaded_file_is_shown_with_what_would_change(supplier: FormBrowser) -> None:
    page = upload(supplier)

    assert page.status == 200
    assert "新商品 1" in page.words
    assert "待归类 1" in page.words
    assert "有错误 1" in page.words
    assert "单价“面议”不是金额" in page.words
    assert "<script>alert" not in page.text
    assert listed() == []


def test_decision_merges_what_was_looked_at(supplier: FormBrowser) -> None:
    page = upload(supplier)

    done = supplier.send(page, f"{page.path}/decision", mode="partial")

    assert "已导入" in done.words
    assert listed() == [("P1", "needs_category"), ("P2", "on_shelf")]


def test_all_or_nothing_says_why_nothing_was_merged(supplier: FormBrowser) -> None:
    page = upload(supplier, mode="all-or-nothing")

    assert "有 1 行错误" in page.words
    assert listed() == []


def test_same_file_again_leads_to_the_same_batch(supplier: FormBrowser) -> None:
    first = upload(supplier, mode="partial")

    second = upload(supplier, mode="partial")

    assert second.path == first.path
    assert "这个文件以前收过" in second.words


def test_report_is_downloaded_in_the_senders_form(supplier: FormBrowser) -> None:
    page = upload(supplier, GOODS.encode("gb18030"))

    answer = supplier.client.get(f"{page.path}/report?only=faulty")

    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''")
    assert [line.split(",")[0] for line in answer.data.decode("gb18030").splitlines()] == ["商品编号", "P3"]


def test_goods_without_category_are_settled_on_the_page(supplier: FormBrowser) -> None:
    upload(supplier, mode="partial")
    page = supplier.get("/supplier/imports/categories")

    assert "家具区" in page.words
    done = supplier.send(
        page,
        "/supplier/imports/categories",
        **{page.tree.xpath("//input[starts-with(@name, 'code-')]/@name")[0]: "文件柜"},
    )

    assert "已归类并上架 1 个商品" in done.words
    assert listed() == [("P1", "on_shelf"), ("P2", "on_shelf")]


def test_unreadable_file_is_explained_with_the_way_out(supplier: FormBrowser) -> None:
    page = upload(supplier, "货号,名称\nA,B\n".encode())

    assert "缺少必需的列：含税单价" in page.words
    assert "模板" in page.words


def test_old_workbook_is_refused_with_what_to_do(supplier: FormBrowser) -> None:
    page = upload(supplier, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, name="旧.xls")

    assert page.status == 415
    assert "另存为" in page.words


def test_upload_without_file_says_so(supplier: FormBrowser) -> None:
    page = supplier.get("/supplier/imports/")

    answer = supplier.send(page, "/supplier/imports/", mode="dry-run")

    assert answer.status == 422
    assert "请选择文件" in answer.words


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_template_with_its_example_is_taken_without_fault(supplier: FormBrowser, ending: str) -> None:
    template = supplier.client.get(f"/supplier/imports/template.{ending}").data

    page = upload(supplier, template, name=f"模板.{ending}")

    assert "新商品 1" in page.words
    assert "有错误 0" in page.words
    if ending == "xlsx":
        assert fastexcel.read_excel(template).sheet_names == ["商品", "说明", "单位", "采购目录"]


@pytest.mark.parametrize("path", ["", "/report"])
def test_batch_of_another_supplier_looks_like_a_missing_one(supplier: FormBrowser, app: Flask, path: str) -> None:
    page = upload(supplier)
    other = FormBrowser(app.test_client(), "supplier2")

    assert other.get(page.path + path).status == 404


def test_buyers_do_not_see_the_dock(supplier: FormBrowser, app: Flask) -> None:
    assert FormBrowser(app.test_client(), "handler").get("/supplier/imports/").status == 403


def test_large_file_is_left_to_the_worker_and_shows_its_progress(
    supplier: FormBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_pages, "INLINE_BYTES_MAX", 10)
    monkeypatch.setattr("catalog_import.import_jobs.INLINE_BYTES_MAX", 10)

    waiting = upload(supplier, mode="partial")
    assert "正在读取" in waiting.words
    assert listed() == []

    assert run_waiting_batches() == 1
    assert run_waiting_batches() == 0
    done = supplier.get(waiting.path)
    assert "已导入" in done.words
    assert listed() == [("P1", "needs_category"), ("P2", "on_shelf")]


def test_refusals_of_the_page_have_their_words(supplier: FormBrowser) -> None:
    page = supplier.get("/supplier/imports/999999")

    assert page.status == 404
    assert "没有这个导入批次" in page.words
