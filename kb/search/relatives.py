"""A work is shown once: its main document stands for the reprints, unless only one of these has the words."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace

from kb.search.engine import Found
from kb.search.exact import Shelf
from kb.search.overlap import folded, overlaps
from kb.search.select import Candidate
from kb.store.snapshot import Snapshot
from kb.types import DocumentCard

Wanted = Sequence[Sequence[str]]  # for each term asked for, the folded forms that will do

_SAME = 0.6  # of the character pairs: copies are cut into passages at other places


def by_main(
    candidates: Sequence[Candidate], shelf: Shelf, wanted: Wanted, demanded: Container[int] | None
) -> list[Candidate]:
    """The candidates with passages of copies replaced by those of the document that stands for the work.

    It is the main one, or the copy that was found first when a filter leaves the main one out. A copy's
    passage that it does not hold stays; so does one with a term asked for that the document has
    in no form (`wanted`), and one that holds what was `demanded` (None: nothing was) when the other does not.
    """
    snapshot, within = shelf.snapshot, shelf.within
    standing: dict[str, _Main] = {}
    found = {candidate.found.id: candidate for candidate in candidates}
    taken: set[int] = set()
    shown: list[Candidate] = []
    for candidate in candidates:
        key = candidate.found.doc_key
        family = snapshot.cards[key].family
        if related := snapshot.families.get(family, ()):
            if family not in standing:
                main = related[0] if within is None or related[0] in within else key
                standing[family] = _main(main, shelf, wanted)
            same = _same_in(standing[family], candidate, found)
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


@dataclass(frozen=True, slots=True)
class _Main:
    """The document that stands for a work."""

    key: int
    passages: tuple[Candidate, ...]
    lacking: Wanted  # what was asked for and stands nowhere in it


def _main(key: int, shelf: Shelf, wanted: Wanted) -> _Main:
    rows = shelf.reader.passages_of(key)
    unscored = Found(0, key, 0.0, None, None, None, None, None, 0.0)
    held = tuple(Candidate(replace(unscored, id=id), row.text) for id, row in rows.items())
    said = [folded(one.text) for one in held] if wanted else []
    return _Main(key, held, [forms for forms in wanted if not _stands(forms, said)])


def _stands(forms: Sequence[str], said: Sequence[str]) -> bool:
    return any(form in text for form in forms for text in said)


def _same_in(main: _Main, candidate: Candidate, found: dict[int, Candidate]) -> Candidate | None:
    """The main document's passage that has the candidate's words, at the candidate's score."""
    if main.key == candidate.found.doc_key:
        return None
    said = folded(candidate.text)
    if any(form in said for forms in main.lacking for form in forms):
        return None
    if not main.passages:
        return None
    shares = overlaps([candidate.text], [one.text for one in main.passages])[0]
    if shares.max() < _SAME:
        return None
    best = main.passages[int(shares.argmax())]
    own = found.get(best.found.id)
    if own is not None:
        return replace(own, found=replace(own.found, score=max(own.found.score, candidate.found.score)))
    given = candidate.found
    return replace(best, found=replace(best.found, score=given.score, lexical_weight=given.lexical_weight))
