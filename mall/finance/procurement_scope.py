"""Whether spending is procurement: what a category, an economic item and words of purpose say, and how surely.

An official category settles it. Otherwise the words of the purpose and the economic item are read side by side:
where they agree the answer grows surer, where they differ it grows weaker and the reason says so. Nothing is guessed:
where nothing speaks, nothing is said.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from mall.catalogue.category import Category
from mall.database import engine, session
from mall.reference.read_reference import economic_scopes, purpose_words
from mall.search.words import normalise

#: what an agreeing witness adds, and what a differing one leaves (of a hundred)
_AGREES = 15
_DIFFERS_LEAVES = 70
_SUREST = 98
_GIVEN = 100
_WORD_MIN = 2
_WORD_MAX = 16
_PURPOSE_MAX = 500
#: a name of the official table says what is bought; the longer it is, the less by chance
_NAME_BASE = 45
_PER_CHARACTER = 10
_NAME_MOST = 90
_KEPT_SECONDS = 30.0


@dataclass(frozen=True)
class Reason:
    """One thing that spoke: `code` is category_given, category_unknown, purpose_word, economic_item, agree, differ,
    several or nothing; `facts` are its words, codes and confidences."""

    code: str
    facts: Mapping[str, object]

    def as_evidence(self) -> dict[str, object]:
        return {"code": self.code, **self.facts}


@dataclass(frozen=True)
class Classified:
    """What spending is, as far as it can be told.

    `category_code`: an official category (of any level from 1 down), or None when none could be told.
    `in_catalogue`: inside the centralised catalogue or what the mall sells; None when it cannot be told.
    `is_centralised`: inside the province's centralised catalogue, which has to be procured from the first fen.
    `confidence`: 0 to 100. `candidates`: what else it may be, surest first.
    """

    category_code: str | None
    category_name: str
    in_catalogue: bool | None
    is_centralised: bool
    confidence: int
    why: tuple[Reason, ...]
    candidates: tuple[str, ...] = ()

    def as_evidence(self) -> dict[str, object]:
        return {
            "category_code": self.category_code,
            "category_name": self.category_name,
            "in_catalogue": self.in_catalogue,
            "is_centralised": self.is_centralised,
            "confidence": self.confidence,
            "why": [reason.as_evidence() for reason in self.why],
            "candidates": list(self.candidates),
        }


@dataclass(frozen=True)
class KnownCategory:
    """What the scope knows of a category."""

    code: str
    name: str
    level: int
    parent_code: str | None
    in_mall: bool
    is_centralised: bool
    aliases: str


@dataclass(frozen=True)
class _Said:
    """A witness: a category (None: no procurement) with a confidence."""

    category_code: str | None
    confidence: int
    reason: Reason


class ProcurementScope:
    """The catalogue prepared for classifying; `version` names the data that answered, for replays."""

    def __init__(self, categories: Iterable[KnownCategory]) -> None:
        self.categories = {category.code: category for category in categories}
        self.words = _words_of(self.categories)
        self.items = _items_of(self.categories)
        self.version = _version_of(self.categories, self.words, self.items)

    def lineage(self, code: str) -> tuple[str, ...]:
        """The category and those above it, lowest first."""
        found: list[str] = []
        current = self.categories.get(code)
        while current is not None:
            found.append(current.code)
            current = self.categories.get(current.parent_code) if current.parent_code else None
        return tuple(found)

    def is_centralised(self, code: str) -> bool:
        return any(self.categories[each].is_centralised for each in self.lineage(code))

    def in_catalogue(self, code: str) -> bool:
        """Inside the centralised catalogue, or sold by the mall."""
        known = self.categories.get(code)
        return known is not None and (known.in_mall or self.is_centralised(code))


def classify(
    *, economic_code: str = "", purpose: str = "", category_code: str = "", scope: ProcurementScope | None = None
) -> Classified:
    """What this spending is. Give `scope` (from `procurement_scope()`) when classifying many. Raises nothing."""
    scope = scope or procurement_scope()
    given = category_code.strip().upper()
    if given in scope.categories:
        reason = Reason("category_given", {"category_code": given, "confidence": _GIVEN})
        return _answer(scope, _Said(given, _GIVEN, reason), why=(reason,))
    unknown = (Reason("category_unknown", {"category_code": given}),) if given else ()
    words = _by_words(scope, purpose)
    items = _by_item(scope, economic_code.strip())
    if not words and not items:
        return _nothing(unknown)
    if not words:
        return _from_items(scope, items, why=unknown)
    return _from_words(scope, words, items=items, why=unknown)


def classify_economic_item(economic_code: str, *, scope: ProcurementScope | None = None) -> Classified:
    """What an economic item alone says, for lines of a budget."""
    return classify(economic_code=economic_code, scope=scope)


_kept: tuple[float, str, ProcurementScope] | None = None


def procurement_scope(*, anew: bool = False) -> ProcurementScope:
    """The scope, read anew when the copy of this process is older than half a minute."""
    global _kept
    database = str(engine().url)
    if anew or _kept is None or time.monotonic() - _kept[0] > _KEPT_SECONDS or _kept[1] != database:
        _kept = (time.monotonic(), database, ProcurementScope(_read()))
    return _kept[2]


def _read() -> list[KnownCategory]:
    rows = session().execute(
        select(
            Category.code,
            Category.name,
            Category.level,
            Category.parent_code,
            Category.in_mall,
            Category.is_centralised,
            Category.aliases,
        ).order_by(Category.code)
    )
    return [KnownCategory(*row) for row in rows]


def _by_words(scope: ProcurementScope, purpose: str) -> list[_Said]:
    """The witnesses among the words, surest first; a word inside a longer one that speaks is not heard."""
    text = normalise(purpose)[:_PURPOSE_MAX]
    heard: list[tuple[str, int, int]] = []
    for length in range(min(_WORD_MAX, len(text)), _WORD_MIN - 1, -1):
        for start in range(len(text) - length + 1):
            word = text[start : start + length]
            end = start + length
            if word in scope.words and not any(first <= start and end <= last for _, first, last in heard):
                heard.append((word, start, end))
    said: dict[str | None, _Said] = {}
    for word, _, _ in heard:
        for code, confidence in scope.words[word]:
            reason = Reason("purpose_word", {"word": word, "category_code": code or "", "confidence": confidence})
            if code not in said or confidence > said[code].confidence:
                said[code] = _Said(code, confidence, reason)
    return sorted(said.values(), key=lambda each: (-each.confidence, each.category_code or ""))


def _by_item(scope: ProcurementScope, economic_code: str) -> list[_Said]:
    """What the longest known prefix of the item says: 3020101 is answered by 30201, 30302 by 303."""
    for length in range(len(economic_code), 2, -1):
        if economic_code[:length] in scope.items:
            return [
                _Said(
                    code,
                    confidence,
                    Reason(
                        "economic_item",
                        {
                            "economic_code": economic_code[:length],
                            "category_code": code or "",
                            "confidence": confidence,
                            "note": note,
                        },
                    ),
                )
                for code, confidence, note in scope.items[economic_code[:length]]
                if confidence > 0
            ]
    return []


def _from_items(scope: ProcurementScope, items: list[_Said], *, why: tuple[Reason, ...]) -> Classified:
    best = items[0]
    reasons = (*why, *(each.reason for each in items))
    if len(items) == 1 or best.confidence - items[1].confidence >= _AGREES:
        return _answer(scope, best, why=reasons, candidates=_others(items, best))
    return _several(scope, items, why=reasons)


def _from_words(
    scope: ProcurementScope, words: list[_Said], *, items: list[_Said], why: tuple[Reason, ...]
) -> Classified:
    best = _nearest(scope, words, items)
    agreeing = [item for item in items if _agree(scope, best, item)]
    reasons = (*why, best.reason, *(item.reason for item in (agreeing or items)))
    rivals = [each for each in words if each is not best and each.confidence >= best.confidence]
    if rivals and not agreeing and not all(_agree(scope, best, rival) for rival in rivals):
        return _several(scope, [best, *rivals], why=(*reasons, *(rival.reason for rival in rivals)))
    if agreeing:
        sure = min(max(best.confidence, agreeing[0].confidence) + _AGREES, _SUREST)
        reasons = (*reasons, Reason("agree", {"confidence": sure}))
    elif items:
        sure = best.confidence * _DIFFERS_LEAVES // 100
        reasons = (*reasons, Reason("differ", {"confidence": sure}))
    else:
        sure = best.confidence
    return _answer(scope, _Said(best.category_code, sure, best.reason), why=reasons, candidates=_others(words, best))


def _nearest(scope: ProcurementScope, words: list[_Said], items: list[_Said]) -> _Said:
    """Of the surest words, one that the economic item bears out."""
    surest = [word for word in words if word.confidence >= words[0].confidence - _PER_CHARACTER]
    return next((word for word in surest if any(_agree(scope, word, item) for item in items)), words[0])


def _agree(scope: ProcurementScope, one: _Said, other: _Said) -> bool:
    if one.category_code is None or other.category_code is None:
        return one.category_code is other.category_code
    return one.category_code in scope.lineage(other.category_code) or other.category_code in scope.lineage(
        one.category_code
    )


def _several(scope: ProcurementScope, said: list[_Said], *, why: tuple[Reason, ...]) -> Classified:
    """More than one category speaks: the nearest one above them all, or none; the catalogue only if all are inside."""
    codes = [each.category_code for each in said]
    known = [code for code in codes if code is not None]
    lineages = [scope.lineage(code) for code in known]
    shared = [code for code in lineages[0] if all(code in lineage for lineage in lineages)] if lineages else []
    above = next((code for code in shared if scope.categories[code].level >= 1), None)
    inside = {code is not None and scope.in_catalogue(code) for code in codes}
    confidence = min(each.confidence for each in said)
    return Classified(
        category_code=above if len(known) == len(codes) else None,
        category_name=scope.categories[above].name if above and len(known) == len(codes) else "",
        in_catalogue=inside.pop() if len(inside) == 1 else None,
        is_centralised=len(known) == len(codes) and all(scope.is_centralised(code) for code in known),
        confidence=confidence,
        why=(*why, Reason("several", {"category_codes": known})),
        candidates=tuple(known),
    )


def _answer(
    scope: ProcurementScope, said: _Said, *, why: tuple[Reason, ...], candidates: tuple[str, ...] = ()
) -> Classified:
    code = said.category_code
    return Classified(
        category_code=code,
        category_name=scope.categories[code].name if code is not None else "",
        in_catalogue=scope.in_catalogue(code) if code is not None else False,
        is_centralised=code is not None and scope.is_centralised(code),
        confidence=said.confidence,
        why=why,
        candidates=candidates,
    )


def _nothing(why: tuple[Reason, ...]) -> Classified:
    return Classified(
        category_code=None,
        category_name="",
        in_catalogue=None,
        is_centralised=False,
        confidence=0,
        why=(*why, Reason("nothing", {})),
    )


def _others(said: list[_Said], best: _Said) -> tuple[str, ...]:
    return tuple(each.category_code for each in said if each.category_code not in (None, best.category_code))


def _words_of(categories: Mapping[str, KnownCategory]) -> dict[str, tuple[tuple[str | None, int], ...]]:
    """Word -> ((category or None for no procurement, confidence), ...); our own words come before official names."""
    found: dict[str, dict[str | None, int]] = {}
    for each in purpose_words():
        if each.category_code is None or each.category_code in categories:
            found.setdefault(normalise(each.word), {})[each.category_code] = each.confidence
    own = frozenset(found)
    for category in categories.values():
        if category.level < 2:
            continue
        for name in (category.name, *category.aliases.split("|")):
            word = normalise(name)
            if _WORD_MIN <= len(word) <= _WORD_MAX and word not in own:
                sure = min(_NAME_BASE + _PER_CHARACTER * len(word), _NAME_MOST)
                found.setdefault(word, {})[category.code] = sure
    return {word: tuple(said.items()) for word, said in found.items()}


def _items_of(categories: Mapping[str, KnownCategory]) -> dict[str, tuple[tuple[str | None, int, str], ...]]:
    found: dict[str, list[tuple[str | None, int, str]]] = {}
    for each in economic_scopes():
        if each.category_code is None or each.category_code in categories:
            found.setdefault(each.economic_code, []).append((each.category_code, each.confidence, each.note))
    return {code: tuple(sorted(said, key=lambda each: -each[1])) for code, said in found.items()}


def _version_of(*parts: object) -> str:
    """The same data has the same name in every process."""
    text = json.dumps(parts, default=vars, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
