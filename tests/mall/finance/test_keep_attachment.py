"""Attachments are judged by their bytes, named without tricks, and lie in the data folder once."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from mall.errors import Refusal
from mall.finance.keep_attachment import ATTACHMENT_BYTES_MAX, attachment_path, keep_attachment

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20


def zipped(name: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(name, "<x/>")
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "kept_as", "media_type"),
    [
        (b"%PDF-1.4 x", "批文.pdf", "批文.pdf", "application/pdf"),
        (PNG, "scan.jpg", "scan.png", "image/png"),
        (b"\xff\xd8\xff\xe0 x", "C:\\fakepath\\a.b.jpeg", "a.b.jpg", "image/jpeg"),
        (zipped("OFD.xml"), "公文.ofd", "公文.ofd", "application/ofd"),
        (b"%PDF-1.4 x", "../../etc/passwd", "passwd.pdf", "application/pdf"),
        (b"%PDF-1.4 x", "evil\r\nX: y.html", "evilX: y.pdf", "application/pdf"),
        (b"%PDF-1.4 x", "...", "附件.pdf", "application/pdf"),
    ],
)
def test_the_kind_is_that_of_the_content(
    tmp_path: Path, content: bytes, name: str, kept_as: str, media_type: str
) -> None:
    kept = keep_attachment(content, file_name=name, data_dir=tmp_path)

    assert (kept.file_name, kept.media_type, kept.size_bytes) == (kept_as, media_type, len(content))
    assert attachment_path(kept.sha256, data_dir=tmp_path).read_bytes() == content


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "attachment.empty"),
        (b"<html>", "attachment.wrong_kind"),
        (b"GIF89a", "attachment.wrong_kind"),
        (zipped("word/document.xml"), "attachment.wrong_kind"),
        (b"PK\x03\x04 broken", "attachment.wrong_kind"),
        (b"%PDF-" + b"x" * ATTACHMENT_BYTES_MAX, "attachment.too_big"),
    ],
)
def test_what_is_refused_leaves_nothing_behind(tmp_path: Path, content: bytes, code: str) -> None:
    with pytest.raises(Refusal) as raised:
        keep_attachment(content, file_name="x.pdf", data_dir=tmp_path)

    assert raised.value.code == code
    assert list(tmp_path.rglob("*")) == []


def test_the_same_bytes_lie_there_once(tmp_path: Path) -> None:
    first = keep_attachment(b"%PDF-1.4 x", file_name="a.pdf", data_dir=tmp_path)
    second = keep_attachment(b"%PDF-1.4 x", file_name="b.pdf", data_dir=tmp_path)

    assert first.sha256 == second.sha256
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1
