"""Every refusal that the house can raise has its words in Chinese and English, and a way out."""

from __future__ import annotations

import ast
import re

from ledger.errors import REFUSAL_CODES
from mall.refusals import REFUSALS
from tests.house.source_tree import sources


def codes_in_source() -> dict[str, str]:
    """Every literal code given to Refusal(...) or to a `refusal=` argument, with the place of one use."""
    found: dict[str, str] = dict.fromkeys(REFUSAL_CODES, "ledger/errors.py")
    for source in sources():
        for node in ast.walk(source.tree):
            if not isinstance(node, ast.Call):
                continue
            values = [node.args[0]] if getattr(node.func, "id", "") == "Refusal" and node.args else []
            values += [keyword.value for keyword in node.keywords if keyword.arg == "refusal"]
            for value in values:
                if isinstance(value, ast.Constant) and isinstance(value.value, str):
                    found.setdefault(value.value, f"{source.name}:{node.lineno}")
    return found


def test_every_code_raised_has_its_words() -> None:
    missing = {code: place for code, place in codes_in_source().items() if code not in REFUSALS}

    assert missing == {}


def test_words_stand_in_both_languages() -> None:
    wrong = [
        code
        for code, words in REFUSALS.items()
        if not words.zh
        or not words.en
        or not re.search(r"[\u4e00-\u9fff]", words.zh)
        or not words.zh_next
        or not words.en_next
    ]

    assert wrong == []


def test_a_code_is_well_formed_and_its_status_is_a_clients_or_a_lack() -> None:
    wrong = [
        code
        for code, words in REFUSALS.items()
        if not re.fullmatch(r"[a-z]+\.[a-z_]+", code) or words.http not in {401, 403, 404, 409, 413, 415, 422, 429, 503}
    ]

    assert wrong == []


def test_the_search_for_codes_finds_some() -> None:
    assert {"order.price_changed", "ledger.insufficient", "ship.too_many"} <= set(codes_in_source())
