"""Pictures for the tests: honest ones in every format, and such as were made to hurt."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageCms

from mall.images.keep_image import KeptImage, keep_image
from mall.images.prepare_image import prepared
from mall.images.recode_image import recode_image

PNG_HEAD = b"\x89PNG\r\n\x1a\n"


def encoded(image: Image.Image, form: str = "PNG", **options: Any) -> bytes:
    """The image as a file of this format."""
    target = BytesIO()
    image.save(target, form, **options)
    return target.getvalue()


def plain(colour: tuple[int, int, int] | str = "red", *, size: tuple[int, int] = (320, 200)) -> Image.Image:
    return Image.new("RGB", size, colour)


def opened(content: bytes) -> Image.Image:
    """What a browser would see."""
    image = Image.open(BytesIO(content))
    image.load()
    return image


def near(found: Any, wanted: tuple[int, int, int], *, within: int = 6) -> bool:
    """Whether two colours are the same but for what an encoder loses."""
    return all(abs(one - other) <= within for one, other in zip(found, wanted, strict=True))


def quartered(size: tuple[int, int] = (400, 200)) -> Image.Image:
    """Red, green, blue and white in the corners from the top left in the order of reading."""
    image = Image.new("RGB", size, "white")
    width_px, height_px = size[0] // 2, size[1] // 2
    image.paste("red", (0, 0, width_px, height_px))
    image.paste("lime", (width_px, 0, size[0], height_px))
    image.paste("blue", (0, height_px, width_px, size[1]))
    return image


def corners(image: Image.Image) -> list[str]:
    """The colours of the four corners in the order of reading."""
    names = {"red": (255, 0, 0), "lime": (0, 255, 0), "blue": (0, 0, 255), "white": (255, 255, 255)}
    right, bottom = image.width - 8, image.height - 8
    points = ((8, 8), (right, 8), (8, bottom), (right, bottom))
    return [
        next(name for name, colour in names.items() if near(image.getpixel(point), colour, within=60))
        for point in points
    ]


def swapped_profile() -> bytes:
    """An ICC profile whose red is blue: a red pixel means blue."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile.replace(b"rXYZ", b"?XYZ").replace(b"bXYZ", b"rXYZ").replace(b"?XYZ", b"bXYZ")


def chunk(name: bytes, content: bytes) -> bytes:
    """One chunk of a PNG."""
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png_of(*chunks: bytes, width_px: int = 100, height_px: int = 100) -> bytes:
    """A PNG with these chunks between its header and its end."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width_px, height_px, 8, 2, 0, 0, 0))
    return PNG_HEAD + header + b"".join(chunks) + chunk(b"IEND", b"")


def kept(folder: Path, colour: tuple[int, int, int] | str = "red", *, size: tuple[int, int] = (320, 200)) -> KeptImage:
    """An image that lies in the data folder, made without a child process."""
    recoded = recode_image(encoded(plain(colour, size=size)), kind="png", pixels_max=1_000_000)
    image = prepared(width_px=recoded.width_px, height_px=recoded.height_px, files=recoded.files)
    return keep_image(image, data_dir=folder)
