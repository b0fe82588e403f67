"""This file knows where Chinese fonts lie on a machine and which of them a document is set in."""

import pathlib
from dataclasses import dataclass

import typst

VENDORED = pathlib.Path(__file__).resolve().parents[1] / "static" / "vendor" / "fonts"
"""Where the installation puts Noto Serif SC and Noto Sans SC, taken from npm."""

# Best first. Names as the font files give them.
_SERIF = (
    "Noto Serif SC",
    "Noto Serif CJK SC",
    "Source Han Serif SC",
    "Songti SC",
    "SimSun",
    "AR PL SungtiL GB",
    "AR PL UMing CN",
)
_SANS = (
    "Noto Sans SC",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "PingFang SC",
    "Microsoft YaHei",
    "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei",
)


@dataclass(frozen=True)
class ChineseFonts:
    """Fonts ready for the typesetter, with the families for running text and for labels and figures."""

    loaded: typst.Fonts
    serif: str
    sans: str


_found: dict[tuple[str, ...], ChineseFonts] = {}


def chinese_fonts() -> ChineseFonts | None:
    """The installation's own fonts, else the system's; None when neither has a Chinese one.

    What was found is kept for the life of the process; None is not, for fonts may be installed meanwhile.
    """
    for folders in ((VENDORED,), system_folders()):
        present = tuple(str(folder) for folder in folders if folder.is_dir())
        found = _found.get(present) or _fonts_in(present)
        if found:
            _found[present] = found
            return found
    return None


def system_folders() -> tuple[pathlib.Path, ...]:
    """Where Linux, macOS and Windows keep fonts, for everybody and for the one who runs this."""
    home = pathlib.Path.home()
    return (
        pathlib.Path("/usr/share/fonts"),
        pathlib.Path("/usr/local/share/fonts"),
        home / ".local/share/fonts",
        home / ".fonts",
        pathlib.Path("/System/Library/Fonts"),
        pathlib.Path("/Library/Fonts"),
        pathlib.Path("C:/Windows/Fonts"),
    )


def _fonts_in(folders: tuple[str, ...]) -> ChineseFonts | None:
    # Without the typesetter's own Latin fonts: a missing Chinese glyph must be an error, not an empty box.
    loaded = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=list(folders))
    families = {font.family for font in loaded.fonts()}
    serif = next((family for family in _SERIF if family in families), None)
    sans = next((family for family in _SANS if family in families), None)
    if serif is None and sans is None:
        return None
    return ChineseFonts(loaded=loaded, serif=serif or sans, sans=sans or serif)
