"""Which official category a supplier's word or a product's name most likely means."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import func, select

from catalog_import.import_batch import CategoryWord, category_words
from catalog_import.words import fold
from mall.catalogue.category import Category, categories_by_code
from mall.catalogue.product import Product
from mall.database import session
from mall.reference.read_reference import old_category_codes

SUGGESTIONS_MAX = 3
_WORD_MIN = 2
_SIMILAR_READ_MAX = 3_000


@dataclass(frozen=True)
class Suggestion:
    """A category with a confidence from 1 to 100."""

    code: str
    name: str
    confidence: int


@dataclass(frozen=True)
class ResolvedWord:
    """What a supplier's word means: a code, or none; `is_sold` is false for what the mall does not sell.

    `is_old`: the word was a code of 2013, and `code` is what became of it.
    """

    code: str | None
    is_sold: bool = True
    is_old: bool = False


@dataclass(frozen=True)
class CategoryIndex:
    """The official table prepared for looking up words."""

    by_code: Mapping[str, Category]
    by_name: Mapping[str, str]
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def category_index() -> CategoryIndex:
    """Read the categories once; a few hundred rows, or some four thousand with the full official table."""
    by_code = categories_by_code()
    parents = {category.parent_code for category in by_code.values()}
    leaves = [category for category in by_code.values() if category.code not in parents and category.level >= 2]
    by_name: dict[str, str] = {}
    words: dict[str, list[str]] = defaultdict(list)
    for category in leaves:
        by_name.setdefault(fold(category.name), category.code)
    for category in leaves:
        for alias in _aliases(category):
            by_name.setdefault(alias, category.code)
        for word in (fold(category.name), *_aliases(category)):
            if len(word) >= _WORD_MIN and category.in_mall and category.code not in words[word]:
                words[word].append(category.code)
    return CategoryIndex(by_code=by_code, by_name=by_name, words={word: tuple(codes) for word, codes in words.items()})


def resolve_words(supplier_id: int, words: Iterable[str], *, index: CategoryIndex) -> dict[str, ResolvedWord]:
    """Word -> meaning: an official code, then what this supplier settled, then an exact name or alias.

    One code of 2013 that is none of 2022, or one beside its name of 2013, says that all codes of the file are of 2013:
    several of them mean other goods today.
    """
    settled = category_words(supplier_id)
    parted = {word: _code_and_name(word) for word in words}
    are_old = any(_is_surely_old(code, name, index=index) for code, name in parted.values())
    resolved: dict[str, ResolvedWord] = {}
    for word, (head, name) in parted.items():
        old = old_category_codes().get(head)
        if old is not None and (are_old or head not in index.by_code) and not _is_named(head, name, index=index):
            known = [code for code in old.codes_2022 if code in index.by_code]
            code = settled.get(word) or (known[0] if len(known) == 1 else None)
            is_old = word not in settled and code is not None
        else:
            code = head if head in index.by_code and index.by_code[head].level >= 2 else None
            code = code or settled.get(word) or index.by_name.get(fold(word)) or index.by_name.get(_last_part(word))
            is_old = False
        is_sold = code is None or index.by_code[code].in_mall
        resolved[word] = ResolvedWord(code=code, is_sold=is_sold, is_old=is_old)
    return resolved


def _code_and_name(word: str) -> tuple[str, str]:
    """("A02010105", "台式计算机") of "A02010105 台式计算机" or "A02010105/台式计算机", as tables are copied."""
    head = word.strip().split(" ")[0].split("/")[0]
    return head.upper(), fold(word.strip()[len(head) :].lstrip(" /-"))


def _is_named(code: str, name: str, *, index: CategoryIndex) -> bool:
    """Whether the name beside a code is the one it bears today."""
    return name != "" and code in index.by_code and name == fold(index.by_code[code].name)


def _is_surely_old(code: str, name: str, *, index: CategoryIndex) -> bool:
    old = old_category_codes().get(code)
    if old is None or _is_named(code, name, index=index):
        return False
    return code not in index.by_code or name == fold(old.name)


def suggest(
    *, name: str, word: str, index: CategoryIndex, settled: Mapping[str, Mapping[str, int]]
) -> list[Suggestion]:
    """The likeliest categories for a product, surest first.

    `settled` is what `settled_evidence` found: how often this word, this name, or a pair of its
    characters went to which code.
    """
    scores: Counter[str] = Counter()
    for text, weight in ((fold(name), 1.0), (fold(word), 1.2)):
        for known, codes in index.words.items():
            if known in text:
                # The longer the word that fits, and the nearer to the end of a name, the surer it is.
                at_end = 15 if text.rstrip("0123456789 -/()").endswith(known) else 0
                for code in codes:
                    scores[code] = max(scores[code], int(min(35 + 10 * len(known) + at_end, 90) * weight))
    old = old_category_codes().get(_code_and_name(word)[0])
    for code in old.codes_2022 if old is not None else ():
        # The code was parted in several, of which the name says more.
        scores[code] += 40
    for code in settled.get(f"name:{fold(name)}", {}):
        scores[code] += 90
    for evidence in (settled.get(f"word:{word}", {}), *(settled.get(f"pair:{pair}", {}) for pair in _pairs(name))):
        total = sum(evidence.values())
        for code, count in evidence.items():
            scores[code] += int(30 * count / total)
    ranked = [(code, min(score, 99)) for code, score in scores.most_common() if code in index.by_code]
    return [
        Suggestion(code=code, name=index.by_code[code].name, confidence=max(score, 1))
        for code, score in ranked[:SUGGESTIONS_MAX]
    ]


def settled_evidence(words: Iterable[str]) -> dict[str, dict[str, int]]:
    """How others settled the same words, and where the latest products stand, by name and by pairs of characters."""
    evidence: dict[str, dict[str, int]] = defaultdict(dict)
    asked = sorted({word for word in words if word})
    counted = (
        select(CategoryWord.word, CategoryWord.category_code, func.count())
        .where(CategoryWord.word.in_(asked))
        .group_by(CategoryWord.word, CategoryWord.category_code)
    )
    for word, code, count in session().execute(counted):
        evidence[f"word:{word}"][code] = count
    latest = select(Product.name, Product.category_code).where(Product.category_code.is_not(None))
    for name, code in session().execute(latest.order_by(Product.id.desc()).limit(_SIMILAR_READ_MAX)):
        evidence[f"name:{fold(name)}"][code] = 1
        for pair in _pairs(name):
            counts = evidence[f"pair:{pair}"]
            counts[code] = counts.get(code, 0) + 1
    return evidence


def _pairs(name: str) -> list[str]:
    """The last pairs of Chinese characters of a name, where Chinese says what a thing is."""
    characters = "".join(character for character in name if "\u4e00" <= character <= "\u9fff")[-6:]
    return [characters[start : start + 2] for start in range(len(characters) - 1)]


def _aliases(category: Category) -> list[str]:
    return [fold(alias) for alias in category.aliases.split("|") if alias.strip()]


def _last_part(word: str) -> str:
    """办公用品 > 纸 > 复印纸 means 复印纸."""
    return fold(word.replace("＞", ">").replace("->", ">").replace("/", ">").split(">")[-1])
