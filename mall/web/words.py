"""The words of a refusal: what happened and what to do next, in the reader's language, filled with the facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import force_locale

from mall.errors import Refusal
from mall.refusals import REFUSALS, UNKNOWN, RefusalText
from mall.web.amounts import yuan
from mall.web.names import action_name, budget_kind_name, role_name, state_name
from mall.web.translation import current_language


@dataclass(frozen=True)
class Words:
    """What happened, and the way out."""

    what: str
    next_step: str


class _Facts(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        # A sentence with a gap is better than an error page about an error page.
        return "—"


def words_for(refusal: Refusal, language: str | None = None) -> Words:
    """The words in `language` ("zh" or "en"; default: the reader's).

    A fact that the text names and nobody gave is shown as a dash.
    """
    chosen = language or current_language()
    text = text_of(refusal.code)
    # Names of states and roles among the facts must speak the same language as the sentence.
    with force_locale(chosen):
        facts = _Facts(_readable(refusal.facts))
    if chosen == "en":
        return Words(what=text.en.format_map(facts), next_step=text.en_next.format_map(facts))
    return Words(what=text.zh.format_map(facts), next_step=text.zh_next.format_map(facts))


def text_of(code: str) -> RefusalText:
    """The table's line for this code; a general one where it has none, which a house test forbids."""
    return REFUSALS.get(code, UNKNOWN)


def status_of(refusal: Refusal) -> int:
    """The HTTP status of a refusal."""
    return text_of(refusal.code).http


def _readable(facts: Mapping[str, Any]) -> dict[str, str]:
    """Facts as people read them: money in yuan, states, actions and roles by name, lists with commas."""
    return {key: _one(key, value, facts) for key, value in facts.items()}


def _fault(fault: Mapping[str, Any]) -> str:
    """One field of a body: its name, where it has one, and what is wrong with it."""
    field, message = str(fault.get("field", "")), str(fault.get("message", ""))
    return f"{field}: {message}" if field else message


def _one(key: str, value: Any, facts: Mapping[str, Any]) -> str:
    if value is None:
        return "—"
    if key.endswith("_fen") and isinstance(value, int):
        return yuan(value)
    if key == "action":
        return action_name(str(value))
    if key == "document_kind":
        return budget_kind_name(str(value))
    if key == "role":
        return role_name(str(value))
    if key == "state":
        return state_name(str(facts.get("kind", "order")), str(value))
    if key == "errors" and isinstance(value, list):
        return " ".join(_fault(fault) for fault in value)
    if isinstance(value, list | tuple | set | frozenset):
        return "、".join(_one("", item, facts) for item in value)
    if isinstance(value, Mapping):
        return "，".join(f"{name}: {inner}" for name, inner in value.items())
    return str(value)
