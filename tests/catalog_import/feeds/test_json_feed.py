"""JSON lines and arrays of objects: members named like columns, broken lines, remarks in the sender's own objects."""

from __future__ import annotations

import json
from typing import Any

from catalog_import.feed_shelf import recognise_format
from catalog_import.feeds import json_feed, linked_data_feed
from tests.catalog_import.conftest import Dock

PEN = {"sku": "J1", "name": "晨光 K35 中性笔", "category": "笔", "brand": "晨光", "model": "K35", "unit": "支",
       "price": 2.50, "stock": 100, "specification": {"颜色": "黑", "粗细": "0.5mm"}, "green": True}  # fmt: skip


def lines(*objects: Any) -> bytes:
    return b"".join(
        (one if isinstance(one, bytes) else json.dumps(one, ensure_ascii=False).encode()) + b"\n" for one in objects
    )


def test_objects_are_listed_whether_by_lines_or_as_an_array(dock: Dock) -> None:
    by_lines = dock.bring(lines(PEN, {**PEN, "sku": "J2"}), name="goods.jsonl")
    as_array = dock.bring(json.dumps([PEN, {**PEN, "sku": "J2"}]).encode(), name="goods.json", supplier=1)

    assert by_lines.counts["new"] == as_array.counts["new"] == 2
    ours, theirs = (
        dock.rows(
            f"select sku, name, price_fen, unit, stock, state from listing where supplier_id = {one} order by sku"
        )
        for one in dock.supplier_ids[:2]
    )
    assert ours == theirs == [
        ("J1", "晨光 K35 中性笔", 250, "支", 100, "on_shelf"), ("J2", "晨光 K35 中性笔", 250, "支", 100, "on_shelf"),
    ]  # fmt: skip
    assert dock.rows("select specification, is_green from product") == [({"颜色": "黑", "粗细": "0.5mm"}, True)]


def test_chinese_members_and_actions_are_understood(dock: Dock) -> None:
    dock.bring(lines(PEN), name="goods.jsonl")

    summary = dock.bring(lines({"商品编号": "J1", "操作": "更新", "含税单价": "2.40"}), name="goods.jsonl")

    assert summary.counts["price_cut"] == 1


def test_numbers_stay_as_they_were_written(dock: Dock) -> None:
    summary = dock.bring(
        b'{"sku": "J1", "name": "a", "unit": "\xe6\x94\xaf", "price": 1e3}\n'
        b'{"sku": "J2", "name": "b", "unit": "\xe6\x94\xaf", "price": NaN}\n'
        b'{"sku": 6923450657713, "name": "c", "unit": "\xe6\x94\xaf", "price": 10.00}\n',
        name="goods.jsonl",
    )

    found = dock.rows("select sku, price_fen, codes[1] from import_row order by row_number")
    assert found[:2] == [("J1", None, "price.scientific"), ("J2", None, "price.not_a_number")]
    assert found[2][:2] == ("6923450657713", 1_000)
    assert summary.faulty == 2


def test_a_broken_line_is_one_faulty_row_and_keeps_its_place(dock: Dock) -> None:
    summary = dock.bring(lines(PEN, b'{"sku": "J2", "na', {**PEN, "sku": "J3", "price": "面议"}), name="goods.jsonl")

    assert (summary.counts["new"], summary.faulty) == (1, 2)
    whole = [json.loads(line) for line in dock.report(summary.batch_id).decode().splitlines()]
    assert "错误代码" not in whole[0]
    assert whole[1]["原文"] == '{"sku": "J2", "na' and "row.unreadable" in whole[1]["错误代码"]
    assert whole[2]["sku"] == "J3" and whole[2]["错误代码"] == "price.negotiable"
    only = [json.loads(line) for line in dock.report(summary.batch_id, only_faulty=True).decode().splitlines()]
    assert only == whole[1:]
    mended = lines({**whole[2], "price": "2.60"})
    assert dock.bring(mended, name="mended.jsonl").counts["new"] == 1


def test_an_array_that_breaks_off_is_refused_with_its_line(dock: Dock) -> None:
    summary = dock.bring(json.dumps([PEN, PEN], indent=1).encode()[:-40], name="goods.json")

    assert (summary.stage, summary.refusal_code) == ("failed", "import.broken_json")
    assert summary.refusal_facts["line"] > 10


def test_a_file_nested_without_end_is_refused(dock: Dock) -> None:
    summary = dock.bring(b'[{"sku":' * 200_000, name="deep.json")

    assert (summary.stage, summary.refusal_code) == ("failed", "import.broken_json")


def test_linked_data_is_another_format() -> None:
    assert recognise_format(head=lines(PEN), file_name="x.json") is json_feed
    assert recognise_format(head=b'{"@context": "https://schema.org"}', file_name="x.json") is linked_data_feed
