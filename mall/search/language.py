"""The language work of both engines: what is indexed of a document, and what a query asks for."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Self

from mall.search.document import Document
from mall.search.pinyin import PINYIN_WORD_LENGTH_MAX, PinyinRewriter, pinyin_of
from mall.search.query import TERMS_MAX, TEXT_LENGTH_MAX
from mall.search.synonyms import DEFAULT_TABLE, SynonymRow, Synonyms, read_table
from mall.search.words import Cutter, dictionary_words, is_han, latin_pieces, normalise, runs

LANGUAGE_FORMAT = 4
"""Raised whenever documents would fall into other words than before; an index of another format is rebuilt."""
VOCABULARY_MAX = 5_000
STOP_WORDS = frozenset(
    [
        *("的", "了", "和", "及", "与", "或", "是", "在", "等", "于", "用于", "适用", "适用于", "以及"),
        *("a", "an", "and", "for", "of", "or", "the", "to", "with"),
    ]
)
REWRITE_LENGTH_MIN = 4
REMAINDER = "其他"
_MADE_FOR = re.compile(r"(?:适用|用于|兼容|适配)[^\s()]*")
_LISTED = re.compile(r"[、和及与或()（）/]")
_MEASURE = re.compile(r"[0-9.]+[a-z]{0,3}")


@dataclass(frozen=True, slots=True)
class DocumentWords:
    """The words of a document by searched field, each separated by single spaces.

    `heads` are the words the name says the thing is (打印机 of 热敏小票打印机, but not of 打印机墨水);
    `kind` is the same of the category's name.
    """

    name: str
    heads: str
    kind: str
    keywords: str
    brand: str
    category: str
    code: str
    supplier: str
    pinyin: str
    head_pinyin: str


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a query: any of its `forms` will do, and a form needs all of its words.

    The first form is the word as typed; the first `equals` mean the very same, the rest come from one-way synonyms.
    """

    text: str
    forms: tuple[tuple[str, ...], ...]
    equals: int
    typos: int
    """How many typing errors are forgiven: 0, 1 or 2."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a query text asks for. `prefix` is the last word as far as it was typed, or ''."""

    terms: tuple[Term, ...]
    prefix: str
    corrected_text: str | None = None


class Language:
    """Words, synonyms and pinyin of one catalogue.

    `words` extend the cutting dictionary and belong to the index: writer and readers must have the same.
    `vocabulary` holds (word, pinyin, listings) for the pinyin rewriter. Synonyms act on the query only.
    """

    def __init__(
        self,
        *,
        words: Sequence[str] = (),
        vocabulary: Sequence[tuple[str, str, int]] = (),
        synonyms_table: Path = DEFAULT_TABLE,
        built_version: str | None = None,
    ) -> None:
        """`built_version` is the fingerprint the index was built with, when it comes from an index."""
        self.words = tuple(words)
        self.vocabulary = tuple((str(word), str(pinyin), int(count)) for word, pinyin, count in vocabulary)
        self._table = read_table(synonyms_table)
        self._more: tuple[SynonymRow, ...] = ()
        self.synonyms = Synonyms(rows=self._table, normalise=normalise)
        self._cutter = Cutter(words=self.words)
        self._rewriter = PinyinRewriter(vocabulary=self.vocabulary)
        self.version = _fingerprint(self.words)
        self.built_version = built_version or self.version

    def use_more_synonyms(self, rows: tuple[SynonymRow, ...]) -> None:
        """From now on queries know these synonyms beside those of the table; what was used before is forgotten."""
        if rows != self._more:
            self.synonyms = Synonyms(rows=[*self._table, *rows], normalise=normalise)
            self._more = rows

    def to_json(self) -> str:
        """Return what another process needs to speak the same language."""
        saved = {"version": self.version, "words": self.words, "vocabulary": self.vocabulary}
        return json.dumps(saved, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str, *, synonyms_table: Path = DEFAULT_TABLE) -> Self:
        """Return the language written by `to_json`."""
        saved = json.loads(text)
        return cls(
            words=saved["words"],
            vocabulary=saved["vocabulary"],
            synonyms_table=synonyms_table,
            built_version=saved["version"],
        )

    # -- documents -------------------------------------------------------------------------------------------

    def tokens(self, text: str) -> list[str]:
        """Return the words of a document's text, each once, in order of appearance."""
        found: dict[str, None] = {}
        for run in runs(normalise(text)):
            if is_han(run):
                found.update(dict.fromkeys(self._cutter.cut_fine(run)))
            else:
                found.update(dict.fromkeys(latin_pieces(run)[0]))
        return list(found)

    def heads(self, text: str) -> list[str]:
        """Return the words with which the Chinese runs of a name end, for there a name says what the thing is.

        What a thing is made for ("适用于打印机") is left out.
        """
        found: dict[str, None] = {}
        for run in runs(_MADE_FOR.sub(" ", normalise(text))):
            if is_han(run):
                endings = (word for word in self._cutter.cut_fine(run) if run.endswith(word))
                found.update((word, None) for word in endings if len(word) > 1 or word == run)
        return list(found)

    def document_words(self, document: Document) -> DocumentWords:
        """Return what is indexed of a document."""
        name = self.tokens(document.name)
        keywords = self.tokens(document.keywords)
        brand = self.tokens(document.brand)
        category = self.tokens(document.category_name)
        heads, kind = self.heads(document.name), self._kind(document.category_name)
        return DocumentWords(
            name=" ".join(name),
            heads=" ".join(heads),
            kind=" ".join(kind),
            keywords=" ".join(dict.fromkeys((*keywords, *codes(document.keywords)))),
            brand=" ".join(brand),
            category=" ".join(category),
            code=" ".join(codes(document.name, document.model, document.sku)),
            supplier=" ".join(self.tokens(document.supplier_name)),
            pinyin=" ".join(_pinyin_forms([*name, *keywords, *brand, *category])),
            head_pinyin=" ".join(_pinyin_forms([*heads, *kind])),
        )

    def _kind(self, category_name: str) -> list[str]:
        """Return what a category says its goods are; a remainder ("其他硒鼓、粉盒") says what they are not."""
        parts = () if category_name.startswith(REMAINDER) else _LISTED.split(category_name)
        return list(dict.fromkeys(word for part in parts for word in self.heads(part)))

    # -- queries ---------------------------------------------------------------------------------------------

    def plan(self, text: str, *, known: Callable[[str], bool]) -> Plan:
        """Return what a query asks for; `known` says whether a word occurs in the index (or begins one)."""
        typed = self._query_words(text)
        mended = [word for words in self._cut_runs(text) for word in self._mended(words, known=known)]
        words, corrected = self._rewritten(mended, known=known)
        corrected = corrected or mended != typed
        meant = [word for word in words if word not in STOP_WORDS] or words
        groups = list(dict.fromkeys(self.synonyms.merge(meant)))[:TERMS_MAX]
        prefix = meant[-1] if groups and groups[-1] == (meant[-1],) else ""
        return Plan(
            terms=tuple(self._term(group) for group in groups),
            prefix=prefix if is_han(prefix) else latin_pieces(prefix)[1],
            corrected_text=" ".join(words) if corrected else None,
        )

    def alternatives(self) -> dict[str, list[str]]:
        """Return every word with synonyms and its alternatives, each as words separated by spaces."""
        return {
            " ".join(self._query_words(word)): [" ".join(self._query_words(other)) for other in self.synonyms.of(word)]
            for word in self.synonyms.words()
        }

    def _query_words(self, text: str) -> list[str]:
        return [word for words in self._cut_runs(text) for word in words]

    def _cut_runs(self, text: str) -> Iterator[list[str]]:
        """Yield the words of each run of characters between spaces and signs."""
        for run in runs(normalise(text[:TEXT_LENGTH_MAX])):
            yield list(self._cutter.cut(run)) if is_han(run) else [run]

    def _mended(self, words: list[str], *, known: Callable[[str], bool]) -> list[str]:
        """Put right a slip in the last character of a Chinese word (洗手夜), which falls off when the run is cut:
        one that nothing has, after a word to which a single word of the catalogue adds one more (洗手液)."""
        mended: list[str] = []
        for word in words:
            stem = mended[-1] if mended else ""
            if len(word) == 1 and is_han(word) and len(stem) >= 2 and is_han(stem) and self._is_strange(word, known):
                meant = {longer for longer, _, _ in self.vocabulary if longer[:-1] == stem}
                if len(meant) == 1:
                    mended[-1] = meant.pop()
                    continue
            mended.append(word)
        return mended

    def _is_strange(self, character: str, known: Callable[[str], bool]) -> bool:
        return not known(character) and not any(character in word for word, _, _ in self.vocabulary)

    def _rewritten(self, words: list[str], *, known: Callable[[str], bool]) -> tuple[list[str], bool]:
        """Replace Latin words that the index does not know: pinyin by the words it spells, a slip in a word of the
        synonym table (Lenvo) by that word."""
        rewritten: list[str] = []
        corrected = False
        for word in words:
            spelt: tuple[str, ...] = ()
            if len(word) >= REWRITE_LENGTH_MIN and word.isascii() and word.isalpha() and not known(word):
                spelt = self._rewriter.rewrite(word) or self.synonyms.nearest(word)
            rewritten.extend(spelt or (word,))
            corrected = corrected or bool(spelt)
        return rewritten, corrected

    def _term(self, group: tuple[str, ...]) -> Term:
        word = "".join(group)
        forms = dict.fromkeys(self._forms(group))
        alternatives = self.synonyms.of(word)
        equals = len(forms)
        for place, other in enumerate(alternatives, start=1):
            forms.update(dict.fromkeys(self._forms(tuple(self._query_words(other)))))
            if place == self.synonyms.equals(word):
                equals = len(forms)
        typos = typos_forgiven(word) if len(group) == 1 else 0
        return Term(text=word, forms=tuple(forms), equals=equals, typos=typos)

    def _forms(self, group: tuple[str, ...]) -> list[tuple[str, ...]]:
        """Return the ways in which a document may spell what a group of words names."""
        if len(group) != 1:
            return [tuple(part if is_han(part) else latin_pieces(part)[1] for part in group)]
        word = group[0]
        if is_han(word):
            parts = self._cutter.parts(word)
            return [(word,), parts] if parts else [(word,)]
        pieces, joined, _ = latin_pieces(word)
        return [(joined,), pieces] if len(pieces) > 1 else [(joined,)]


def codes(*texts: str) -> list[str]:
    """Return the joined and split forms of all models, numbers and neighbours in `texts`, each once.

    Neighbours are joined too when a digit is in them: ThinkPad E14 is also found as thinkpade14.
    """
    found: dict[str, None] = {}
    for text in texts:
        previous = ""
        for run in runs(normalise(text)):
            if is_han(run) or not run.isascii():
                previous = ""
                continue
            _, joined, forms = latin_pieces(run)
            found.update(dict.fromkeys((joined, *forms)))
            if previous and any(sign.isdigit() for sign in joined):
                found[previous + joined] = None
            previous = joined if joined.isalpha() else ""
    return list(found)


def typos_forgiven(word: str) -> int:
    """Return how many typing errors a word may hold: 1 from four letters, 2 from eight; numbers and measures none."""
    if not word.isascii() or not any(sign.isalpha() for sign in word) or _MEASURE.fullmatch(word):
        return 0
    return 2 if len(word) >= 8 else 1 if len(word) >= 4 else 0


def learn_words(names: Iterable[str], *, synonyms_table: Path = DEFAULT_TABLE) -> list[str]:
    """Return the dictionary words in brand and category names and in the synonym table."""
    table = [word for _, words in read_table(synonyms_table) for word in words]
    return dictionary_words([*names, *table])


def learn_vocabulary(counts: Counter[str]) -> list[tuple[str, str, int]]:
    """Return (word, pinyin, listings) of the most frequent Chinese words; `counts` holds listings by word."""
    listings_min = 2 if len(counts) < 20_000 else 5
    frequent = [(word, count) for word, count in counts.most_common(VOCABULARY_MAX) if count >= listings_min]
    return [(word, pinyin_of(word)[0], count) for word, count in frequent]


def rewritable(words: Iterable[str]) -> list[str]:
    """Return those words of a document that people spell in pinyin."""
    return [word for word in words if 2 <= len(word) <= PINYIN_WORD_LENGTH_MAX and is_han(word)]


def _fingerprint(words: Iterable[str]) -> str:
    """Return a short hash of everything that decides how documents fall into words."""
    facts = [LANGUAGE_FORMAT, version_of("rjieba"), version_of("opencc"), version_of("pypinyin"), *words]
    return hashlib.sha256("\n".join(map(str, facts)).encode()).hexdigest()[:16]


def _pinyin_forms(words: Iterable[str]) -> list[str]:
    found: dict[str, None] = {}
    for word in rewritable(words):
        found.update(dict.fromkeys(form for form in pinyin_of(word) if form))
    return list(found)
