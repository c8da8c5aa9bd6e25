"""Documents, their chunks and corrections: what the truth knows and how it changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, Connection, Select, bindparam, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from kb.errors import NotFound
from kb.store import families, rows
from kb.store.corrected import corrected
from kb.store.reviews import without_false_alarms
from kb.store.schema import chunks, corrections, documents, restored_pieces, tombstones
from kb.text.normalise import fold
from kb.types import Chunk, Document, DocumentCard, sha256_hex

CORRECTABLE = ("title", "issuer", "region", "issued", "number", "kind", "origin", "topics")
FAMILY = "family"  # set by hand like a field, but a matter between documents
_CHUNK_CONTENT = ("start", "end", "path", "page", "embedded")
# A passage's words, cut out by SQLite: a row with the whole text would cost a document's length per passage.
CHUNK_WORDS = func.substr(documents.c.text, chunks.c.start + 1, chunks.c.end - chunks.c.start).label("words")
_BATCH = 500  # ids in one statement, below every SQLite's limit of variables
# A statement that is made once takes half the time of one made anew.
IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_GROUPS = select(chunks.c.id, chunks.c.doc_key).where(chunks.c.id.in_(IDS))
_EVERY_PASSAGE = (
    select(chunks, documents.c.id.label("doc_id"), documents.c.title, CHUNK_WORDS)
    .join(documents, documents.c.key == chunks.c.doc_key)
    .order_by(chunks.c.doc_key, chunks.c.start)
)
_PASSAGES = _EVERY_PASSAGE.where(chunks.c.id.in_(IDS))


def embedded_text(title: str, chunk: Chunk, text: str) -> str:
    """What is embedded for a chunk: the title and the headings that it stands under, then its words.

    Spun words are folded back, so that a question in plain words is near.
    """
    return _embedded(title, chunk.path, text[chunk.start : chunk.end])


def free_id(connection: Connection, document: Document, derive: Callable[[str, int], str]) -> str:
    """An id for a new document: derived from its source, or from the next name when that one is taken.

    It is taken when the file that had this name was moved: its documents keep their ids.
    """
    attempt, id = 1, document.id
    while connection.execute(select(documents.c.key).where(documents.c.id == id)).first() is not None:
        attempt += 1
        id = derive(f"{document.source}#{attempt}", document.part)
    return id


def flagged_sources(connection: Connection, flag: str) -> frozenset[str]:
    """The files of documents that carry a warning of that name."""
    found = connection.execute(select(documents.c.source, documents.c.flags))
    return frozenset(row.source for row in found if any(name == flag for name, *_ in row.flags))


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk with what stands around it in the truth."""

    chunk: Chunk
    doc_key: int
    title: str
    text: str  # the chunk's own words


def embedded_passage(passage: Passage) -> str:
    """What is embedded for a passage read from the truth."""
    return _embedded(passage.title, passage.chunk.path, passage.text)


def _embedded(title: str, path: Sequence[str], words: str) -> str:
    head = " ".join(part for part in (title, *path[-2:]) if part)
    return fold(f"{head}\n{words}")


def save_document(
    connection: Connection, generation: int, document: Document, pieces: Sequence[Chunk]
) -> Document:
    """Inserts or replaces a document with its chunks; corrections made by hand are laid over it.

    Chunks whose place and words are the same stay as they are. Returns the document as it is kept.
    """
    document = with_corrections(connection, document)
    row = rows.document_row(document, len(pieces), generation)
    found = connection.execute(select(documents.c.key).where(documents.c.id == document.id))
    present: int | None = found.scalar_one_or_none()
    if present is None:
        inserted = connection.execute(insert(documents).values(row).returning(documents.c.key))
        key: int = inserted.scalar_one()
    else:
        key = present
        connection.execute(update(documents).where(documents.c.key == key).values(row))
    _replace_chunks(connection, generation, key, document, pieces)
    families.join(connection, key, document)
    return document


def _replace_chunks(
    connection: Connection, generation: int, key: int, document: Document, pieces: Sequence[Chunk]
) -> None:
    kept = {
        row["id"]: {name: row[name] for name in _CHUNK_CONTENT}
        for row in connection.execute(
            select(*(chunks.c[name] for name in ("id", *_CHUNK_CONTENT))).where(chunks.c.doc_key == key)
        ).mappings()
    }
    wanted = {piece.id: _chunk_row(document, piece) for piece in pieces}
    gone = [id for id in kept if id not in wanted]
    fresh = [id for id, row in wanted.items() if kept.get(id) != row]
    _drop_chunks(connection, generation, gone, buried=True)
    _drop_chunks(connection, generation, [id for id in fresh if id in kept], buried=False)
    if fresh:
        rows_of_fresh = [wanted[id] | {"id": id, "doc_key": key, "generation": generation} for id in fresh]
        connection.execute(insert(chunks), rows_of_fresh)


def _chunk_row(document: Document, piece: Chunk) -> dict[str, object]:
    """The columns of `chunks` that say what a chunk is; a change of any makes it new."""
    return {
        "start": piece.start,
        "end": piece.end,
        "path": list(piece.path),
        "page": piece.page,
        "embedded": sha256_hex(embedded_text(document.title, piece, document.text)),
    }


def _drop_chunks(connection: Connection, generation: int, ids: Sequence[int], *, buried: bool) -> None:
    for part in parts(ids):
        connection.execute(delete(chunks).where(chunks.c.id.in_(part)))
    if buried:
        _bury(connection, generation, "chunk", ids)


def _bury(connection: Connection, generation: int, what: str, keys: Sequence[int]) -> None:
    if keys:
        connection.execute(
            insert(tombstones), [{"generation": generation, "what": what, "key": key} for key in keys]
        )


def remove_documents(connection: Connection, generation: int, ids: Sequence[str]) -> int:
    """Removes documents with their chunks; corrections stay, for when the file comes back."""
    count = 0
    for part in parts(ids):
        found = connection.execute(select(documents.c.key).where(documents.c.id.in_(part)))
        keys: list[int] = list(found.scalars())
        families.leave(connection, keys)
        for key in keys:
            held: list[int] = list(
                connection.execute(select(chunks.c.id).where(chunks.c.doc_key == key)).scalars()
            )
            _drop_chunks(connection, generation, held, buried=True)
        connection.execute(delete(documents).where(documents.c.key.in_(keys)))
        _bury(connection, generation, "document", keys)
        count += len(keys)
    return count


def correct(connection: Connection, doc_id: str, values: Mapping[str, str | None]) -> None:
    """Keeps corrections made by hand; "" says that a field is known to be empty, None takes one back."""
    for name, value in values.items():
        if name == FAMILY:
            families.decide(connection, doc_id, value or "")
            continue
        if value is None:
            one = (corrections.c.doc_id == doc_id) & (corrections.c.field == name)
            connection.execute(delete(corrections).where(one))
            continue
        statement = upsert(corrections).values(doc_id=doc_id, field=name, value=value)
        connection.execute(
            statement.on_conflict_do_update(index_elements=["doc_id", "field"], set_={"value": value})
        )


def with_corrections(connection: Connection, document: Document) -> Document:
    """The document with what a person set in the place of what rules found, without false alarms."""
    found = connection.execute(
        select(corrections.c.field, corrections.c.value).where(corrections.c.doc_id == document.id)
    )
    for name, value in found:
        document = corrected(document, str(name), str(value))
    return without_false_alarms(connection, document)


def get_document(connection: Connection, doc_id: str) -> Document:
    """Raises `NotFound`."""
    row = connection.execute(select(documents).where(documents.c.id == doc_id)).mappings().one_or_none()
    if row is None:
        raise NotFound(f"no document has the id {doc_id}: `kb list` shows the ids")
    return rows.document_of(row)


def documents_of(connection: Connection, source: str) -> list[tuple[str, int]]:
    """(id, part) of the documents that came from one file, in its order."""
    found = connection.execute(
        select(documents.c.id, documents.c.part)
        .where(documents.c.source == source)
        .order_by(documents.c.part)
    )
    return [(row.id, row.part) for row in found]


def restored_keys(connection: Connection, source: str, derived: str) -> list[str]:
    """Keys of the pieces that a person wants back in the articles of a file.

    `derived` is the id that its first article has when the file is new here, or was before it went.
    """
    ids = [id for id, _ in documents_of(connection, source)] or [derived]
    wanted = select(restored_pieces.c.piece).where(restored_pieces.c.doc_id.in_(ids))
    return list(connection.execute(wanted).scalars())


def all_cards(connection: Connection) -> dict[int, DocumentCard]:
    """Every document's card by its key."""
    columns = [documents.c[name] for name in rows.CARD_COLUMNS]
    found = connection.execute(select(*columns).order_by(documents.c.source, documents.c.part)).mappings()
    return {row["key"]: rows.card_of(row) for row in found}


def chunks_of(connection: Connection, doc_id: str) -> tuple[Chunk, ...]:
    """A document's chunks in their order."""
    found = connection.execute(
        select(chunks)
        .join(documents, documents.c.key == chunks.c.doc_key)
        .where(documents.c.id == doc_id)
        .order_by(chunks.c.start)
    ).mappings()
    return tuple(rows.chunk_of(row, doc_id) for row in found)


def passages(connection: Connection, ids: Sequence[int]) -> dict[int, Passage]:
    """Chunks with their words; ids that are gone are left out."""
    return {
        passage.chunk.id: passage
        for part in parts(ids)
        for passage in _passages(connection, _PASSAGES, {"ids": part})
    }


def groups_of(connection: Connection, ids: Sequence[int]) -> dict[int, int]:
    """The document's key of each chunk; ids that are gone are left out."""
    found: dict[int, int] = {}
    for part in parts(ids):
        for row in connection.execute(_GROUPS, {"ids": part}):
            found[row.id] = row.doc_key
    return found


def passages_since(connection: Connection, generation: int, until: int) -> Iterable[Passage]:
    """Chunks written after `generation` up to `until`."""
    written = (chunks.c.generation > generation) & (chunks.c.generation <= until)
    return _passages(connection, _EVERY_PASSAGE.where(written), {})


def _passages(
    connection: Connection, statement: Select[Any], values: Mapping[str, object]
) -> Iterable[Passage]:
    for row in connection.execute(statement, values).mappings():
        chunk = rows.chunk_of(row, row["doc_id"])
        yield Passage(chunk, row["doc_key"], row["title"], row["words"])


def parts(ids: Sequence[int] | Sequence[str]) -> Iterable[Sequence[int] | Sequence[str]]:
    """`ids` in portions that fit one statement."""
    return (ids[i : i + _BATCH] for i in range(0, len(ids), _BATCH))
