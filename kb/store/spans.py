"""Short reads about passages: their words alone, their order, their vectors' places."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from kb.store.documents import CHUNK_WORDS, IDS, parts
from kb.store.schema import chunks, documents

_TEXTS = (
    select(chunks.c.id, CHUNK_WORDS)
    .join(documents, documents.c.key == chunks.c.doc_key)
    .where(chunks.c.id.in_(IDS))
)
_ORDER = select(chunks.c.id).where(chunks.c.doc_key.in_(IDS)).order_by(chunks.c.doc_key, chunks.c.start)


def texts_of_passages(connection: Connection, ids: Sequence[int]) -> dict[int, str]:
    """The words of passages, cut out by the database; ids that are gone are left out."""
    found: dict[int, str] = {}
    for part in parts(ids):
        for row in connection.execute(_TEXTS, {"ids": part}):
            found[row.id] = row.words
    return found


def chunk_order(connection: Connection, keys: Sequence[int]) -> list[int]:
    """The passages of documents, by document and place."""
    found: list[int] = []
    for part in parts(keys):
        found.extend(connection.execute(_ORDER, {"ids": part}).scalars())
    return found
