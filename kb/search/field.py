"""The words of the field, towards which a slip in a question is mended, and how a slip finds them."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel

from kb.later import later
from kb.resources import data_text
from kb.search.kept import kept, made_of
from kb.text.normalise import fold

if TYPE_CHECKING:
    from kb.search import terms
else:  # to read the glossary
    terms = later("kb.search.terms")

_FORMAT = 1
_SOURCES, _PACKAGES = ("glossary.toml", "userdict.txt", "spun.toml"), ("opencc",)
SHORTEST = 3  # characters of a word that is a candidate
LONGEST = 8
_HAN = re.compile(r"[\u3400-\u9fff]+")


class _Kept(BaseModel):
    words: tuple[str, ...]


@cache
def field_words(cache_folder: Path) -> frozenset[str]:
    """The words of 3 to 8 characters, folded.

    Reading the glossary for them takes 0.1 s, so they are kept in `cache_folder`.
    """
    version_of = f"{_FORMAT}-{made_of(_SOURCES, _PACKAGES)}"
    words = kept(cache_folder, "field", version_of, _Kept, lambda: _Kept(words=tuple(sorted(_read())))).words
    return frozenset(words)


def _read() -> frozenset[str]:
    lines = (line.split("#")[0].split()[:1] for line in data_text("userdict.txt").splitlines())
    every = {fold(word) for word in (*terms.domain_words(), *(word for line in lines for word in line))}
    return frozenset(word for word in every if SHORTEST <= len(word) <= LONGEST and _HAN.fullmatch(word))


@cache
def skeletons(cache_folder: Path) -> dict[str, list[tuple[str, int]]]:
    """Words by what is left when one character is taken out, and which one that was."""
    found: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for word in sorted(field_words(cache_folder)):
        for place in range(len(word)):
            found[word[:place] + word[place + 1 :]].append((word, place))
    return found
