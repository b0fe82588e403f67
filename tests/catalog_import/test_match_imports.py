"""Files and standard products: exact keys decide while the file is merged, the matcher looks at the rest afterwards."""

from __future__ import annotations

from catalog_import.settle_categories import settle_words
from mall.access.actor import SYSTEM, Actor, PostHeld
from mall.catalogue.match_waiting import match_waiting
from mall.catalogue.merge_products import merge_products
from mall.catalogue.split_product import split_product
from tests.catalog_import.conftest import Dock

HEAD = "商品编号,商品名称,品目编码,品牌,型号,规格参数,计量单位,包装规格,含税单价,商品条码\n"
PRINTER = "A1,爱普生LQ-630KII针式打印机,A02021006,爱普生,LQ-630KII,打印宽度:80列,台,,1800.00,\n"
BLUE = "A2,得力7405文件夹 蓝色,A05040401,得力,7405,颜色:蓝色,个,,12.00,\n"


def file(*rows: str) -> bytes:
    return (HEAD + "".join(rows)).encode()


def products(dock: Dock) -> dict[object, object]:
    return dict(dock.rows("select sku, product_id from listing order by id"))  # type: ignore[arg-type]


def queued(dock: Dock) -> list[tuple[object, ...]]:
    """(sku, model that its row said otherwise) of what waits for the matcher."""
    return dock.rows(
        "select l.sku, t.said ->> 'model' from match_task t join listing l on l.id = t.listing_id order by 1"
    )


def test_a_key_in_another_spelling_joins_at_once_and_is_looked_at_later(dock: Dock) -> None:
    dock.bring(file(PRINTER))
    match_waiting()

    dock.bring(file("B1,EPSON 针打,A02021006,EPSON,lq 630k ii,打印宽度:80列,台,,1750.00,\n"), supplier=1)

    assert len(set(products(dock).values())) == 1
    assert queued(dock) == [("B1", "lq 630k ii")]
    match_waiting()
    assert (queued(dock), dock.rows("select count(*) from match_question")) == ([], [(0,)])


def test_only_new_listings_are_looked_at_and_a_replay_queues_nothing(dock: Dock) -> None:
    dock.bring(file(PRINTER, BLUE))
    first = queued(dock)
    match_waiting()

    dock.bring(file(PRINTER, BLUE) + b"\n")
    dock.bring(file(PRINTER.replace("1800", "1700"), BLUE), name="again.csv")

    assert first == [("A1", None), ("A2", None)]
    assert queued(dock) == []


def test_another_colour_under_one_model_joins_by_its_key_and_is_asked(dock: Dock) -> None:
    dock.bring(file(BLUE))

    dock.bring(file(BLUE.replace("A2", "B2").replace("蓝色", "红色")), supplier=1)
    match_waiting()

    assert len(set(products(dock).values())) == 1
    ((listing, stays, said),) = dock.rows(
        "select l.sku, q.product_id = q.candidate_id, q.said -> 'specification' ->> '颜色' from match_question q"
        " join listing l on l.id = q.listing_id"
    )
    assert (listing, stays, said) == ("B2", True, "红色")


def test_one_barcode_on_strange_goods_is_parted_by_the_matcher(dock: Dock) -> None:
    dock.bring(file("A3,得力7402复印纸,A05040101,得力,7402,克重:70g,包,,20.00,6921734934239\n"))

    dock.bring(file("B3,晨光订书机,A05040401,晨光,ABS92,,个,,20.00,6921734934239\n"), supplier=1)
    joined = len(set(products(dock).values()))
    match_waiting()

    assert (joined, len(set(products(dock).values()))) == (1, 2)
    assert dock.rows("select brand, base_unit from product order by id desc limit 1") == [("晨光", "个")]


def test_a_pack_of_the_same_goods_joins_and_is_not_asked(dock: Dock) -> None:
    dock.bring(file("A3,得力7402复印纸A4,A05040101,得力,7402,克重:70g,包,500张/包,20.00,\n"))

    dock.bring(file("B3,得力7402复印纸A4 5包/箱,A05040101,得力,7402,克重:70克,箱,500张/包 5包/箱,95.00,\n"), supplier=1)
    match_waiting()

    assert len(set(products(dock).values())) == 1
    assert dock.rows("select pack_size from listing order by id") == [(1,), (5,)]
    assert dock.rows("select count(*) from match_question") == [(0,)]


def test_rows_for_a_merged_product_join_the_one_that_took_it_in(dock: Dock) -> None:
    dock.bring(file(BLUE, BLUE.replace("A2", "A9").replace("7405", "AB-7405").replace("蓝色", "绿色")))
    match_waiting()
    was = products(dock)
    merge_products(actor=SYSTEM, product_id=was["A9"], into_id=was["A2"], reason="厂家改了型号")  # type: ignore[arg-type]

    dock.bring(file(BLUE.replace("A2", "B9").replace("7405", "ab 7405").replace("蓝色", "绿色")), supplier=1)

    assert set(products(dock).values()) == {was["A2"]}


def test_a_listing_that_was_split_off_stays_where_it_is_when_its_file_comes_again(dock: Dock) -> None:
    dock.bring(file(BLUE))
    dock.bring(file(BLUE.replace("A2", "B2")), supplier=1)
    ((listing_id, product_id),) = dock.rows("select id, product_id from listing where sku = 'B2'")
    centre = Actor(user_id=1, username="centre", name="采购中心", posts=(PostHeld(1, "centre", 1, 410000),))
    new = split_product(actor=centre, product_id=product_id, listing_ids=[listing_id], reason="不是同一商品")  # type: ignore[arg-type,list-item]

    dock.bring(file(BLUE.replace("A2", "B2").replace("12.00", "11.00")), name="again.csv", supplier=1)
    match_waiting()

    assert products(dock)["B2"] == new


def test_goods_settled_later_join_what_has_their_key_and_lead_there(dock: Dock) -> None:
    dock.bring(file(BLUE))
    dock.bring(file(BLUE.replace("A2", "B2").replace("A05040401", "桌面小物")), supplier=1)
    (own,) = dock.rows("select product_id from listing where sku = 'B2'")[0]

    settle_words(actor=dock.actor(1), supplier_id=dock.supplier_ids[1], codes_by_word={"桌面小物": "A05040401"})

    there = products(dock)["A2"]
    assert products(dock)["B2"] == there
    assert dock.rows(f"select state, merged_into_id from product where id = {own}") == [("merged", there)]
    assert dock.rows(f"select action, note from document_step where document = 'product:{own}'") == [
        ("merge", "归类后与已有商品相同")
    ]
