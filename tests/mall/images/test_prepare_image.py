"""Strangers' pictures: what is taken, what is refused, and that nothing but pixels comes out at the other end."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import time
import zlib
from pathlib import Path

import pytest
from PIL import ExifTags, Image, PngImagePlugin

from mall.errors import Refusal
from mall.images import prepare_image as preparing
from mall.images.image_sizes import SIZES, fitted, measures
from mall.images.keep_image import image_path, keep_image
from mall.images.prepare_image import PreparedImage, prepare_image, webp_measure
from mall.settings import CHECKOUT
from tests.mall.images.pictures import (
    chunk,
    corners,
    encoded,
    near,
    opened,
    plain,
    png_of,
    quartered,
    swapped_profile,
)

BYTES_MAX, PIXELS_MAX = 8 << 20, 25_000_000
SCRIPT = b"<script>alert('canary')</script>"


def prepare(content: bytes, *, bytes_max: int = BYTES_MAX, pixels_max: int = PIXELS_MAX) -> PreparedImage:
    return prepare_image(content, bytes_max=bytes_max, pixels_max=pixels_max)


def refused(content: bytes, *, bytes_max: int = BYTES_MAX, pixels_max: int = PIXELS_MAX) -> Refusal:
    with pytest.raises(Refusal) as caught:
        prepare_image(content, bytes_max=bytes_max, pixels_max=pixels_max)
    return caught.value


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_each_format_becomes_three_webp_files_of_the_same_shape(form: str) -> None:
    image = prepare(encoded(plain(size=(2000, 1000)), form))

    assert (image.width_px, image.height_px) == (1600, 800)
    assert {size: webp_measure(content) for size, content in image.files.items()} == {
        "thumbnail": (240, 120), "page": (800, 400), "full": (1600, 800),
    }  # fmt: skip
    assert all(opened(content).format == "WEBP" for content in image.files.values())
    assert all(near(opened(content).getpixel((9, 9)), (255, 0, 0)) for content in image.files.values())
    assert image.sha256 == hashlib.sha256(image.files["full"]).hexdigest()


def test_small_pictures_are_not_enlarged() -> None:
    image = prepare(encoded(plain(size=(100, 50))))

    assert {webp_measure(content) for content in image.files.values()} == {(100, 50)}
    assert len(set(image.files.values())) == 1


@pytest.mark.parametrize(
    ("width_px", "height_px", "expected"),
    [(1, 20_000, (1, 240)), (20_000, 1, (240, 1)), (240, 240, (240, 240)), (241, 240, (240, 239)), (3, 2, (3, 2))],
)
def test_no_side_is_lost(width_px: int, height_px: int, expected: tuple[int, int]) -> None:
    assert fitted(width_px, height_px, longest_px=240) == expected


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (encoded(plain(), "GIF"), "GIF"),
        (encoded(plain(), "BMP"), "BMP"),
        (encoded(plain(), "TIFF"), "TIFF"),
        (b"\0\0\0\x18ftypheic" + bytes(100), "HEIC"),
        (b"\0\0\0\x18ftypavif" + bytes(100), "AVIF"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "SVG"),
        (b"%PDF-1.7 canary", "PDF"),
        (b"<html>" + SCRIPT, "?"),
        (b"RIFF\0\0\0\0WAVEfmt ", "?"),
    ],
)
def test_everything_else_is_refused_by_its_content(content: bytes, kind: str) -> None:
    refusal = refused(content)

    assert (refusal.code, refusal.facts["kind"]) == ("image.wrong_kind", kind)


def test_an_empty_file_is_refused() -> None:
    assert refused(b"").code == "image.empty"


def test_a_file_may_be_as_big_as_the_limit_and_not_a_byte_bigger() -> None:
    content = encoded(plain())

    assert prepare(content, bytes_max=len(content)).width_px == 320
    assert refused(content, bytes_max=len(content) - 1).code == "image.too_big"


def test_pixels_are_counted_before_they_are_unpacked() -> None:
    content = encoded(plain(size=(100, 100)))

    assert prepare(content, pixels_max=10_000).width_px == 100
    assert refused(content, pixels_max=9_999).facts == {"width_px": 100, "height_px": 100, "pixels_max": 9_999}


def test_a_small_file_of_nine_hundred_million_pixels_is_refused_at_once() -> None:
    bomb = encoded(Image.new("1", (30_000, 30_000)))
    began = time.monotonic()

    refusal = refused(bomb)

    assert len(bomb) < 200_000
    assert refusal.code == "image.too_many_pixels"
    assert time.monotonic() - began < 10


def test_data_that_unfold_beyond_the_picture_are_not_unfolded() -> None:
    unfolding = zlib.compress(bytes(200_000_000), 9)

    assert prepare(png_of(chunk(b"IDAT", unfolding))).width_px == 100
    assert refused(png_of(chunk(b"iCCP", b"x\0\0" + unfolding), chunk(b"IDAT", unfolding))).code == "image.broken"


def test_a_webp_that_only_says_it_is_huge_hurts_nobody() -> None:
    content = bytearray(encoded(plain(size=(64, 64)), "WEBP"))
    content[26:30] = b"\xff\x3f\xff\x3f"

    assert refused(bytes(content)).code in ("image.broken", "image.too_many_pixels", "image.too_heavy")


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.98])
def test_a_truncated_file_is_refused(form: str, share: float) -> None:
    whole = encoded(Image.effect_noise((300, 300), 60).convert("RGB"), form)

    assert refused(whole[: int(len(whole) * share)]).code in ("image.broken", "image.wrong_kind")


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xd8\xff" + b"x" * 5000,
        b"\x89PNG\r\n\x1a\n" + bytes(5000),
        b"RIFF\xff\xff\xff\xffWEBPVP8X" + b"\xff" * 5000,
        png_of(chunk(b"IDAT", zlib.compress(bytes(30_100))), width_px=0),
        png_of(),
    ],
)
def test_a_crafted_header_is_refused(content: bytes) -> None:
    assert refused(content).code == "image.broken"


def test_the_child_stops_at_its_memory_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparing, "MEMORY_BYTES_MAX", 160 << 20)

    assert refused(encoded(Image.new("RGBA", (5000, 5000), (1, 2, 3, 4)))).code == "image.too_heavy"


def test_the_child_stops_at_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparing, "WALL_SECONDS_MAX", 0.01)

    assert refused(encoded(plain())).code == "image.too_heavy"


@pytest.mark.parametrize(("signal", "code"), [(24, "image.too_heavy"), (9, "image.too_heavy"), (11, "image.broken")])
def test_a_child_that_dies_takes_nobody_along(monkeypatch: pytest.MonkeyPatch, signal: int, code: str) -> None:
    monkeypatch.setattr(subprocess, "run", lambda *words, **facts: subprocess.CompletedProcess((), -signal))

    assert refused(encoded(plain())).code == code


def test_a_bug_of_our_own_is_no_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "run", lambda *words, **facts: subprocess.CompletedProcess((), 1))

    with pytest.raises(RuntimeError, match="child failed"):
        prepare(encoded(plain()))


def test_the_server_itself_never_loads_the_decoder() -> None:
    names = "mall.shop.image_pages, mall.listing_review.listing_image_pages, mall.catalogue.listing_image"
    asked = f"import sys, {names}; sys.exit('PIL' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", asked], cwd=CHECKOUT, check=False).returncode == 0


@pytest.mark.parametrize("extra", [b"", SCRIPT])
@pytest.mark.parametrize("lie", [b"<html>" + SCRIPT, encoded(plain(size=(10, 10)), "WEBP"), encoded(plain(), "PNG")])
def test_what_the_child_answers_is_not_believed(lie: bytes, extra: bytes) -> None:
    said = {"width_px": 320, "height_px": 200, "bytes": dict.fromkeys(SIZES, len(lie))}

    with pytest.raises(Refusal) as caught:
        preparing._read_answer(json.dumps(said).encode() + b"\n" + lie * 3 + extra)

    assert caught.value.code == "image.broken"


def test_the_check_of_the_childs_answer_lets_an_honest_one_through() -> None:
    honest = prepare(encoded(plain()))
    said = {"width_px": 320, "height_px": 200, "bytes": {size: len(honest.files[size]) for size in SIZES}}
    answer = json.dumps(said).encode() + b"\n" + b"".join(honest.files[size] for size in SIZES)

    assert preparing._read_answer(answer) == honest
    with pytest.raises(Refusal):
        preparing._read_answer(answer + b"\0")


def test_those_who_find_no_seat_are_sent_away_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparing, "WAIT_SECONDS_MAX", 0.01)
    for _ in range(preparing.AT_ONCE):
        preparing._seats.acquire()
    try:
        assert refused(encoded(plain())).code == "page.busy"
    finally:
        for _ in range(preparing.AT_ONCE):
            preparing._seats.release()

    assert prepare(encoded(plain())).width_px == 320


def _talkative(form: str) -> bytes:
    """A picture that says where it was taken, by whom, and more, and is a script and an archive besides."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "CanaryCamera"
    exif[ExifTags.Base.Artist] = "CanaryArtist"
    exif.get_ifd(ExifTags.IFD.GPSInfo).update({1: "N", 2: (34.0, 45.0, 0.0), 3: "E", 4: (113.0, 37.0, 0.0)})
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/">CanaryXmp</x:xmpmeta>'
    if form == "JPEG":
        content = encoded(plain(), form, exif=exif, comment=b"CanaryComment", xmp=xmp, icc_profile=swapped_profile())
    elif form == "WEBP":
        content = encoded(plain(), form, exif=exif, xmp=xmp, icc_profile=swapped_profile())
    else:
        words = PngImagePlugin.PngInfo()
        words.add_text("Comment", "CanaryComment" + SCRIPT.decode())
        words.add_itxt("XML:com.adobe.xmp", xmp.decode(), zip=True)
        content = encoded(plain(), form, exif=exif, pnginfo=words, icc_profile=swapped_profile())
    return content + SCRIPT + b"PK\x03\x04CanaryArchive"


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_where_it_was_taken_and_what_was_appended_is_gone(form: str) -> None:
    sent = _talkative(form)
    assert b"Canary" in sent and SCRIPT in sent

    image = prepare(sent)

    for content in image.files.values():
        assert not any(word in content for word in (b"Canary", b"script", b"EXIF", b"XMP", b"ICCP", b"PK\x03\x04"))
        assert not opened(content).getexif()
        assert set(opened(content).info) <= {"loop", "background", "timestamp", "duration"}
        assert webp_measure(content) is not None


def test_the_same_picture_is_the_same_image_whatever_it_says_of_itself() -> None:
    noise = Image.effect_noise((300, 300), 60).convert("RGB")
    words = PngImagePlugin.PngInfo()
    words.add_text("Comment", "another day")

    one, other = prepare(encoded(noise)), prepare(encoded(noise, pnginfo=words, compress_level=1) + SCRIPT)

    assert one == other


@pytest.mark.parametrize(
    ("orientation", "expected"),
    [
        (1, ["red", "lime", "blue", "white"]),
        (2, ["lime", "red", "white", "blue"]),
        (3, ["white", "blue", "lime", "red"]),
        (4, ["blue", "white", "red", "lime"]),
        (5, ["red", "blue", "lime", "white"]),
        (6, ["blue", "red", "white", "lime"]),
        (7, ["white", "lime", "blue", "red"]),
        (8, ["lime", "white", "red", "blue"]),
        (99, ["red", "lime", "blue", "white"]),
    ],
)
def test_pictures_stand_upright(orientation: int, expected: list[str]) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation

    image = prepare(encoded(quartered(), "JPEG", exif=exif, quality=95))

    assert corners(opened(image.files["full"])) == expected
    assert (image.width_px, image.height_px) == ((200, 400) if 5 <= orientation <= 8 else (400, 200))


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_what_is_transparent_becomes_white(form: str) -> None:
    image = Image.new("RGBA", (100, 100), (0, 0, 0, 0))
    image.paste((0, 0, 255, 255), (50, 0, 100, 100))

    found = opened(prepare(encoded(image, form)).files["full"])

    assert found.mode == "RGB"
    assert near(found.getpixel((10, 50)), (255, 255, 255))
    assert near(found.getpixel((90, 50)), (0, 0, 255))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (encoded(Image.new("P", (100, 100), 0), transparency=0), (255, 255, 255)),
        (encoded(Image.new("LA", (100, 100), (0, 0))), (255, 255, 255)),
        (encoded(Image.new("L", (100, 100), 77)), (77, 77, 77)),
        (encoded(Image.new("1", (100, 100), 1)), (255, 255, 255)),
        (encoded(Image.new("I;16", (100, 100), 32_768)), (128, 128, 128)),
        (encoded(Image.new("CMYK", (100, 100), (0, 255, 255, 0)), "JPEG"), (255, 0, 0)),
        (encoded(plain("red"), "JPEG", icc_profile=swapped_profile(), quality=95), (0, 0, 255)),
        (encoded(plain("red"), "JPEG", icc_profile=b"no profile at all", quality=95), (255, 0, 0)),
    ],
)
def test_colours_are_those_of_the_screen(content: bytes, expected: tuple[int, int, int]) -> None:
    found = opened(prepare(content).files["full"])

    assert near(found.getpixel((50, 50)), expected)


def test_images_lie_in_the_folder_once(tmp_path: Path) -> None:
    image = prepare(encoded(plain(size=(900, 900))))

    first = keep_image(image, data_dir=tmp_path)
    before = {path: path.stat().st_ino for path in tmp_path.rglob("*.webp")}
    again = keep_image(image, data_dir=tmp_path)

    assert first == again
    assert {path: path.stat().st_ino for path in tmp_path.rglob("*.*") if path.is_file()} == before
    assert {size: image_path(image.sha256, size=size, data_dir=tmp_path).read_bytes() for size in SIZES} == image.files
    assert measures(900, 900)["page"] == (800, 800)


def test_what_a_crash_left_half_written_is_not_taken_for_the_image(tmp_path: Path) -> None:
    image = prepare(encoded(plain()))
    path = image_path(image.sha256, size="page", data_dir=tmp_path)
    path.parent.mkdir(parents=True)
    path.with_name(f"{path.name}.0.part").write_bytes(image.files["page"][:10])

    keep_image(image, data_dir=tmp_path)

    assert path.read_bytes() == image.files["page"]
