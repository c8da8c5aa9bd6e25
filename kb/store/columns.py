"""What documents are filtered and counted by, as columns of numbers beside their cards.

A filter asks each different value once, not each document: 60 000 documents have some hundred regions.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from kb.store.keys import Keys
from kb.types import DocumentCard, Filters, Region

V = TypeVar("V", bound=Hashable)

_NONE = -1  # the number at a key that no document has
_REMEMBERED = 256  # filters


class Column(Generic[V]):
    """One value for each document, as its number among the different values. Immutable."""

    __slots__ = ("_every", "_numbered", "numbers", "values")

    def __init__(self, numbers: NDArray[np.int32], values: tuple[V, ...], numbered: dict[V, int]) -> None:
        self.numbers = numbers  # by document key
        self.values = values
        self._numbered = numbered
        self._every: NDArray[np.int64] | None = None  # how many documents have each value, once it was asked

    @classmethod
    def empty(cls) -> Column[V]:
        """A column without documents."""
        return cls(np.zeros(0, np.int32), (), {})

    def changed(self, gone: Iterable[int], values: Mapping[int, V], length: int) -> Column[V]:
        """With other values at some keys and none at those that are `gone`; `length` is above every key."""
        numbers = np.full(length, _NONE, np.int32)
        numbers[: len(self.numbers)] = self.numbers
        numbers[list(gone)] = _NONE
        numbered = self._numbered
        if fresh := [value for value in dict.fromkeys(values.values()) if value not in numbered]:
            numbered = numbered | {value: place for place, value in enumerate(fresh, start=len(self.values))}
        numbers[list(values)] = [numbered[value] for value in values.values()]
        return Column(numbers, (*self.values, *fresh), numbered)

    def kept(self, table: NDArray[np.bool_]) -> Column[V]:
        """With values at the keys of `table` only."""
        return Column(np.where(table, self.numbers, np.int32(_NONE)), self.values, self._numbered)

    def where(self, test: Callable[[V], bool]) -> NDArray[np.bool_]:
        """By key, whether the document's value passes."""
        passing = np.zeros(len(self.values) + 1, np.bool_)  # the last for keys without a document
        passing[:-1] = [test(value) for value in self.values]
        found: NDArray[np.bool_] = passing[self.numbers]
        return found

    def among(self, values: Iterable[V]) -> NDArray[np.bool_]:
        """By key, whether the document's value is one of these."""
        wanted = [self._numbered[value] for value in values if value in self._numbered]
        return np.isin(self.numbers, np.array(wanted, np.int32))

    def counts(self, within: Keys | None = None) -> dict[V, int]:
        """How many of the documents have each value that one of them has; all of them without `within`."""
        count = self._counts(within)
        there = np.flatnonzero(count)
        return {self.values[place]: held for place, held in zip(there, count[there].tolist(), strict=True)}

    def different(self, within: Keys | None = None) -> int:
        """How many different values the documents have."""
        return int(np.count_nonzero(self._counts(within)))

    def _counts(self, within: Keys | None) -> NDArray[np.int64]:
        if within is not None:
            return self._counted(self.numbers[within.members(np.arange(len(self.numbers)))])
        if self._every is None:
            self._every = self._counted(self.numbers)
        return self._every

    def _counted(self, numbers: NDArray[np.int32]) -> NDArray[np.int64]:
        return np.bincount(numbers[numbers >= 0], minlength=len(self.values))


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of all documents of a snapshot, or of the part of them that may be seen."""

    keys: Keys
    part: bool  # whether there are others that may not be seen
    id: Column[str]
    region: Column[Region]
    year: Column[int | None]
    kind: Column[str]
    topics: Column[tuple[str, ...]]
    issuer: Column[str]
    flags: Column[frozenset[str]]  # names
    work: Column[str]
    passing: dict[Filters, Keys] = field(default_factory=dict, compare=False)  # what was asked before

    @classmethod
    def of(cls, cards: Mapping[int, DocumentCard]) -> Columns:
        """The columns of some documents by their keys."""
        none: dict[str, Any] = {name: Column.empty() for name in VALUES}
        return cls(keys=Keys.of(()), part=False, **none).changed((), cards)

    def changed(self, gone: Iterable[int], cards: Mapping[int, DocumentCard]) -> Columns:
        """With other cards at some keys and none at those that are `gone`."""
        gone = [key for key in gone if key < len(self.keys.table)]
        length = max(len(self.keys.table), max(cards, default=0) + 1)
        columns: dict[str, Any] = {
            name: getattr(self, name).changed(gone, {key: value(card) for key, card in cards.items()}, length)
            for name, value in VALUES.items()
        }
        table = columns["id"].numbers >= 0
        return Columns(keys=Keys(table), part=self.part, **columns)

    def only(self, cards: Mapping[int, DocumentCard], altered: Mapping[int, DocumentCard]) -> Columns:
        """The part with the keys of `cards`, of which the `altered` ones are not what they were."""
        table = np.zeros(len(self.keys.table), np.bool_)
        table[list(cards)] = True
        columns: dict[str, Any] = {name: getattr(self, name).kept(table) for name in VALUES}
        seen = Columns(keys=Keys(table), part=True, **columns)
        return seen.changed((), altered) if altered else seen

    def key_of(self, id: str) -> int | None:
        """The key of the document with an id."""
        there = np.flatnonzero(self.id.among((id,)))
        return int(there[0]) if len(there) else None

    def remember(self, filters: Filters, keys: Keys) -> Keys:
        """Keeps what passes a filter for the next question that has it."""
        if len(self.passing) >= _REMEMBERED:
            self.passing.clear()
        self.passing[filters] = keys
        return keys


VALUES: dict[str, Callable[[DocumentCard], Hashable]] = {
    "id": lambda card: card.id,
    "region": lambda card: card.region,
    "year": lambda card: card.year,
    "kind": lambda card: card.kind,
    "topics": lambda card: card.topics,
    "issuer": lambda card: card.issuer,
    "flags": lambda card: frozenset(flag.name for flag in card.flags),
    "work": lambda card: card.work,
}
assert set(VALUES) < {one.name for one in fields(Columns)}
