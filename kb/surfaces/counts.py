"""Counts works by region, kind, issuer, year and warning, for narrowing a search."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from kb.search.filters import failed, works
from kb.types import DocumentCard, Filters, Region

Value = TypeVar("Value", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Counts:
    """Each facet obeys the other filters and not its own, so that a second choice can be added."""

    documents: int  # works that pass all filters; one counts once with all its reprints, here and below
    regions: Counter[Region]  # by path; a work counts at every level it lies in
    kinds: Counter[str]
    topics: Counter[str]
    issuers: Counter[str]
    years: Counter[int]
    flags: Counter[str]


def counted(cards: Sequence[DocumentCard], filters: Filters) -> Counts:
    """The counts over `cards` under `filters`."""

    judged = [(card, failed(card, filters)) for card in cards]

    def passing(but: str = "") -> Iterable[DocumentCard]:
        return (card for card, wrong in judged if not wrong or wrong == {but})

    return Counts(
        documents=works(passing()),
        regions=_works(
            (card.region[:depth], card)
            for card in passing("region")
            for depth in range(1, len(card.region) + 1)
        ),
        kinds=_works((card.kind, card) for card in passing("kind") if card.kind),
        topics=_works((name, card) for card in passing("topics") for name in card.topics),
        issuers=_works((card.issuer, card) for card in passing("issuer") if card.issuer),
        years=_works((card.year, card) for card in passing("year") if card.year),
        flags=_works((flag.name, card) for card in passing("flags") for flag in card.flags),
    )


def _works(found: Iterable[tuple[Value, DocumentCard]]) -> Counter[Value]:
    """How many works have each value."""
    return Counter(value for value, _ in {(value, card.work) for value, card in found})


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
