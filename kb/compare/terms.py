"""The words of a topic or question that tell it from others of its field."""

from __future__ import annotations

import re
from functools import cache

from kb.compare.rules import compare_rules
from kb.search.question import content
from kb.text.tokens import words


def telling(text: str) -> tuple[str, ...]:
    """The longest words of `text`, folded, without those that only ask and those that all texts use."""
    found = dict.fromkeys(words(content(text)))
    longest = [word for word in found if not any(word != other and word in other for other in found)]
    return tuple(word for word in longest if len(bare(word)) > 1)


def bare(word: str) -> str:
    """The word without its general parts: 社区办公用房 → 办公用房. Where one character is left, all of it."""
    rest = _generic().sub("", word)
    return word if len(rest) == 1 else rest


@cache
def _generic() -> re.Pattern[str]:
    generic = compare_rules().topic.generic
    return re.compile("|".join(map(re.escape, sorted(generic, key=len, reverse=True))))
