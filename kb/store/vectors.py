"""The FAISS index: inner products over an immutable base and a small tier of later changes."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from kb.errors import StoreError
from kb.ports import Scored, Vector, Vectors
from kb.store.keys import Keys
from kb.store.layout import replacing
from kb.store.nearest import Allowed, Lists, build, extended, flat, lists_for, lists_of, rows_of, search

_MERGE_ABOVE = 4096  # rows in the later tier before it is merged into a new base
_MERGE_SHARE = 0.2  # … or this share of the base, whichever is more,
_MERGE_MOST = 20_000  # … but never more than this, because the later tier is searched from end to end
DEAD_SHARE = 0.2  # of a base's rows that may be dead before it is made anew
_FEW_DOCUMENTS = 2000
_GONE = -1  # the id of a dead row in a file
_FILTERS = 8  # whose rows are remembered: 12 MB each at most


class _Tier:
    """Rows that never change: ids, the documents they belong to, vectors in FAISS."""

    __slots__ = ("_by_group", "_sorted", "groups", "held", "ids", "index", "lists")

    def __init__(self, ids: NDArray[np.int64], groups: NDArray[np.int64], index: faiss.Index) -> None:
        self.ids = ids
        self.groups = groups
        self.index = index
        self.held = rows_of(index)
        self.lists = Lists(index)
        self._by_group: tuple[NDArray[np.int32], NDArray[np.int64]] | None = None  # rows, and their documents
        self._sorted: tuple[NDArray[np.int64], NDArray[np.int64]] | None = None  # ids and their rows

    @classmethod
    def exact(cls, ids: NDArray[np.int64], groups: NDArray[np.int64], vectors: Vectors) -> _Tier:
        return cls(ids, groups, flat(vectors))

    def vectors(self) -> Vectors:
        count = self.index.ntotal
        found: Vectors = (
            self.index.reconstruct_n(0, count) if count else np.zeros((0, self.index.d), np.float32)
        )
        return found

    def places(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """The row of each id, -1 where there is none."""
        if self._sorted is None:
            order = np.argsort(self.ids)
            self._sorted = self.ids[order], order
        held, rows = self._sorted
        if not len(held):
            return np.full(len(ids), _GONE)
        at = np.minimum(np.searchsorted(held, ids), len(held) - 1)
        found: NDArray[np.int64] = np.where(held[at] == ids, rows[at], _GONE)
        return found

    def of_documents(self, keys: Keys) -> NDArray[np.bool_]:
        """Which rows belong to some documents; few documents' rows are looked up."""
        if len(keys) > _FEW_DOCUMENTS or len(self.ids) < _MERGE_MOST:
            return keys.members(self.groups)
        if self._by_group is None:
            order = np.argsort(self.groups, kind="stable").astype(np.int32)
            self._by_group = order, self.groups[order]
        order, held = self._by_group
        wanted = np.flatnonzero(keys.table)
        found = np.zeros(len(self.ids), np.bool_)
        begins = np.searchsorted(held, wanted)
        counts = np.searchsorted(held, wanted, "right") - begins
        places = np.arange(counts.sum()) + np.repeat(begins - np.cumsum(counts) + counts, counts)
        found[order[places]] = True
        return found

    def products(self, vector: Vector, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        if not len(rows):
            return np.zeros(0, np.float32)
        there = self.index.reconstruct_batch(rows) if self.held is None else self.held[rows]
        found: NDArray[np.float32] = there @ vector
        return found

    def search(
        self, vector: Vector, k: int, allowed: Allowed | None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.int64]]:
        """Ids, scores and documents of the best k."""
        count = min(k, len(self.ids) if allowed is None else allowed.count)
        if count == 0:
            return self.ids[:0], np.zeros(0, np.float32), self.groups[:0]
        scores, rows = search(self.index, self.held, vector, count, allowed)
        there = rows >= 0
        return self.ids[rows[there]], scores[there], self.groups[rows[there]]


class FaissIndex:
    """Implements `kb.ports.VectorIndex`."""

    __slots__ = ("_alive", "_base", "_lately", "_later", "_living")

    def __init__(self, base: _Tier, later: _Tier, alive: NDArray[np.bool_] | None = None) -> None:
        self._base = base
        self._later = later
        self._alive = alive  # which rows of the base can be found; None when all can
        self._living = None if alive is None else Allowed.of(alive)
        self._lately: tuple[_Within, ...] = ()  # filters asked for lately

    @classmethod
    def of(cls, ids: NDArray[np.int64], groups: NDArray[np.int64], vectors: Vectors) -> FaissIndex:
        """An index of rows, its type chosen by their number: ids (n,), document keys (n,), unit vectors
        float32 (n, dim)."""
        return cls(_Tier(ids, groups, build(vectors)), _empty(vectors.shape[1]))

    @classmethod
    def empty(cls, dim: int) -> FaissIndex:
        """An index without rows."""
        return cls(_empty(dim), _empty(dim))

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return int(self._base.index.d)

    def __len__(self) -> int:
        return len(self._base.ids) - self._dead() + len(self._later.ids)

    def _dead(self) -> int:
        return 0 if self._alive is None else len(self._alive) - int(np.count_nonzero(self._alive))

    def changed(
        self, ids: Sequence[int], groups: Sequence[int], vectors: Vectors, removed: Sequence[int]
    ) -> FaissIndex:
        """See `kb.ports.VectorIndex`. Raises `StoreError` when the vectors have another length."""
        if len(ids) and vectors.shape != (len(ids), self.dim):
            raise StoreError(f"vectors of shape {vectors.shape} do not fit an index of length {self.dim}")
        new_ids, new_groups = np.asarray(ids, dtype=np.int64), np.asarray(groups, dtype=np.int64)
        if not len(self):
            base = _Tier.exact(new_ids, new_groups, vectors.reshape(-1, self.dim))
            return FaissIndex(base, _empty(self.dim))
        gone = np.unique(np.concatenate([new_ids, np.asarray(removed, dtype=np.int64)]))
        stay = ~np.isin(self._later.ids, gone)
        later = _Tier.exact(
            np.concatenate([self._later.ids[stay], new_ids]),
            np.concatenate([self._later.groups[stay], new_groups]),
            np.concatenate([self._later.vectors()[stay], vectors.reshape(-1, self.dim)]),
        )
        alive, dying = self._alive, np.isin(self._base.ids, gone)
        if dying.any():
            alive = ~dying if alive is None else alive & ~dying
        result = FaissIndex(self._base, later, alive)
        most = max(_MERGE_ABOVE, min(_MERGE_MOST, _MERGE_SHARE * len(self._base.ids)))
        exact = not self.lists
        return result.merged() if len(later.ids) + exact * result._dead() > most else result

    @property
    def lists(self) -> int:
        """Lists of the base; 0 for an exact one."""
        return lists_of(self._base.index)

    @property
    def outgrown(self) -> bool:
        """Whether another type fits the rows by now, or too many rows of the base's lists are dead."""
        wasted = self.lists > 0 and self._dead() > DEAD_SHARE * len(self._base.ids)
        return wasted or self.lists != lists_for(len(self))

    def anew(self) -> FaissIndex:
        """The same rows in an index of the type that fits them; takes long for many."""
        return FaissIndex.of(*self.rows())

    def merged(self) -> FaissIndex:
        """The same rows in one base of the same type, which is quick: see `anew` for another type."""
        if not self.lists:
            return FaissIndex(_Tier.exact(*self.rows()), _empty(self.dim))
        if not len(self._later.ids):
            return self
        added = np.ones(len(self._later.ids), np.bool_)
        base = _Tier(
            np.concatenate([self._base.ids, self._later.ids]),
            np.concatenate([self._base.groups, self._later.groups]),
            extended(self._base.index, self._later.vectors()),
        )
        alive = None if self._alive is None else np.concatenate([self._alive, added])
        return FaissIndex(base, _empty(self.dim), alive)

    def rows(self) -> tuple[NDArray[np.int64], NDArray[np.int64], Vectors]:
        """ids (n,), document keys (n,) and vectors (n, dim) of what can be found."""
        alive = slice(None) if self._alive is None else self._alive
        base = self._base.vectors()
        return (
            np.concatenate([self._base.ids[alive], self._later.ids]),
            np.concatenate([self._base.groups[alive], self._later.groups]),
            np.concatenate([base[alive], self._later.vectors()]),
        )

    def base(self) -> tuple[NDArray[np.int64], NDArray[np.int64], faiss.Index]:
        """ids (n,), -1 for rows that are gone, document keys (n,) and the vectors of the base."""
        ids = self._base.ids if self._alive is None else np.where(self._alive, self._base.ids, _GONE)
        return ids, self._base.groups, self._base.index

    def search(self, vector: Vector, k: int, within: Set[int] | None = None) -> list[Scored]:
        """See `kb.ports.VectorIndex`; exact below `kb.store.nearest.EXACT_BELOW` rows."""
        base_allowed, later_allowed = self._living, None
        if within is not None:
            base_allowed, later_allowed = self._admitted(within)
        base = self._base.search(vector, k, base_allowed)
        later = self._later.search(vector, k, later_allowed)
        ids, scores, groups = (np.concatenate([base[i], later[i]]) for i in range(3))
        best = np.lexsort((ids, -scores))[:k]
        return list(map(Scored, ids[best].tolist(), scores[best].tolist(), groups[best].tolist()))

    def vectors(self, ids: Sequence[int]) -> dict[int, Vector]:
        """See `kb.ports.VectorIndex`."""
        found: dict[int, Vector] = {}
        for tier, rows, there in self._found(ids):
            if tier.held is not None:
                found |= zip(there.tolist(), tier.held[rows], strict=True)
        return found

    def products(self, vector: Vector, ids: Sequence[int]) -> dict[int, float]:
        """See `kb.ports.VectorIndex`."""
        found: dict[int, float] = {}
        for tier, rows, there in self._found(ids):
            values = tier.products(vector, rows)
            found |= zip(there.tolist(), values.tolist(), strict=True)
        return found

    def documents(self, ids: Sequence[int]) -> dict[int, int]:
        """See `kb.ports.VectorIndex`."""
        found: dict[int, int] = {}
        for tier, rows, there in self._found(ids):
            found |= zip(there.tolist(), tier.groups[rows].tolist(), strict=True)
        return found

    def _found(self, ids: Sequence[int]) -> Iterator[tuple[_Tier, NDArray[np.int64], NDArray[np.int64]]]:
        """For each tier the rows that hold some of `ids`, and those ids."""
        asked = np.asarray(ids, dtype=np.int64)
        for tier, alive in ((self._base, self._alive), (self._later, None)):
            rows = tier.places(asked)
            there = rows >= 0
            if alive is not None:
                there &= alive[rows]
            yield tier, rows[there], asked[there]

    def _admitted(self, within: Set[int]) -> tuple[Allowed, Allowed]:
        """Which rows of both tiers a filter leaves; many questions ask with the same few."""
        held = next((one for one in self._lately if one.documents is within), None)
        if held is None:
            keys, later = Keys.of(within), self._later
            base = self._base.of_documents(keys)
            base = base if self._alive is None else base & self._alive
            first = self._base.lists.gathered(Allowed.of(base), base)
            held = _Within(within, first, Allowed.of(keys.members(later.groups)))
            self._lately = (held, *self._lately)[:_FILTERS]
        return held.base, held.later


@dataclass(frozen=True, slots=True)
class _Within:
    """Documents that may answer, and the rows of both tiers that are theirs."""

    documents: Set[int]
    base: Allowed
    later: Allowed


def _empty(dim: int) -> _Tier:
    none = np.zeros(0, dtype=np.int64)
    return _Tier.exact(none, none, np.zeros((0, dim), dtype=np.float32))


def write_vectors(index: FaissIndex, path: Path) -> None:
    """Writes the index whole: vectors by FAISS, ids and document keys beside them in one file."""
    ids, groups, vectors = index.merged().base()
    with replacing(path.with_suffix(".ids.npy")) as temporary, temporary.open("wb") as handle:
        np.save(handle, np.stack([ids, groups]), allow_pickle=False)
    with replacing(path) as temporary, temporary.open("wb") as handle:  # FAISS's own files complain on stderr
        writer = faiss.PyCallbackIOWriter(handle.write)  # type: ignore[attr-defined]  # the stub lacks it
        try:
            faiss.write_index(vectors, writer)
        except RuntimeError as error:  # what `write` raised comes back as this
            raise OSError(errno.ENOSPC, str(error)) from error


def read_vectors(path: Path) -> FaissIndex:
    """Reads what `write_vectors` wrote. Raises `StoreError` when it is damaged."""
    try:
        index = faiss.read_index(str(path))
        ids, groups = np.load(path.with_suffix(".ids.npy"), allow_pickle=False)
    except (RuntimeError, OSError, ValueError, EOFError) as error:
        raise StoreError(f"{path} is damaged ({error}): `kb check --repair` rebuilds it") from error
    if index.ntotal != len(ids):
        raise StoreError(f"{path} holds {index.ntotal} vectors for {len(ids)} ids: run `kb check --repair`")
    gone = ids == _GONE
    return FaissIndex(_Tier(ids, groups, index), _empty(index.d), ~gone if gone.any() else None)
