"""Pieces that cleaning took away and a person wants back: decisions kept by the words of the piece."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert as upsert

from kb.config import ModelSettings
from kb.errors import NotFound, QuestionError, StoreError
from kb.ports import Embedder
from kb.store.arrival import IntakeOptions
from kb.store.database import adding
from kb.store.documents import get_document
from kb.store.embedding import Progress
from kb.store.intake import take_in
from kb.store.places import label_of
from kb.store.schema import restored_pieces
from kb.store.store import Store
from kb.types import Document, Removed


def restored_of(connection: Connection, doc_id: str) -> tuple[Removed, ...]:
    """The pieces of a document that a person wanted back."""
    wanted = (
        select(restored_pieces).where(restored_pieces.c.doc_id == doc_id).order_by(restored_pieces.c.piece)
    )
    return tuple(Removed(row.text, row.rule) for row in connection.execute(wanted))


def restore(
    store: Store, embedder: Embedder, model: ModelSettings, doc_id: str, key: str, progress: Progress
) -> Document:
    """Puts a piece back where it stood and keeps it there, whenever the file is read again.

    All pieces with the same words come back. Returns the document as it is now. Raises `NotFound` for an
    unknown document or piece, `QuestionError` when the file cannot be read again or the piece is no text
    of it, and `Busy`.
    """
    with store.reading() as connection:
        document = get_document(connection, doc_id)
    piece = next((one for one in document.removed if one.key == key), None)
    if piece is None:
        raise NotFound(f"no removed piece of {doc_id} is named {key}: see `kb show {doc_id} --removed`")
    with store.turn(), adding(store.engine) as connection:
        values = {"doc_id": doc_id, "piece": key, "text": piece.text, "rule": piece.rule}
        connection.execute(upsert(restored_pieces).values(values).on_conflict_do_nothing())
    try:
        changed = _read_again(store, embedder, model, document, progress)
        if any(one.key == key for one in changed.removed):
            raise QuestionError(f"{piece.text[:40]} cannot be put back: it is no text of {_name(document)}")
    except (QuestionError, StoreError):
        _forget(store, doc_id, key)
        raise
    return changed


def remove_again(
    store: Store, embedder: Embedder, model: ModelSettings, doc_id: str, key: str, progress: Progress
) -> Document:
    """Lets cleaning take a restored piece away again. Raises as `restore` does."""
    with store.reading() as connection:
        document = get_document(connection, doc_id)
        if key not in {piece.key for piece in restored_of(connection, doc_id)}:
            raise NotFound(f"no restored piece of {doc_id} is named {key}")
    _forget(store, doc_id, key)
    return _read_again(store, embedder, model, document, progress)


def _forget(store: Store, doc_id: str, key: str) -> None:
    with store.turn(), adding(store.engine) as connection:
        connection.execute(
            delete(restored_pieces).where(restored_pieces.c.doc_id == doc_id, restored_pieces.c.piece == key)
        )


def _read_again(
    store: Store, embedder: Embedder, model: ModelSettings, document: Document, progress: Progress
) -> Document:
    path = Path(document.source)
    report = take_in(store, embedder, model, [path], IntakeOptions(reprocess=True, brief=True), progress)
    if report.failed:
        raise QuestionError(f"{_name(document)} could not be read again: {report.failed[0].reason}")
    with store.reading() as connection:
        return get_document(connection, document.id)


def _name(document: Document) -> str:
    """Where it lies on the disk is nobody's business who asks from elsewhere."""
    return label_of(document.source).replace("\\", "/").rpartition("/")[2]
