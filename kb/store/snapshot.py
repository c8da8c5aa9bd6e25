"""What a reader answers from: one generation of the truth with derived indexes brought up to it in memory."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection, Engine, select

from kb.config import ModelSettings
from kb.errors import StoreError
from kb.ports import VectorIndex
from kb.store import embeddings, families, rows
from kb.store.answered import Answered, nothing_answered
from kb.store.columns import Columns
from kb.store.database import generation, reading
from kb.store.derived import (
    LEXICAL_FORMAT,
    VECTORS_FORMAT,
    caught_up,
    open_lexical,
    outgrown,
    sound_manifest,
    verify_counts,
    verify_lexical,
    verify_vectors,
)
from kb.store.held import Held
from kb.store.layout import Layout
from kb.store.lexical import TantivyIndex
from kb.store.manifest import MANIFEST
from kb.store.schema import documents, meta
from kb.store.vectors import FaissIndex, read_vectors
from kb.types import DocumentCard

_log = logging.getLogger(__name__)
_ATTEMPTS = 2  # to open a word index that the writer may be replacing
DAMAGED = -1  # the generation of a word index that cannot be used


@dataclass(frozen=True, slots=True)
class ActiveModel:
    """The encoder whose vectors answer."""

    name: str
    dim: int
    settings: ModelSettings


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A consistent view for searching; later changes of the truth do not touch it."""

    generation: int
    model: ActiveModel | None  # None before anything was ingested
    cards: Mapping[int, DocumentCard]  # by document key; only of what may be seen
    columns: Columns  # of the same documents
    vectors: VectorIndex | None
    passages: TantivyIndex | None
    documents: TantivyIndex | None
    lexical_generation: int  # 0: there is none yet; DAMAGED
    families: Mapping[str, tuple[int, ...]]  # keys of works with copies, by the main one's id; it comes first
    held: Held  # documents and passages read lately
    vectors_file: str = ""  # that `vectors` came from, "" when it was made of the truth
    answered: Answered = field(default_factory=nothing_answered, init=False)  # `replace` gives no answer on


def active_model(connection: Connection) -> ActiveModel | None:
    """The model that the truth names, None before the first ingest."""
    value = connection.execute(select(meta.c.value).where(meta.c.key == "model")).scalar_one_or_none()
    if value is None:
        return None
    kept = json.loads(value)
    return ActiveModel(kept["name"], kept["dim"], ModelSettings.model_validate(kept["settings"]))


def encode_model(model: ActiveModel) -> str:
    """The value of `active_model` as it is kept."""
    return json.dumps(
        {"name": model.name, "dim": model.dim, "settings": model.settings.model_dump(mode="json")}
    )


def load_snapshot(engine: Engine, layout: Layout, before: Snapshot | None = None) -> Snapshot:
    """The present state; `before` is brought forward where it can be, so that little is read."""
    with reading(engine) as connection:
        now = generation(connection)
        current = before is not None and before.generation == before.lexical_generation == now
        if before is not None and current and not replaceable(layout, before):
            return before
        model = active_model(connection)
        shelved = _shelved(connection, before, now)
        vectors, file = _vectors(connection, layout, model, before, now)
        passages, whole, lexical_generation = _lexical(connection, layout, before, now)
    held = Held.nothing(now) if before is None else before.held
    if held.generation != now:
        held = held.at(now, shelved.touched)
    return Snapshot(
        now,
        model,
        shelved.cards,
        shelved.columns,
        vectors,
        passages,
        whole,
        lexical_generation,
        shelved.families,
        held,
        file,
    )


@dataclass(frozen=True, slots=True)
class _Shelved:
    """The documents of one generation."""

    cards: Mapping[int, DocumentCard]
    columns: Columns
    families: Mapping[str, tuple[int, ...]]  # which of them are one work
    touched: frozenset[int]  # keys of those that changed or have gone


def removed_since(engine: Engine, number: int) -> bool:
    """Whether a document has gone after a generation."""
    with reading(engine) as connection:
        return bool(embeddings.buried(connection, "document", number, generation(connection)))


def _shelved(connection: Connection, before: Snapshot | None, now: int) -> _Shelved:
    if before is not None and before.generation == now:
        return _Shelved(before.cards, before.columns, before.families, frozenset())
    after = before.generation if before is not None else 0
    cards = dict(before.cards) if before is not None else {}
    gone = embeddings.buried(connection, "document", after, now)
    for key in gone:
        cards.pop(key, None)
    columns = [documents.c[name] for name in rows.CARD_COLUMNS]
    changed = select(*columns).where(documents.c.generation > after)
    read = {row["key"]: rows.card_of(row) for row in connection.execute(changed).mappings()}
    cards |= read
    main = families.mains(connection)
    related: dict[str, tuple[int, ...]] = {}
    kin = [] if before is None else [key for keys in before.families.values() for key in keys]
    altered = dict(read)
    for key in sorted({*main, *kin}.intersection(cards)):
        family = cards[main[key]].id if key in main else cards[key].id
        if cards[key].family != family:
            cards[key] = altered[key] = replace(cards[key], family=family)
        if key in main:
            held = related.get(family, ())
            related[family] = (key, *held) if family == cards[key].id else (*held, key)
    table = Columns.of(cards) if before is None else before.columns.changed(gone, altered)
    return _Shelved(cards, table, related, frozenset([*gone, *read]))


def _vectors(
    connection: Connection, layout: Layout, model: ActiveModel | None, before: Snapshot | None, now: int
) -> tuple[VectorIndex | None, str]:
    """The vector index and the file that it came from."""
    if model is None:
        return None, ""
    same = before is not None and before.model is not None and before.model.name == model.name
    if same and before is not None and isinstance(before.vectors, FaissIndex):
        index = caught_up(connection, before.vectors, model.name, before.generation, now)
        if not replaceable(layout, before):
            return index, before.vectors_file
    manifest = sound_manifest(layout.vectors, VECTORS_FORMAT)
    if manifest is not None and manifest.model == model.name and manifest.generation <= now:
        try:
            verify_vectors(layout.vectors, manifest)
            base = read_vectors(layout.vectors / manifest.name)
            return caught_up(connection, base, model.name, manifest.generation, now), manifest.name
        except StoreError as error:
            _log.warning("%s; reading all vectors from the truth instead", error)
    return caught_up(connection, FaissIndex.empty(model.dim), model.name, 0, now), ""


def replaceable(layout: Layout, snapshot: Snapshot) -> bool:
    """Whether the vector index has outgrown its type and the one that fits has been made meanwhile."""
    if not (isinstance(snapshot.vectors, FaissIndex) and snapshot.vectors.outgrown):
        return False
    manifest = sound_manifest(layout.vectors, VECTORS_FORMAT)
    known = manifest is None or manifest.name in ("", snapshot.vectors_file)
    return not known and not outgrown(layout)


def _lexical(
    connection: Connection, layout: Layout, before: Snapshot | None, now: int
) -> tuple[TantivyIndex | None, TantivyIndex | None, int]:
    """The word index of passages, that of documents, and their generation."""
    if not (layout.lexical / MANIFEST).exists():
        return None, None, 0
    layout.require_writable()
    for _ in range(_ATTEMPTS):
        try:
            return _opened(connection, layout, before, now)
        except StoreError as error:  # damaged, or the writer has replaced what the manifest named
            _log.info("%s", error)
    return None, None, DAMAGED


def _opened(
    connection: Connection, layout: Layout, before: Snapshot | None, now: int
) -> tuple[TantivyIndex, TantivyIndex, int]:
    manifest = sound_manifest(layout.lexical, LEXICAL_FORMAT)
    if manifest is None:
        raise StoreError(f"{layout.lexical / MANIFEST} is damaged, or another kb wrote it")
    folder = layout.lexical / manifest.name
    held = before.passages if before is not None else None
    if before is not None and held is not None and held.folder.parent == folder:
        assert before.documents is not None  # both are opened together
        if manifest.generation != before.lexical_generation:
            held.reload()
            before.documents.reload()
        return held, before.documents, manifest.generation
    verify_lexical(layout.lexical, manifest)
    passages, whole = open_lexical(layout.lexical, manifest)
    if manifest.generation == now:
        verify_counts(connection, passages, whole)
    return passages, whole, manifest.generation
