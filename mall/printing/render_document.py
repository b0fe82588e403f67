"""This file knows how the facts of a document become a PDF that can be archived."""

import json
import pathlib
import re

import typst

from mall.errors import Refusal
from mall.printing.chinese_fonts import ChineseFonts, chinese_fonts
from mall.printing.document_data import DocumentData
from mall.printing.document_view import document_view, moment_with_offset

TEMPLATES = pathlib.Path(__file__).resolve().parents[2] / "templates" / "printing"
"""The only folder the typesetter may read: it holds nothing but its own templates."""

_TEMPLATE_OF_KIND = {
    "order": "order.typ",
    "contract": "contract.typ",
    "acceptance": "acceptance.typ",
    "payment_request": "payment_request.typ",
}
KINDS = tuple(_TEMPLATE_OF_KIND)

# Records are kept 15 years. Level A of PDF/A-2: fonts embedded, text readable as Unicode, tagged for screen readers.
_ARCHIVAL = "a-2a"
_CHARACTER_WITHOUT_GLYPH = re.compile('the text `"(?P<characters>.*)"` could not be displayed', re.DOTALL)


def render(kind: str, data: DocumentData) -> bytes:
    """The PDF of one document; the same data gives the same bytes.

    Raises Refusal printing.no_chinese_font, printing.character_without_glyph; KeyError for an unknown kind.
    """
    template = TEMPLATES / _TEMPLATE_OF_KIND[kind]
    fonts = chinese_fonts()
    if fonts is None:
        raise Refusal("printing.no_chinese_font")
    try:
        return _compile(template, data=data, fonts=fonts)
    except typst.TypstError as error:
        # By the archival standard a character that no font has is an error; without it, an empty box on the paper.
        unknown = _CHARACTER_WITHOUT_GLYPH.search(error.message)
        if unknown is None:
            raise
        raise Refusal(
            "printing.character_without_glyph", number=data.number, characters=unknown["characters"]
        ) from error


def _compile(template: pathlib.Path, *, data: DocumentData, fonts: ChineseFonts) -> bytes:
    view = document_view(data) | {"serif": fonts.serif, "sans": fonts.sans}
    # Facts travel as one JSON value beside the source and are never formatted into it: text from people stays text.
    return typst.compile(
        str(template),
        root=str(TEMPLATES),
        font_paths=fonts.loaded,
        ignore_system_fonts=True,
        sys_inputs={"document": json.dumps(view, ensure_ascii=False)},
        pdf_standards=[_ARCHIVAL],
        timestamp=int(moment_with_offset(data.printed_at).timestamp()),
        package_path=str(TEMPLATES),
        package_cache_path=str(TEMPLATES),
    )
