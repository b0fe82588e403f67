"""Decodes a picture and draws it anew: upright, sRGB, on white, in three sizes, and nothing else of the sender's bytes.

The only module beside the demo's that knows Pillow. Pictures of strangers are decoded in `image_child` alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

from PIL import ExifTags, Image, ImageCms

from mall.errors import Refusal
from mall.images.image_sizes import SIZES, fitted, measures

# The number of pixels is judged below by the dated parameter, which is stricter and says what to do.
Image.MAX_IMAGE_PIXELS = None

#: what the first bytes said -> the one decoder of Pillow that is let near them
DECODERS = {"jpeg": "JPEG", "png": "PNG", "webp": "WEBP"}
_QUALITY = {"thumbnail": 78, "page": 80, "full": 82}
#: 4 of 0 to 6: the next step costs twice the seconds for two per cent of the bytes
_ENCODER_EFFORT = 4
#: EXIF's orientation -> what sets the picture upright
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
#: the colour space that a profile names -> the modes of Pillow it may speak for
_MODES_OF_SPACE = {"RGB": ("RGB",), "CMYK": ("CMYK",), "GRAY": ("L",)}


@dataclass(frozen=True)
class Recoded:
    """What we made of a picture: how large it is in full, and the WebP bytes of each size of SIZES."""

    width_px: int
    height_px: int
    files: dict[str, bytes]


def recode_image(content: bytes, *, kind: str, pixels_max: int) -> Recoded:
    """Draw the picture anew. `kind` is one of DECODERS, as the first bytes said; of several frames the first counts.

    Raises Refusal "image.too_many_pixels" (before anything is unpacked) and "image.broken".
    """
    drawn = _draw(_read(content, kind=kind, pixels_max=pixels_max))
    return Recoded(width_px=drawn.width, height_px=drawn.height, files=_encode(drawn))


@dataclass(frozen=True)
class _Read:
    """A decoded picture, not yet upright, at most as large as it is kept; `profile` speaks for its colours."""

    image: Image.Image
    orientation: int
    profile: bytes | None


def _read(content: bytes, *, kind: str, pixels_max: int) -> _Read:
    # Bytes of strangers end in whatever exception the decoder came across: any of them says that they cannot be read.
    try:
        with Image.open(BytesIO(content), formats=(DECODERS[kind],)) as opened:
            if opened.width * opened.height > pixels_max:
                raise Refusal(
                    "image.too_many_pixels", width_px=opened.width, height_px=opened.height, pixels_max=pixels_max
                )
            # A JPEG can be decoded at a half or a quarter: a phone's photograph needs a tenth of the memory.
            opened.draft(None, (2 * SIZES["full"], 2 * SIZES["full"]))
            opened.load()
            orientation, profile = _orientation(opened), opened.info.get("icc_profile")
            return _Read(_shrunk(_plain_mode(opened)), orientation, profile)
    except (Refusal, MemoryError):
        raise
    except Exception as error:
        raise Refusal("image.broken") from error


def _orientation(image: Image.Image) -> int:
    """What EXIF says, where it says anything that can be read."""
    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # a crafted header is no reason to refuse the picture behind it
        return 1


def _plain_mode(image: Image.Image) -> Image.Image:
    """The same picture as RGB, RGBA, CMYK or L."""
    if image.has_transparency_data:
        return image.convert("RGBA")
    if image.mode.startswith(("I;16", "I")):
        # Sixteen bits of grey; Pillow would cut them off instead of halving them.
        return image.convert("I").point(lambda value: value / 256).convert("L")
    if image.mode in ("RGB", "CMYK", "L"):
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def _shrunk(image: Image.Image) -> Image.Image:
    size = fitted(image.width, image.height, longest_px=SIZES["full"])
    if size == image.size:
        return image.copy()
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)


def _draw(read: _Read) -> Image.Image:
    """On a white canvas of our own, which carries nothing but pixels."""
    image = read.image
    if read.orientation in _UPRIGHT:
        image = image.transpose(_UPRIGHT[read.orientation])
    alpha = image.getchannel("A") if image.mode == "RGBA" else None
    colours = _as_srgb(image.convert("RGB") if alpha is not None else image, profile=read.profile)
    canvas = Image.new("RGB", image.size, "white")
    canvas.paste(colours, mask=alpha)
    return canvas


def _as_srgb(image: Image.Image, *, profile: bytes | None) -> Image.Image:
    if profile:
        try:
            found = ImageCms.ImageCmsProfile(BytesIO(profile))
            if image.mode in _MODES_OF_SPACE.get(found.profile.xcolor_space.strip(), ()):
                converted = ImageCms.profileToProfile(image, found, ImageCms.createProfile("sRGB"), outputMode="RGB")
                if converted is not None:
                    return converted
        except (ImageCms.PyCMSError, OSError, TypeError, ValueError):
            # A profile that cannot be read is as good as none.
            return image.convert("RGB")
    return image.convert("RGB")


def _encode(drawn: Image.Image) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    made: dict[tuple[int, int], str] = {}
    for size, measure in reversed(measures(drawn.width, drawn.height).items()):
        if measure in made:
            # A small picture is the same in several sizes.
            files[size] = files[made[measure]]
            continue
        scaled = drawn if measure == drawn.size else drawn.resize(measure, Image.Resampling.LANCZOS, reducing_gap=3.0)
        target = BytesIO()
        scaled.save(
            target, format="WEBP", quality=_QUALITY[size], method=_ENCODER_EFFORT, exif=b"", icc_profile=b"", xmp=b""
        )
        files[size] = target.getvalue()
        made[measure] = size
    return {size: files[size] for size in SIZES}
