"""The code on the paper: stable, typed back by people, safe against one wrong character."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mall.errors import Refusal
from mall.printing.verification_code import ALPHABET, code_for, parse_code

HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
CODES = st.builds(code_for, st.sampled_from(["order", "contract"]), st.text(max_size=20), st.text(max_size=64))


def test_same_document_always_has_the_same_code() -> None:
    assert code_for("order", "DD-410105-2026-000318", HASH) == "VTFF-Z80K-BRWH-QM3H"


def test_kind_number_and_content_each_change_the_code() -> None:
    codes = {
        code_for("order", "1", HASH),
        code_for("contract", "1", HASH),
        code_for("order", "2", HASH),
        code_for("order", "1", HASH[::-1]),
        code_for("order1", "", HASH),
    }

    assert len(codes) == 5


@given(CODES)
def test_code_has_four_groups_of_four_unmistakable_characters(code: str) -> None:
    groups = code.split("-")

    assert [len(group) for group in groups] == [4, 4, 4, 4]
    assert set("".join(groups)) <= set(string.digits + "ABCDEFGHJKMNPQRSTVWXYZ")


@pytest.mark.parametrize(
    "typed",
    [
        "VTFF-Z80K-BRWH-QM3H",
        "vtffz80kbrwhqm3h",
        " VTFF Z8OK BRWH QM3H\n",
        "ＶＴＦＦ－Ｚ８０Ｋ－ＢＲＷＨ－ＱＭ３Ｈ",
        "VTFF—Z80K–BRWH−QM3H",
    ],
)
def test_what_a_person_types_is_understood(typed: str) -> None:
    assert parse_code(typed) == "VTFF-Z80K-BRWH-QM3H"


@given(CODES, st.integers(0, 15), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_always_found(code: str, position: int, other: str) -> None:
    characters = list(code.replace("-", ""))
    changed = characters[position] != other
    characters[position] = other

    if changed:
        with pytest.raises(Refusal) as refused:
            parse_code("".join(characters))
        assert refused.value.code == "printing.code_mistyped"
    else:
        assert parse_code("".join(characters)) == code


@pytest.mark.parametrize(
    "typed", ["", "VTFF", "VTFF-Z80K-BRWH-QM3HH", "VTFF-Z80K-BRWH-QM3U", "验证码验证码验证码验", "1" * 5000]
)
def test_what_cannot_be_a_code_is_refused(typed: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse_code(typed)

    assert refused.value.code == "printing.code_mistyped"
    assert len(refused.value.facts["typed"]) <= 40
