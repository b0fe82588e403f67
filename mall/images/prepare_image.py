"""From a stranger's file to images of our own making: looked at here, decoded and drawn anew in a child process."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass

import structlog

from mall.errors import Refusal
from mall.images.image_sizes import SIZES, measures
from mall.settings import CHECKOUT

MEMORY_BYTES_MAX = 1 << 30
CPU_SECONDS_MAX = 10
WALL_SECONDS_MAX = 30
OUTPUT_BYTES_MAX = 8 << 20
#: so many are decoded at once in one process of the server; the others wait, and are sent away in the end
AT_ONCE = 2
WAIT_SECONDS_MAX = 10
RETRY_AFTER_SECONDS = 5

_seats = threading.BoundedSemaphore(AT_ONCE)
_log = structlog.get_logger("images")

#: how files begin that people take for pictures -> what they are called when they are refused
_REFUSED = ((b"GIF8", "GIF"), (b"BM", "BMP"), (b"II*\0", "TIFF"), (b"MM\0*", "TIFF"), (b"%PDF-", "PDF"))
_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")


@dataclass(frozen=True)
class PreparedImage:
    """An image in all sizes. `sha256` is of the full size's bytes and names all three."""

    sha256: str
    width_px: int
    height_px: int
    files: dict[str, bytes]


def prepare_image(content: bytes, *, bytes_max: int, pixels_max: int) -> PreparedImage:
    """Judge a file by its content, and draw the picture anew. Nothing of the file itself is kept.

    Raises Refusal "image.empty", "image.too_big", "image.wrong_kind", "image.too_many_pixels", "image.too_heavy",
    "image.broken", "page.busy".
    """
    if not content:
        raise Refusal("image.empty")
    if len(content) > bytes_max:
        raise Refusal("image.too_big", size_bytes=len(content), size_bytes_max=bytes_max)
    kind = kind_of(content)
    if kind not in ("jpeg", "png", "webp"):
        raise Refusal("image.wrong_kind", kind=kind)
    if not _seats.acquire(timeout=WAIT_SECONDS_MAX):
        raise Refusal("page.busy", retry_after=RETRY_AFTER_SECONDS)
    try:
        return _in_child(content, kind=kind, pixels_max=pixels_max)
    finally:
        _seats.release()


def prepared(*, width_px: int, height_px: int, files: dict[str, bytes]) -> PreparedImage:
    """Files that we have encoded, under the hash that names them."""
    sha256 = hashlib.sha256(files["full"]).hexdigest()
    return PreparedImage(sha256=sha256, width_px=width_px, height_px=height_px, files=files)


def kind_of(content: bytes) -> str:
    """ "jpeg", "png" or "webp"; else what the file is called, or "?"."""
    if content.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp"
    if content[4:8] == b"ftyp":
        return "HEIC" if content[8:12] in _HEIC_BRANDS else "AVIF" if content[8:12] == b"avif" else "?"
    for beginning, name in _REFUSED:
        if content.startswith(beginning):
            return name
    return "SVG" if b"<svg" in content[:4096].lower() else "?"


def _in_child(content: bytes, *, kind: str, pixels_max: int) -> PreparedImage:
    limits = (pixels_max, MEMORY_BYTES_MAX, CPU_SECONDS_MAX, OUTPUT_BYTES_MAX)
    command = [sys.executable, "-m", "mall.images.image_child", kind, *map(str, limits)]
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "PYTHONPATH": str(CHECKOUT),
        "MALLOC_ARENA_MAX": "2",
        "LANG": "C.UTF-8",
    }
    # Files and not pipes: what the child may write into them is limited, and it never waits for us.
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as target, tempfile.TemporaryFile() as words:
        source.write(content)
        source.seek(0)
        try:
            done = subprocess.run(
                command, env=environment, cwd=CHECKOUT, stdin=source, stdout=target, stderr=words,
                timeout=WALL_SECONDS_MAX, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise Refusal("image.too_heavy") from error
        target.seek(0)
        words.seek(0)
        if done.returncode == 0:
            return _read_answer(target.read(OUTPUT_BYTES_MAX + 1))
        if -done.returncode in (signal.SIGXCPU, signal.SIGKILL, signal.SIGXFSZ):
            raise Refusal("image.too_heavy")
        if done.returncode < 0:
            # A decoder that fell over is worth a line in the log: the file may have been made for it.
            _log.warning("image.child_died", signal=-done.returncode, kind=kind, size_bytes=len(content))
            raise Refusal("image.broken")
        said = words.read(1 << 20)[-2000:].decode(errors="replace")
        raise RuntimeError(f"the image child failed ({done.returncode}): {said}")


def _read_answer(answer: bytes) -> PreparedImage:
    line, _, rest = answer.partition(b"\n")
    said = json.loads(line)
    if "refusal" in said:
        raise Refusal(said["refusal"], **said["facts"])
    files = {}
    for size in SIZES:
        files[size], rest = rest[: said["bytes"][size]], rest[said["bytes"][size] :]
    expected = measures(said["width_px"], said["height_px"])
    # A child that was taken over could answer anything; what is served must be a picture and nothing else.
    if rest or any(webp_measure(files[size]) != expected[size] for size in SIZES):
        _log.warning("image.child_lied", width_px=said["width_px"], height_px=said["height_px"])
        raise Refusal("image.broken")
    return prepared(width_px=said["width_px"], height_px=said["height_px"], files=files)


def webp_measure(content: bytes) -> tuple[int, int] | None:
    """(width, height) of a WebP file that is one lossy frame from its first byte to its last (RFC 9649); else None."""
    if len(content) < 30 or content[:4] != b"RIFF" or content[8:16] != b"WEBPVP8 " or content[23:26] != b"\x9d\x01\x2a":
        return None
    frame_bytes = int.from_bytes(content[16:20], "little")
    if len(content) != 20 + frame_bytes + frame_bytes % 2 or int.from_bytes(content[4:8], "little") != len(content) - 8:
        return None
    width_px, height_px = (int.from_bytes(content[at : at + 2], "little") & 0x3FFF for at in (26, 28))
    return width_px, height_px
