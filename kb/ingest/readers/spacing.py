"""White space inside a line of text."""

from __future__ import annotations

import re
import unicodedata

_SPACES = re.compile(r"\s+")
_WRAPPED = re.compile(
    r"(?<=[\u2e80-\u9fff\uff00-\uffef”])[ \t]*[\r\n]+[ \t]*(?=[\u2e80-\u9fff\uff00-\uffef“])"
)
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
_UNSEEN = dict.fromkeys(map(ord, _INVISIBLE))

# Controls beyond tab and line feed, halves of characters and what Unicode calls noncharacters: no database,
# XML or terminal keeps them, and SQLite ends a text at NUL.
_UNKEEPABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def keepable(text: str) -> str:
    """`text` without the characters that a damaged file may hold and nothing can keep."""
    return _UNKEEPABLE.sub("", text)


def collapse(text: str) -> str:
    """`text` as one line: wraps between Chinese characters and what is unseen vanish, other space is one."""
    return _SPACES.sub(" ", _WRAPPED.sub("", text.translate(_UNSEEN))).strip()


def visible(text: str) -> str:
    """The characters that count when texts are held against each other: no white space, nothing invisible."""
    return "".join(
        char
        for char in text
        if not char.isspace() and char not in _INVISIBLE and unicodedata.category(char) not in ("Cc", "Cf")
    )
