"""The four documents as PDF: fonts, pages, people's text, and the refusals."""

import io
import json
import pathlib
import re

import pypdf
import pytest

from mall.errors import Refusal
from mall.printing import chinese_fonts as fonts_on_this_machine
from mall.printing.document_data import DocumentLine, Party
from mall.printing.render_document import KINDS, TEMPLATES, render

TITLES = {
    "order": "采购订单",
    "contract": "采购合同",
    "acceptance": "验收单",
    "payment_request": "支付申请",
}
CHINESE_FONT = re.compile("Noto(Serif|Sans)(SC|CJK)|WenQuanYi|SourceHan|ARPL|Songti|SimSun|PingFang|YaHei", re.I)


def read(pdf: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(pdf))


def text_of(pdf: bytes) -> str:
    """All text without blanks and line breaks, which the layout is free to choose."""
    pages = "".join(page.extract_text() for page in read(pdf).pages)
    return re.sub(r"[\s\u200b]", "", pages)


def embedded_fonts(pdf: bytes) -> set[str]:
    return {
        name.decode()
        for name in re.findall(rb"/FontDescriptor/FontName/[A-Z]{6}\+([^/]+)", re.sub(rb"\s*/", b"/", pdf))
    }


def line_named(name: str, **changed) -> DocumentLine:
    fields = {
        "category_code": "A05040101",
        "name": name,
        "specification": "A4",
        "unit": "包",
        "quantity": 1,
        "price_fen": 2022,
        "amount_fen": 2022,
        "budget_line": "0417",
    }
    return DocumentLine(**(fields | changed))


def test_there_are_four_kinds_of_documents() -> None:
    assert set(KINDS) == {"order", "contract", "acceptance", "payment_request"}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.usefixtures("a_chinese_font")
def test_short_document_says_what_it_must(kind: str, sample_document) -> None:
    data = sample_document(kind)

    pdf = render(kind, data)

    text = text_of(pdf)
    page_count = len(read(pdf).pages)
    assert page_count in (1, 2)
    for expected in (
        TITLES[kind],
        data.number,
        "郑州市金水区文化路第一小学",
        "河南省中原文仪办公设备有限公司",
        "￥2,022.00",
        "人民币贰仟零贰拾贰元整",
        "9F86D081884C7D65",
        f"/verify/{data.verification_code}",
        f"第1页共{page_count}页",
        "2026年3月12日13:26",
    ):
        assert expected in text


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.usefixtures("a_chinese_font")
def test_long_table_goes_over_pages_under_a_repeated_head(kind: str, sample_document) -> None:
    pdf = render(kind, sample_document(kind, line_count=60))

    pages = [page.extract_text() for page in read(pdf).pages]
    with_table_head = [page for page in pages if "品目编码" in page]
    assert 4 <= len(pages) <= 7
    assert len(with_table_head) >= 3
    assert f"第{len(pages)}页共{len(pages)}页" in text_of(pdf)
    assert "￥374,055.00" in text_of(pdf)
    assert "人民币叁拾柒万肆仟零伍拾伍元整" in text_of(pdf)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.usefixtures("a_chinese_font")
def test_chinese_font_is_embedded(kind: str, sample_document) -> None:
    pdf = render(kind, sample_document(kind))

    assert embedded_fonts(pdf)
    assert all(CHINESE_FONT.search(name) for name in embedded_fonts(pdf))


@pytest.mark.usefixtures("a_chinese_font")
def test_document_is_marked_as_archival_and_chinese(sample_document) -> None:
    pdf = render("contract", sample_document("contract"))

    reader = read(pdf)
    metadata = reader.trailer["/Root"]["/Metadata"].get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part>" in metadata
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in metadata
    assert reader.trailer["/Root"]["/Lang"].lower().startswith("zh")
    assert reader.metadata.title == "采购合同 HT-410105-2026-000291"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.usefixtures("a_chinese_font")
def test_markup_in_the_text_of_people_stays_text(kind: str, sample_document) -> None:
    hostile = '#panic(1) *x* $y$ #read("sheet.typ") "]} \\u{41} @a <b> `c` // d'
    shown = "".join(hostile.split())
    data = sample_document(
        kind,
        lines=(line_named("甲" + hostile, remark=hostile),),
        purchaser=Party(name=hostile, address=hostile),
        notes=(hostile,),
        budget_shares=(),
    )

    text = text_of(render(kind, data))

    assert "甲" + shown in text
    assert text.count(shown) >= 4


@pytest.mark.usefixtures("a_chinese_font")
def test_same_data_gives_the_same_bytes(sample_document) -> None:
    data = sample_document("order")

    assert render("order", data) == render("order", data)


@pytest.mark.usefixtures("a_chinese_font")
def test_number_without_a_gap_breaks_inside_its_cell(sample_document) -> None:
    data = sample_document("order", lines=(line_named("X" * 400),))

    assert "X" * 400 in text_of(render("order", data))


@pytest.mark.usefixtures("a_chinese_font")
def test_watermark_crosses_every_page(sample_document) -> None:
    pdf = render("order", sample_document("order", line_count=60, watermark="作废"))

    assert all("作废" in page.extract_text().replace(" ", "") for page in read(pdf).pages)


@pytest.mark.usefixtures("a_chinese_font")
def test_deemed_acceptance_is_said_and_only_then(sample_document) -> None:
    deemed = render("acceptance", sample_document("acceptance", deemed_accepted=True, conclusion=""))
    examined = render("acceptance", sample_document("acceptance"))

    assert "视为验收合格" in text_of(deemed)
    assert "视为验收合格" not in text_of(examined)


@pytest.mark.usefixtures("a_chinese_font")
def test_character_that_no_font_has_is_refused_and_not_left_blank(sample_document) -> None:
    data = sample_document("order", purchaser=Party(name="第一\U0001f3eb小学"))

    with pytest.raises(Refusal) as refused:
        render("order", data)

    assert refused.value.code == "printing.character_without_glyph"
    assert refused.value.facts == {"number": "DD-410105-2026-000318", "characters": "\U0001f3eb"}


def test_without_a_chinese_font_nothing_is_printed(sample_document, monkeypatch, tmp_path: pathlib.Path) -> None:
    monkeypatch.setattr(fonts_on_this_machine, "VENDORED", tmp_path / "absent")
    monkeypatch.setattr(fonts_on_this_machine, "system_folders", lambda: (tmp_path,))

    with pytest.raises(Refusal) as refused:
        render("order", sample_document("order"))

    assert refused.value.code == "printing.no_chinese_font"


def test_unknown_kind_is_a_mistake(sample_document) -> None:
    with pytest.raises(KeyError):
        render("../order", sample_document("order"))


def test_the_folder_the_typesetter_may_read_holds_only_templates() -> None:
    assert {path.suffix for path in TEMPLATES.rglob("*")} == {".typ"}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.usefixtures("a_chinese_font")
def test_everything_but_the_template_travels_as_one_json_value(kind: str, sample_document, monkeypatch) -> None:
    seen = {}
    monkeypatch.setattr(
        "mall.printing.render_document.typst.compile", lambda source, **options: seen.update(options, source=source)
    )

    render(kind, sample_document(kind))

    assert json.loads(seen["sys_inputs"]["document"])["number"] == sample_document(kind).number
    assert pathlib.Path(seen["source"]).parent == pathlib.Path(seen["root"]) == TEMPLATES
    assert seen["ignore_system_fonts"]
