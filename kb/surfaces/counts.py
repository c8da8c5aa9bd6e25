"""Counts documents by region, kind, issuer, year and warning, for narrowing a search."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from kb.search.filters import passes
from kb.types import DocumentCard, Filters, Region


@dataclass(frozen=True, slots=True)
class Counts:
    """Each facet obeys the other filters and not its own, so that a second choice can be added."""

    documents: int  # that pass all filters
    regions: Counter[Region]  # by path; a document counts at every level it lies in
    kinds: Counter[str]
    topics: Counter[str]
    issuers: Counter[str]
    years: Counter[int]
    flags: Counter[str]


def counted(cards: Sequence[DocumentCard], filters: Filters) -> Counts:
    """The counts over `cards` under `filters`."""

    def passing(free: Filters) -> Iterable[DocumentCard]:
        return (card for card in cards if passes(card, free))

    regions: Counter[Region] = Counter()
    for card in passing(replace(filters, regions=(), not_regions=())):
        regions.update(card.region[:depth] for depth in range(1, len(card.region) + 1))
    flagged = passing(replace(filters, flags=(), not_flags=()))
    return Counts(
        documents=sum(1 for _ in passing(filters)),
        regions=regions,
        kinds=Counter(card.kind for card in passing(replace(filters, kinds=())) if card.kind),
        topics=Counter(name for card in passing(replace(filters, topics=())) for name in card.topics),
        issuers=Counter(card.issuer for card in passing(replace(filters, issuers=())) if card.issuer),
        years=Counter(card.year for card in passing(replace(filters, years=None)) if card.year is not None),
        flags=Counter(name for card in flagged for name in {flag.name for flag in card.flags}),
    )


def in_tree_order(counts: Counter[Region]) -> list[Region]:
    """Paths by their count, each followed by what lies in it."""
    below: dict[Region, list[Region]] = {}
    for path in sorted(counts, key=lambda path: (-counts[path], path)):
        below.setdefault(path[:-1], []).append(path)
    ordered: list[Region] = []
    waiting = list(reversed(below.get((), [])))
    while waiting:
        path = waiting.pop()
        ordered.append(path)
        waiting.extend(reversed(below.get(path, [])))
    return ordered
