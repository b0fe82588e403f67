"""Catalogues in XML are gone through item by item; what is behind is let go, however it is nested."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from catalog_import.xml_items import words, xml_items
from mall.errors import Refusal

ITEMS = 200


@pytest.mark.parametrize(
    "shape",
    [
        "<Catalogue>{items}</Catalogue>",
        '<x:Catalogue xmlns:x="urn:x"><x:Head/>{items}<x:Tail/></x:Catalogue>',
        '<!DOCTYPE Catalogue SYSTEM "http://192.0.2.1/never.dtd"><Catalogue><!-- 1 --><?pi 2?>{items}</Catalogue>',
    ],
)
@pytest.mark.parametrize("item", ["<Item><Name>{n}</Name></Item>", "<Wrap><Item><Name>{n}</Name></Item><Rest/></Wrap>"])
def test_what_has_been_given_is_not_kept(tmp_path: Path, shape: str, item: str) -> None:
    path = tmp_path / "catalogue.xml"
    path.write_text(shape.format(items="\n".join(item.format(n=number) for number in range(ITEMS))), encoding="utf-8")

    names, held = [], []
    for element in xml_items(path, ("Item",)):
        names.append(words(element, "Name"))
        held.append(element.xpath("count(preceding::*)"))

    assert names == [str(number) for number in range(ITEMS)]
    # The last item and what stood with it; what lies ahead is a block of the file that has been read.
    assert max(held) <= 4


def test_words_are_those_of_all_that_an_element_holds(tmp_path: Path) -> None:
    root = etree.fromstring("<a><b> one <i>two</i> three </b><c/></a>")

    assert (words(root, "b"), words(root, "c"), words(root, "d", "e")) == ("one two three", "", "")


def test_a_document_that_is_none_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.xml"
    path.write_bytes(b'<?xml version="1.0"?>\n\n')

    with pytest.raises(Refusal) as refused:
        list(xml_items(path, ("Item",)))

    assert (refused.value.code, refused.value.facts) == ("import.broken_xml", {"line": 3})
