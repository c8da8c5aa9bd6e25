"""The steps of a long run: one turn each, between which others correct, delete and put back."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from kb.store.files import KnownFile, known_files
from kb.store.holdings import Holdings
from kb.store.store import Store

# Derived indexes follow during a long run, but not for more than this share of its time.
_FRESHEN_SHARE = 0.03
_FRESHEN_SECONDS = (1.0, 30.0)  # from one time to the next, at least and at most


class Steps:
    """What a run knows of the library's files, as of its last turn."""

    def __init__(self, store: Store, place: Callable[[str], Path]) -> None:
        self._store = store
        self._place = place
        self._in_hand: dict[str, KnownFile] = {}
        self.holdings, self._generation = self._held()
        self._freshen_at = time.monotonic() + _FRESHEN_SECONDS[0]

    @contextmanager
    def turn(self) -> Iterator[None]:
        """One step; what others did since the last one is in `holdings` then. Raises `Busy`."""
        with self._store.turn():
            if self._store.generation() != self._generation:
                self.holdings, self._generation = self._held()
            try:
                yield
            finally:
                self._generation = self._store.generation()

    def take_up(self, file: KnownFile) -> None:
        """A file is being read: until it is put down, it counts as held with these bytes."""
        self._in_hand[file.source] = file
        self.holdings.keep(file)

    def put_down(self, source: str) -> None:
        """A file has been read, or given up."""
        self._in_hand.pop(source, None)

    def freshen(self) -> None:
        """Brings the derived indexes up when that is due."""
        begun = time.monotonic()
        if begun < self._freshen_at:
            return
        with self.turn():
            self._store.bring_up()
        ended = time.monotonic()
        least, most = _FRESHEN_SECONDS
        self._freshen_at = ended + min(most, max(least, (ended - begun) / _FRESHEN_SHARE))

    def _held(self) -> tuple[Holdings, int]:
        generation = self._store.generation()
        with self._store.reading() as connection:
            held = Holdings(known_files(connection).values(), self._place)
        for file in self._in_hand.values():
            held.keep(file)
        return held, generation
