"""Pairs of office goods as suppliers write them, and what a buyer would say of each."""

# ruff: noqa: E501 - a pair on one line is easier to compare
from __future__ import annotations

import polars as pl
import psycopg
import pytest

from catalog_import.clean_rows import _key
from catalog_import.words import brand_key
from mall.catalogue.match_goods import (
    Goods,
    decide,
    match_goods,
    model_key,
    shortened_models,
    telling_model_key,
    values_agree,
)
from tests.conftest import Clone

PAPER, PRINTER, NEEDLE, INK, RIBBON = "A05040101", "A02021003", "A02021006", "A05040202", "A05040205"
PEN, FOLDER, AIR, COMPUTER, LAPTOP, MONITOR = (
    "A05040402", "A05040401", "A02061804", "A02010105", "A02010108", "A02021104",
)  # fmt: skip
SCREEN, DISK, SERVICE = "A02091001", "A02010507", "C23090199"
EAN, OTHER_EAN, CARTON, BROKEN = "6921734934239", "6901236340363", "16921734934236", "6921734934230"


def goods(name: str, brand: str = "", model: str = "", category: str = "", unit: str = "个", **more: object) -> Goods:
    specification = dict(part.split(":") for part in str(more.pop("said", "")).split(";") if part)
    return Goods(
        name=name, brand=brand_key(brand) if brand else "", model=model, category_code=category,
        specification=specification, base_unit=unit, **more,
    )  # fmt: skip


#: (why, listing, product, verdict)
PAIRS = [
    ("the same words", goods("得力7405文件夹", "得力", "7405", FOLDER), goods("得力7405文件夹", "得力", "7405", FOLDER), "same"),
    ("both spellings of a brand", goods("得力(deli)7405 A4强力夹", "得力(deli)", "7405", FOLDER), goods("deli 7405 文件夹", "deli", "7405", FOLDER), "same"),
    ("names worded otherwise", goods("双强力夹资料夹商务办公", "得力", "7405", FOLDER), goods("得力7405文件夹", "得力", "7405", FOLDER), "same"),
    ("full width", goods("爱普生针式打印机", "爱普生", "ＬＱ－６３０ＫＩＩ", NEEDLE, "台"), goods("爱普生LQ-630KII", "EPSON", "LQ-630KII", NEEDLE, "台"), "same"),
    ("blanks and case", goods("爱普生针打", "爱普生", "lq 630k ii", NEEDLE, "台"), goods("爱普生LQ-630KII", "epson", "LQ-630KII", NEEDLE, "台"), "same"),
    ("a Roman numeral of one sign", goods("爱普生针打", "爱普生", "LQ-630KⅡ", NEEDLE, "台"), goods("爱普生LQ-630KII", "爱普生", "LQ-630KII", NEEDLE, "台"), "same"),
    ("the successor of a printer", goods("爱普生LQ-630K针式打印机", "爱普生", "LQ-630K", NEEDLE, "台"), goods("爱普生LQ-630KII针式打印机", "爱普生", "LQ-630KII", NEEDLE, "台"), "different"),
    ("services of a generic model", goods("打印机上门维修", "", "标准服务", SERVICE, "次"), goods("电脑上门维修", "", "标准服务", SERVICE, "次"), "different"),
    ("unlike services of a generic model and one house", goods("门户网站开发", "讯飞", "标准版", SERVICE, "项"), goods("语音转写年费", "讯飞", "标准版", SERVICE, "项"), "different"),
    ("goods without a model, said in a word", goods("得力文件夹蓝色", "得力", "无", FOLDER), goods("得力直尺20cm", "得力", "无", FOLDER), "different"),
    ("a generic model beside a real one", goods("得力7405文件夹", "得力", "通用", FOLDER), goods("得力7405文件夹", "得力", "7405", FOLDER), "ask"),
    ("a printer and its ribbon", goods("爱普生LQ-630K色带架", "爱普生", "LQ-630K", RIBBON, "支"), goods("爱普生LQ-630K针式打印机", "爱普生", "LQ-630K", NEEDLE, "台"), "different"),
    ("with and without wireless", goods("联想M7206激光多功能一体机", "联想", "M7206", PRINTER, "台"), goods("联想M7206W激光多功能一体机", "联想", "M7206W", PRINTER, "台"), "different"),
    ("another colour by attribute", goods("得力7405文件夹", "得力", "7405", FOLDER, said="颜色:红色"), goods("得力7405文件夹", "得力", "7405", FOLDER, said="颜色:蓝色"), "ask"),
    ("another colour in the names", goods("得力7405文件夹 红色", "得力", "7405", FOLDER), goods("得力7405文件夹 蓝色", "得力", "7405", FOLDER), "ask"),
    ("a colour in brackets", goods("晨光Q7中性笔(黑)", "晨光", "Q7", PEN, "支"), goods("晨光Q7中性笔（红）", "晨光", "Q7", PEN, "支"), "ask"),
    ("one colour said, the other not", goods("晨光Q7中性笔 黑色", "晨光", "Q7", PEN, "支"), goods("晨光Q7中性笔0.5mm", "晨光", "Q7", PEN, "支"), "same"),
    ("the same colour in two words", goods("晨光Q7中性笔", "晨光", "Q7", PEN, "支", said="颜色:黑"), goods("晨光Q7中性笔 黑色", "晨光", "Q7", PEN, "支"), "same"),
    ("black-and-white is no colour", goods("惠普108a黑白激光打印机", "惠普", "108a", PRINTER, "台"), goods("惠普(HP)108A 激光打印机 白色", "HP", "108A", PRINTER, "台"), "same"),
    ("a ream and a carton of five", goods("得力7402 A4复印纸70g 5包/箱", "得力", "7402", PAPER, "包", pack_size=5, said="克重:70g;张数:500张/包"), goods("得力7402 A4复印纸70g 500张/包", "得力", "7402", PAPER, "包", said="克重:70克;张数:500"), "same"),
    ("a carton that does not say what is in it", goods("得力7402 A4复印纸70g 整箱", "得力", "7402", PAPER, "箱"), goods("得力7402 A4复印纸70g 500张/包", "得力", "7402", PAPER, "包"), "different"),
    ("paper of another weight under one name of a series", goods("得力珊瑚海A4复印纸 80g", "得力", "珊瑚海", PAPER, "包"), goods("得力珊瑚海A4复印纸 70g", "得力", "珊瑚海", PAPER, "包"), "ask"),
    ("weight and format both differ", goods("得力珊瑚海复印纸", "得力", "珊瑚海", PAPER, "包", said="规格:A3;克重:80g"), goods("得力珊瑚海复印纸", "得力", "珊瑚海", PAPER, "包", said="规格:A4;克重:70g"), "different"),
    ("weights written otherwise", goods("得力珊瑚海A4复印纸", "得力", "珊瑚海", PAPER, "包", said="定量:70克"), goods("得力珊瑚海A4复印纸", "得力", "珊瑚海", PAPER, "包", said="克重:70g"), "same"),
    ("paper without models, other weight", goods("天章A4复印纸70g", "天章", "", PAPER, "包"), goods("天章A4复印纸80g", "天章", "", PAPER, "包"), "different"),
    ("paper without models, the same", goods("天章 A4 复印纸 70g", "天章", "", PAPER, "包"), goods("天章A4复印纸70g", "TANGO天章", "", PAPER, "包"), "same"),
    ("names alone, a word more", goods("天章新绿A4复印纸70g 500张", "天章", "", PAPER, "包"), goods("天章A4复印纸70g 500张", "天章", "", PAPER, "包"), "ask"),
    ("names alone, another thing", goods("得力订书机", "得力", "", FOLDER), goods("得力计算器", "得力", "", FOLDER), "different"),
    ("files of three and of four tiers", goods("得力三联文件架3层", "得力", "", FOLDER), goods("得力三联文件架4层", "得力", "", FOLDER), "different"),
    ("pencils of another hardness", goods("中华铅笔101 HB", "中华", "101HB", PEN, "支"), goods("中华铅笔101 2B", "中华", "1012B", PEN, "支"), "different"),
    ("air conditioners of one series", goods("格力壁挂式空调", "格力", "KFR-35GW/NhGc1B", AIR, "台"), goods("格力壁挂式空调", "格力", "KFR-35GW/NhGd3B", AIR, "台"), "different"),
    ("the same size of another maker", goods("美的壁挂式空调", "美的", "KFR-35GW/N8MJA3", AIR, "台"), goods("格力壁挂式空调", "格力", "KFR-35GW/NhGc1B", AIR, "台"), "different"),
    ("a model cut off at its stroke", goods("格力壁挂式空调1.5匹", "格力", "KFR-35GW/", AIR, "台"), goods("格力壁挂式空调1.5匹", "格力", "KFR-35GW/NhGc1B", AIR, "台"), "ask"),
    ("a model with other strokes", goods("格力空调", "格力", "KFR35GW NhGc1B", AIR, "台"), goods("格力壁挂式空调", "格力", "KFR-35GW/NhGc1B", AIR, "台"), "same"),
    ("no brand given", goods("针式打印机LQ-630KII", "", "LQ-630KII", NEEDLE, "台"), goods("爱普生LQ-630KII针式打印机", "爱普生", "LQ-630KII", NEEDLE, "台"), "ask"),
    ("model only in the name", goods("得力7405文件夹", "得力", "", FOLDER), goods("得力文件夹", "得力", "7405", FOLDER), "ask"),
    ("a longer number in the name is no model", goods("得力74051文件夹", "得力", "", FOLDER), goods("得力标签机", "得力", "7405", FOLDER), "different"),
    ("a compatible cartridge", goods("天威CF280A硒鼓", "天威", "CF280A", INK, "支"), goods("惠普CF280A硒鼓", "惠普", "CF280A", INK, "支"), "different"),
    ("cartridges of another yield", goods("惠普CF280硒鼓", "惠普", "CF280", INK, "支", said="打印量:2700页"), goods("惠普CF280硒鼓", "惠普", "CF280", INK, "支", said="打印量:6900页"), "ask"),
    ("cartridges of another model", goods("惠普CF280A硒鼓", "惠普", "CF280A", INK, "支"), goods("惠普CF280X硒鼓", "惠普", "CF280X", INK, "支"), "different"),
    ("computers of other memory and disk", goods("联想启天M455", "联想", "M455", COMPUTER, "台", said="内存:8GB;硬盘:256GB SSD"), goods("联想启天M455", "联想", "M455", COMPUTER, "台", said="内存:16GB;硬盘:512GB SSD"), "different"),
    ("computers of other memory alone", goods("联想启天M455", "联想", "M455", COMPUTER, "台", said="内存:8GB;硬盘:512GB"), goods("联想启天M455", "联想", "M455", COMPUTER, "台", said="内存:16G;硬盘:512GB SSD"), "ask"),
    ("memory in other letters", goods("联想启天M455", "联想", "M455", COMPUTER, "台", said="内存:16G;CPU:i5-13400"), goods("联想启天M455", "联想", "M455", COMPUTER, "台", said="内存:16GB;处理器:Intel i5-13400"), "same"),
    ("a terabyte in gigabytes", goods("西部数据移动硬盘", "西部数据", "WDBA", DISK, said="容量:1TB"), goods("西部数据移动硬盘", "西部数据", "WDBA", DISK, said="容量:1024GB"), "same"),
    ("sticks of other capacity", goods("闪迪CZ73 U盘 32GB", "闪迪", "CZ73", DISK), goods("闪迪CZ73 U盘 64GB", "闪迪", "CZ73", DISK), "ask"),
    ("another voltage", goods("公牛插座GN-B3", "公牛", "GN-B3", "A02061900", said="电压:380V"), goods("公牛插座GN-B3", "公牛", "GN-B3", "A02061900", said="电压:220V"), "ask"),
    ("ink by the litre", goods("爱普生004墨水", "爱普生", "004", INK, "瓶", said="容量:0.1L"), goods("爱普生004墨水", "爱普生", "004", INK, "瓶", said="容量:100ml"), "same"),
    ("a neighbouring category", goods("惠普M1136w", "惠普", "M1136w", "A02021004", "台"), goods("惠普M1136w", "惠普", "M1136w", PRINTER, "台"), "ask"),
    ("the model A4 of two makers", goods("晨光A4复印纸", "晨光", "A4", PAPER, "包"), goods("得力A4复印纸", "得力", "A4", PAPER, "包"), "different"),
    ("equal barcodes, no brand", goods("A4复印纸70g", "", "", PAPER, "包", gtin=EAN), goods("得力7402复印纸", "得力", "7402", PAPER, "包", gtin=EAN), "same"),
    ("a barcode with leading nought", goods("复印纸", "得力", "", PAPER, "包", gtin="0" + EAN), goods("得力7402复印纸", "得力", "7402", PAPER, "包", gtin=EAN), "same"),
    ("barcodes that conflict", goods("得力7402复印纸", "得力", "7402", PAPER, "包", gtin=OTHER_EAN), goods("得力7402复印纸", "得力", "7402", PAPER, "包", gtin=EAN), "different"),
    ("a broken barcode says nothing", goods("得力7402复印纸", "得力", "7402", PAPER, "包", gtin=BROKEN), goods("得力7402复印纸", "得力", "7402", PAPER, "包", gtin=EAN), "same"),
    ("the barcode of the carton", goods("得力7402复印纸", "得力", "7402", PAPER, "包", gtin=CARTON, pack_size=8), goods("得力7402复印纸", "得力", "7402", PAPER, "包", gtin=EAN), "same"),
    ("one barcode on two models", goods("得力7403复印纸", "得力", "7403", PAPER, "包", gtin=EAN), goods("得力7402复印纸", "得力", "7402", PAPER, "包", gtin=EAN), "ask"),
    ("one barcode, two makers, two models", goods("晨光M1复印纸", "晨光", "M1", PAPER, "包", gtin=EAN), goods("得力7402复印纸", "得力", "7402", PAPER, "包", gtin=EAN), "different"),
    ("services by the same name", goods("宣传册印刷 A4铜版纸16页", "", "", SERVICE, "册"), goods("宣传册印刷A4铜版纸 16页", "", "", SERVICE, "册"), "ask"),
    ("services of another size", goods("宣传册印刷 A4铜版纸16页", "", "", SERVICE, "册"), goods("宣传册印刷 A4铜版纸32页", "", "", SERVICE, "册"), "different"),
    ("monitors of other size", goods("戴尔显示器", "戴尔", "E2425", MONITOR, "台", said="屏幕尺寸:24英寸"), goods("戴尔显示器", "戴尔", "E2425", MONITOR, "台", said="尺寸:27英寸"), "ask"),
    ("monitors in inches of two kinds", goods("戴尔显示器", "戴尔", "E2425", MONITOR, "台", said='屏幕尺寸:23.8"'), goods("戴尔显示器", "戴尔", "E2425", MONITOR, "台", said="尺寸:23.8英寸"), "same"),
]  # fmt: skip


@pytest.mark.parametrize(("why", "listed", "candidate", "verdict"), PAIRS, ids=[pair[0] for pair in PAIRS])
def test_a_pair_is_judged_as_a_buyer_would(why: str, listed: Goods, candidate: Goods, verdict: str) -> None:
    match = match_goods(listed, candidate)

    assert (decide(match.confidence, same_from=85, ask_from=50), match.confidence) == (verdict, match.confidence), match


@pytest.mark.parametrize(
    "text",
    [
        "LQ-630KII",
        "ＬＱ－６３０ＫＩＩ",
        "lq 630k ii",
        "KFR-35GW/",
        "A4·80【白】",
        "（HP）M1136w",
        "LQ-630KⅡ",
        "",
        "珊瑚海70g",
    ],
)
def test_a_model_has_one_key_in_matcher_import_and_database(own_database: Clone, text: str) -> None:
    imported = pl.DataFrame({"model": [text]}).select(_key("model"))["model"][0]
    with psycopg.connect(own_database.admin) as connection:
        (kept,) = connection.execute(
            "insert into product (name, model, match_key, created_at) values ('x', %s, 'x', now()) returning model_key",
            (text,),
        ).fetchone()

    assert (imported, kept) == (model_key(text), model_key(text))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("70g", "70克", True), ("70g", "80克", False), ("黑", "黑色", True), ("黑色", "红色", False),
        ("2升", "2000ml", True), ("500张/包", "500", True), ("A4", "A3", False), ("23.8\"", "23.8英寸", True),
        ("激光、喷墨", "激光/喷墨", True), ("1TB", "1024GB", True), ("8GB DDR4", "8G", True), ("220V", "380V", False),
    ],
)  # fmt: skip
def test_values_agree_however_they_are_written(one: str, other: str, expected: bool) -> None:
    assert values_agree(one, other) is expected


def test_a_careless_writer_leaves_the_end_of_a_model_out() -> None:
    assert shortened_models("KFR-35GW/NhGc1B") == {"kfr35gw"}
    assert shortened_models("LQ-630KII") == set()


def test_the_evidence_names_what_speaks_for_and_against_the_weightiest_first() -> None:
    red = goods("得力7405文件夹", "得力", "7405", FOLDER, said="颜色:红色", gtin=EAN)
    blue = goods("得力7405文件夹", "得力", "7405", FOLDER, said="颜色:蓝色", gtin=EAN)

    match = match_goods(red, blue)

    assert [(one.code, one.points) for one in match.evidence] == [
        ("gtin.equal", 75), ("model.equal", 52), ("attribute.differs", -32), ("brand.equal", 22),
        ("category.equal", 12), ("name.like", 10),
    ]  # fmt: skip
    assert match.evidence[2].facts == {"name": "颜色", "listed": "红色", "candidate": "蓝色"}


@pytest.mark.parametrize(("why", "listed", "candidate", "verdict"), PAIRS, ids=[pair[0] for pair in PAIRS])
def test_the_other_way_round_it_is_as_sure(why: str, listed: Goods, candidate: Goods, verdict: str) -> None:
    assert match_goods(candidate, listed).confidence == match_goods(listed, candidate).confidence


@pytest.mark.parametrize("model", ["标准服务", " 标 准 服务 ", "N/A", "n/a", "无", "通用", "STANDARD"])
def test_a_generic_model_is_none(model: str) -> None:
    assert telling_model_key(model) == ""


@pytest.mark.parametrize("model", ["A4", "7405", "标准服务B", "通用电气X1", "LQ-630KII"])
def test_a_model_that_only_holds_such_a_word_is_one(model: str) -> None:
    assert telling_model_key(model) == model_key(model) != ""


def test_a_generic_model_is_said_in_the_evidence_and_counts_nothing() -> None:
    one = goods("打印机上门维修", "", "标准服务", SERVICE, "次")

    evidence = {
        each.code: each.points for each in match_goods(one, goods("电脑维修", "", "标准服务", SERVICE)).evidence
    }

    assert evidence["model.generic"] == 0 and "model.equal" not in evidence
