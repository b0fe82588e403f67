"""The sentence of a refusal that stands in a batch or is told on the command line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mall.refusals import REFUSALS


def refusal_sentence(code: str, facts: Mapping[str, Any], *, language: str = "zh") -> tuple[str, str]:
    """(what is wrong, what to do) in "zh" or "en", facts filled in."""
    text = REFUSALS[code]
    pair = (text.en, text.en_next) if language == "en" else (text.zh, text.zh_next)
    said, way_out = (_filled(part, facts) for part in pair)
    return said, way_out


def _filled(sentence: str, facts: Mapping[str, Any]) -> str:
    # Facts hold the supplier's own words; they are put in, never interpreted as a format.
    for name, fact in facts.items():
        sentence = sentence.replace("{" + name + "}", str(fact))
    return sentence
