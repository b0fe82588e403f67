"""Simple drawings of goods for the demo: our own, in plain colours, because nobody else's pictures may be taken."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

from PIL import Image, ImageDraw

SIDE_PX = 720
#: drawn so many times larger and made small again, so that slanting edges are smooth
_FINER = 2
_BACKGROUND, _SHADOW, _WHITE, _PALE, _DARK = "#f6f4ee", "#e3dfd4", "#ffffff", "#d5dadc", "#4b5a61"
#: two shades of each family, light and dark, so that not all goods look the same
_TONES = {
    "paper": (("#8fb3c9", "#5d8aa6"), ("#c9a68f", "#a67a5d")),
    "screen": (("#8ea4b8", "#5c7389"), ("#9aa79b", "#687669")),
    "machine": (("#a9b4ba", "#76838a"), ("#b9b2a6", "#8b8273")),
    "bottle": (("#7fb0a2", "#4c8373"), ("#a593c4", "#735f97")),
    "pen": (("#6f93c2", "#3f6699"), ("#c27f6f", "#994d3f")),
    "desk": (("#c8a67c", "#9b7848"), ("#a3937f", "#75654f")),
    "box": (("#cdb48d", "#a48655"), ("#b8b19b", "#8b8468")),
}
#: beginning of the category code -> what such goods look like; the longest one wins
_SHAPES = {
    "": "box", "A0201": "screen", "A020106": "machine", "A020208": "screen", "A02021104": "screen", "A0202": "machine",
    "A0206": "machine", "A04": "paper", "A0501": "desk", "A050401": "paper", "A050402": "bottle", "A050404": "pen",
    "A05040401": "box", "A05040402": "pen", "A050405": "bottle", "A0709": "bottle", "A0710": "paper", "A07": "bottle",
}  # fmt: skip

Pen = Callable[[str, tuple[int, ...], str], None]


def shape_of(category_code: str) -> str:
    """What goods of this category are drawn as."""
    return next(_SHAPES[category_code[:length]] for length in range(len(category_code), -1, -1)
                if category_code[:length] in _SHAPES)  # fmt: skip


def draw_goods(shape: str, *, tone: int) -> bytes:
    """A PNG of one of the shapes, in one of its tones (any number)."""
    light, dark = _TONES[shape][tone % 2]
    image = Image.new("RGB", (SIDE_PX * _FINER, SIDE_PX * _FINER), _BACKGROUND)
    canvas = ImageDraw.Draw(image)

    def pen(form: str, places: tuple[int, ...], colour: str) -> None:
        scaled = [place * _FINER for place in places]
        if form == "oval":
            canvas.ellipse(scaled, fill=colour)
        elif form == "area":
            canvas.polygon(scaled, fill=colour)
        else:
            canvas.rounded_rectangle(scaled, radius=14 * _FINER, fill=colour)

    pen("oval", (120, 560, 600, 640), _SHADOW)
    _DRAWN[shape](pen, light, dark)
    target = BytesIO()
    image.resize((SIDE_PX, SIDE_PX), Image.Resampling.LANCZOS).save(target, format="PNG", compress_level=1)
    return target.getvalue()


def _paper(pen: Pen, light: str, dark: str) -> None:
    for place in range(4):
        top = 180 + 104 * place
        pen("block", (170, top + 8, 550, top + 106), _PALE)
        pen("block", (170, top, 550, top + 98), _WHITE)
        pen("block", (300, top, 420, top + 98), light if place % 2 else dark)


def _screen(pen: Pen, light: str, dark: str) -> None:
    pen("block", (110, 150, 610, 480), _DARK)
    pen("block", (130, 170, 590, 460), light)
    pen("area", (130, 460, 400, 170, 590, 170, 590, 460), dark)
    pen("block", (325, 470, 395, 570), _PALE)
    pen("block", (240, 560, 480, 596), _DARK)


def _machine(pen: Pen, light: str, dark: str) -> None:
    pen("block", (230, 130, 490, 300), _WHITE)
    pen("block", (130, 260, 590, 560), light)
    pen("block", (130, 260, 590, 340), dark)
    pen("block", (200, 420, 520, 580), _PALE)
    pen("block", (220, 440, 500, 600), _WHITE)
    pen("oval", (520, 280, 552, 312), _BACKGROUND)


def _bottle(pen: Pen, light: str, dark: str) -> None:
    pen("block", (310, 110, 410, 200), dark)
    pen("block", (230, 180, 490, 600), light)
    pen("block", (230, 300, 490, 470), _WHITE)
    pen("block", (270, 340, 450, 370), dark)
    pen("block", (270, 396, 400, 416), _PALE)


def _writing_pen(pen: Pen, light: str, dark: str) -> None:
    pen("area", (170, 500, 490, 150, 560, 214, 240, 564), light)
    pen("area", (420, 227, 490, 150, 560, 214, 490, 290), dark)
    pen("area", (170, 500, 240, 564, 130, 606), _WHITE)
    pen("area", (146, 564, 168, 590, 130, 606), _DARK)


def _desk(pen: Pen, light: str, dark: str) -> None:
    pen("block", (100, 250, 620, 310), light)
    pen("block", (140, 300, 190, 600), dark)
    pen("block", (530, 300, 580, 600), dark)
    pen("block", (380, 310, 530, 470), light)
    pen("block", (430, 370, 480, 386), _WHITE)


def _box(pen: Pen, light: str, dark: str) -> None:
    pen("area", (150, 260, 360, 330, 360, 610, 150, 530), light)
    pen("area", (570, 260, 360, 330, 360, 610, 570, 530), dark)
    pen("area", (150, 260, 360, 190, 570, 260, 360, 330), _PALE)
    pen("area", (320, 205, 360, 190, 400, 203, 400, 318, 360, 330, 320, 317), _WHITE)


_DRAWN: dict[str, Callable[[Pen, str, str], None]] = {
    "paper": _paper,
    "screen": _screen,
    "machine": _machine,
    "bottle": _bottle,
    "pen": _writing_pen,
    "desk": _desk,
    "box": _box,
}
