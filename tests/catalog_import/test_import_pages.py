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
    assert listed() == [("P1", "needs_category"), ("P2", "checked")]


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

    assert "已归类并提交 1 个商品" in done.words
    assert listed() == [("P1", "checked"), ("P2", "checked")]


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
    assert listed() == [("P1", "needs_category"), ("P2", "checked")]


def test_refusals_of_the_page_have_their_words(supplier: FormBrowser) -> None:
    page = supplier.get("/supplier/imports/999999")

    assert page.status == 404
    assert "没有这个导入批次" in page.words


ODD = (
    "本店货号,货品描述,零售吊牌,我们的卖价,计量单位,内部备注\n"
    "Q1,得力中性笔,2.00,1.50,支,仓库二\n"
    "Q2,钢制文件柜,600,499,个,\n"
)
ODD_LISTED = "select sku, name, price_fen, market_price_fen from listing where sku like 'Q_' order by sku"


def selects(page: Page) -> dict[str, str]:
    """Header -> what is chosen for it."""
    return {
        "".join(label.itertext()): page.tree.xpath(f"//select[@id='{label.get('for')}']/option[@selected]/@value")[0]
        for label in page.tree.xpath("//label[starts-with(@for, 'column-')]")
    }


def say_columns(browser: FormBrowser, page: Page, **chosen: str) -> Page:
    """Choose columns by header and send the form."""
    fields = {
        label.get("for"): chosen[header]
        for label in page.tree.xpath("//label[starts-with(@for, 'column-')]")
        if (header := "".join(label.itertext())) in chosen
    }
    return browser.send(page, "/columns", **fields)


SAID = {
    "本店货号": "sku", "货品描述": "name", "零售吊牌": "market_price", "我们的卖价": "price", "内部备注": "ignored",
}  # fmt: skip


def test_headers_that_are_not_clear_are_asked_about_with_their_cells(supplier: FormBrowser) -> None:
    page = upload(supplier, ODD.encode(), mode="partial")

    assert page.path.endswith("/columns")
    assert set(selects(page)) == {"本店货号", "货品描述", "零售吊牌", "我们的卖价", "计量单位", "内部备注"}
    assert selects(page)["计量单位"] == "unit" and selects(page)["内部备注"] == "ignored"
    assert "仓库二" in page.words and "499" in page.words
    assert listed(ODD_LISTED) == []


def test_columns_are_read_as_the_supplier_says_and_kept_for_the_next_file(supplier: FormBrowser) -> None:
    first = upload(supplier, ODD.encode(), mode="partial")

    done = say_columns(supplier, first, **SAID)
    again = upload(supplier, ODD.replace("499", "459").encode(), mode="partial")

    assert "列的对应关系已记住" in done.words and "已导入" in done.words
    assert not again.path.endswith("/columns")
    assert listed(ODD_LISTED) == [("Q1", "得力中性笔", 150, 200), ("Q2", "钢制文件柜", 45_900, 60_000)]


def test_other_suppliers_keep_their_own_columns(supplier: FormBrowser, app: Flask) -> None:
    say_columns(supplier, upload(supplier, ODD.encode()), **SAID)

    other = upload(FormBrowser(app.test_client(), "supplier2"), ODD.encode())

    assert other.path.endswith("/columns")
    assert selects(other)["我们的卖价"] == "ignored"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"零售吊牌": "price"}, "几列都选作“含税单价”"),
        ({"我们的卖价": "ignored"}, "缺少必需的列：含税单价"),
    ],
)
def test_columns_without_sense_are_shown_again_as_chosen(
    supplier: FormBrowser, wrong: dict[str, str], words: str
) -> None:
    page = upload(supplier, ODD.encode())

    answer = say_columns(supplier, page, **{**SAID, **wrong})

    assert answer.status == 422 and words in answer.words
    assert selects(answer)["货品描述"] == "name" and selects(answer)["零售吊牌"] == {**SAID, **wrong}["零售吊牌"]
    assert listed("select column_name from import_header_word") == []


def test_clear_columns_can_still_be_corrected_before_the_import(supplier: FormBrowser) -> None:
    page = upload(supplier)
    columns = supplier.get(f"{page.path}/columns")

    done = say_columns(supplier, columns, 型号="ignored")

    assert done.path == page.path and "新商品 1" in done.words
    supplier.send(done, f"{page.path}/decision", mode="partial")
    assert listed("select p.model from listing l join product p on p.id = l.product_id where l.sku = 'P2'") == [("",)]


def test_columns_of_an_imported_batch_stay_as_they_are(supplier: FormBrowser) -> None:
    waiting = upload(supplier)
    columns = supplier.get(f"{waiting.path}/columns")
    supplier.send(waiting, f"{waiting.path}/decision", mode="partial")

    answer = say_columns(supplier, columns, 型号="ignored")

    assert answer.status == 409 and "不能再改列的对应关系" in answer.words
    assert supplier.get(f"{waiting.path}/columns").path == waiting.path


def test_file_without_any_known_header_can_be_mapped_too(supplier: FormBrowser) -> None:
    page = upload(supplier, "甲,乙,丙\nR1,某商品,5\n".encode(), mode="partial")

    done = say_columns(supplier, page, 甲="sku", 乙="name", 丙="price")

    assert "已导入" in done.words
    assert listed("select sku, name, price_fen from listing where sku = 'R1'") == [("R1", "某商品", 500)]


def test_page_asks_again_by_itself_only_while_the_work_goes_on(
    supplier: FormBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_pages, "INLINE_BYTES_MAX", 10)
    monkeypatch.setattr("catalog_import.import_jobs.INLINE_BYTES_MAX", 10)

    waiting = upload(supplier, mode="partial")
    run_waiting_batches()
    done = supplier.get(waiting.path)

    assert waiting.tree.xpath("//*[@id='batch']/@hx-get") == [waiting.path]
    assert waiting.tree.xpath("//*[@id='batch']/@hx-trigger") == ["every 2s"]
    assert waiting.tree.xpath("//noscript//meta[@http-equiv='refresh']")
    assert done.tree.xpath("//*[@id='batch']") and not done.tree.xpath("//*[@hx-trigger='every 2s']")
    assert not done.tree.xpath("//meta[@http-equiv='refresh']")


def test_start_page_shows_the_last_files_and_what_to_do_next(supplier: FormBrowser) -> None:
    upload(supplier, mode="partial", name="一月.csv")
    upload(supplier, ODD.encode(), name="二月.csv")
    upload(supplier, GOODS.replace("499", "450").encode(), name="三月.csv")

    desk = supplier.get("/desk").words

    assert "一月.csv" in desk and "下载 1 行错误，改好再传" in desk
    assert "二月.csv" in desk and "确认列的对应关系" in desk
    assert "三月.csv" in desk and "看试算结果，决定是否导入" in desk


def test_start_page_of_a_buyer_has_no_imports(supplier: FormBrowser, app: Flask) -> None:
    assert "最近的导入" in supplier.get("/desk").words
    assert "最近的导入" not in FormBrowser(app.test_client(), "handler").get("/desk").words
