"""The FAISS index: exact inner products over an immutable base and a small tier of later changes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from kb.errors import StoreError
from kb.ports import Scored, Vector, Vectors
from kb.store.layout import replacing

_MERGE_ABOVE = 4096  # rows in the later tier before it is merged into a new base
_MERGE_SHARE = 0.2  # … or this share of the base, whichever is more


class _Tier:
    """Rows that never change: ids, the documents they belong to, vectors in FAISS."""

    __slots__ = ("flat", "groups", "ids")

    def __init__(self, ids: NDArray[np.int64], groups: NDArray[np.int64], flat: faiss.Index) -> None:
        self.ids = ids
        self.groups = groups
        self.flat = flat

    @classmethod
    def of(cls, ids: NDArray[np.int64], groups: NDArray[np.int64], vectors: Vectors) -> _Tier:
        flat = faiss.IndexFlatIP(vectors.shape[1])
        flat.add(np.ascontiguousarray(vectors))
        return cls(ids, groups, flat)

    def vectors(self) -> Vectors:
        count = self.flat.ntotal
        found: Vectors = (
            self.flat.reconstruct_n(0, count) if count else np.zeros((0, self.flat.d), np.float32)
        )
        return found

    def search(self, vector: Vector, k: int, allowed: NDArray[np.bool_] | None) -> list[Scored]:
        count = min(k, len(self.ids) if allowed is None else int(allowed.sum()))
        if count == 0:
            return []
        parameters = None
        if allowed is not None:
            bits = np.packbits(allowed, bitorder="little")
            selector = faiss.IDSelectorBitmap(len(allowed), faiss.swig_ptr(bits))
            parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]  # the stub lacks it
        scores, rows = self.flat.search(vector.reshape(1, -1), count, params=parameters)
        return [
            Scored(int(self.ids[row]), float(score))
            for score, row in zip(scores[0], rows[0], strict=True)
            if row >= 0
        ]


class FaissIndex:
    """Implements `kb.ports.VectorIndex`."""

    __slots__ = ("_base", "_dead", "_later")

    def __init__(self, base: _Tier, later: _Tier, dead: frozenset[int]) -> None:
        self._base = base
        self._later = later
        self._dead = dead  # ids of the base that are gone or replaced

    @classmethod
    def of(cls, ids: NDArray[np.int64], groups: NDArray[np.int64], vectors: Vectors) -> FaissIndex:
        """An index of rows: ids (n,), document keys (n,), unit vectors float32 (n, dim)."""
        return cls(_Tier.of(ids, groups, vectors), _empty(vectors.shape[1]), frozenset())

    @classmethod
    def empty(cls, dim: int) -> FaissIndex:
        """An index without rows."""
        return cls(_empty(dim), _empty(dim), frozenset())

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return int(self._base.flat.d)

    def __len__(self) -> int:
        return len(self._base.ids) - len(self._dead) + len(self._later.ids)

    def changed(
        self, ids: Sequence[int], groups: Sequence[int], vectors: Vectors, removed: Sequence[int]
    ) -> FaissIndex:
        """See `kb.ports.VectorIndex`. Raises `StoreError` when the vectors have another length."""
        if len(ids) and vectors.shape != (len(ids), self.dim):
            raise StoreError(f"vectors of shape {vectors.shape} do not fit an index of length {self.dim}")
        gone = {*ids, *removed}
        stay = np.array([id not in gone for id in self._later.ids.tolist()], dtype=np.bool_)
        later = _Tier.of(
            np.concatenate([self._later.ids[stay], np.asarray(ids, dtype=np.int64)]),
            np.concatenate([self._later.groups[stay], np.asarray(groups, dtype=np.int64)]),
            np.concatenate([self._later.vectors()[stay], vectors.reshape(-1, self.dim)]),
        )
        known = np.isin(np.fromiter(gone, dtype=np.int64, count=len(gone)), self._base.ids)
        dead = self._dead | {id for id, present in zip(gone, known, strict=True) if present}
        result = FaissIndex(self._base, later, frozenset(dead))
        grown = len(later.ids) + len(dead)
        return result.merged() if grown > max(_MERGE_ABOVE, _MERGE_SHARE * len(self._base.ids)) else result

    def merged(self) -> FaissIndex:
        """The same rows in one base."""
        ids, groups, vectors = self.rows()
        return FaissIndex.of(ids, groups, vectors)

    def rows(self) -> tuple[NDArray[np.int64], NDArray[np.int64], Vectors]:
        """ids (n,), document keys (n,) and vectors (n, dim) of what can be found."""
        alive = self._alive()
        base = self._base.vectors()
        return (
            np.concatenate([self._base.ids[alive], self._later.ids]),
            np.concatenate([self._base.groups[alive], self._later.groups]),
            np.concatenate([base[alive], self._later.vectors()]),
        )

    def search(self, vector: Vector, k: int, within: frozenset[int] | None = None) -> list[Scored]:
        """See `kb.ports.VectorIndex`."""
        base_allowed: NDArray[np.bool_] | None = self._alive() if self._dead else None
        later_allowed: NDArray[np.bool_] | None = None
        if within is not None:
            wanted = np.fromiter(within, dtype=np.int64, count=len(within))
            inside = np.isin(self._base.groups, wanted)
            base_allowed = inside if base_allowed is None else inside & base_allowed
            later_allowed = np.isin(self._later.groups, wanted)
        found = self._base.search(vector, k, base_allowed) + self._later.search(vector, k, later_allowed)
        return sorted(found, key=lambda scored: (-scored.score, scored.id))[:k]

    def _alive(self) -> NDArray[np.bool_]:
        dead = np.fromiter(self._dead, dtype=np.int64, count=len(self._dead))
        return ~np.isin(self._base.ids, dead)


def _empty(dim: int) -> _Tier:
    none = np.zeros(0, dtype=np.int64)
    return _Tier.of(none, none, np.zeros((0, dim), dtype=np.float32))


def write_vectors(index: FaissIndex, path: Path) -> None:
    """Writes the index whole: vectors by FAISS, ids and document keys beside them in one file."""
    ids, groups, vectors = index.rows()
    flat = faiss.IndexFlatIP(index.dim)
    flat.add(np.ascontiguousarray(vectors))
    with replacing(path.with_suffix(".ids.npy")) as temporary, temporary.open("wb") as handle:
        np.save(handle, np.stack([ids, groups]), allow_pickle=False)
    with replacing(path) as temporary:
        try:
            faiss.write_index(flat, str(temporary))
        except RuntimeError as error:  # FAISS reports every failed write this way
            raise OSError(28, str(error)) from error


def read_vectors(path: Path) -> FaissIndex:
    """Reads what `write_vectors` wrote. Raises `StoreError` when it is damaged."""
    try:
        flat = faiss.read_index(str(path))
        ids, groups = np.load(path.with_suffix(".ids.npy"), allow_pickle=False)
    except (RuntimeError, OSError, ValueError, EOFError) as error:
        raise StoreError(f"{path} is damaged ({error}): `kb check --repair` rebuilds it") from error
    if flat.ntotal != len(ids):
        raise StoreError(f"{path} holds {flat.ntotal} vectors for {len(ids)} ids: run `kb check --repair`")
    return FaissIndex(_Tier(ids, groups, flat), _empty(flat.d), frozenset())
