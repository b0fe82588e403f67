"""How text falls into words: one spelling for all scripts, Chinese cut by dictionary, models cut at their seams."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

import opencc
import rjieba

HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(rf"(?P<han>[{HAN}]+)|(?P<latin>[a-z0-9]+(?:[-_.][a-z0-9]+)*)|(?P<other>[^\W_{HAN}a-z0-9]+)")
_HAN_ONLY = re.compile(rf"[{HAN}]+")
_SEAM = re.compile(r"[-_]|(?<![0-9])\.|\.(?![0-9])")
_SEGMENT = re.compile(r"[a-z]+|[0-9]+(?:\.[0-9]+)?")
_SPACE = re.compile(r"\s+")
_DICTIONARY_WORD = re.compile(rf"[{HAN}]{{2,8}}")
_CONNECTIVE = re.compile(r"[和及与或、的]")

CODE_LENGTH_MAX = 40
WORD_LENGTH_MAX = 60
"""A longer run without a break is cut off: nobody types it, and it would only swell the index."""

_to_simplified = opencc.OpenCC("tw2sp")
_SHARED_WORDS = re.compile("(文件|桌布|外接)")
"""Words that both sides of the strait use in shops, and that a phrase conversion made for computers would take for
documents, wallpapers and external drives."""


@lru_cache(maxsize=8_192)
def normalise(text: str) -> str:
    """Return text in the one spelling of the index: no control characters or lone surrogates, NFKC,
    simplified Chinese with the mainland's words (印表機 -> 打印机), lower case, single spaces."""
    encodable = text.encode("utf-8", "ignore").decode("utf-8")
    compatible = unicodedata.normalize("NFKC", encodable)
    printable = compatible if compatible.isprintable() else _without_controls(compatible)
    return _SPACE.sub(" ", _simplified(printable).lower()).strip()


def _simplified(text: str) -> str:
    pieces = _SHARED_WORDS.split(text)
    return "".join(piece if place % 2 else _to_simplified.convert(piece) for place, piece in enumerate(pieces))


def _without_controls(text: str) -> str:
    return "".join(" " if unicodedata.category(sign) in ("Cc", "Cf", "Zl", "Zp") else sign for sign in text)


def is_han(word: str) -> bool:
    """Whether a word consists of Chinese characters alone."""
    return _HAN_ONLY.fullmatch(word) is not None


def runs(normal: str) -> list[str]:
    """Return the runs of one script in normalised text, in order; everything else separates."""
    return [match.group(0)[:WORD_LENGTH_MAX] for match in _RUN.finditer(normal)]


@lru_cache(maxsize=16_384)
def latin_pieces(run: str) -> tuple[tuple[str, ...], str, tuple[str, ...]]:
    """Return (pieces at separators, joined form, further forms) of a Latin run.

    lq-630kii -> ((lq, 630kii), lq630kii, (lq630, 630, kii)): whoever types lq630, LQ630KII or 630 finds it; so does
    whoever leaves the letters in front of a number out, as people do with cartridges (388A for CC388A).
    """
    pieces = tuple(piece for piece in _SEAM.split(run) if piece)
    joined = "".join(pieces)[:CODE_LENGTH_MAX]
    segments = _SEGMENT.findall(joined)
    forms: dict[str, None] = {}
    for length in range(2, len(segments)):
        forms["".join(segments[:length])] = None
    for start in range(1, len(segments)):
        if segments[start][0].isdigit() and len(segments[start]) > 2:
            forms["".join(segments[start:])] = None
    if len(segments) > 1:
        forms.update((segment, None) for segment in segments if len(segment) > 1)
    return pieces, joined, tuple(form for form in forms if form != joined and form not in pieces)


class Cutter:
    """Cuts Chinese text with the general dictionary and the catalogue's own words."""

    def __init__(self, *, words: Iterable[str]) -> None:
        self._jieba = rjieba.Jieba()
        for word in words:
            self._jieba.add_word(word, None, None)

    def cut(self, run: str) -> list[str]:
        """Return words that lie end to end: 激光打印机 stays one word. New words are never guessed."""
        return self._jieba.cut(run, False)

    def cut_fine(self, run: str) -> list[str]:
        """Return the words of `cut` and the dictionary words inside them."""
        return self._jieba.cut_for_search(run, False)

    def parts(self, word: str) -> tuple[str, ...]:
        """Return the fewest shorter dictionary words that make up `word`, or (): 黑白打印机 -> 黑白, 打印机."""
        if len(word) < 4:
            return ()
        inside = {part for part in self.cut_fine(word) if 1 < len(part) < len(word)}
        best: list[tuple[str, ...] | None] = [(), *([None] * len(word))]
        for end in range(1, len(word) + 1):
            for part in inside:
                start = end - len(part)
                before = best[start] if start >= 0 and word[start:end] == part else None
                present = best[end]
                if before is not None and (present is None or len(before) + 1 < len(present)):
                    best[end] = (*before, part)
        return best[-1] or ()


def dictionary_words(texts: Iterable[str]) -> list[str]:
    """Return the Chinese words of brand and category names that a dictionary should know, sorted, each once."""
    found: set[str] = set()
    for text in texts:
        for piece in _CONNECTIVE.split(normalise(text)):
            found.update(run for run in runs(piece) if _DICTIONARY_WORD.fullmatch(run))
    return sorted(found)
