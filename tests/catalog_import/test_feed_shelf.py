"""Formats are found by looking, keep their contract, and refuse what nobody reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog_import.feed_shelf import all_feeds, neutralise_formula, recognise_format
from mall.errors import Refusal


def test_every_format_keeps_the_contract_and_has_its_test() -> None:
    feeds = all_feeds()

    assert {feed.NAME for feed in feeds} >= {"csv", "xlsx"}
    for feed in feeds:
        assert feed.TITLE and feed.MEDIA_TYPE and all(ending.startswith(".") for ending in feed.EXTENSIONS)
        assert all(callable(getattr(feed, name)) for name in ("sniff", "guard", "read", "write_report"))
        assert (Path(__file__).parent / "feeds" / f"test_{feed.NAME}_feed.py").is_file()


@pytest.mark.parametrize(
    ("head", "name", "code"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....", "goods.xls", "import.old_workbook"),
        (b"%PDF-1.7 ...", "goods.pdf", "import.unknown_format"),
        (b"\x89PNG....", "goods.csv", "import.unknown_format"),
        (b"\xef\xbb\xbf  \r\n", "goods.csv", "import.empty_file"),
    ],
)
def test_what_no_format_takes_is_refused(head: bytes, name: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        recognise_format(head=head, file_name=name)

    assert refused.value.code == code


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "＝1", "\tx"])
def test_cells_that_would_run_are_neutralised(text: str) -> None:
    assert neutralise_formula(text) == "'" + text


def test_other_cells_are_left_alone() -> None:
    assert neutralise_formula("A=1") == "A=1"
    assert neutralise_formula("") == ""
