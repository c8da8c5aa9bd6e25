"""An index of any size made out of an ingested home, through the store's own tables and indexes.

Sentences of the home's documents are put together anew, its vectors are mixed and shaken, so that neighbours
exist; regions and years are the home's own.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import insert

from kb.config import load_settings
from kb.ports import Vectors
from kb.store import entries
from kb.store.database import writing
from kb.store.documents import embedded_text
from kb.store.embeddings import rows_between
from kb.store.layout import Layout
from kb.store.rows import document_row
from kb.store.schema import chunks, documents, embeddings
from kb.store.snapshot import ActiveModel
from kb.store.store import Store
from kb.types import Chunk, Document, DocumentCard, Section, sha256_hex

PASSAGES = 17  # of a document, as in the policy files
_LENGTH = 80  # characters of a passage, at least
_AT_ONCE = 600  # documents in one transaction
_PART = re.compile(r"[^。！？\n]*[。！？\n]?")
_SENTENCE = re.compile(r"[^。！？\n]{8,80}[。！？]")


class Source:
    """What an ingested home gives: sentences, vectors, metadata."""

    def __init__(self, home: Path, seed: int) -> None:
        store = Store.open(Layout(load_settings(home).index_folder))
        snapshot = store.snapshot()
        assert snapshot.model is not None, f"{home} holds nothing yet: kb ingest --home {home} FOLDER"
        self.model: ActiveModel = snapshot.model
        self.cards: list[DocumentCard] = [card for card in snapshot.cards.values() if card.region]
        with store.reading() as connection:
            texts = connection.exec_driver_sql("SELECT text FROM documents").scalars().all()
            held = [batch.vectors for batch in rows_between(connection, self.model.name, 0, 1 << 60)]
        store.close()
        self.sentences = [sentence for text in texts for sentence in _SENTENCE.findall(text)]
        self.vectors = np.concatenate(held)
        self.chance = random.Random(seed)
        self._rng = np.random.default_rng(seed)

    def derived(self, count: int) -> Vectors:
        """Unit vectors between real ones, each shaken: float32 (count, dim)."""
        dim = self.vectors.shape[1]
        ones, others = self._rng.integers(len(self.vectors), size=(2, count))
        share = self._rng.uniform(0, 0.6, (count, 1)).astype(np.float32)
        noise = self._rng.standard_normal((count, dim), dtype=np.float32) * np.float32(0.25 / dim**0.5)
        mixed = self.vectors[ones] + share * self.vectors[others] + noise
        unit: Vectors = mixed / np.linalg.norm(mixed, axis=1, keepdims=True)
        return unit

    def passage(self) -> str:
        """Sentences from anywhere, one after the other."""
        text = ""
        while len(text) < _LENGTH:
            text += self.chance.choice(self.sentences)
        return text

    def document(self, number: int) -> Document:
        """A document of passages, one a line, with the region and kind of a real one and any year."""
        text = "\n".join(self.passage() for _ in range(PASSAGES))
        card = self.chance.choice(self.cards)
        return Document(
            id=f"d{number:011d}",
            source=f"/enlarged/{number}.txt",
            sha256=f"{number:064x}",
            title=self.chance.choice(self.sentences)[:24],
            text=text,
            sections=(Section((), 0, len(text)),),
            region=card.region,
            issued=str(self.chance.randint(2008, 2025)),
            kind=card.kind,
        )


def passages_of(document: Document, number: int) -> Iterator[Chunk]:
    """One passage for each line."""
    start = 0
    for place, line in enumerate(document.text.split("\n")):
        yield Chunk(number * PASSAGES + place + 1, document.id, start, start + len(line), ())
        start += len(line) + 1


def remember_sentences() -> None:
    """Cuts each sentence once: no token and no figure crosses the end of one, so the result is the same."""
    for name in ("words", "bigrams"):
        setattr(entries, name, _by_sentence(_joined(getattr(entries, name))))
    setattr(entries, "figures", _by_sentence(entries.figures))  # noqa: B010 (the module's own name)


def _joined(cut: Callable[[str], Iterable[str]]) -> Callable[[str], list[str]]:
    """The tokens as the one string that is made of them in the end."""
    return lambda sentence: list(filter(None, [" ".join(cut(sentence))]))


def _by_sentence(cut: Callable[[str], Iterable[Any]]) -> Callable[[str], list[Any]]:
    one = lru_cache(None)(lambda sentence: tuple(cut(sentence)))
    return lambda text: [token for part in _PART.findall(text) for token in one(part)]


def enlarge(source: Source, home: Path, passages: int) -> dict[str, float]:
    """Makes the index, or goes on where making it was broken off; returns seconds of its parts."""
    remember_sentences()
    store = Store.open(Layout(load_settings(home).index_folder))
    began = time.perf_counter()
    store.activate(source.model)
    count = passages // PASSAGES
    with store.reading() as connection:
        there = int(connection.exec_driver_sql("SELECT count(*) FROM documents").scalar_one())
    for first in range(there, count, _AT_ONCE):
        _save(store, source, range(first, min(first + _AT_ONCE, count)))
    truth = time.perf_counter()
    store.bring_up()
    store.close()
    return {"truth": truth - began, "indexes": time.perf_counter() - truth}


def _save(store: Store, source: Source, numbers: range) -> None:
    """Keeps documents in bulk; family sketches are left out, because mixed sentences are nobody's copies."""
    whole = [source.document(number) for number in numbers]
    rows: list[dict[str, Any]] = []
    with writing(store.engine) as (connection, generation):
        kept = [
            document_row(one, PASSAGES, generation) | {"key": key + 1}
            for key, one in zip(numbers, whole, strict=True)
        ]
        connection.execute(insert(documents), kept)
        for number, one in zip(numbers, whole, strict=True):
            for piece in passages_of(one, number):
                embedded = sha256_hex(f"{piece.id}{embedded_text(one.title, piece, one.text)}")
                rows.append(
                    {
                        "id": piece.id,
                        "doc_key": number + 1,
                        "start": piece.start,
                        "end": piece.end,
                        "path": [],
                        "page": None,
                        "embedded": embedded,
                        "generation": generation,
                    }
                )
        connection.execute(insert(chunks), rows)
        vectors = source.derived(len(rows)).astype("<f4")
        connection.execute(
            insert(embeddings),
            [
                {"model": source.model.name, "embedded": row["embedded"], "vector": vector.tobytes()}
                for row, vector in zip(rows, vectors, strict=True)
            ],
        )
