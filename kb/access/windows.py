"""Counts what somebody does in a window of time, in the memory of this process."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

_MOST_KEYS = 20_000  # counted at once; beyond that the oldest windows are forgotten


@dataclass(frozen=True, slots=True)
class Taken:
    """What is left of an allowance."""

    allowed: bool
    left: int
    seconds: float  # until the window ends


class Windows:
    """At most `most` in each window of `seconds`, for every key by itself."""

    def __init__(self, most: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.most, self.seconds = most, seconds
        self._clock = clock
        self._counts: dict[str, tuple[float, int]] = {}  # key → when its window ends, how many
        self._lock = threading.Lock()

    def take(self, key: str) -> Taken:
        """Counts one more; refused ones are not counted."""
        with self._lock:
            now = self._clock()
            ends, count = self._window(key, now)
            allowed = count < self.most
            if allowed:
                count += 1
                self._counts[key] = (ends, count)
                self._trim(now)
            return Taken(allowed, self.most - count, ends - now)

    def give_back(self, key: str) -> None:
        """Takes one back that was counted."""
        with self._lock:
            ends, count = self._window(key, self._clock())
            self._counts[key] = (ends, max(0, count - 1))

    def look(self, key: str) -> Taken:
        """What is left, without counting."""
        with self._lock:
            now = self._clock()
            ends, count = self._window(key, now)
            return Taken(count < self.most, self.most - count, ends - now)

    def forget(self, key: str) -> None:
        """Gives a key its whole allowance back."""
        with self._lock:
            self._counts.pop(key, None)

    def _window(self, key: str, now: float) -> tuple[float, int]:
        ends, count = self._counts.get(key, (0.0, 0))
        return (ends, count) if ends > now else (now + self.seconds, 0)

    def _trim(self, now: float) -> None:
        if len(self._counts) <= _MOST_KEYS:
            return
        self._counts = {key: held for key, held in self._counts.items() if held[0] > now}
        for key in list(self._counts)[: max(0, len(self._counts) - _MOST_KEYS)]:
            del self._counts[key]
