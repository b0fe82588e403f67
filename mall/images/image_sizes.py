"""In which sizes an image is kept, and how large it is in each; knows no image library."""

from __future__ import annotations

#: name -> longest side in pixels; nothing is ever enlarged
SIZES = {"thumbnail": 240, "page": 800, "full": 1600}
MEDIA_TYPE = "image/webp"


def fitted(width_px: int, height_px: int, *, longest_px: int) -> tuple[int, int]:
    """(width, height) of the same shape whose longest side is at most `longest_px`; no side is ever zero."""
    longest = max(width_px, height_px)
    if longest <= longest_px:
        return width_px, height_px
    return tuple(max(1, (side * longest_px + longest // 2) // longest) for side in (width_px, height_px))  # type: ignore[return-value]


def measures(width_px: int, height_px: int) -> dict[str, tuple[int, int]]:
    """(width, height) in each size of an image that is this large in full."""
    return {size: fitted(width_px, height_px, longest_px=longest_px) for size, longest_px in SIZES.items()}
