"""The façade: what the surfaces call, and all that they call."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

from kb.access.accounts import Accounts
from kb.access.audit import Audit
from kb.access.collections import Collections
from kb.asking import Asking
from kb.compare.lens import find_lens, lenses
from kb.compare.sources import gather, passed_over
from kb.compare.table import CompareRequest, build_comparison
from kb.config import Settings
from kb.errors import QuestionError
from kb.models.chat import Chat
from kb.search.question import understand
from kb.search.ranking import ranking
from kb.store.arrival import IntakeOptions
from kb.store.check import check
from kb.store.correcting import check_correction
from kb.store.deleting import delete_document
from kb.store.documents import FAMILY
from kb.store.embedding import Progress, correct, silent
from kb.store.families import OWN
from kb.store.intake import take_in
from kb.store.jobs import Jobs
from kb.store.placing import place_files
from kb.store.restored import remove_again, restore, restored_of
from kb.store.store import Store
from kb.store.tally import Told, unheard
from kb.store.uploads import Originals
from kb.store.view import Views
from kb.types import (
    Basket,
    CheckReport,
    Comparison,
    Document,
    IngestReport,
    Lens,
    Question,
    Removed,
)
from kb.upkeep.keeping import Upkeep
from kb.write.baskets import Baskets
from kb.write.outline import draft_outline
from kb.write.proposals import Proposal
from kb.write.propose import propose


class Library(Asking):
    """One index, open. Reading is safe from many threads, and sees what other processes write."""

    def __init__(self, settings: Settings, store: Store, today: Callable[[], date] = date.today) -> None:
        super().__init__(settings, store, today)
        self.baskets, self.collections = Baskets(store), Collections(store)
        self.jobs, self.originals = Jobs(store), Originals(store)
        self.accounts, self.audit = Accounts(store), Audit(store)
        self.upkeep = Upkeep(store, settings.home)
        self._views = Views(store)

    def close(self) -> None:
        """Frees files and connections."""
        self._views.close()
        super().close()

    def seen_by(self, collections: frozenset[str] | None) -> Library:
        """The library as somebody sees it who may see these collections (None: all) from elsewhere."""
        seen = copy.copy(self)
        seen._store = self._views.of(collections)
        seen.baskets, seen.upkeep = Baskets(seen._store), Upkeep(seen._store, self.settings.home)
        return seen

    def ingest(
        self,
        paths: Sequence[Path],
        *,
        prune: bool = False,
        reprocess: bool = False,
        collection: str = "",
        progress: Progress = silent,
        told: Told = unheard,
    ) -> IngestReport:
        """Takes files and folders in, into `collection` where one is named.

        Raises `NotFound` for a collection that there is not, `Busy` while another process writes and
        `StorageFull` when the disk is; a file that cannot be read is a `Failure` in the report. `told` hears
        what becomes of each.
        """
        options = IntakeOptions(prune, reprocess, let_back=True)
        embedder = self._models.embedder(self.settings.model)
        if collection:
            place_files(self._store.whole, paths, collection)
        return take_in(self._store.whole, embedder, self.settings.model, paths, options, progress, told)

    def set_metadata(self, doc_id: str, values: Mapping[str, str | None]) -> Document:
        """Corrects metadata by hand; a region is written 天津市/河东区, "" empties a field,
        None gives it back to the rules.

        `family` is "none" for a work of its own, the id of another document for a copy of that one's work,
        and "" to leave it to the texts again.
        Raises `NotFound`, `QuestionError` for an unknown field or a bad value, and `Busy`.
        """
        for name, value in values.items():
            check_correction(name, value)
        if (relative := values.get(FAMILY) or "") not in ("", OWN):
            self.card(relative)
            if relative == doc_id:
                raise QuestionError(f"family={doc_id} is the document itself: write family={OWN}")
        self.card(doc_id)
        embedder = self._embedder_of(self._store.snapshot())
        return self._store.shown_document(correct(self._store.whole, embedder, doc_id, values))

    def restore(self, doc_id: str, piece: str, *, undo: bool = False) -> Document:
        """Puts a piece that cleaning took away back for good, or with `undo` takes it away again.

        `piece` is its key. The file is read again. Raises `NotFound`, `QuestionError` when the file cannot be
        read or the piece is no text of it, and `Busy`.
        """
        change = remove_again if undo else restore
        model = self.settings.model
        self.card(doc_id)
        embedder = self._models.embedder(model)
        return self._store.shown_document(change(self._store.whole, embedder, model, doc_id, piece, silent))

    def delete(self, doc_id: str) -> None:
        """Deletes a document, and its original when it was uploaded and nothing else is left of it.

        It comes back only from a file that is named or uploaded again. Raises `NotFound` and `Busy`.
        """
        self.card(doc_id)
        self.originals.discard(delete_document(self._store.whole, doc_id))

    def restored(self, doc_id: str) -> tuple[Removed, ...]:
        """The pieces of a document that were put back by hand."""
        with self._store.reading() as connection:
            return restored_of(connection, doc_id)

    def lenses(self) -> tuple[Lens, ...]:
        """The lenses shipped and the user's own."""
        return lenses(self._own_lenses())

    def compare(self, request: CompareRequest, trying: Lens | None = None) -> Comparison:
        """Practices side by side, under the lens `trying` when it is given.

        Raises `QuestionError` for an unknown lens or column.
        """
        lens = trying or find_lens(request.lens, self._own_lenses())
        snapshot = self._store.snapshot()
        wanted = (
            self.search(Question(request.topic, top_k=60, filters=request.filters)) if request.topic else None
        )
        with self._store.reading() as connection:
            sources = gather(request, snapshot, connection, wanted)
        chinese, without = self._in_chinese(request.topic), passed_over(request, snapshot, sources)
        return build_comparison(request, lens, sources, self._embedder_of(snapshot), chinese, without)

    def proposals(self, source: Comparison | Basket) -> tuple[Proposal, ...]:
        """Sentences that the writing server of the settings proposes for the draft from `source`, checked.

        What the server does wrong is said in them. Raises `QuestionError` when none is set.
        """
        if not self.settings.writer.url:
            raise QuestionError("no server may propose sentences: set [writer] url and name in kb.toml")
        return propose(draft_outline(source), Chat(self.settings.writer))

    def check(self, repair: bool = False) -> CheckReport:
        """Integrity of the truth and the derived indexes; `repair` makes damaged derived ones again."""
        return check(self._store.whole, repair)

    def _in_chinese(self, topic: str) -> str:
        """An English topic with its terms in Chinese; "" for a Chinese one or none."""
        if not topic.strip():
            return ""
        return understand(topic, ranking(), self.settings.models_folder).rendering

    def _own_lenses(self) -> Path | None:
        folder = self.settings.home / "lenses"
        return folder if folder.is_dir() else None
