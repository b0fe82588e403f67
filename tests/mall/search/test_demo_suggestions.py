"""What the search box of the demo mall suggests while a clerk types."""

from __future__ import annotations

import re
import time
from itertools import combinations
from statistics import median

import pytest

from mall.search.engine import SearchEngine
from mall.search.query import Suggestion

LINES = 8
MILLISECONDS_MAX = 50


def suggested(engine: SearchEngine, typed: str) -> list[Suggestion]:
    return engine.suggest(typed, limit=LINES)


@pytest.mark.parametrize(
    ("typed", "category"),
    [
        ("打印机", "A02021003"), ("dayin", "A02021003"), ("dyj", "A02021003"), ("印表機", "A02021003"),
        ("A4", "A05040101"), ("复印", "A05040101"), ("fuyinzhi", "A05040101"), ("硒鼓", "A05040201"),
        ("388A", "A05040201"), ("笔记本", "A02010108"), ("台式", "A02010105"), ("电脑", "A02010105"),
        ("投影", "A02020200"), ("办公椅", "A05010301"), ("文件柜", "A05010502"), ("wenjiangui", "A05010502"),
        ("中性", "A05040402"), ("订书", "A05040401"), ("U盘", "A02010508"), ("ThinkPa", "A02010108"),
        ("碎纸", "A02021301"), ("计算器", "A02021401"), ("空调", "A02061804"), ("显示器", "A02021104"),
    ],
)  # fmt: skip
def test_category_of_what_is_typed_is_suggested(demo_engine: SearchEngine, typed: str, category: str) -> None:
    found = suggested(demo_engine, typed)

    assert category in [each.value for each in found if each.kind == "category"]


@pytest.mark.parametrize("typed", ["打印机", "硒鼓", "U盘", "ThinkPad", "lq630", "惠普", "中性笔", "笔记本", "388A"])
def test_one_thing_is_one_line_however_many_suppliers_spell_it(demo_engine: SearchEngine, typed: str) -> None:
    found = suggested(demo_engine, typed)

    spellings = [frozenset(re.findall(r"[A-Za-z0-9][\w.-]*|[\u4e00-\u9fff]", each.text)) for each in found]
    repeated = [
        (one.text, other.text)
        for (one, first), (other, second) in combinations(zip(found, spellings, strict=True), 2)
        if one.kind in ("product", "listing") and first <= second
    ]
    assert repeated == [] and len({(each.kind, each.value) for each in found}) == len(found)


@pytest.mark.parametrize(("typed", "brand"), [("惠普", "惠普"), ("hp", "惠普"), ("huipu", "惠普"), ("得", "得力")])
def test_brands_lead(demo_engine: SearchEngine, typed: str, brand: str) -> None:
    first = suggested(demo_engine, typed)[0]

    assert (first.kind, first.text) == ("brand", brand)


def test_remainders_stand_behind_what_they_are_the_remainder_of(demo_engine: SearchEngine) -> None:
    categories = [each.text for each in suggested(demo_engine, "硒鼓") if each.kind == "category"]

    assert categories == ["鼓粉盒", "其他硒鼓、粉盒"]


def test_suggestions_take_less_than_a_blink(demo_engine: SearchEngine) -> None:
    suggested(demo_engine, "热身")
    times = []

    for typed in ("打", "打印", "打印机", "d", "da", "dayin", "A4", "惠普 laser", "中性笔 黑", "ThinkPad E14", "lq-6"):
        began = time.thread_time()
        suggested(demo_engine, typed)
        times.append((time.thread_time() - began) * 1000)

    assert median(times) < MILLISECONDS_MAX / 2 and max(times) < MILLISECONDS_MAX, times
