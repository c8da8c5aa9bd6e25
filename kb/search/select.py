"""From many passages to the few that are shown: repeats folded, each district given its turn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kb.search.engine import Found
from kb.search.filters import district
from kb.search.overlap import unrepeated
from kb.types import DocumentCard


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage found, with its words."""

    found: Found
    text: str


def without_repeats(candidates: Sequence[Candidate], share: float) -> list[Candidate]:
    """The candidates without those whose words stand, to this share of character pairs, in a better one."""
    return [candidates[place] for place in unrepeated([one.text for one in candidates], share)]


def spread(
    candidates: Sequence[Candidate],
    cards: Mapping[int, DocumentCard],
    limit: int,
    per_region: int | None,
    broad: bool,
) -> list[Candidate]:
    """The first `limit` candidates, spread over districts.

    With `per_region` no district has more than that many. Without it a broad question gets the best of
    each district first and then the rest in their order; a narrow one keeps the order as it is. A document
    of unknown region counts as a district of its own.
    """
    most = per_region if per_region is not None else 1 if broad else None
    if most is None:
        return list(candidates[:limit])
    taken: Counter[object] = Counter()
    first: list[Candidate] = []
    later: list[Candidate] = []
    for candidate in candidates:
        place = _district(cards[candidate.found.doc_key])
        taken[place] += 1
        (first if taken[place] <= most else later).append(candidate)
    return first[:limit] if per_region is not None else [*first, *later][:limit]


def _district(card: DocumentCard) -> object:
    return district(card.region) if card.region else card.id
