"""Holds the truth against itself and the derived indexes against the truth."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, select

from kb.errors import StoreError
from kb.store import embeddings
from kb.store.database import generation, reading
from kb.store.derived import (
    LEXICAL_FORMAT,
    VECTORS_FORMAT,
    caught_up,
    lexical_counts,
    sound_manifest,
    verify_vectors,
)
from kb.store.layout import Layout
from kb.store.manifest import write_manifest
from kb.store.schema import chunks, documents
from kb.store.snapshot import ActiveModel, active_model
from kb.store.store import Store
from kb.store.vectors import read_vectors
from kb.types import CheckReport, sha256_hex


def check(store: Store, repair: bool = False) -> CheckReport:
    """What is wrong; with `repair` derived indexes are brought up or made again, and then looked at again.

    The truth itself cannot be repaired from here. Raises `Busy` when repairing while another process writes.
    """
    problems = tuple(_problems(store))
    if not repair:
        return CheckReport(not problems, problems)
    with store.exclusive():
        _discard_damaged(store.layout, problems)
        repaired = store.bring_up()
    left = tuple(_problems(store))
    return CheckReport(not left, left, repaired)


def _problems(store: Store) -> Iterator[str]:
    with reading(store.engine) as connection:
        yield from _truth(connection)
        model = active_model(connection)
        if model is not None:
            yield from _lexical(connection, store.layout)
            yield from _vectors(connection, store.layout, model)


def _truth(connection: Connection) -> Iterator[str]:
    for (said,) in connection.exec_driver_sql("PRAGMA integrity_check"):
        if said != "ok":
            yield f"truth: {said}"
    for row in connection.exec_driver_sql("PRAGMA foreign_key_check"):
        yield f"truth: a row of {row[0]} belongs to no document"
    lengths: dict[int, int] = {}
    columns = (documents.c.key, documents.c.id, documents.c.version, documents.c.text, documents.c.chunks)
    counted: dict[int, int] = {}
    for row in connection.execute(select(*columns)):
        lengths[row.key], counted[row.key] = len(row.text), row.chunks
        if sha256_hex(row.text)[:16] != row.version:
            yield f"truth: the text of {row.id} is not the one that was kept: ingest its file again"
    for row in connection.execute(select(chunks.c.doc_key, chunks.c.start, chunks.c.end)):
        counted[row.doc_key] -= 1
        if not 0 <= row.start < row.end <= lengths[row.doc_key]:
            yield f"truth: a passage of document {row.doc_key} lies outside its text"
    for key, left in counted.items():
        if left:
            yield f"truth: document {key} lacks {left} passages"


def _lexical(connection: Connection, layout: Layout) -> Iterator[str]:
    manifest = sound_manifest(layout.lexical, LEXICAL_FORMAT)
    if manifest is None:
        yield "word index: missing or damaged; run `kb check --repair`"
        return
    if manifest.generation != generation(connection):
        yield "word index: behind the truth; run `kb check --repair`"
        return
    try:
        held = lexical_counts(layout.lexical, manifest)
    except StoreError as error:
        yield f"word index: {error}"
        return
    wanted = (
        embeddings.count_chunks(connection),
        len(connection.execute(select(documents.c.key)).all()),
    )
    if held != wanted:
        yield f"word index: holds {held} passages and documents, the truth {wanted}; run `kb check --repair`"


def _vectors(connection: Connection, layout: Layout, model: ActiveModel) -> Iterator[str]:
    missing = embeddings.count_chunks(connection) - embeddings.count_chunks(connection, model.name)
    if missing:
        yield f"truth: {missing} passages have no vector of {model.name}; run `kb ingest` on their files"
    manifest = sound_manifest(layout.vectors, VECTORS_FORMAT)
    if manifest is None or manifest.model != model.name:
        yield "vector index: missing, damaged or of another model; run `kb check --repair`"
        return
    try:
        verify_vectors(layout.vectors, manifest)
        index = read_vectors(layout.vectors / manifest.name)
    except StoreError as error:
        yield f"vector index: {error}"
        return
    index = caught_up(connection, index, model.name, manifest.generation, generation(connection))
    ids = set(index.rows()[0].tolist())
    truth = set(connection.execute(select(chunks.c.id)).scalars())
    if ids != truth:
        yield f"vector index: {len(ids ^ truth)} passages differ from the truth; run `kb check --repair`"


def _discard_damaged(layout: Layout, problems: tuple[str, ...]) -> None:
    """Marks what is damaged so that it is made again: a manifest of format 0 is never sound."""
    for prefix, folder in (("word index", layout.lexical), ("vector index", layout.vectors)):
        damaged = [problem for problem in problems if problem.startswith(prefix) and "behind" not in problem]
        if damaged:
            for format in (LEXICAL_FORMAT, VECTORS_FORMAT):
                manifest = sound_manifest(folder, format)
                if manifest is not None:
                    write_manifest(folder, manifest.model_copy(update={"format": 0}))
