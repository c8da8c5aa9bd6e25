"""Cuts folded text into words (jieba, search mode, with our dictionary) and character bigrams."""

from __future__ import annotations

import math
import re
import sys
import threading
from functools import cache, lru_cache
from operator import add
from typing import TYPE_CHECKING

from kb.text.frequencies import Frequencies
from kb.text.normalise import fold

if TYPE_CHECKING:
    import jieba


_RUN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+|[a-z0-9]+(?:[.%][a-z0-9]+)*")
_GAP = re.compile(r"(?<=[\u3400-\u9fff\uf900-\ufaff])[ \t]+(?=[\u3400-\u9fff\uf900-\ufaff])")
_SMOOTHING = 50  # occurrences granted to every word
_LONGEST = 500  # characters cut at a time: jieba takes the square of a run, and no sentence is as long
_CJK = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_OPENING = threading.RLock()


def _frequencies() -> Frequencies:
    with _OPENING:  # threads that are the first at the same time must share one table
        return _counted()


@cache
def _counted() -> Frequencies:
    return Frequencies()


def _tokenizer() -> jieba.Tokenizer:
    """jieba over our table of words."""
    with _OPENING:
        return _opened()


@cache
def _opened() -> jieba.Tokenizer:
    """jieba without its own cache, which lies in the shared temporary folder under a known name."""
    if "pkg_resources" not in sys.modules:
        # jieba would import it (0.3 s) to open its files, and does without where it is not installed.
        sys.modules["pkg_resources"] = None  # type: ignore[assignment]
    import jieba

    if sys.modules["pkg_resources"] is None:
        del sys.modules["pkg_resources"]
    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ, tokenizer.total = _frequencies().table, _frequencies().total
    tokenizer.initialized = True
    return tokenizer


def _jieba(text: str) -> jieba.Tokenizer:
    """jieba, ready to cut `text`."""
    _frequencies().need(text)
    return _tokenizer()


def words(text: str) -> list[str]:
    """The words of `text` after folding, each long word followed by the shorter words in it."""
    folded = fold(text)
    _frequencies().need(folded)
    found: list[str] = []
    for run in _RUN.findall(folded):
        found.extend(_cut(run))
    return found


@lru_cache(maxsize=1 << 14)
def _cut(run: str) -> tuple[str, ...]:
    """The words of a run. A run is cut for its passage and again for its whole document."""
    if not _CJK.match(run):
        return (run,)
    pieces = (run[start : start + _LONGEST] for start in range(0, len(run), _LONGEST))
    return tuple(word for piece in pieces for word in _tokenizer().cut_for_search(piece))


def plain_words(text: str) -> list[list[str]]:
    """The words of each run of `text` after folding, side by side and without the shorter words in them."""
    return [list(_jieba(run).cut(run)) if _CJK.match(run) else [run] for run in _RUN.findall(fold(text))]


def frequency(word: str) -> int:
    """How common a word is in jieba's dictionary; 0 when it is not there."""
    _frequencies().need(word[:1])
    return int(_frequencies().table.get(word) or 0)


def rarity(word: str) -> float:
    """How much a word says by itself: the log of its inverse share of jieba's corpus, 4 to 14."""
    return math.log(_frequencies().total / (frequency(word) + _SMOOTHING))


def bigrams(text: str) -> list[str]:
    """Overlapping character pairs of each Chinese run after folding; a single character stands alone.

    Spaces between Chinese characters are layout and cut nothing.
    """
    found: list[str] = []
    for run in _RUN.findall(_GAP.sub("", fold(text))):
        if not _CJK.match(run) or len(run) == 1:
            found.append(run)
        else:
            found.extend(map(add, run, run[1:]))
    return found
