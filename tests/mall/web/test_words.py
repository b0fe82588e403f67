"""The words of refusals: both languages, facts in them, nothing left over."""

from __future__ import annotations

import string

import pytest

from mall.errors import Refusal
from mall.refusals import REFUSALS
from mall.web.words import words_for


@pytest.mark.parametrize("code", sorted(REFUSALS))
def test_every_refusal_speaks_both_languages_and_names_only_simple_facts(code: str) -> None:
    text = REFUSALS[code]

    assert 400 <= text.http < 600
    for sentence in (text.zh, text.zh_next, text.en, text.en_next):
        assert sentence.strip() == sentence != ""
        for _, name, form, conversion in string.Formatter().parse(sentence):
            assert name is None or (name.isidentifier() and not form and not conversion)
    assert not any("\u4e00" <= character <= "\u9fff" for character in text.en + text.en_next)


def test_the_same_facts_stand_in_both_languages() -> None:
    def facts(sentence: str) -> set[str]:
        return {
            name for _, name, _, _ in string.Formatter().parse(sentence) if name and not name.endswith(("_zh", "_en"))
        }

    differing = [
        code for code, text in REFUSALS.items() if facts(text.zh + text.zh_next) != facts(text.en + text.en_next)
    ]

    assert differing == []


def test_money_is_shown_in_yuan() -> None:
    words = words_for(Refusal("order.price_changed", name="纸", seen_price_fen=123456, price_fen=5), language="zh")

    assert "¥1,234.56" in words.what and "¥0.05" in words.what


def test_states_and_actions_are_named() -> None:
    refusal = Refusal("state.not_possible", kind="order", state="draft", action="approve")

    assert "草稿" in words_for(refusal, language="zh").what
    assert "审批通过" in words_for(refusal, language="zh").what


def test_a_missing_fact_leaves_a_dash_and_a_foreign_one_is_ignored() -> None:
    words = words_for(Refusal("order.price_changed", other="x"), language="en")

    assert "—" in words.what and "x" not in words.what.replace("ex", "")


def test_an_unknown_code_still_gets_words_and_a_way_out() -> None:
    words = words_for(Refusal("nobody.knows_this"), language="zh")

    assert words.what and words.next_step


def test_a_fact_cannot_reach_into_objects() -> None:
    words = words_for(Refusal("order.price_changed", name="{0.__class__}"), language="en")

    assert "{0.__class__}" in words.what
