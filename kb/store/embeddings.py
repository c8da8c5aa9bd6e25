"""Vectors in the truth: one for each model and embedded text, so that equal texts share one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, and_, bindparam, delete, func, or_, select
from sqlalchemy.dialects.sqlite import insert as upsert

from kb.ports import Vector, Vectors
from kb.store.documents import IDS, parts
from kb.store.schema import chunks, embeddings, tombstones

_ROWS = 4096  # vectors read at a time
_VECTORS = (
    select(chunks.c.id, embeddings.c.vector)
    .join(embeddings, embeddings.c.embedded == chunks.c.embedded)
    .where(embeddings.c.model == bindparam("model"), chunks.c.id.in_(IDS))
)


@dataclass(frozen=True, slots=True)
class VectorRows:
    """Rows for a vector index: chunk ids, the documents they belong to, and their vectors."""

    ids: NDArray[np.int64]  # (n,)
    groups: NDArray[np.int64]  # (n,) document keys
    vectors: Vectors  # (n, dim)


def known(connection: Connection, model: str, embedded: Sequence[str]) -> set[str]:
    """Which of the embedded texts (by SHA-256) have a vector of `model`."""
    found: set[str] = set()
    for part in parts(embedded):
        statement = select(embeddings.c.embedded).where(
            embeddings.c.model == model, embeddings.c.embedded.in_(part)
        )
        found.update(connection.execute(statement).scalars())
    return found


def put(connection: Connection, model: str, vectors: Mapping[str, Vector]) -> None:
    """Keeps vectors by the SHA-256 of what was embedded."""
    if vectors:
        values = [
            {"model": model, "embedded": embedded, "vector": vector.astype("<f4").tobytes()}
            for embedded, vector in vectors.items()
        ]
        connection.execute(upsert(embeddings).on_conflict_do_nothing(), values)


def without_vector(connection: Connection, model: str, limit: int) -> dict[int, str]:
    """Up to `limit` chunks that have no vector of `model` yet: ids, and the keys that vectors go under."""
    statement = (
        select(chunks.c.id, chunks.c.embedded)
        .outerjoin(embeddings, and_(embeddings.c.embedded == chunks.c.embedded, embeddings.c.model == model))
        .where(embeddings.c.embedded.is_(None))
        .order_by(chunks.c.doc_key, chunks.c.start)
        .limit(limit)
    )
    return {row.id: row.embedded for row in connection.execute(statement)}


def count_chunks(connection: Connection, model: str | None = None) -> int:
    """Chunks in the truth; with `model`, those that have its vector."""
    statement = select(func.count()).select_from(chunks)
    if model is not None:
        statement = statement.join(embeddings, embeddings.c.embedded == chunks.c.embedded).where(
            embeddings.c.model == model
        )
    return connection.execute(statement).scalar_one()


def count_since(connection: Connection, after: int, until: int) -> int:
    """Chunks written or gone after generation `after` and up to `until`."""
    written = select(func.count()).where(chunks.c.generation > after, chunks.c.generation <= until)
    return connection.execute(written).scalar_one() + len(buried(connection, "chunk", after, until))


def rows_between(connection: Connection, model: str, after: int, until: int) -> Iterator[VectorRows]:
    """Vectors of the chunks written after generation `after` and up to `until`, in batches."""
    statement = (
        select(chunks.c.id, chunks.c.doc_key, embeddings.c.vector)
        .join(embeddings, embeddings.c.embedded == chunks.c.embedded)
        .where(embeddings.c.model == model, chunks.c.generation > after, chunks.c.generation <= until)
        .order_by(chunks.c.id)
    )
    for batch in connection.execute(statement).partitions(_ROWS):
        ids = np.array([row[0] for row in batch], dtype=np.int64)
        groups = np.array([row[1] for row in batch], dtype=np.int64)
        vectors = np.frombuffer(b"".join(row[2] for row in batch), dtype="<f4").reshape(len(batch), -1)
        yield VectorRows(ids, groups, vectors.astype(np.float32, copy=False))


def vectors_of(connection: Connection, model: str, ids: Sequence[int]) -> dict[int, Vector]:
    """Vectors by chunk id; chunks without one are left out."""
    found: dict[int, Vector] = {}
    for part in parts(ids):
        for row in connection.execute(_VECTORS, {"model": model, "ids": part}):
            found[row.id] = np.frombuffer(row.vector, dtype="<f4").astype(np.float32)
    return found


def buried(connection: Connection, what: str, after: int, until: int) -> list[int]:
    """Keys of the chunks or documents that went after generation `after` and up to `until`."""
    statement = select(tombstones.c.key).where(
        tombstones.c.what == what, tombstones.c.generation > after, tombstones.c.generation <= until
    )
    return list(connection.execute(statement).scalars())


def drop_unused(connection: Connection, keep_models: Sequence[str]) -> int:
    """Deletes vectors of other models and of texts that no chunk has any more; returns how many."""
    unused = ~embeddings.c.embedded.in_(select(chunks.c.embedded))
    result = connection.execute(delete(embeddings).where(or_(unused, ~embeddings.c.model.in_(keep_models))))
    return int(result.rowcount)
