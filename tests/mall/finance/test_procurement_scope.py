"""What spending is: by category, by words, by economic item, and where the witnesses differ."""

from __future__ import annotations

import dataclasses

import pytest

from mall.finance.procurement_scope import KnownCategory, ProcurementScope, classify, procurement_scope
from mall.reference.read_reference import categories, economic_scopes, purpose_words

SHIPPED = [
    KnownCategory(
        code=each.code,
        name=each.name,
        level=each.level,
        parent_code=each.parent_code,
        in_mall=each.in_mall,
        is_centralised=each.centralised,
        aliases="|".join(each.aliases),
    )
    for each in categories()
]
SCOPE = ProcurementScope(SHIPPED)


@pytest.mark.parametrize(
    ("economic_code", "purpose", "category_code", "expected"),
    [
        # category, inside the catalogue, centralised, confidence
        ("", "", "A02021003", ("A02021003", True, True, 100)),
        ("", "", " a02021003 ", ("A02021003", True, True, 100)),
        ("30201", "购打印机", "", ("A02021000", True, False, 56)),
        ("31002", "购激光打印机两台", "", ("A02021003", True, True, 98)),
        ("31002", "", "", (None, True, False, 50)),
        ("30201", "", "", ("A05040000", True, False, 70)),
        ("30201", "购复印纸", "", ("A05040101", True, True, 90)),
        ("30213", "打印机维修", "", ("C23120200", True, False, 98)),
        ("30213", "教学楼零星维修", "", ("C23120000", True, False, 95)),
        ("30206", "10月电费", "", (None, False, False, 98)),
        ("30101", "", "", (None, False, False, 95)),
        ("3010101", "10月工资", "", (None, False, False, 98)),
        ("30211", "张某出差购打印机", "", (None, False, False, 98)),
        ("30202", "印刷試卷", "", ("C23090100", True, True, 98)),
        ("", "购办公桌、投影仪", "", (None, True, True, 75)),
        ("", "硒鼓、墨粉", "", ("A05040200", True, False, 65)),
        ("30299", "", "", (None, None, False, 0)),
        ("", "其他", "", (None, None, False, 0)),
        ("99999", "", "Z99", (None, None, False, 0)),
        ("", "'; drop table payment --", "", (None, None, False, 0)),
    ],
)
def test_spending_is_classified(economic_code, purpose, category_code, expected) -> None:
    found = classify(economic_code=economic_code, purpose=purpose, category_code=category_code, scope=SCOPE)

    assert (found.category_code, found.in_catalogue, found.is_centralised, found.confidence) == expected
    assert found.why


def test_reasons_name_what_spoke() -> None:
    found = classify(economic_code="30201", purpose="购打印机", scope=SCOPE)

    assert [reason.code for reason in found.why] == ["purpose_word", *["economic_item"] * 4, "differ"]
    assert found.why[0].facts == {"word": "打印机", "category_code": "A02021000", "confidence": 80}


def test_category_outside_the_mall_is_outside_the_catalogue() -> None:
    scope = ProcurementScope(
        dataclasses.replace(each, in_mall=each.in_mall and not each.code.startswith("A0703")) for each in SHIPPED
    )

    found = classify(purpose="购茶叶", scope=scope)

    assert (found.category_code, found.in_catalogue) == ("A07031301", False)
    assert scope.version != SCOPE.version


def test_scope_of_the_database_is_the_shipped_one(world) -> None:
    assert procurement_scope(anew=True).version == SCOPE.version


def test_shipped_tables_name_only_known_categories() -> None:
    assert {each.category_code for each in (*economic_scopes(), *purpose_words())} - {None} <= set(SCOPE.categories)
    assert len({each.word for each in purpose_words()}) == len(purpose_words())
    assert all(0 <= each.confidence <= 98 for each in (*economic_scopes(), *purpose_words()))
