"""A work is shown once: its main document stands for the reprints, unless only one of these has the words."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import replace

from sqlalchemy import Connection

from kb.search.engine import Found
from kb.search.exact import Shelf
from kb.search.select import Candidate, overlap
from kb.store.documents import chunks_of, passages
from kb.store.snapshot import Snapshot
from kb.text.tokens import bigrams
from kb.types import DocumentCard

_SAME = 0.6  # of the character pairs: copies are cut into passages at other places


def by_main(
    candidates: Sequence[Candidate], shelf: Shelf, demanded: Container[int] | None
) -> list[Candidate]:
    """The candidates with passages of copies replaced by those of the document that stands for the work.

    It is the main one, or the copy that was found first when a filter leaves the main one out. A copy's
    passage that it does not hold stays, and so does one that holds what was `demanded` (None: nothing was)
    when the other does not.
    """
    snapshot, connection, within = shelf.snapshot, shelf.connection, shelf.within
    standing: dict[str, int] = {}
    held: dict[int, list[Candidate]] = {}
    found = {candidate.found.id: candidate for candidate in candidates}
    taken: set[int] = set()
    shown: list[Candidate] = []
    for candidate in candidates:
        key = candidate.found.doc_key
        family = snapshot.cards[key].family
        related = snapshot.families.get(family, ())
        if related:
            main = related[0] if within is None or related[0] in within else key
            main = standing.setdefault(family, main)
            if key != main:
                if main not in held:
                    held[main] = _passages_of(snapshot.cards[main], main, connection)
                same = _same_in(held[main], candidate, found)
                if same is not None and (demanded is None or same.found.id in demanded):
                    candidate = same
        if candidate.found.id not in taken:
            taken.add(candidate.found.id)
            shown.append(candidate)
    return shown


def relatives(card: DocumentCard, snapshot: Snapshot) -> tuple[DocumentCard, ...]:
    """The other documents of the work, the main one first."""
    keys = snapshot.families.get(card.family, ())
    return tuple(snapshot.cards[key] for key in keys if snapshot.cards[key].id != card.id)


def _passages_of(card: DocumentCard, key: int, connection: Connection) -> list[Candidate]:
    rows = passages(connection, [chunk.id for chunk in chunks_of(connection, card.id)])
    unscored = Found(0, key, 0.0, None, None, None, None, None, 0.0)
    return [Candidate(replace(unscored, id=id), row.text) for id, row in rows.items()]


def _same_in(
    held: Sequence[Candidate], candidate: Candidate, found: dict[int, Candidate]
) -> Candidate | None:
    """The passage among those `held` that has the candidate's words, at the candidate's score."""
    pairs = frozenset(bigrams(candidate.text))
    best = max(held, key=lambda one: overlap(pairs, frozenset(bigrams(one.text))), default=None)
    if best is None or overlap(pairs, frozenset(bigrams(best.text))) < _SAME:
        return None
    own = found.get(best.found.id)
    if own is not None:
        return replace(own, found=replace(own.found, score=max(own.found.score, candidate.found.score)))
    given = candidate.found
    return replace(best, found=replace(best.found, score=given.score, lexical_weight=given.lexical_weight))
