"""Keeping the bytes of an attachment: judged by what they are, not by their name, and laid down under their hash."""

from __future__ import annotations

import hashlib
import os
import unicodedata
import uuid
import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath

from mall.errors import Refusal

ATTACHMENT_BYTES_MAX = 10 * 1024 * 1024
FOLDER = "attachments"
_NAME_MAX = 120

#: how a file of each kind begins; an OFD is a zip and is looked into
_BEGINNINGS = ((b"%PDF-", "pdf"), (b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8\xff", "jpg"))
MEDIA_TYPES = {"pdf": "application/pdf", "png": "image/png", "jpg": "image/jpeg", "ofd": "application/ofd"}

BUDGET_FILE_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
}


@dataclass(frozen=True)
class KeptFile:
    """A file that lies in the data folder."""

    sha256: str
    file_name: str
    media_type: str
    size_bytes: int


def keep_attachment(content: bytes, *, file_name: str, data_dir: Path) -> KeptFile:
    """Lay the bytes down, whole or not at all; the same bytes again lie there already.

    Raises Refusal "attachment.empty", "attachment.too_big", "attachment.wrong_kind" (neither PDF, PNG, JPEG nor OFD).
    """
    if not content:
        raise Refusal("attachment.empty", file_name=_clean_name(file_name, ending=""))
    if len(content) > ATTACHMENT_BYTES_MAX:
        raise Refusal("attachment.too_big", size_bytes=len(content), size_bytes_max=ATTACHMENT_BYTES_MAX)
    ending = _kind_of(content)
    if ending is None:
        raise Refusal("attachment.wrong_kind", file_name=_clean_name(file_name, ending=""))
    return KeptFile(
        sha256=_lay_down(content, data_dir=data_dir),
        file_name=_clean_name(file_name, ending=ending),
        media_type=MEDIA_TYPES[ending],
        size_bytes=len(content),
    )


def keep_budget_file(content: bytes, *, file_name: str, data_dir: Path) -> KeptFile:
    """Lay a budget workbook down; whether it can be read is judged elsewhere. Raises Refusal "workbook.none"."""
    if not content:
        raise Refusal("workbook.none")
    ending = "xlsx" if content.startswith(b"PK\x03\x04") else "csv"
    return KeptFile(
        sha256=_lay_down(content, data_dir=data_dir),
        file_name=_clean_name(file_name, ending=ending),
        media_type=BUDGET_FILE_TYPES[ending],
        size_bytes=len(content),
    )


def attachment_path(sha256: str, *, data_dir: Path) -> Path:
    """Where the bytes of this hash lie."""
    return data_dir / FOLDER / sha256[:2] / sha256


def _lay_down(content: bytes, *, data_dir: Path) -> str:
    sha256 = hashlib.sha256(content).hexdigest()
    path = attachment_path(sha256, data_dir=data_dir)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f"{path.name}.{uuid.uuid4().hex}.part")
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    return sha256


def _kind_of(content: bytes) -> str | None:
    for beginning, ending in _BEGINNINGS:
        if content.startswith(beginning):
            return ending
    if not content.startswith(b"PK\x03\x04"):
        return None
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            return "ofd" if "OFD.xml" in archive.namelist() else None
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        return None


def _clean_name(file_name: str, *, ending: str) -> str:
    """The sender's name without folders and control characters, with the ending that the content has."""
    last = PurePosixPath(file_name.replace("\\", "/")).name
    printable = "".join(character for character in unicodedata.normalize("NFC", last) if character.isprintable())
    stem = printable.rpartition(".")[0] if ending and "." in printable else printable
    stem = stem.strip(" .")[:_NAME_MAX] or "附件"
    return f"{stem}.{ending}" if ending else stem
