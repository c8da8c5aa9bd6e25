"""Cuts folded text into words (jieba, search mode, with our dictionary) and character bigrams."""

from __future__ import annotations

import math
import re
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from functools import cache, lru_cache
from operator import add
from typing import TYPE_CHECKING

from kb.text.cutting import cut, with_inner
from kb.text.frequencies import Frequencies
from kb.text.normalise import fold

if TYPE_CHECKING:
    import jieba


_RUN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+|[a-z0-9]+(?:[.%][a-z0-9]+)*")
_GAP = re.compile(r"(?<=[\u3400-\u9fff\uf900-\ufaff])[ \t]+(?=[\u3400-\u9fff\uf900-\ufaff])")
_SMOOTHING = 50  # occurrences granted to every word
_LONGEST = 500  # characters cut at a time: jieba takes the square of a run, and no sentence is as long
_COMMON = re.compile(r"[\u4e00-\u9fd5]+")  # the characters that jieba cuts
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
        found.extend(_joined(run).split(" "))
    return found


def indexed(text: str) -> tuple[str, str]:
    """The words and the pairs of `text` as a word index takes them, parted by spaces; folded once."""
    folded = fold(text)
    _frequencies().need(folded)
    return " ".join(map(_joined, _RUN.findall(folded))), " ".join(_pairs(folded))


@lru_cache(maxsize=1 << 16)
def _joined(run: str) -> str:
    """The words of a run, parted by spaces. A run is cut for its passage and again for its whole document."""
    if not _CJK.match(run):
        return run
    return " ".join(with_inner(_plain(run), _frequencies().table))


def _plain(run: str) -> Iterator[str]:
    """The words of a run side by side. Characters that jieba leaves alone are left to it."""
    for start in range(0, len(run), _LONGEST):
        piece = run[start : start + _LONGEST]
        if _COMMON.fullmatch(piece):
            yield from cut(piece, _frequencies().table, _log_total(), _unknown())
        else:
            yield from _tokenizer().cut(piece)


@cache
def _log_total() -> float:
    return math.log(_frequencies().total)


@cache
def _unknown() -> Callable[[str], Iterable[str]]:
    """What jieba makes of characters that no word covers."""
    _tokenizer()
    from jieba import finalseg

    return lru_cache(maxsize=1 << 14)(lambda run: tuple(finalseg.cut(run)))


def plain_words(text: str) -> list[list[str]]:
    """The words of each run of `text` after folding, side by side and without the shorter words in them."""
    return [list(_side_by_side(run)) if _CJK.match(run) else [run] for run in _RUN.findall(fold(text))]


@lru_cache(maxsize=1 << 12)
def _side_by_side(run: str) -> tuple[str, ...]:
    """The words of a run; a question is cut several times."""
    return tuple(_jieba(run).cut(run))


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
    return _pairs(fold(text))


def _pairs(folded: str) -> list[str]:
    found: list[str] = []
    for run in _RUN.findall(_GAP.sub("", folded)):
        if not _CJK.match(run) or len(run) == 1:
            found.append(run)
        else:
            found.extend(map(add, run, run[1:]))
    return found
