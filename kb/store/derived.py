"""Brings the derived indexes up to the truth: catch up when behind, rebuild when damaged.

Only the holder of the writer's lock calls this. Readers use what manifests name, see `kb.store.snapshot`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from sqlalchemy import Connection, Engine, select

from kb.errors import StoreError
from kb.store import embeddings
from kb.store.database import generation, reading
from kb.store.documents import passages_since
from kb.store.layout import Layout, storage, sweep
from kb.store.lexical import Entry, TantivyIndex, discard
from kb.store.manifest import Manifest, file_digest, read_manifest, write_manifest
from kb.store.schema import documents
from kb.store.vectors import FaissIndex, read_vectors, write_vectors

LEXICAL_FORMAT = 1
VECTORS_FORMAT = 1
_REWRITE_ABOVE = 4096  # later chunks that readers may have to add for themselves
_REWRITE_SHARE = 0.2


def bring_up(engine: Engine, layout: Layout, model: str, dim: int) -> tuple[str, ...]:
    """Brings both derived indexes to the truth's generation; returns what was rebuilt and why."""
    layout.prepare()
    rebuilt: list[str] = []
    with reading(engine) as connection:
        until = generation(connection)
        rebuilt += _bring_up_lexical(connection, layout, until)
        rebuilt += _bring_up_vectors(connection, layout, model, dim, until)
    return tuple(rebuilt)


def sound_manifest(folder: Path, format: int) -> Manifest | None:
    """The manifest when it is readable and of this format."""
    try:
        manifest = read_manifest(folder)
    except StoreError:
        return None  # a damaged manifest is answered for by rebuilding what it named
    return manifest if manifest is not None and manifest.format == format else None


def _bring_up_lexical(connection: Connection, layout: Layout, until: int) -> list[str]:
    manifest = sound_manifest(layout.lexical, LEXICAL_FORMAT)
    if manifest is not None and manifest.generation == until:
        return []
    if manifest is not None:
        try:
            _update_lexical(connection, layout.lexical / manifest.name, manifest.generation, until)
        except StoreError as error:
            manifest, reason = None, str(error)
        else:
            write_manifest(layout.lexical, manifest.model_copy(update={"generation": until}))
            return []
    else:
        reason = "none was there"
    name = f"g{until}"
    discard(layout.lexical / name)
    with storage(layout.lexical):
        (layout.lexical / name).mkdir()
    _update_lexical(connection, layout.lexical / name, 0, until)
    write_manifest(layout.lexical, Manifest(format=LEXICAL_FORMAT, generation=until, name=name))
    sweep(layout.lexical, frozenset({name, "manifest.json"}))
    return [f"word index ({reason})"]


def _update_lexical(connection: Connection, folder: Path, after: int, until: int) -> None:
    TantivyIndex(folder / "passages").update(
        _passage_entries(connection, after, until), embeddings.buried(connection, "chunk", after, until)
    )
    TantivyIndex(folder / "documents").update(
        _document_entries(connection, after, until), embeddings.buried(connection, "document", after, until)
    )


def _passage_entries(connection: Connection, after: int, until: int) -> Iterator[Entry]:
    for passage in passages_since(connection, after, until):
        title = "\n".join((passage.title, *passage.chunk.path))
        yield Entry(passage.chunk.id, passage.doc_key, title, passage.text)


def _document_entries(connection: Connection, after: int, until: int) -> Iterator[Entry]:
    statement = select(documents.c.key, documents.c.title, documents.c.text).where(
        documents.c.generation > after, documents.c.generation <= until
    )
    for row in connection.execute(statement):
        yield Entry(row.key, row.key, row.title, row.text)


def _bring_up_vectors(connection: Connection, layout: Layout, model: str, dim: int, until: int) -> list[str]:
    """Writes the vector file anew when it is absent, damaged, of another model or far behind.

    A file that is a little behind stays: readers add the later rows from the truth.
    """
    manifest = sound_manifest(layout.vectors, VECTORS_FORMAT)
    if manifest is None:
        reason = "none was there"
    elif manifest.model != model:
        reason = f"the model changed from {manifest.model}"
    else:
        try:
            if (layout.vectors / manifest.name).exists() and not _far_behind(connection, manifest, until):
                return []
            index = read_vectors(layout.vectors / manifest.name)
            index = caught_up(connection, index, model, manifest.generation, until)
            _write_generation(layout.vectors, index, model, until)
            return []
        except StoreError as error:
            reason = str(error)
    index = caught_up(connection, FaissIndex.empty(dim), model, 0, until)
    _write_generation(layout.vectors, index, model, until)
    return [f"vector index ({reason})"]


def _write_generation(folder: Path, index: FaissIndex, model: str, until: int) -> None:
    name = f"g{until}.faiss"
    write_vectors(index, folder / name)
    names = (name, f"g{until}.ids.npy")
    digests = {file: file_digest(folder / file) for file in names}
    write_manifest(
        folder,
        Manifest(
            format=VECTORS_FORMAT, generation=until, name=name, model=model, count=len(index), digests=digests
        ),
    )
    sweep(folder, frozenset({*names, "manifest.json"}))


def verify_vectors(folder: Path, manifest: Manifest) -> None:
    """Holds the files against their digests. Raises `StoreError`."""
    for file, digest in manifest.digests.items():
        if not (folder / file).exists() or file_digest(folder / file) != digest:
            raise StoreError(f"{folder / file} is damaged: `kb check --repair` rebuilds it")


def caught_up(connection: Connection, index: FaissIndex, model: str, after: int, until: int) -> FaissIndex:
    """The index with what the truth changed after generation `after` and up to `until`."""
    gone = embeddings.buried(connection, "chunk", after, until)
    batches = list(embeddings.rows_between(connection, model, after, until))
    if not batches:
        return index.changed([], [], np.zeros((0, index.dim), np.float32), gone) if gone else index
    return index.changed(
        np.concatenate([batch.ids for batch in batches]).tolist(),
        np.concatenate([batch.groups for batch in batches]).tolist(),
        np.concatenate([batch.vectors for batch in batches]),
        gone,
    )


def _far_behind(connection: Connection, manifest: Manifest, until: int) -> bool:
    later = embeddings.count_since(connection, manifest.generation, until)
    return later > max(_REWRITE_ABOVE, _REWRITE_SHARE * manifest.count)


def lexical_counts(folder: Path, manifest: Manifest) -> tuple[int, int]:
    """Passages and documents that the word index holds. Raises `StoreError` when it cannot be opened."""
    return (
        len(TantivyIndex(folder / manifest.name / "passages")),
        len(TantivyIndex(folder / manifest.name / "documents")),
    )
