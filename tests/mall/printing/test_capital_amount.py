"""Amounts in capital characters, by the examples of the regulation and by properties of the notation."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mall.printing.capital_amount import capital_amount

GOLDEN = {
    # The examples printed in the regulation itself.
    140950: "人民币壹仟肆佰零玖元伍角",
    600714: "人民币陆仟零柒元壹角肆分",
    168032: "人民币壹仟陆佰捌拾元叁角贰分",
    10700053: "人民币壹拾万零柒仟元伍角叁分",
    1640902: "人民币壹万陆仟肆佰零玖元零贰分",
    32504: "人民币叁佰贰拾伍元零肆分",
    # Edges.
    0: "人民币零元整",
    1: "人民币壹分",
    9: "人民币玖分",
    10: "人民币壹角",
    11: "人民币壹角壹分",
    100: "人民币壹元整",
    105: "人民币壹元零伍分",
    1000: "人民币壹拾元整",
    1001: "人民币壹拾元零壹分",
    1010: "人民币壹拾元壹角",
    1100: "人民币壹拾壹元整",
    10000: "人民币壹佰元整",
    10100: "人民币壹佰零壹元整",
    100005: "人民币壹仟元零伍分",
    101000: "人民币壹仟零壹拾元整",
    1000000: "人民币壹万元整",
    1000100: "人民币壹万零壹元整",
    1010100: "人民币壹万零壹佰零壹元整",
    10000050: "人民币壹拾万元伍角",
    10100000: "人民币壹拾万零壹仟元整",
    100000001: "人民币壹佰万元零壹分",
    1000000000: "人民币壹仟万元整",
    10000000000: "人民币壹亿元整",
    10000000100: "人民币壹亿零壹元整",
    10001000000: "人民币壹亿零壹万元整",
    12345678900: "人民币壹亿贰仟叁佰肆拾伍万陆仟柒佰捌拾玖元整",
    100000000000000: "人民币壹万亿元整",
    100000001000000: "人民币壹万亿零壹万元整",
}


@pytest.mark.parametrize(("amount_fen", "text"), GOLDEN.items())
def test_amount_is_written_as_the_regulation_says(amount_fen: int, text: str) -> None:
    assert capital_amount(amount_fen) == text


@given(st.integers(min_value=0, max_value=10**18 - 1))
def test_every_amount_reads_back_to_itself(amount_fen: int) -> None:
    assert _read_back(capital_amount(amount_fen)) == amount_fen


@given(st.integers(min_value=0, max_value=10**18 - 1))
def test_zeros_never_double_and_the_ending_follows_the_last_figure(amount_fen: int) -> None:
    text = capital_amount(amount_fen)

    assert re.search("零零|零[仟佰拾万亿角分]|元零?$", text) is None
    assert text.endswith("整") == (amount_fen % 100 == 0)
    assert text.endswith("分") == (amount_fen % 10 != 0)
    assert ("零元" in text) == (amount_fen == 0)


@pytest.mark.parametrize("amount_fen", [-1, 10**18])
def test_amount_out_of_range_has_no_capital_form(amount_fen: int) -> None:
    with pytest.raises(ValueError):
        capital_amount(amount_fen)


@pytest.mark.parametrize("amount", [1.0, "100", True, None])
def test_anything_but_a_whole_number_of_fen_is_a_mistake(amount: object) -> None:
    with pytest.raises(TypeError):
        capital_amount(amount)


def _read_back(text: str) -> int:
    """Reads by value: figures gather before a place name, a higher place closes over everything before it."""
    digits = {figure: value for value, figure in enumerate("零壹贰叁肆伍陆柒捌玖")}
    whole, _, parts = text.removeprefix("人民币").rpartition("元")
    fen = sum(
        digits[parts[position - 1]] * worth
        for name, worth in (("角", 10), ("分", 1))
        if (position := parts.find(name)) > 0
    )
    total = group = digit = 0
    for character in whole:
        if character in digits:
            digit = digits[character]
        elif character in "仟佰拾":
            group += digit * {"仟": 1000, "佰": 100, "拾": 10}[character]
            digit = 0
        elif character == "万":
            total, group, digit = total + (group + digit) * 10**4, 0, 0
        else:
            total, group, digit = (total + group + digit) * 10**8, 0, 0
    return (total + group + digit) * 100 + fen
