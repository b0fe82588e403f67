"""Pinyin of words, and the way back: from a run of pinyin letters to words of the catalogue."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import lru_cache

PINYIN_WORD_LENGTH_MAX = 8
"""Longer words are phrases; nobody types them as one run."""


@lru_cache(maxsize=65_536)
def pinyin_of(word: str) -> tuple[str, str]:
    """Return (all syllables joined, initials joined) of a word of Chinese characters: 打印机 -> dayinji, dyj."""
    # 50 MB and a second: only who writes the index needs it, the readers find the spelling in it.
    from pypinyin import Style, lazy_pinyin

    syllables = lazy_pinyin(word, style=Style.NORMAL, errors="ignore")
    return "".join(syllables), "".join(syllable[0] for syllable in syllables if syllable)


class PinyinRewriter:
    """Turns heibaidayinji into 黑白 打印机 with the words the catalogue really has."""

    def __init__(self, *, vocabulary: Iterable[tuple[str, str, int]]) -> None:
        """`vocabulary` holds (word, its pinyin, number of listings that have it)."""
        self._words: dict[str, tuple[str, int]] = {}
        for word, pinyin, frequency in vocabulary:
            if pinyin and frequency > self._words.get(pinyin, ("", 0))[1]:
                self._words[pinyin] = (word, frequency)
        self._length_max = max(map(len, self._words), default=0)
        self._listings = 1 + max((frequency for _, frequency in self._words.values()), default=1)

    def rewrite(self, letters: str) -> tuple[str, ...]:
        """Return the likeliest words whose pinyin spell `letters` from end to end, or () when there are none.

        Dynamic programming over the places in the run: fewer words first, then more frequent ones.
        """
        best: list[tuple[float, tuple[str, ...]] | None] = [(0.0, ())] + [None] * len(letters)
        for end in range(1, len(letters) + 1):
            for start in range(max(0, end - self._length_max), end):
                entry = self._words.get(letters[start:end])
                before = best[start]
                if entry is None or before is None:
                    continue
                cost = before[0] + 10.0 + math.log(self._listings / entry[1])
                present = best[end]
                if present is None or cost < present[0]:
                    best[end] = (cost, (*before[1], entry[0]))
        found = best[-1]
        return found[1] if found else ()
