"""Documents and passages read lately, kept in memory for as long as the truth does not change them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy import Connection

from kb.store import documents
from kb.store.database import generation
from kb.store.documents import Passage
from kb.store.spans import chunk_order
from kb.types import Document

_K = TypeVar("_K", bound=Hashable)
_V = TypeVar("_V")

_CHARACTERS = 16_000_000  # of documents, about 40 MB; half as many of passages


class Recent(Generic[_K, _V]):
    """The values used last, up to a weight in all. Thread-safe."""

    def __init__(self, most: int, weight: Callable[[_V], int], values: Mapping[_K, _V] | None = None) -> None:
        self._most = most
        self._weight = weight
        self._values = OrderedDict(values or {})
        self._total = sum(map(weight, self._values.values()))
        self._lock = threading.Lock()

    def get(self, key: _K) -> _V | None:
        """The value, which is then the one used last."""
        with self._lock:
            value = self._values.get(key)
            if value is not None:
                self._values.move_to_end(key)
            return value

    def put(self, key: _K, value: _V) -> None:
        """Keeps a value; those not used for longest go when there are too many."""
        with self._lock:
            before = self._values.pop(key, None)
            self._values[key] = value
            self._total += self._weight(value) - (0 if before is None else self._weight(before))
            while self._total > self._most and len(self._values) > 1:
                self._total -= self._weight(self._values.popitem(last=False)[1])

    def those(self, stays: Callable[[_V], bool]) -> Recent[_K, _V]:
        """A copy with the values that stay."""
        with self._lock:
            kept = {key: value for key, value in self._values.items() if stays(value)}
        return Recent(self._most, self._weight, kept)

    def without(self, keys: frozenset[_K]) -> Recent[_K, _V]:
        """A copy without some keys."""
        with self._lock:
            kept = {key: value for key, value in self._values.items() if key not in keys}
        return Recent(self._most, self._weight, kept)


def _size(document: Document) -> int:
    return len(document.text) + sum(len(piece.text) for piece in document.removed)


@dataclass(frozen=True, slots=True)
class Held:
    """What the truth said at one generation."""

    generation: int
    documents: Recent[str, tuple[int, Document]]  # by id, with the key
    passages: Recent[int, Passage]
    orders: Recent[int, tuple[int, ...]]  # by document key, its passages in their order

    @classmethod
    def nothing(cls, number: int, share: int = 1) -> Held:
        """Nothing read yet; there will be one `share`-th of the room."""
        return cls(
            number,
            Recent(_CHARACTERS // share, lambda one: _size(one[1])),
            Recent(_CHARACTERS // share // 2, lambda one: len(one.text)),
            Recent(_CHARACTERS // share // 100, len),
        )

    def at(self, number: int, changed: frozenset[int]) -> Held:
        """What still holds at a later generation, when documents with these keys have changed or gone."""
        return Held(
            number,
            self.documents.those(lambda one: one[0] not in changed),
            self.passages.those(lambda one: one.doc_key not in changed),
            self.orders.without(changed),
        )


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads documents and passages on one connection; what is held is not read again."""

    connection: Connection
    held: Held | None  # None when the connection sees another generation than the one held

    @classmethod
    def on(cls, connection: Connection, held: Held) -> Reader:
        """A reader that uses what is held when it is what the connection sees."""
        return cls(connection, held if generation(connection) == held.generation else None)

    def passages(self, ids: Sequence[int]) -> dict[int, Passage]:
        """Chunks with their words in the order of `ids`; ids that are gone are left out."""
        if self.held is None:
            found = documents.passages(self.connection, ids)
        else:
            known = ((id, self.held.passages.get(id)) for id in ids)
            found = {id: passage for id, passage in known if passage is not None}
            read = documents.passages(self.connection, [id for id in ids if id not in found])
            for id, passage in read.items():
                self.held.passages.put(id, passage)
            found |= read
        return {id: found[id] for id in ids if id in found}

    def passages_of(self, key: int) -> dict[int, Passage]:
        """The passages of a document in their order."""
        order = self.held.orders.get(key) if self.held is not None else None
        if order is None:
            order = tuple(chunk_order(self.connection, [key]))
            if self.held is not None:
                self.held.orders.put(key, order)
        return self.passages(order)

    def document(self, key: int, doc_id: str) -> Document:
        """One document with its text. Raises `NotFound`."""
        kept = self.held.documents.get(doc_id) if self.held is not None else None
        if kept is not None:
            return kept[1]
        document = documents.get_document(self.connection, doc_id)
        if self.held is not None:
            self.held.documents.put(doc_id, (key, document))
        return document
