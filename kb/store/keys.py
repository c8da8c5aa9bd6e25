"""Sets of document keys as tables of bits: keys are small and dense, and a million passages ask at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set

import numpy as np
from numpy.typing import NDArray


class Keys(Set[int]):
    """An immutable set of document keys."""

    __slots__ = ("_count", "table")

    def __init__(self, table: NDArray[np.bool_]) -> None:
        self.table = table  # (greatest key + 1 or more,): whether each key is in the set
        self._count = int(np.count_nonzero(table))

    @classmethod
    def of(cls, keys: Iterable[int]) -> Keys:
        """The set of `keys`, none of them negative."""
        if isinstance(keys, Keys):
            return keys
        there = np.fromiter(keys, np.int64)
        table = np.zeros(int(there.max(initial=0)) + 1, np.bool_)
        table[there] = True
        return cls(table)

    def __contains__(self, key: object) -> bool:
        return isinstance(key, int) and 0 <= key < len(self.table) and bool(self.table[key])

    def __iter__(self) -> Iterator[int]:
        return iter(np.flatnonzero(self.table).tolist())

    def __len__(self) -> int:
        return self._count

    def members(self, keys: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which of `keys` (n,), none of them negative, are in the set: (n,)."""
        most = int(keys.max(initial=0))
        table = self.table
        if most >= len(table):
            table = np.concatenate([table, np.zeros(most + 1 - len(table), np.bool_)])
        found: NDArray[np.bool_] = table[keys]
        return found
