"""Reference data is loaded once and again without effect; the full official table comes in beside our own part."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from mall.catalogue.category import Category, categories_by_code
from mall.database import close_reading, session
from mall.errors import Refusal
from mall.reference.load_reference import load_built_in, load_official_categories
from tests.conftest import Clone

HEAD = "code,name,level,parent_code\n"


def _table(folder: Path, *rows: str, head: str = HEAD) -> Path:
    path = folder / "table.csv"
    path.write_text(head + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return path


def test_a_second_load_of_the_built_in_data_writes_nothing(own_database: Clone) -> None:
    counts = load_built_in()

    rows = ("regions", "categories", "regional_rules", "asset_standards", "chart_mappings", "payment_channels")
    assert counts == dict.fromkeys(rows, 0)


def test_the_official_table_brings_what_the_mall_does_not_sell(own_database: Clone, tmp_path: Path) -> None:
    path = _table(
        tmp_path, "A,货物,0,", "A01000000,房屋和构筑物,1,A", "A01010000,房屋,2,A01000000", "B,工程,0,",
        "A02000000,设备,1,A",
    )  # fmt: skip

    counts = load_official_categories(path)
    again = load_official_categories(path)

    known = categories_by_code()
    close_reading()
    assert counts == {"rows": 5, "added": 3, "changed": 0}
    assert again == {"rows": 5, "added": 0, "changed": 0}
    assert known["A01010000"].in_mall is False
    assert known["A01010000"].parent_code == "A01000000"
    assert known["B"].kind == "works"
    # Ours keeps what the official table does not know.
    assert known["A02000000"].in_mall is True


@pytest.mark.parametrize(
    ("head", "rows", "why"),
    [
        ("编码,名称,级别,上级\n", ("A,货物,0,",), "columns"),
        (HEAD, ("A,货物,0,", "A02000000,设备,1,A09999999"), "parent"),
        (HEAD, ("A,货物,0,", "A,货物,0,"), "twice"),
        (HEAD, ("A,货物,零,",), "level"),
        (HEAD, ("X01,别的,1,",), "code"),
        (HEAD, ("A01000000,甲,1,A02000000", "A02000000,乙,1,A01000000"), "parent"),
    ],
)
def test_a_table_that_is_none_is_refused_whole(
    own_database: Clone, tmp_path: Path, head: str, rows: tuple[str, ...], why: str
) -> None:
    path = _table(tmp_path, *rows, head=head)

    with pytest.raises(Refusal, match=r"reference\.bad_file") as refused:
        load_official_categories(path)

    assert refused.value.facts["why"] == why
    known = session().scalar(select(Category.name).where(Category.code == "A02000000"))
    close_reading()
    assert known == "设备"
