"""Where Chinese sentences end."""

from __future__ import annotations

import re
from collections.abc import Iterator

# A sentence ends at 。！？ or at a line's end; closing quotes and brackets stay with it. A semicolon does
# not end one: in official prose it joins the parts of one statement.
_SENTENCE = re.compile(r"[^。！？!?\n]*(?:[。！？!?]+[”’」』）)】》\"']*|\n|$)")


def sentence_spans(text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
    """Half-open spans of the sentences of `text[start:end]`, without surrounding white space.

    The spans are in order and cover every character that is not white space.
    """
    stop = len(text) if end is None else end
    for match in _SENTENCE.finditer(text, start, stop):
        piece = match.group()
        left = len(piece) - len(piece.lstrip())
        right = len(piece.rstrip())
        if right > left:
            yield match.start() + left, match.start() + right
