"""One index opened: the truth, and a snapshot that readers share."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, select
from sqlalchemy.dialects.sqlite import insert as upsert

from kb.errors import StoreError
from kb.ingest.reading import NO_MARKS, Marks
from kb.later import later
from kb.ports import Vector
from kb.store import documents, embeddings, families
from kb.store.database import adding, current_generation, open_engine, reading, writing
from kb.store.derived import bring_up, outgrown, renew_vectors
from kb.store.layout import Layout
from kb.store.lock import Turns
from kb.store.migrations import migrate
from kb.store.renewal import Background, mend
from kb.store.schema import meta
from kb.store.snapshot import (
    DAMAGED,
    ActiveModel,
    Snapshot,
    active_model,
    encode_model,
    load_snapshot,
    removed_since,
    replaceable,
)
from kb.types import Chunk, Document, DocumentCard

if TYPE_CHECKING:
    from kb.ingest import own
    from kb.store import collections, files, sites
    from kb.types import IngestReport, LastRun, upkeep
else:  # for writing
    own = later("kb.ingest.own")
    collections, files = later("kb.store.collections"), later("kb.store.files")
    sites, upkeep = later("kb.store.sites"), later("kb.types.upkeep")

_log = logging.getLogger(__name__)
_LAST_RUN = "last_run"  # in meta
_MEND_ATTEMPTS = 10
_MEND_WAIT_SECONDS = 1.0  # for the lock, each time
_COMPARED_AT_ONCE = 50  # documents in one transaction


def unheard(done: int, total: int) -> None:
    """Progress that nobody watches."""


class Store(Turns):
    """The truth and what is derived from it. Reading is safe from many threads; one process writes."""

    def __init__(self, layout: Layout, engine: Engine) -> None:
        super().__init__(layout)
        self.engine = engine
        self._snapshot: Snapshot | None = None
        self._refreshing = threading.Lock()
        self._verified = False  # what is derived, by this process
        self._background = Background()

    @classmethod
    def open(cls, layout: Layout) -> Store:
        """Opens or creates an index. Raises `StoreError` when the folder or the truth cannot be used."""
        layout.prepare()
        engine = open_engine(layout.truth)
        migrate(engine)
        return cls(layout, engine)

    def close(self) -> None:
        """Frees the connections, once nothing goes on in the background."""
        self._background.wait()
        self.engine.dispose()

    @property
    def whole(self) -> Store:
        """The store with everything in it: itself, where it is no view of another."""
        return self

    def shown(self, card: DocumentCard) -> DocumentCard:
        """A card as whoever reads through this store may see it."""
        return card

    def shown_document(self, document: Document) -> Document:
        """A document as whoever reads through this store may see it."""
        return document

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view of the truth."""
        with reading(self.engine) as connection:
            yield connection

    def own_rules(self) -> own.OwnRules:
        """The office's own rules. Raises `DataError` when a file of theirs is wrong."""
        return own.read_own(self.layout.rules)

    def generation(self) -> int:
        """The number of the last committed change."""
        return current_generation(self.engine)

    def snapshot(self) -> Snapshot:
        """The present state for searching.

        Threads that come while it is renewed get the one before, but not where a document has gone since:
        what was removed is in no answer from then on.
        """
        held = self._snapshot
        if held is not None and held.generation == held.lexical_generation == self.generation():
            if replaceable(self.layout, held):
                self._background.start("the new vector index is opened", self._refresh)
            return held
        waits = held is None or removed_since(self.engine, held.generation)
        if not self._refreshing.acquire(blocking=waits):
            assert held is not None  # else it waits
            return held
        try:
            self._snapshot = self._renewed(self._snapshot)
            return self._snapshot
        finally:
            self._refreshing.release()

    def _refresh(self) -> bool:
        with self._refreshing:
            self._snapshot = self._renewed(self._snapshot)
        return True

    def _renewed(self, before: Snapshot | None) -> Snapshot:
        snapshot = load_snapshot(self.engine, self.layout, before)
        for _ in range(_MEND_ATTEMPTS):
            model = snapshot.model
            if model is None or snapshot.lexical_generation == snapshot.generation:
                return snapshot
            damaged = snapshot.lexical_generation == DAMAGED
            if before is not None and snapshot.passages is not None:
                # Titles, vectors and what has gone are up to date; the words follow, and nobody waits.
                self._background.start(
                    "the word index is brought up", partial(mend, self.engine, self.layout, model)
                )
                return snapshot
            mend(self.engine, self.layout, model, _MEND_WAIT_SECONDS if damaged else 0.0)
            snapshot = load_snapshot(self.engine, self.layout, snapshot)
            if snapshot.lexical_generation != DAMAGED:
                return snapshot  # a writer at work brings it up itself
        raise StoreError(
            f"the word index in {self.layout.lexical} is damaged and could not be made again: wait until "
            "other kb processes have finished, then run `kb check --repair`"
        )

    # Below: for the holder of the writer's lock.

    def save(
        self,
        file: files.KnownFile,
        articles: list[tuple[Document, tuple[Chunk, ...]]],
        model: str,
        vectors: Mapping[str, Vector],
        marks: Marks = NO_MARKS,
        site: frozenset[str] = frozenset(),
    ) -> None:
        """Keeps one file's articles, chunks and vectors in one transaction; its other articles go.

        They are put where the file's documents belong. `marks` are those of the file, `site` the lines that
        were taken for its site's when it was read.
        """
        with writing(self.engine) as (connection, generation):
            embeddings.put(connection, model, vectors)
            stays = {document.id for document, _ in articles}
            gone = [id for id, _ in documents.documents_of(connection, file.source) if id not in stays]
            documents.remove_documents(connection, generation, gone)
            for document, chunks in articles:
                documents.save_document(connection, generation, document, chunks)
            collections.settle(connection, generation, file.source)
            files.remember(connection, file)
            sites.record(connection, file.source, marks, site)

    def correct(
        self,
        document: Document,
        chunks: tuple[Chunk, ...],
        values: Mapping[str, str | None],
        model: str,
        vectors: Mapping[str, Vector],
    ) -> Document:
        """Keeps corrections made by hand and the document as they leave it; returns it as it is kept."""
        with writing(self.engine) as (connection, generation):
            documents.correct(connection, document.id, values)
            embeddings.put(connection, model, vectors)
            return documents.save_document(connection, generation, document, chunks)

    def remember(self, file: files.KnownFile) -> None:
        """Keeps what a file was, when its documents did not change."""
        with adding(self.engine) as connection:
            files.remember(connection, file)

    def remember_duplicate(self, file: files.KnownFile) -> None:
        """Keeps that a file has the bytes of another; documents that it had of its own go."""
        with self.reading() as connection:
            own = [id for id, _ in documents.documents_of(connection, file.source)]
        if not own:
            self.remember(file)
            return
        with writing(self.engine) as (connection, generation):
            documents.remove_documents(connection, generation, own)
            files.remember(connection, file)

    def move(self, old: str, new: files.KnownFile) -> None:
        """The same bytes under another name; documents of what that name had before go."""
        with writing(self.engine) as (connection, generation):
            own = [id for id, _ in documents.documents_of(connection, new.source)]
            documents.remove_documents(connection, generation, own)
            files.move(connection, generation, old, new)
            collections.follow(connection, generation, old, new.source)

    def remove(self, sources: list[str]) -> int:
        """Removes files and their documents; returns how many documents."""
        with writing(self.engine) as (connection, generation):
            ids = [id for source in sources for id, _ in documents.documents_of(connection, source)]
            files.forget(connection, sources)
            return documents.remove_documents(connection, generation, ids)

    def find_families(self, told: Callable[[int, int], None] = unheard) -> int:
        """Finds the families of documents that were not compared yet, or in another way; returns how many.

        `told` hears how many of how many are done.
        """
        with self.reading() as connection:
            keys = families.stale(connection)
        for start in range(0, len(keys), _COMPARED_AT_ONCE):
            with self.turn(), writing(self.engine) as (connection, _):
                families.catch_up(connection, keys[start : start + _COMPARED_AT_ONCE])
            told(min(start + _COMPARED_AT_ONCE, len(keys)), len(keys))
        return len(keys)

    def settle_sites(self) -> None:
        """Keeps that the files written so far have had what was learned of their sites."""
        with adding(self.engine) as connection:
            sites.settle(connection)

    def note_run(self, report: IngestReport) -> None:
        """Keeps when the last ingest ended and what it did."""
        run = upkeep.LastRun(
            time.time(), report.seconds, report.ingested, report.unchanged, report.removed, len(report.failed)
        )
        values = {"key": _LAST_RUN, "value": json.dumps(asdict(run))}
        with adding(self.engine) as connection:
            connection.execute(
                upsert(meta).values(values).on_conflict_do_update(index_elements=["key"], set_=values)
            )

    def last_run(self) -> LastRun | None:
        """The last ingest that came to its end, None before one did."""
        with self.reading() as connection:
            value = connection.execute(select(meta.c.value).where(meta.c.key == _LAST_RUN)).scalar()
        return upkeep.LastRun(**json.loads(value)) if value else None

    def put_vectors(self, model: str, vectors: Mapping[str, Vector]) -> None:
        """Keeps vectors of a model that does not answer yet."""
        with adding(self.engine) as connection:
            embeddings.put(connection, model, vectors)

    def activate(self, model: ActiveModel) -> None:
        """Lets the vectors of `model` answer from now on."""
        value = encode_model(model)
        with writing(self.engine) as (connection, _):
            statement = upsert(meta).values(key="model", value=value)
            connection.execute(statement.on_conflict_do_update(index_elements=["key"], set_={"value": value}))

    def active_model(self) -> ActiveModel | None:
        """The model whose vectors answer, None before the first ingest."""
        with reading(self.engine) as connection:
            return active_model(connection)

    def bring_up(self, verify: bool = False) -> tuple[str, ...]:
        """Brings the derived indexes to the truth; returns what had to be rebuilt.

        What is there is verified first by each process once, and when `verify` asks for it.
        """
        model = self.active_model()
        if model is None:
            return ()
        rebuilt = bring_up(self.engine, self.layout, model.name, model.dim, verify or not self._verified)
        self._verified = True
        if outgrown(self.layout):
            self._background.start(
                "the vector index is made anew", lambda: renew_vectors(self.engine, self.layout, model.name)
            )
        return rebuilt
