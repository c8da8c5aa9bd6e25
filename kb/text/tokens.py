"""Cuts folded text into words (jieba, search mode, with our dictionary) and character bigrams."""

from __future__ import annotations

import logging
import math
import re
from functools import cache

import jieba

from kb.resources import data_text
from kb.text.normalise import fold

_RUN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+|[a-z0-9]+(?:[.%][a-z0-9]+)*")
_GAP = re.compile(r"(?<=[\u3400-\u9fff\uf900-\ufaff])[ \t]+(?=[\u3400-\u9fff\uf900-\ufaff])")
_SMOOTHING = 50  # occurrences granted to every word
_CJK = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")


@cache
def _jieba() -> jieba.Tokenizer:
    """jieba with our words, built without its cache.

    The cache lies in the shared temporary folder under a name that anyone can guess, and loading it
    is no faster than building (0.8 s both).
    """
    jieba.setLogLevel(logging.WARNING)
    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True
    for line in data_text("userdict.txt").splitlines():
        word = line.split("#")[0].strip()
        if word:
            tokenizer.add_word(word)
    return tokenizer


def words(text: str) -> list[str]:
    """The words of `text` after folding, each long word followed by the shorter words in it."""
    folded = fold(text)
    found: list[str] = []
    for run in _RUN.findall(folded):
        if _CJK.match(run):
            found.extend(_jieba().cut_for_search(run))
        else:
            found.append(run)
    return found


def plain_words(text: str) -> list[list[str]]:
    """The words of each run of `text` after folding, side by side and without the shorter words in them."""
    return [list(_jieba().cut(run)) if _CJK.match(run) else [run] for run in _RUN.findall(fold(text))]


def frequency(word: str) -> int:
    """How common a word is in jieba's dictionary; 0 when it is not there."""
    return int(_jieba().FREQ.get(word) or 0)


def rarity(word: str) -> float:
    """How much a word says by itself: the log of its inverse share of jieba's corpus, 4 to 14."""
    return math.log(_jieba().total / (frequency(word) + _SMOOTHING))


def bigrams(text: str) -> list[str]:
    """Overlapping character pairs of each Chinese run after folding; a single character stands alone.

    Spaces between Chinese characters are layout and cut nothing.
    """
    found: list[str] = []
    for run in _RUN.findall(_GAP.sub("", fold(text))):
        if not _CJK.match(run) or len(run) == 1:
            found.append(run)
        else:
            found.extend(run[i : i + 2] for i in range(len(run) - 1))
    return found
