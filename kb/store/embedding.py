"""Gives passages their vectors: of new documents, of corrected ones, and of all when the model changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Protocol

from kb.config import ModelSettings
from kb.errors import Busy
from kb.ingest.split import split
from kb.ports import Embedder, Vector
from kb.store import documents, embeddings
from kb.store.corrected import as_found, corrected
from kb.store.snapshot import ActiveModel
from kb.store.store import Store
from kb.types import Chunk, Document, sha256_hex

_EMBED_BATCH = 128  # texts
_NONE: Mapping[str, Vector] = MappingProxyType({})


class Progress(Protocol):
    """Told how far a long run is."""

    def __call__(self, stage: str, done: int, total: int, detail: str) -> None:
        """`stage` is "embed model", "families" or "files"; `detail` names the file in hand."""
        ...


def silent(stage: str, done: int, total: int, detail: str) -> None:
    """Progress that nobody watches."""


def switch_model(store: Store, embedder: Embedder, model: ModelSettings, progress: Progress) -> bool:
    """Lets `embedder` answer: embeds every passage with it first, while the one before goes on answering.

    Returns whether other vectors answer now. Call while `running`.
    """
    active = store.active_model()
    if active is not None and active.name == embedder.name:
        if active.settings != model:  # the same weights, reached in another way
            store.activate(ActiveModel(embedder.name, active.dim, model))
        return False
    with store.reading() as connection:
        total = embeddings.count_chunks(connection)
        done = embeddings.count_chunks(connection, embedder.name)
    while True:
        with store.reading() as connection:
            missing = embeddings.without_vector(connection, embedder.name, _EMBED_BATCH)
            passages = documents.passages(connection, list(missing))
        if not missing:
            with store.turn():
                if _activated(store, embedder, model):
                    return True
            continue
        # Under the key that the passage has, even if today's rules would fold its text to another one:
        # else it would be asked for again for ever.
        texts = {key: documents.embedded_passage(passages[id]) for id, key in missing.items()}
        store.put_vectors(embedder.name, embed(embedder, texts))
        done += len(missing)
        progress("embed model", done, total, embedder.name)


def _activated(store: Store, embedder: Embedder, model: ModelSettings) -> bool:
    """Lets `embedder` answer, unless a passage without a vector of it has come meanwhile."""
    with store.reading() as connection:
        if embeddings.without_vector(connection, embedder.name, 1):
            return False
    before = store.active_model()
    store.activate(ActiveModel(embedder.name, embedder.dim, model))
    if before is not None:
        store.bring_up()
    return True


def correct(store: Store, embedder: Embedder, doc_id: str, values: Mapping[str, str | None]) -> Document:
    """Keeps corrections made by hand and lays them over the document; None gives a field back to the rules.

    A new title is part of what is embedded, so passages are embedded again where their text changed.
    Returns it as it is now. Raises `NotFound`, `QuestionError`, and `Busy` while another process writes.
    """
    with store.turn():
        active = store.active_model()
        if active is not None and active.name != embedder.name:
            raise Busy("another model answers since a moment ago: try again")
        with store.reading() as connection:  # in our turn, so that no newer text is overwritten
            document = documents.get_document(connection, doc_id)
            for name, value in values.items():
                if value is None:
                    document = as_found(document, name)
                elif name != documents.FAMILY:
                    document = corrected(document, name, value)
            chunks = split(document)
        vectors = missing_vectors(store, embedder, [(document, chunks)])
        kept = store.correct(document, chunks, values, embedder.name, vectors)
        store.bring_up()
    return kept


def texts_of(articles: Sequence[tuple[Document, tuple[Chunk, ...]]]) -> dict[str, str]:
    """What is to be embedded, by its SHA-256."""
    texts = (
        documents.embedded_text(document.title, chunk, document.text)
        for document, chunks in articles
        for chunk in chunks
    )
    return {sha256_hex(text): text for text in texts}


def missing_vectors(
    store: Store,
    embedder: Embedder,
    articles: Sequence[tuple[Document, tuple[Chunk, ...]]],
    made: Mapping[str, Vector] = _NONE,
) -> dict[str, Vector]:
    """The vectors of what is to be embedded and was not yet, by its SHA-256; those of `made` among them."""
    texts = texts_of(articles)
    with store.reading() as connection:
        have = embeddings.known(connection, embedder.name, list(texts))
    wanted = {key: text for key, text in texts.items() if key not in have}
    old = {key: made[key] for key in wanted if key in made}
    return old | embed(embedder, {key: text for key, text in wanted.items() if key not in old})


def embed(embedder: Embedder, texts: Mapping[str, str]) -> dict[str, Vector]:
    """The vectors of texts, under the same keys."""
    return {
        key: row
        for keys in _batches(list(texts))
        for key, row in zip(keys, embedder.passages([texts[key] for key in keys]), strict=True)
    }


def _batches(keys: list[str]) -> Iterator[list[str]]:
    return (keys[i : i + _EMBED_BATCH] for i in range(0, len(keys), _EMBED_BATCH))
