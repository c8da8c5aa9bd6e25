"""Brings the derived indexes up to the truth: catch up when behind, rebuild when damaged.

Only the holder of the writer's lock calls this. Readers use what manifests name, see `kb.store.snapshot`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sqlalchemy import Connection, Engine, func, select

from kb.errors import StorageFull, StoreError
from kb.store import embeddings
from kb.store.database import generation, reading
from kb.store.documents import passages_since
from kb.store.entries import Entry
from kb.store.layout import Layout, discard, storage, sweep
from kb.store.lexical import TantivyIndex
from kb.store.lock import writer_lock
from kb.store.manifest import MANIFEST, Manifest, file_digest, read_manifest, write_manifest
from kb.store.nearest import lists_for
from kb.store.schema import documents
from kb.store.segments import verify_segments
from kb.store.vectors import DEAD_SHARE, FaissIndex, read_vectors, write_vectors

LEXICAL_FORMAT = 3
LEXICAL_PARTS = ("passages", "documents")
VECTORS_FORMAT = 1
_NOTHING_SOUND = "none was there, or not a sound one"
_AHEAD = "it is ahead of the truth, which was put back from a backup"
_REWRITE_ABOVE = 4096  # later chunks that readers may have to add for themselves
_REWRITE_SHARE = 0.2
_ID_BYTES = 16  # of a row: the id and the document's key
_WAIT_SECONDS = 3600.0  # for another writer, when a new index is ready


@dataclass(frozen=True, slots=True)
class ActiveVectors:
    """Whose vectors answer, and their length."""

    model: str
    dim: int


def bring_up(engine: Engine, layout: Layout, model: str, dim: int, verify: bool = False) -> tuple[str, ...]:
    """Brings both derived indexes to the truth's generation; returns what was rebuilt and why.

    With `verify` every byte that is there is held against its checksum first. A process does so once,
    before its first change: tantivy would merge a damaged file into a new one that looks sound.
    """
    layout.prepare()
    rebuilt: list[str] = []
    with reading(engine) as connection:
        until = generation(connection)
        rebuilt += _bring_up_lexical(connection, layout, until, verify)
        rebuilt += _bring_up_vectors(connection, layout, ActiveVectors(model, dim), until, verify)
    return tuple(rebuilt)


def sound_manifest(folder: Path, format: int) -> Manifest | None:
    """The manifest when it is readable and of this format."""
    try:
        manifest = read_manifest(folder)
    except StoreError:
        return None  # a damaged manifest is answered for by rebuilding what it named
    return manifest if manifest is not None and manifest.format == format else None


def condemn(folder: Path) -> None:
    """Marks a derived index as not sound, so that it is made again."""
    write_manifest(folder, Manifest(format=0, generation=0, name=""))


def _bring_up_lexical(connection: Connection, layout: Layout, until: int, verify: bool) -> list[str]:
    manifest = sound_manifest(layout.lexical, LEXICAL_FORMAT)
    if manifest is None:
        reason = _NOTHING_SOUND
    elif manifest.generation > until:
        reason = _AHEAD
    else:
        try:
            _follow_lexical(connection, layout.lexical, manifest, until, verify)
            return []
        except StorageFull:
            raise  # to build another one takes even more room
        except StoreError as error:
            reason = str(error)
    _rebuild_lexical(connection, layout.lexical, until)
    return [f"word index ({reason})"]


def _follow_lexical(
    connection: Connection, folder: Path, manifest: Manifest, until: int, verify: bool
) -> None:
    """Brings a sound word index forward. Raises `StoreError` when it proves damaged."""
    if verify:
        verify_lexical(folder, manifest)
        sweep(folder, frozenset({manifest.name, MANIFEST}))
    if manifest.generation != until:
        _update_lexical(connection, folder / manifest.name, manifest.generation, until)
    if verify or manifest.generation != until:
        verify_counts(connection, *open_lexical(folder, manifest))
    if manifest.generation != until:
        write_manifest(folder, manifest.model_copy(update={"generation": until}))


def _rebuild_lexical(connection: Connection, folder: Path, until: int) -> None:
    """Builds beside what is there, which answers until the manifest names the new one."""
    name = next(name for n in itertools.count() if not (folder / (name := f"g{until}-{n}")).exists())
    try:
        with storage(folder):
            (folder / name).mkdir()
        _update_lexical(connection, folder / name, 0, until)
    except StoreError:
        discard(folder / name)  # half an index only takes room
        raise
    write_manifest(folder, Manifest(format=LEXICAL_FORMAT, generation=until, name=name))
    sweep(folder, frozenset({name, MANIFEST}))


def _update_lexical(connection: Connection, folder: Path, after: int, until: int) -> None:
    for part, what, entries in zip(
        LEXICAL_PARTS, ("chunk", "document"), (_passage_entries, _document_entries), strict=True
    ):
        gone = embeddings.buried(connection, what, after, until)
        TantivyIndex(folder / part).update(entries(connection, after, until), gone)


def _passage_entries(connection: Connection, after: int, until: int) -> Iterator[Entry]:
    for passage in passages_since(connection, after, until):
        title = "\n".join((passage.title, *passage.chunk.path))
        yield Entry(passage.chunk.id, passage.doc_key, title, passage.text, figures=True)


def _document_entries(connection: Connection, after: int, until: int) -> Iterator[Entry]:
    statement = select(documents.c.key, documents.c.title, documents.c.text).where(
        documents.c.generation > after, documents.c.generation <= until
    )
    for row in connection.execute(statement):
        yield Entry(row.key, row.key, row.title, row.text)


def _bring_up_vectors(
    connection: Connection, layout: Layout, active: ActiveVectors, until: int, verify: bool
) -> list[str]:
    """Writes the vector file anew when it is absent, damaged, of another model or far behind.

    A file that is a little behind stays: readers add the later rows from the truth.
    """
    folder = layout.vectors
    manifest = sound_manifest(folder, VECTORS_FORMAT)
    if manifest is None:
        reason = _NOTHING_SOUND
    elif manifest.model != active.model:
        reason = f"the model changed from {manifest.model}"
    elif manifest.generation > until:
        reason = _AHEAD
    else:
        try:
            later = _far_behind(connection, manifest, until)
            if verify or later:
                verify_vectors(folder, manifest)
                sweep(folder, frozenset({*manifest.digests, MANIFEST}))
            if not later and (folder / manifest.name).exists():
                return []
            index = read_vectors(folder / manifest.name)
            index = caught_up(connection, index, active.model, manifest.generation, until)
            _write_generation(folder, index, active.model, until)
            return []
        except StorageFull:
            raise
        except StoreError as error:
            reason = str(error)
    index = caught_up(connection, FaissIndex.empty(active.dim), active.model, 0, until)
    _write_generation(folder, index, active.model, until)
    return [f"vector index ({reason})"]


def _write_generation(folder: Path, index: FaissIndex, model: str, until: int) -> None:
    stem = f"g{until}{_suffix(index.lists)}"
    names = (f"{stem}.faiss", f"{stem}.ids.npy")
    write_vectors(index, folder / names[0])
    digests = {file: file_digest(folder / file) for file in names}
    write_manifest(
        folder,
        Manifest(
            format=VECTORS_FORMAT,
            generation=until,
            name=names[0],
            model=model,
            count=len(index),
            digests=digests,
        ),
    )
    sweep(folder, frozenset({*names, MANIFEST}))


def outgrown(layout: Layout) -> bool:
    """Whether the vectors' file is of a type that does not fit their number, or holds too many dead rows."""
    manifest = sound_manifest(layout.vectors, VECTORS_FORMAT)
    if manifest is None or not manifest.name:
        return False
    ids = (layout.vectors / manifest.name).with_suffix(".ids.npy")
    rows = ids.stat().st_size // _ID_BYTES if ids.exists() else 0
    fits = manifest.name.endswith(f"{_suffix(lists_for(manifest.count))}.faiss")
    return not fits or (1 - DEAD_SHARE) * rows > manifest.count + _REWRITE_ABOVE


def _suffix(lists: int) -> str:
    """What the name of a file says of the type of its index."""
    return f"-l{lists}" if lists else ""


def renew_vectors(engine: Engine, layout: Layout, model: str) -> bool:
    """Makes the vector index anew when it has outgrown its type; whether it did.

    The work is done without the writer's lock, which is taken to put the new file in the old one's place.
    Raises `StoreError`, and `Busy` when another process writes for too long.
    """
    before = sound_manifest(layout.vectors, VECTORS_FORMAT)
    if before is None or before.model != model:
        return False
    index = read_vectors(layout.vectors / before.name)
    with reading(engine) as connection:
        until = generation(connection)
        index = caught_up(connection, index, model, before.generation, until)
    if not index.outgrown:
        return False
    index = index.anew()
    with writer_lock(layout, _WAIT_SECONDS), reading(engine) as connection:
        now = sound_manifest(layout.vectors, VECTORS_FORMAT)
        if now is None or now.model != model or until > (latest := generation(connection)):
            return False  # the model changed meanwhile, or a backup was put back
        index = caught_up(connection, index, model, until, latest)
        _write_generation(layout.vectors, index, model, latest)
    return True


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


def verify_lexical(folder: Path, manifest: Manifest) -> None:
    """Holds the files of the word index against their checksums. Raises `StoreError`."""
    for part in LEXICAL_PARTS:
        verify_segments(folder / manifest.name / part)


def open_lexical(folder: Path, manifest: Manifest) -> tuple[TantivyIndex, TantivyIndex]:
    """The indexes of passages and of whole documents. Raises `StoreError`."""
    passages, whole = (TantivyIndex.existing(folder / manifest.name / part) for part in LEXICAL_PARTS)
    return passages, whole


def verify_counts(connection: Connection, passages: TantivyIndex, whole: TantivyIndex) -> None:
    """Holds what the word index can find against the truth at its generation. Raises `StoreError`.

    It is the number of deleted entries that no checksum covers.
    """
    held = (len(passages), len(whole))
    every = connection.execute(select(func.count()).select_from(documents)).scalar_one()
    wanted = (embeddings.count_chunks(connection), every)
    if held != wanted:
        raise StoreError(
            f"{passages.folder.parent} holds {held[0]} passages of {held[1]} documents, the truth "
            f"{wanted[0]} of {wanted[1]}: `kb check --repair` rebuilds it"
        )
