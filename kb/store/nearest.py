"""Which FAISS index holds a number of vectors, and how it is searched under a filter.

Below `EXACT_BELOW` rows a flat one: exact, and a question costs a few milliseconds. Above, k-means lists
with vectors of 16-bit floats; how many lists a question looks into is measured when the index is built.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import faiss
import numpy as np
from numpy.typing import NDArray

from kb.ports import Vector, Vectors

EXACT_BELOW = 100_000  # rows
RECALL = 0.99  # of the best ten, on questions made from the rows
_SAMPLE = 64  # rows per list that k-means sees
_ROUNDS = 10  # of k-means
_PROBES = (4, 8, 16, 32, 64, 128, 256)
_QUESTIONS = 100
_BEST = 10
_SCORED_AT_ONCE = 65_536  # rows
_GATHERED = 8000  # rows that pass a filter, at most, whose vectors are put side by side for its questions
_FEW = 0.25  # of the rows: fewer are looked up one by one, more are compared with all others
_log = logging.getLogger(__name__)


def lists_for(rows: int) -> int:
    """How many lists fit a number of rows: about the square root, a power of two; 0 for an exact index."""
    return 0 if rows < EXACT_BELOW else int(2 ** round(math.log2(max(rows, 2)) / 2))


def lists_of(index: faiss.Index) -> int:
    """How many lists an index has; 0 for an exact one."""
    return int(index.nlist) if isinstance(index, faiss.IndexIVF) else 0


def flat(vectors: Vectors) -> faiss.Index:
    """An exact index of unit rows (n, dim)."""
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(np.ascontiguousarray(vectors))
    return index


def build(vectors: Vectors) -> faiss.Index:
    """An index of unit rows (n, dim), chosen by their number; half a minute of work for a million."""
    rows, dim = vectors.shape
    lists = lists_for(rows)
    if not lists:
        return flat(vectors)
    index = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(dim), dim, lists, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT, False
    )
    index.cp.spherical, index.cp.niter = True, _ROUNDS
    index.cp.max_points_per_centroid = _SAMPLE
    rng = np.random.default_rng(0)
    index.train(vectors[np.sort(rng.permutation(rows)[: _SAMPLE * lists])])
    index.add(vectors)
    index.make_direct_map()
    index.nprobe, reached = _probes(index, vectors, rng)
    _log.info("%d vectors in %d lists, %d looked into, recall %.3f", rows, lists, index.nprobe, reached)
    return index


def extended(index: faiss.Index, vectors: Vectors) -> faiss.Index:
    """A copy with more rows in the same lists; the index itself stays as it is."""
    larger = faiss.clone_index(index)
    larger.add(np.ascontiguousarray(vectors))
    return larger


@dataclass(frozen=True, slots=True)
class Allowed:
    """Rows that may be found."""

    bits: NDArray[np.uint8]  # eight rows each, the first in the lowest bit
    count: int
    rows: int  # allowed or not
    gathered: Gathered | None = None  # when all of them are compared

    @classmethod
    def of(cls, allowed: NDArray[np.bool_]) -> Allowed:
        """The rows where `allowed` (n,) holds."""
        return cls(np.packbits(allowed, bitorder="little"), int(np.count_nonzero(allowed)), len(allowed))


@dataclass(frozen=True, slots=True)
class Gathered:
    """Some rows and their vectors, side by side."""

    rows: NDArray[np.int64]  # (n,)
    vectors: Vectors  # (n, dim)


class Lists:
    """The lists of an index, where they lie."""

    __slots__ = ("_codes", "_index", "_places")

    def __init__(self, index: faiss.Index) -> None:
        self._index = index
        self._codes: list[NDArray[np.uint8]] = []  # of each list (rows, bytes), once they were asked for
        self._places = np.zeros(0, np.int64)  # of each row: its list in the upper half, its place there below

    def gathered(self, allowed: Allowed, table: NDArray[np.bool_]) -> Allowed:
        """With the vectors of the rows, where `table` (n,) holds, side by side when there are few of them.

        Only where a search would compare all of them, and ask of every row whether it is among them.
        """
        index = self._index
        if not isinstance(index, faiss.IndexIVFScalarQuantizer) or not 0 < allowed.count <= _GATHERED:
            return allowed
        if _looked_into(index, allowed) < index.nlist:
            return allowed
        if not self._codes:
            self._places = faiss.rev_swig_ptr(index.direct_map.array.data(), index.ntotal)
            self._codes = _codes(index)
        rows = np.flatnonzero(table)
        order = np.argsort(self._places[rows], kind="stable")
        lists, offsets = np.divmod(self._places[rows[order]], 1 << 32)
        begins = np.flatnonzero(np.diff(lists, prepend=-1))
        codes = np.empty((len(rows), index.code_size), np.uint8)
        ends = [*begins[1:].tolist(), len(rows)]
        for number, start, end in zip(lists[begins].tolist(), begins.tolist(), ends, strict=True):
            self._codes[number].take(offsets[start:end], axis=0, out=codes[start:end], mode="clip")
        with _alone():
            return replace(allowed, gathered=Gathered(rows[order], index.sq.decode(codes)))


def _codes(index: faiss.IndexIVF) -> list[NDArray[np.uint8]]:
    held, size = index.invlists, index.code_size
    assert held is not None  # an index in lists has them
    counts = [held.list_size(number) for number in range(index.nlist)]
    return [
        faiss.rev_swig_ptr(held.get_codes(number), count * size).reshape(count, size)
        if count
        else np.zeros((0, size), np.uint8)
        for number, count in enumerate(counts)
    ]


def search(
    index: faiss.Index, held: Vectors | None, vector: Vector, k: int, allowed: Allowed | None
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Scores and rows of the best k, -1 where there are fewer; only `allowed` rows when given.

    `held` are the `rows_of` the index.

    Under a filter more lists are looked into, so that more than as many rows are compared: the best of few
    lie farther apart.
    """
    if allowed is not None and allowed.gathered is not None:
        scores, places = _compared(allowed.gathered.vectors, vector, k, None)
        return scores, allowed.gathered.rows[places]
    if held is not None and (allowed is None or allowed.count >= _FEW * allowed.rows):
        return _compared(held, vector, k, allowed)
    parameters: faiss.SearchParameters | None = None
    if allowed is not None:
        selector = faiss.IDSelectorBitmap(allowed.rows, faiss.swig_ptr(allowed.bits))
        if isinstance(index, faiss.IndexIVF):
            probes = _looked_into(index, allowed)
            parameters = faiss.SearchParametersIVF(sel=selector, nprobe=probes)  # type: ignore[call-arg]
        else:
            parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]  # the stub lacks it
    with _alone():
        scores, rows = index.search(vector.reshape(1, -1), k, params=parameters)
    return scores[0], rows[0]


def _looked_into(index: faiss.IndexIVF, allowed: Allowed) -> int:
    """How many lists a filtered question looks into."""
    share = max(allowed.count, 1) / allowed.rows
    return min(index.nlist, math.ceil(index.nprobe * (1 + 1 / share)))


def rows_of(index: faiss.Index) -> Vectors | None:
    """The rows (n, dim) of an exact index, where they lie; None for one in lists."""
    if not isinstance(index, faiss.IndexFlat):
        return None
    rows: Vectors = faiss.rev_swig_ptr(index.get_xb(), index.ntotal * index.d).reshape(index.ntotal, index.d)
    return rows


def _compared(
    held: Vectors, vector: Vector, k: int, allowed: Allowed | None
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """What FAISS's own search of an exact index gives, in half its time: it keeps a heap row by row."""
    scores = np.empty(len(held), np.float32)
    wanted = np.ascontiguousarray(vector, np.float32)
    faiss.fvec_inner_products_ny(  # type: ignore[attr-defined]  # the stub lacks it
        faiss.swig_ptr(scores), faiss.swig_ptr(wanted), faiss.swig_ptr(held), held.shape[1], len(held)
    )
    if allowed is not None:
        outside = np.unpackbits(allowed.bits, count=allowed.rows, bitorder="little") == 0
        scores[outside] = -np.inf
    least = np.partition(scores, len(scores) - k)[len(scores) - k]
    rows = np.flatnonzero(scores >= least)
    rows = rows[np.lexsort((rows, -scores[rows]))[:k]]
    return scores[rows], rows


@contextmanager
def _alone() -> Iterator[None]:
    """One question on one core: cores that help with it wait for one another, and others ask meanwhile."""
    cores = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)  # of this thread
    try:
        yield
    finally:
        faiss.omp_set_num_threads(cores)


def _probes(index: faiss.IndexIVF, vectors: Vectors, rng: np.random.Generator) -> tuple[int, float]:
    """The least number of lists that finds what an exact search finds, and the recall that it reaches.

    A question lies between passages: half of one row is added to another.
    """
    ones, others = rng.integers(len(vectors), size=(2, _QUESTIONS))
    questions = vectors[ones] + 0.5 * vectors[others]
    questions /= np.linalg.norm(questions, axis=1, keepdims=True)
    wanted = exact_best(vectors, questions, _BEST)
    lists, recall = lists_of(index), 0.0
    for probes in _PROBES:
        index.nprobe = min(probes, lists)
        found = index.search(questions, _BEST)[1]
        recall = float(np.mean([np.isin(row, best).mean() for row, best in zip(wanted, found, strict=True)]))
        if recall >= RECALL or probes >= lists:
            break
    return int(index.nprobe), recall


def exact_best(vectors: Vectors, questions: Vectors, k: int) -> NDArray[np.int64]:
    """The rows (questions, k) with the largest products, in any order, by comparing all of them."""
    rows = np.zeros((len(questions), 0), np.int64)
    scores = np.zeros((len(questions), 0), np.float32)
    for start in range(0, len(vectors), _SCORED_AT_ONCE):
        part = questions @ vectors[start : start + _SCORED_AT_ONCE].T
        best = np.argpartition(-part, min(k, part.shape[1]) - 1, axis=1)[:, :k]
        rows = np.concatenate([rows, best + start], axis=1)
        scores = np.concatenate([scores, np.take_along_axis(part, best, axis=1)], axis=1)
    kept = np.argsort(-scores, axis=1)[:, :k]
    found: NDArray[np.int64] = np.take_along_axis(rows, kept, axis=1)
    return found
