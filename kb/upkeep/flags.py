"""Flags that wait for a person's word, and what people said of them."""

from __future__ import annotations

from collections.abc import Sequence

from kb.errors import NotFound
from kb.store import documents, reviews
from kb.store.database import writing
from kb.store.reviews import FALSE_ALARM, OPEN
from kb.store.store import Store
from kb.types import DocumentCard, FlagCase, FlagReview, Verdict


class FlagReviews:
    """What people said of flags in one index."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def cases(self, cards: Sequence[DocumentCard]) -> tuple[FlagCase, ...]:
        """Every flag of some documents, false alarms too: one case for all places with the same evidence."""
        with self._store.reading() as connection:
            said = reviews.latest(connection)
        found: list[FlagCase] = []
        for card in cards:
            places: dict[tuple[str, str], list[tuple[int, int]]] = {}
            for flag in card.flags:
                places.setdefault((flag.name, flag.evidence), []).append((flag.start, flag.end))
            for (name, evidence), where in places.items():
                review = said.pop((card.id, name, evidence), None)
                found.append(FlagCase(card, name, evidence, tuple(where), review))
            gone = [key for key, one in said.items() if key[0] == card.id and one.verdict == FALSE_ALARM]
            for key in gone:
                review = said.pop(key)
                found.append(FlagCase(card, review.flag, review.evidence, review.places, review))
        return tuple(found)

    def judge(self, doc_id: str, flag: str, evidence: str, verdict: Verdict, *, who: str) -> FlagReview:
        """Keeps a person's word: `confirmed`, `false_alarm` (the flag goes), or `open` for neither.

        Raises `NotFound` when the document has no such flag, and `Busy`.
        """
        with self._store.reading() as connection:
            documents.get_document(connection, doc_id)  # for those who may see it
        whole = self._store.whole
        with whole.turn():
            with writing(whole.engine) as (connection, generation):
                document = documents.get_document(connection, doc_id)
                before = reviews.latest(connection, doc_id).get((doc_id, flag, evidence))
                if before is not None and before.verdict == FALSE_ALARM:
                    document = reviews.with_flags(document, before)
                held = [one for one in document.flags if (one.name, one.evidence) == (flag, evidence)]
                if not held:
                    raise NotFound(f"{doc_id} has no flag {flag[:40]} with the evidence {evidence[:40]!r}")
                reviews.record(connection, doc_id, held, verdict, who)
                pieces = documents.chunks_of(connection, doc_id)
                documents.save_document(connection, generation, document, pieces)
                review = reviews.latest(connection, doc_id)[doc_id, flag, evidence]
            whole.bring_up()
        return review


def state_of(case: FlagCase) -> Verdict:
    """What counts: the last word, or `open`."""
    return case.review.verdict if case.review is not None else OPEN
