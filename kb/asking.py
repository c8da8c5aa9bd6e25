"""Asking: what a search needs of an index and no more, so that the command line has nothing else to load."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from types import TracebackType
from typing import TYPE_CHECKING, Self

from kb.config import Settings
from kb.errors import KbError, NotFound, QuestionError
from kb.later import later
from kb.models.opened import OpenModels
from kb.ports import Embedder
from kb.search.answer import Desk, answer
from kb.search.cite import check_quote, cite
from kb.search.encoder import answering
from kb.search.filters import admitted
from kb.search.ranking import ranking
from kb.search.similar import similar
from kb.store import documents
from kb.store.answered import Asked
from kb.store.families import family_of
from kb.store.held import Reader
from kb.store.layout import Layout
from kb.store.snapshot import Snapshot
from kb.store.store import Store
from kb.store.unfinished import unfinished
from kb.types import (
    Answer,
    CheckedCitation,
    Citation,
    Document,
    DocumentCard,
    Family,
    Filters,
    Question,
    Quotation,
    SimilarTo,
)

if TYPE_CHECKING:
    from kb.store import restoring
else:
    restoring = later("kb.store.restoring")


class Asking:
    """One index, open for questions. Safe from many threads; sees what other processes write."""

    def __init__(self, settings: Settings, store: Store, today: Callable[[], date] = date.today) -> None:
        self.settings = settings
        self.today = today  # what "last year" in a question is counted from
        self._store = store
        self._models = OpenModels(settings.models_folder)

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """Opens or creates the index that the settings name. Raises `StoreError`."""
        layout = Layout(settings.index_folder, settings.home)
        if unfinished(settings.home):
            restoring.settle(layout, settings.home)
        return cls(settings, Store.open(layout))

    def close(self) -> None:
        """Frees files and connections."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def generation(self) -> int:
        """Grows with every committed change."""
        return self._store.generation()

    def cards(self, filters: Filters = Filters()) -> tuple[DocumentCard, ...]:  # noqa: B008 (a frozen value)
        """The documents' metadata, by source and place in it."""
        snapshot = self._store.snapshot()
        within = admitted(snapshot.columns, filters)
        return tuple(card for key, card in snapshot.cards.items() if within is None or key in within)

    def card(self, doc_id: str) -> DocumentCard:
        """One document's metadata. Raises `NotFound`."""
        snapshot = self._store.snapshot()
        key = snapshot.columns.key_of(doc_id)
        if key is None:
            raise NotFound(f"no document has the id {doc_id}: `kb list` shows the ids")
        return snapshot.cards[key]

    def document(self, doc_id: str) -> Document:
        """One document with its text. Raises `NotFound`."""
        with self._store.reading() as connection:
            return self._store.shown_document(documents.get_document(connection, doc_id))

    def family(self, doc_id: str) -> Family:
        """The work that a document belongs to, with its copies. Raises `NotFound`."""
        card, snapshot = self.card(doc_id), self._store.snapshot()
        with self._store.reading() as connection:
            return family_of(connection, card, snapshot.cards, snapshot.families.get(card.family, ()))

    def search(self, question: Question) -> Answer:
        """Cited excerpts. Raises `QuestionError` for a question that cannot be asked."""
        if question.top_k < 1 or question.top_k > 1000:
            raise QuestionError(f"{question.top_k} hits cannot be asked for: give a number from 1 to 1000")
        snapshot = self._opened(encoding=question.mode != "lexical")
        asked = Asked(question, self.today(), self.settings.home_region, self.settings.reranker.name)
        if (known := snapshot.answered.get(asked)) is not None:
            return known
        with self._desk(snapshot) as desk:
            found = answer(question, desk)
        if desk.reader.held is not None:  # else the truth has changed since the snapshot
            snapshot.answered.put(asked, found)
        return found

    def open_encoder(self) -> None:
        """Opens the encoder, which the first search would wait for. Raises `ModelError`."""
        self._embedder_of(self._store.snapshot())

    def similar(self, wanted: SimilarTo) -> Answer:
        """Passages like one, other districts first. Raises `NotFound`, `QuestionError` for a span outside."""
        with self._desk(self._store.snapshot()) as desk:
            return similar(wanted, desk)

    def _opened(self, *, encoding: bool) -> Snapshot:
        """The present state, with the encoder open when it will be asked."""
        if encoding and not self._models.any_embedder:
            threading.Thread(target=self._open_early, name="kb-open-encoder").start()
        snapshot = self._store.snapshot()
        if encoding and snapshot.model is not None:
            self._embedder_of(snapshot)  # takes seconds once, so outside the transaction: writers wait for it
        return snapshot

    @contextmanager
    def _desk(self, snapshot: Snapshot) -> Iterator[Desk]:
        with self._store.reading() as connection:
            yield Desk(
                snapshot,
                Reader.on(connection, snapshot.held),
                lambda: self._embedder_of(snapshot),
                lambda: self._models.reranker(self.settings.reranker),
                ranking(),
                self.settings.home_region,
                self.settings.models_folder,
                self.today(),
            )

    def cite(self, doc_id: str, start: int, end: int) -> Citation:
        """The citation of a span. Raises `NotFound`, or `QuestionError` for a span outside the text."""
        return cite(self.document(doc_id), self.card(doc_id), start, end)

    def verify(self, quotations: Sequence[Quotation]) -> tuple[CheckedCitation, ...]:
        """Whether quotations still stand in their documents, and where."""
        return tuple(check_quote(self._document_or_none(one.doc_id), one) for one in quotations)

    def _open_early(self) -> None:
        """Opens the encoder beside the first snapshot: reading its graph leaves the interpreter to others."""
        with suppress(KbError):  # whoever needs it opens it again, and says what is wrong
            if (active := self._store.active_model()) is not None:
                answering(self._models, active, self.settings.model)

    def _document_or_none(self, doc_id: str) -> Document | None:
        try:
            return self.document(doc_id)
        except NotFound:
            return None

    def _embedder_of(self, snapshot: Snapshot) -> Embedder:
        return answering(self._models, snapshot.model, self.settings.model)
