"""How text falls into words, and what a query asks for."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mall.search.document import Document
from mall.search.language import Language, codes, learn_vocabulary, learn_words, typos_forgiven
from mall.search.pinyin import PinyinRewriter, pinyin_of
from mall.search.synonyms import Synonyms, read_table
from mall.search.words import Cutter, dictionary_words, latin_pieces, normalise


def never(_: str) -> bool:
    return False


def document_of(category_name: str) -> Document:
    return Document(
        id=1, name="版纸", brand="理想", category_code="A05040299", category_ancestors=(), category_name=category_name,
        supplier_id=1, supplier_name="甲店", region_codes=(410000,), price_fen=100, created=date(2026, 1, 1),
    )  # fmt: skip


@pytest.fixture(scope="module")
def language() -> Language:
    words = learn_words(["得力/deli", "便携式计算机", "A4黑白打印机"])
    vocabulary = [("打印机", "dayinji", 90), ("黑白", "heibai", 40), ("激光", "jiguang", 60), ("大印", "dayin", 2)]
    return Language(words=words, vocabulary=vocabulary)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ＨＰ　ＬａｓｅｒＪｅｔ", "hp laserjet"),
        ("印表機", "打印机"),
        ("雷射印表機", "激光打印机"),
        ("筆記型電腦", "笔记本电脑"),
        ("隨身碟", "u盘"),
        ("影印紙", "复印纸"),
        ("伺服器", "服务器"),
        ("文件柜", "文件柜"),
        ("文件櫃", "文件柜"),
        ("文件資料夾", "文件文件夹"),
        ("会议桌布", "会议桌布"),
        ("  a \t\n b ", "a b"),
        ("打\ud800印\x00机\u200b", "打印 机"),
        ("①㎏", "1kg"),
        ("", ""),
    ],
)
def test_normalised_spelling(text: str, expected: str) -> None:
    assert normalise(text) == expected


@given(st.text(st.characters(codec=None), max_size=60))
@settings(max_examples=200, deadline=None)
def test_normalising_never_fails_and_is_encodable(text: str) -> None:
    assert normalise(text).encode("utf-8").decode("utf-8") == normalise(text)


def test_model_falls_into_pieces_joined_form_and_beginnings() -> None:
    assert latin_pieces("lq-630kii") == (("lq", "630kii"), "lq630kii", ("lq630", "630", "kii"))
    assert latin_pieces("e14") == (("e14",), "e14", ("14",))
    assert latin_pieces("0.5mm") == (("0.5mm",), "0.5mm", ("0.5", "mm"))
    assert latin_pieces("tp-link") == (("tp", "link"), "tplink", ())


def test_codes_join_neighbours_that_have_a_digit() -> None:
    assert codes("ThinkPad E14 LQ-630KII 打印 A4") == [
        "thinkpad", "e14", "14", "thinkpade14", "lq630kii", "lq630", "630", "kii", "a4",
    ]  # fmt: skip


def test_document_has_words_and_the_words_inside_them(language: Language) -> None:
    tokens = language.tokens("得力 A4黑白激光打印机 LQ-630KII")

    assert {"得力", "a4", "黑白", "激光", "打印机", "激光打印机", "lq", "630kii"} <= set(tokens)


def test_compound_word_also_matches_by_its_parts(language: Language) -> None:
    plan = language.plan("黑白打印机", known=never)

    assert plan.terms[0].forms[:2] == (("黑白打印机",), ("黑白", "打印机"))


def test_synonyms_are_alternatives_of_the_whole_word(language: Language) -> None:
    forms = language.plan("手提电脑", known=never).terms[0].forms

    assert ("笔记本电脑",) in forms and ("便携式计算机",) in forms


@pytest.mark.parametrize(
    ("text", "form"),
    [("laser printer", ("激光打印机",)), ("U盘", ("优盘",)), ("A4纸", ("复印纸",)), ("投影机", ("投影仪",)),
     ("printer", ("打印机",)), ("copy paper", ("复印纸",)), ("优盘", ("u", "盘")), ("deli", ("得力",))],
)  # fmt: skip
def test_words_of_several_parts_and_other_languages_have_synonyms(
    language: Language, text: str, form: tuple[str, ...]
) -> None:
    terms = language.plan(text, known=lambda _: True).terms

    assert len(terms) == 1 and form in terms[0].forms


def test_one_way_synonyms_do_not_lead_back(language: Language) -> None:
    assert ("笔记本",) in language.plan("laptop", known=never).terms[0].forms
    assert ("laptop",) not in language.plan("笔记本", known=never).terms[0].forms


def test_equal_synonyms_stand_before_one_way_ones(tmp_path: Path) -> None:
    table = tmp_path / "synonyms.csv"
    table.write_text("direction,words\nfirst,甲物|丙物\nboth,甲物|乙物\n", encoding="utf-8-sig")
    language = Language(words=learn_words([], synonyms_table=table), synonyms_table=table)

    term = language.plan("甲物", known=never).terms[0]

    assert (term.forms, term.equals) == ((("甲物",), ("乙物",), ("丙物",)), 2)


@pytest.mark.parametrize(
    ("name", "head", "no_head"),
    [
        ("得力 DL-801PN 热敏小票打印机", "打印机", "热敏"),
        ("佳能 GI-890 打印机墨水 青色", "墨水", "打印机"),
        ("得力硒鼓（适用于惠普打印机） 黑色", "硒鼓", "打印机"),
        ("金士顿 U盘 64GB", "盘", "金士"),
    ],
)
def test_head_of_a_name_is_what_the_thing_is(language: Language, name: str, head: str, no_head: str) -> None:
    heads = language.heads(name)

    assert head in heads and no_head not in heads


def test_category_of_the_remainder_names_no_kind(language: Language) -> None:
    def kind(category_name: str) -> str:
        return language.document_words(document_of(category_name)).kind

    assert "硒鼓" in kind("硒鼓、粉盒").split() and "粉盒" in kind("硒鼓、粉盒").split()
    assert kind("其他硒鼓、粉盒") == ""


def test_toner_cartridges_are_no_toner_powder(language: Language) -> None:
    assert ("硒鼓",) not in language.plan("墨粉", known=never).terms[0].forms


def test_concatenated_pinyin_is_rewritten(language: Language) -> None:
    plan = language.plan("heibaidayinji", known=never)

    assert [term.text for term in plan.terms] == ["黑白", "打印机"]
    assert plan.corrected_text == "黑白 打印机"


@pytest.mark.parametrize("text", ["thinkpad", "lenovo", "dayinj", "heibaidayinjix", "da", "dayinji2"])
def test_other_letters_are_left_alone(language: Language, text: str) -> None:
    plan = language.plan(text, known=never)

    assert plan.corrected_text is None and [term.text for term in plan.terms] == [text]


@pytest.mark.parametrize(
    ("text", "vocabulary", "known", "corrected"),
    [
        ("洗手夜", ("洗手", "洗手液"), "", "洗手液"),
        # 盆 is a word here, or part of one: whoever types it means it.
        ("洗手盆", ("洗手", "洗手液"), "盆", None),
        ("洗手盆", ("洗手", "洗手液", "花盆"), "", None),
        # Two words might be meant.
        ("洗手夜", ("洗手", "洗手液", "洗手台"), "", None),
        ("洗手", ("洗手", "洗手液"), "", None),
        # Typed apart, they are two words.
        ("洗手 夜", ("洗手", "洗手液"), "", None),
    ],
)
def test_a_slip_in_the_last_character_is_put_right(
    text: str, vocabulary: tuple[str, ...], known: str, corrected: str | None
) -> None:
    language = Language(words=(), vocabulary=[(word, "", 3) for word in vocabulary])

    plan = language.plan(text, known=lambda word: word in known)

    assert plan.corrected_text == corrected


def test_words_the_index_knows_are_not_rewritten(language: Language) -> None:
    assert language.plan("dayinji", known=lambda word: word == "dayinji").corrected_text is None


def test_rewriter_prefers_fewer_then_more_frequent_words() -> None:
    rewriter = PinyinRewriter(
        vocabulary=[("大印", "dayin", 5), ("机", "ji", 5), ("打印机", "dayinji", 1), ("大银机", "dayinji", 9)]
    )

    assert rewriter.rewrite("dayinji") == ("大银机",)
    assert rewriter.rewrite("dayindayinji") == ("大印", "大银机")
    assert rewriter.rewrite("dayinq") == ()
    assert PinyinRewriter(vocabulary=[]).rewrite("dayin") == ()


def test_pinyin_is_full_and_initials() -> None:
    assert pinyin_of("打印机") == ("dayinji", "dyj")
    assert pinyin_of("银行") == ("yinhang", "yh")


def test_typos_are_forgiven_by_length_and_not_in_numbers() -> None:
    words = ["hp", "deli", "thinkpd", "thinkpda", "12345678", "0.5mm", "512gb", "打印机打印机打印机", "lq630"]

    assert [typos_forgiven(word) for word in words] == [0, 1, 1, 2, 0, 0, 0, 0, 1]


def test_stop_words_are_left_out_unless_there_is_nothing_else(language: Language) -> None:
    assert [term.text for term in language.plan("适用于惠普的硒鼓", known=never).terms] == ["惠普", "硒鼓"]
    assert [term.text for term in language.plan("的", known=never).terms] == ["的"]


def test_no_more_than_ten_words_are_looked_at(language: Language) -> None:
    plan = language.plan(" ".join(f"w{number}x" for number in range(30)), known=never)

    assert len(plan.terms) == 10 and plan.prefix == ""


def test_last_word_is_a_beginning(language: Language) -> None:
    assert language.plan("惠普 LQ-63", known=never).prefix == "lq63"
    assert language.plan("惠普 打", known=never).prefix == "打"
    assert language.plan("😀", known=never) == language.plan("***", known=never)


def test_language_is_the_same_after_saving(language: Language) -> None:
    copy = Language.from_json(language.to_json())

    assert (copy.version, copy.words, copy.vocabulary) == (language.version, language.words, language.vocabulary)
    assert copy.built_version == language.version


def test_other_words_make_another_version(language: Language) -> None:
    assert Language(words=[*language.words, "新牌子"]).version != language.version
    assert json.loads(language.to_json())["version"] == language.version


def test_dictionary_words_are_chinese_parts_of_names() -> None:
    assert dictionary_words(["得力/deli", "硒鼓、粉盒", "桌椅和柜子", "笔"]) == ["得力", "柜子", "桌椅", "硒鼓", "粉盒"]


def test_parts_cover_the_whole_word_or_there_are_none() -> None:
    cutter = Cutter(words=["黑白打印机"])

    assert cutter.parts("黑白打印机") == ("黑白", "打印机")
    assert cutter.parts("硒鼓") == ()


def test_vocabulary_leaves_out_what_occurs_once() -> None:
    assert learn_vocabulary(Counter({"打印机": 3, "硒鼓": 1})) == [("打印机", "dayinji", 3)]


def test_synonym_table_is_sound() -> None:
    rows = read_table()
    synonyms = Synonyms(rows=rows, normalise=normalise)

    assert len(rows) > 80
    assert all(word not in synonyms.of(word) and synonyms.of(word) for word in synonyms.words())
    assert all(normalise(word) for _, words in rows for word in words)


def test_faulty_synonym_table_is_refused(tmp_path: Path) -> None:
    table = tmp_path / "synonyms.csv"
    table.write_text("direction,words\nsideways,甲|乙\n", encoding="utf-8")

    with pytest.raises(ValueError, match="sideways"):
        read_table(table)


def test_operators_table_is_used(tmp_path: Path) -> None:
    table = tmp_path / "synonyms.csv"
    table.write_text("direction,words\nboth,复印纸|纸张\n", encoding="utf-8-sig")

    language = Language(words=learn_words([], synonyms_table=table), synonyms_table=table)

    assert ("纸张",) in language.plan("复印纸", known=never).terms[0].forms
    assert language.plan("U盘", known=never).terms[0].forms == (("u",),)
