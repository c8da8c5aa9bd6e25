"""jieba's word counts with our words, read as far as a text needs them.

Building the whole table takes 0.8 s, and keeping it in a file saves little of that; but a text needs only the
words that begin with one of its characters, and those stand together in jieba's sorted list.
"""

from __future__ import annotations

import mmap
import re
import threading
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path

from kb.resources import data_text

# Of jieba 0.42.1's dict.txt, which is pinned; a test holds both against the file.
_TOTAL = 60_101_967  # the sum of all counts
_LINE = re.compile(r"^(\S+) (\d+)", re.MULTILINE)
_UNSORTED = 71  # lines at its head; behind them words stand by the code points of their first letters


class Frequencies:
    """`table` is what jieba looks words up in, complete for each character asked for. Thread-safe."""

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._reading = threading.Lock()
        self._own = dict(_own_words())
        self._list = _Sorted(_dictionary())
        self.table: dict[str, int] = _with_beginnings(self._own.items())
        self.total = _TOTAL + sum(self._own.values())

    def need(self, text: str) -> None:
        """Makes the words that begin with a character of `text` known."""
        if self._known.issuperset(text):
            return
        with self._reading:
            for char in sorted(set(text) - self._known):
                words = _with_beginnings(_lines(self._list.beginning_with(char)))
                self.table.update({word: count for word, count in words.items() if not self._own.get(word)})
                self._known.add(char)


class _Sorted:
    """jieba's list of words, mapped and not copied."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        head = [self._data.readline() for _ in range(_UNSORTED)]
        self._head = [line.decode() for line in head]
        self._start = sum(map(len, head))

    def beginning_with(self, char: str) -> str:
        """The lines of the words that begin with a character; "" for half a character."""
        first = char.encode("utf-8", "ignore")
        if not first:
            return ""
        places = range(self._start, len(self._data))
        begins = self._start + bisect_left(places, first, key=lambda at: self._beginning(at, len(first)))
        ends = self._start + bisect_right(places, first, key=lambda at: self._beginning(at, len(first)))
        head = "".join(line for line in self._head if line.startswith(char))
        return head + self._data[begins:ends].decode()

    def _beginning(self, at: int, length: int) -> bytes:
        """The first bytes of the line that the byte `at` belongs to."""
        start = self._data.rfind(b"\n", 0, at) + 1
        return self._data[start : start + length]


def _dictionary() -> Path:
    """jieba's list of words, found without importing jieba."""
    found = find_spec("jieba")
    assert found is not None  # a dependency of ours
    assert found.origin is not None
    return Path(found.origin).with_name("dict.txt")


def _lines(text: str) -> Iterator[tuple[str, int]]:
    """Words and counts of lines like `社区 4567 n`."""
    return ((word, int(count)) for word, count in _LINE.findall(text))


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
