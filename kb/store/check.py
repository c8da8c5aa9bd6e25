"""Holds the truth against itself and the derived indexes against the truth."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, select

from kb.errors import DataError, StoreError
from kb.store import embeddings, families
from kb.store.database import generation, reading
from kb.store.derived import (
    LEXICAL_FORMAT,
    VECTORS_FORMAT,
    caught_up,
    condemn,
    open_lexical,
    sound_manifest,
    verify_counts,
    verify_lexical,
    verify_vectors,
)
from kb.store.layout import Layout
from kb.store.manifest import MANIFEST
from kb.store.schema import chunks, documents
from kb.store.snapshot import ActiveModel, active_model
from kb.store.store import Store
from kb.store.vectors import read_vectors
from kb.types import CheckReport, sha256_hex

_LEXICAL, _VECTORS, _FAMILIES = "word index", "vector index", "families"


def check(store: Store, repair: bool = False) -> CheckReport:
    """What is wrong; with `repair` derived indexes are brought up or made again, and then looked at again.

    The truth itself cannot be repaired from here. Raises `Busy` when repairing while another process writes.
    """
    problems = tuple(_problems(store))
    if not repair:
        return CheckReport(not problems, problems)
    with store.exclusive():
        if any(problem.startswith(_VECTORS) for problem in problems):
            condemn(store.layout.vectors)  # its bytes may be what was written, and yet not the truth's
        compared = store.find_families()
        repaired = (*([_FAMILIES] if compared else []), *store.bring_up(verify=True))
    left = tuple(_problems(store))
    return CheckReport(not left, left, repaired)


def _problems(store: Store) -> Iterator[str]:
    try:
        store.own_rules()
    except DataError as error:
        yield f"own rules: {error}"
    with reading(store.engine) as connection:
        yield from _truth(connection)
        if waiting := len(families.stale(connection)):
            yield f"{_FAMILIES}: {waiting} documents were not compared yet; run `kb check --repair`"
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
            yield f"truth: the text of {row.id} is not the one that was kept: run `kb ingest --reprocess`"
    for row in connection.execute(select(chunks.c.doc_key, chunks.c.start, chunks.c.end)):
        if row.doc_key not in lengths:
            continue  # told above: the row belongs to no document
        counted[row.doc_key] -= 1
        if not 0 <= row.start < row.end <= lengths[row.doc_key]:
            yield f"truth: a passage of document {row.doc_key} lies outside its text"
    for key, left in counted.items():
        if left:
            yield f"truth: document {key} lacks {left} passages: run `kb ingest --reprocess` on its file"


def _lexical(connection: Connection, layout: Layout) -> Iterator[str]:
    if not (layout.lexical / MANIFEST).exists():
        yield f"{_LEXICAL}: behind the truth, there is none yet; run `kb check --repair`"
        return
    manifest = sound_manifest(layout.lexical, LEXICAL_FORMAT)
    if manifest is None:
        yield f"{_LEXICAL}: damaged, or of another kb; run `kb check --repair`"
        return
    try:
        verify_lexical(layout.lexical, manifest)
        if manifest.generation == generation(connection):
            verify_counts(connection, *open_lexical(layout.lexical, manifest))
    except StoreError as error:
        yield f"{_LEXICAL}: {error}"
        return
    if manifest.generation != generation(connection):
        yield f"{_LEXICAL}: behind the truth; run `kb check --repair`"


def _vectors(connection: Connection, layout: Layout, model: ActiveModel) -> Iterator[str]:
    missing = embeddings.count_chunks(connection) - embeddings.count_chunks(connection, model.name)
    if missing:
        yield f"truth: {missing} passages have no vector of {model.name}; run `kb ingest` on their files"
    if not (layout.vectors / MANIFEST).exists():
        yield f"{_VECTORS}: behind the truth, there is none yet; run `kb check --repair`"
        return
    manifest = sound_manifest(layout.vectors, VECTORS_FORMAT)
    if manifest is None or manifest.model != model.name:
        yield f"{_VECTORS}: damaged, or of another model; run `kb check --repair`"
        return
    try:
        verify_vectors(layout.vectors, manifest)
        index = read_vectors(layout.vectors / manifest.name)
    except StoreError as error:
        yield f"{_VECTORS}: {error}"
        return
    index = caught_up(connection, index, model.name, manifest.generation, generation(connection))
    ids = set(index.rows()[0].tolist())
    truth: set[int] = set(connection.execute(select(chunks.c.id)).scalars())
    if ids != truth:
        yield f"{_VECTORS}: {len(ids ^ truth)} passages differ from the truth; run `kb check --repair`"
