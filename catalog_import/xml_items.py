"""Catalogues in XML, item by item: nothing outside the file is ever fetched, nothing inside it unfolds."""

from __future__ import annotations

import codecs
import mmap
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import IO

from lxml import etree

from catalog_import.feed_shelf import ReportForm, ReportRow
from catalog_import.item_table import HEADER_ROW
from mall.errors import Refusal

#: what begins a document that is not written in an extension of ASCII
_WIDE = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"), (b"<\x00", "utf-16-le"))
_DECLARED = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_ROOT = re.compile(r"<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)(?=[\s/>])")
_DECLARATIONS = re.compile(r"<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>", re.DOTALL)


def root_name(head: bytes) -> str:
    """The local name of the first element of a document that begins with `head`, '' where there is none."""
    text = head.decode(_encoding_of(head), errors="replace").lstrip("\ufeff \t\r\n")
    if not text.startswith("<"):
        return ""
    found = _ROOT.search(_DECLARATIONS.sub("", text))
    return found.group(1) if found else ""


def local(element: etree._Element) -> str:
    """The name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def child(element: etree._Element | None, *path: str) -> etree._Element | None:
    """The first descendant down this path of local names."""
    for name in path:
        if element is None:
            return None
        element = next(element.iterchildren("{*}" + name), None)
    return element


def children(element: etree._Element | None, *names: str) -> list[etree._Element]:
    """All children of these local names."""
    return [] if element is None else list(element.iterchildren(*_in_any_namespace(names)))


def words(element: etree._Element | None, *path: str) -> str:
    """The text of the first descendant down this path, blanks at both ends taken off; '' where there is none."""
    found = child(element, *path)
    if found is None:
        return ""
    # Nearly all that is asked for holds text and nothing else, and a million items are asked twenty times each.
    return "".join(found.itertext()).strip() if len(found) else (found.text or "").strip()


def xml_items(path: Path, names: Collection[str]) -> Iterator[etree._Element]:
    """Every element of one of these local names, whole, in the order of the file.

    Each is thrown away with all that stands before it when the next one is asked for. Where the document breaks off,
    the items before it have been given and Refusal("import.broken_xml") says on which line. Raises Refusal
    "import.entities_declared" for a document that declares entities; a DOCTYPE by itself is read over, and never
    loaded.
    """
    try:
        _, root = next(_events(path, "start"))
        _refuse_entities(root)
        for _, element in _events(path, "end", tag=_in_any_namespace(names)):
            yield element
            _throw_away(element)
    except etree.XMLSyntaxError as error:
        raise Refusal("import.broken_xml", line=error.lineno or 0) from None


def write_xml_report(target: IO[bytes], *, rows: Iterator[ReportRow], form: ReportForm, names: Collection[str]) -> None:
    """The sender's own bytes, with a comment before every item about which there is something to say.

    Raises Refusal("import.file_gone") when the original has been thrown away.
    """
    if form.source is None:
        raise Refusal("import.file_gone")
    with form.source.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as original:
        encoding = _encoding_of(original[:1024])
        if not encoding.startswith("utf-16"):
            for part in _with_comments(original, rows=rows, names=names, encoding=encoding):
                target.write(part)
            return
        # Too wide for a search of bytes; such files are rare and small.
        text = original[:].decode(encoding).lstrip("\ufeff").encode("utf-8")
        told = b"".join(_with_comments(text, rows=rows, names=names, encoding="utf-8"))
        target.write(told.decode("utf-8").encode("utf-16"))


def _with_comments(
    document: bytes | mmap.mmap, *, rows: Iterator[ReportRow], names: Collection[str], encoding: str
) -> Iterator[bytes]:
    done = 0
    places = enumerate(_places(document, names), start=HEADER_ROW + 1)
    place = next(places, None)
    for row in rows:
        while place is not None and place[0] < row.row_number:
            place = next(places, None)
        if place is not None and place[0] == row.row_number and row.codes:
            yield document[done : place[1]]
            yield _comment(row).encode(encoding, "xmlcharrefreplace")
            done = place[1]
    yield document[done:]


def _places(document: bytes | mmap.mmap, names: Collection[str]) -> Iterator[int]:
    """Where the items begin; comments and character data are read over, for neither can hold an element."""
    wanted = "|".join(map(re.escape, names)).encode()
    tags = re.compile(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<(?:[\w.\x80-\xff-]+:)?(" + wanted + rb")(?=[\s/>])", re.DOTALL)
    for found in tags.finditer(document):
        if found.group(1):
            yield found.start()


def _comment(row: ReportRow) -> str:
    said = f" {row.severity} {row.codes}: {row.words} "
    # Two hyphens would end the comment, and what follows would be read as markup.
    return f"<!--{re.sub('-(?=-)|-$', '- ', said)}-->\n"


def _encoding_of(head: bytes) -> str:
    for mark, encoding in _WIDE:
        if head.startswith(mark):
            return encoding
    declared = _DECLARED.search(head[:200])
    name = declared.group(1).decode().lower() if declared else "utf-8"
    try:
        # What is declared as GB2312 is nearly always the larger set.
        return {"gb2312": "gb18030", "gbk": "gb18030"}.get(name) or codecs.lookup(name).name
    except LookupError:
        return "utf-8"


def _events(path: Path, event: str, *, tag: Collection[str] | None = None) -> etree.iterparse:
    return etree.iterparse(
        str(path), events=(event,), tag=tag, resolve_entities=False, no_network=True, load_dtd=False,
        dtd_validation=False, huge_tree=False, remove_comments=True, remove_pis=True,
    )  # fmt: skip


def _in_any_namespace(names: Collection[str]) -> tuple[str, ...]:
    return tuple("{*}" + name for name in names)


def _refuse_entities(root: etree._Element) -> None:
    declared = root.getroottree().docinfo.internalDTD
    if declared is not None and any(True for _ in declared.iterentities()):
        raise Refusal("import.entities_declared")


def _throw_away(element: etree._Element) -> None:
    """Empty the element, and take out all that stands before it and before what it stands in."""
    element.clear(keep_tail=True)
    for place in (element, *element.iterancestors()):
        parent = place.getparent()
        while parent is not None and place.getprevious() is not None:
            del parent[0]
