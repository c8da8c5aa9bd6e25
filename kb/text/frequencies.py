"""jieba's word counts with our words, read as far as a text needs them.

Building the whole table takes 0.8 s, and keeping it in a file saves little of that; but a text needs only the
words that begin with one of its characters, and for one question those are read in a tenth of the time.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path

from kb.resources import data_text

# The sum of all counts of jieba 0.42.1's dict.txt, which is pinned; a test holds it against the file.
_TOTAL = 60_101_967
_MOST_CHARACTERS = 60  # read one by one; then all at once, which costs a scan of 5 MB no more


class Frequencies:
    """`table` is what jieba looks words up in, complete for each character asked for. Thread-safe."""

    def __init__(self) -> None:
        self._text = ""
        self._known: set[str] = set()
        self._whole = False
        self._reading = threading.Lock()
        self._own = dict(_own_words())
        self.table: dict[str, int] = _with_beginnings(self._own.items())
        self.total = _TOTAL + sum(self._own.values())

    def need(self, text: str) -> None:
        """Makes the words that begin with a character of `text` known."""
        if self._whole or self._known.issuperset(text):
            return
        with self._reading:
            missing = set(text) - self._known
            if len(self._known) + len(missing) > _MOST_CHARACTERS:
                self._read_all()
                return
            for char in sorted(missing):
                self.table.update(self._beginning_with(char))
                self._known.add(char)

    def _read_all(self) -> None:
        if not self._whole:
            table = _with_beginnings(_lines(self._contents()))
            self.table.update({word: count for word, count in table.items() if word not in self._own})
            self._whole = True
            self._text = ""

    def _beginning_with(self, char: str) -> dict[str, int]:
        text, found = self._contents(), []
        start = text.find("\n" + char)
        while start >= 0:
            end = text.index("\n", start + 1)
            found.append(text[start + 1 : end])
            start = end if text.startswith(char, end + 1) else text.find("\n" + char, end)
        table = _with_beginnings(_lines("\n".join(found)))
        return {word: count for word, count in table.items() if not self._own.get(word)}

    def _contents(self) -> str:
        if not self._text:
            self._text = "\n" + _dictionary().read_text(encoding="utf-8").strip("\n") + "\n"
        return self._text


def _dictionary() -> Path:
    """jieba's list of words, found without importing jieba."""
    found = find_spec("jieba")
    assert found is not None  # a dependency of ours
    assert found.origin is not None
    return Path(found.origin).with_name("dict.txt")


def _lines(text: str) -> Iterator[tuple[str, int]]:
    """Words and counts of lines like `社区 4567 n`."""
    for line in text.splitlines():
        if line:
            word, count = line.split(" ")[:2]
            yield word, int(count)


def _own_words() -> Iterator[tuple[str, int]]:
    """Our words with the counts that keep them whole."""
    for line in data_text("userdict.txt").splitlines():
        if parts := line.split("#")[0].split():
            yield parts[0], int(parts[1]) if len(parts) > 1 else 1


def _with_beginnings(words: Iterable[tuple[str, int]]) -> dict[str, int]:
    """The table as jieba wants it: a beginning of a word that is no word itself has 0."""
    table: dict[str, int] = {}
    for word, count in words:
        table[word] = count
        for end in range(1, len(word)):
            table.setdefault(word[:end], 0)
    return table
