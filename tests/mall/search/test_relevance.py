"""Forty-eight queries as people type them, judged by the category (and brand) of the first ten hits."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from mall.search.document import Document
from mall.search.engine import SearchEngine
from mall.search.query import Query

MEAN_FLOOR = 0.95
LAPTOP, DESKTOP, SERVER, SCREEN = "A02010108", "A02010105", "A02010103", "A02010604"
MONO, COLOUR, DOT, MULTI = "A02021003", "A02021004", "A02021006", "A02020400"
COPIER, PROJECTOR, SCANNER, SHREDDER = "A02020100", "A02020200", "A02021118", "A02021300"
MOUSE, STICK, DISK, ROUTER = "A02010601", "A02010507", "A02010508", "A02010202"
PAPER, TONER, INK, RIBBON = "A05040101", "A05040201", "A05040202", "A05040203"
PEN, STAPLER, BOX, FOLDER, CALCULATOR = "A05040401", "A05040402", "A05040403", "A05040404", "A05040405"
CHAIR, CABINET, AIR, TISSUE, SOAP = "A05010301", "A05010501", "A02061804", "A05040501", "A05040502"


@dataclass(frozen=True)
class Judged:
    """A query, the categories that answer it, and words one of which the name must hold (none: any name)."""

    text: str
    categories: tuple[str, ...]
    words: tuple[str, ...] = ()


QUERIES = (
    Judged("打印机", (MONO, COLOUR, DOT, MULTI)),
    Judged("黑白激光打印机", (MONO,)),
    Judged("针式打印机", (DOT,)),
    Judged("彩色打印机", (COLOUR,)),
    Judged("惠普打印机", (MONO, COLOUR, MULTI), ("惠普",)),
    Judged("一体机", (MULTI,)),
    Judged("复印机", (COPIER,)),
    Judged("笔记本电脑", (LAPTOP,)),
    Judged("手提电脑", (LAPTOP,)),
    Judged("便携式计算机", (LAPTOP,)),
    Judged("联想笔记本", (LAPTOP,), ("联想",)),
    Judged("台式机", (DESKTOP,)),
    Judged("台式计算机 i5", (DESKTOP,)),
    Judged("服务器", (SERVER,)),
    Judged("显示器 27英寸", (SCREEN,), ("27英寸",)),
    Judged("投影机", (PROJECTOR,)),
    Judged("扫描仪", (SCANNER,)),
    Judged("碎纸机 5级保密", (SHREDDER,), ("5级",)),
    Judged("无线鼠标", (MOUSE,)),
    Judged("优盘", (STICK,)),
    Judged("U盘 64g", (STICK,), ("64G",)),
    Judged("移动硬盘", (DISK,)),
    Judged("路由器", (ROUTER,)),
    Judged("A4纸", (PAPER,)),
    Judged("打印纸 80g", (PAPER,), ("80g",)),
    Judged("硒鼓", (TONER,)),
    Judged("388A", (TONER,), ("388A",)),
    Judged("中性笔 0.5mm 黑", (PEN,), ("0.5mm",)),
    Judged("晨光签字笔", (PEN,), ("晨光",)),
    Judged("电脑椅", (CHAIR,)),
    Judged("格力空调", (AIR,), ("格力",)),
    Judged("印表機", (MONO, COLOUR, DOT, MULTI)),
    Judged("雷射印表機", (MONO, COLOUR)),
    Judged("筆記型電腦", (LAPTOP,)),
    Judged("滑鼠", (MOUSE,)),
    Judged("隨身碟", (STICK,)),
    Judged("dayinji", (MONO, COLOUR, DOT, MULTI)),
    Judged("fuyinzhi", (PAPER,)),
    Judged("xigu", (TONER,)),
    Judged("wuxianshubiao", (MOUSE,)),
    Judged("bijibendiannao", (LAPTOP,)),
    Judged("ThinkPda E14", (LAPTOP,), ("ThinkPad",)),
    Judged("Lenvo 笔记本", (LAPTOP,), ("联想",)),
    Judged("MateBok", (LAPTOP,), ("MateBook",)),
    Judged("LQ630KII", (DOT,), ("LQ-630KII",)),
    Judged("lq-630", (DOT, RIBBON), ("LQ-630KII", "LQ630K")),
    Judged("laserjt m1005", (MULTI,), ("M1005",)),
    Judged("printer", (MONO, COLOUR, DOT, MULTI)),
)


def precision(engine: SearchEngine, goods: dict[int, Document], judged: Judged) -> float:
    """Return the share of right goods among the first ten hits; nothing found counts 0."""
    ids = engine.search(Query(text=judged.text, size=10)).ids
    right = [
        listing_id
        for listing_id in ids
        if goods[listing_id].category_code in judged.categories
        and (not judged.words or any(word in goods[listing_id].name for word in judged.words))
    ]
    return len(right) / len(ids) if ids else 0.0


def test_there_are_forty_eight_different_queries() -> None:
    assert len({judged.text for judged in QUERIES}) == 48


@pytest.mark.timeout(60)
def test_mean_precision_of_the_first_ten(full_engine: SearchEngine, goods: list[Document]) -> None:
    by_id = {document.id: document for document in goods}

    scores = {judged.text: precision(full_engine, by_id, judged) for judged in QUERIES}

    weak = {text: score for text, score in scores.items() if score < 1}
    assert sum(scores.values()) / len(scores) >= MEAN_FLOOR, weak
    assert min(scores.values()) > 0, weak


@pytest.mark.parametrize("text", ["打印机", "笔记本电脑", "复印纸", "硒鼓", "无线鼠标", "档案盒", "办公椅", "洗手液"])
def test_everything_of_that_name_is_found(full_engine: SearchEngine, goods: list[Document], text: str) -> None:
    named = {document.id for document in goods if text in document.name}

    found: set[int] = set()
    for page in (1, 2, 3):
        found.update(full_engine.search(Query(text=text, size=200, page=page)).ids)

    assert named <= found


def test_nothing_has_all_words_so_some_are_shown_and_said(full_engine: SearchEngine, goods: list[Document]) -> None:
    by_id = {document.id: document for document in goods}

    result = full_engine.search(Query(text="洗手 夜", size=10))

    assert result.relaxed
    assert {by_id[listing_id].category_code for listing_id in result.ids} == {SOAP}


def test_pinyin_of_several_words_is_rewritten_and_said(full_engine: SearchEngine) -> None:
    result = full_engine.search(Query(text="huipudayinji"))

    assert result.corrected_text == "惠普 打印机" and not result.relaxed
    assert result.ids == full_engine.search(Query(text="惠普 打印机")).ids != ()


def test_unknown_words_find_nothing(full_engine: SearchEngine) -> None:
    result = full_engine.search(Query(text="氢氧化钠"))

    assert result.ids == () and not result.relaxed


def test_exact_model_comes_before_its_neighbours(full_engine: SearchEngine, goods: list[Document]) -> None:
    models = {document.id: document.model for document in goods}

    result = full_engine.search(Query(text="LQ-735KII", size=10))

    assert {models[listing_id] for listing_id in result.ids} == {"LQ-735KII"}
