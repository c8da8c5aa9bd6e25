"""JSON shapes of what a search understood, of its filters and of the counts beside the results."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from kb.surfaces.counts import counted, in_tree_order
from kb.surfaces.messages import Words
from kb.surfaces.said import demands, lacks, restrictions
from kb.types import Answer, Filters

_MOST_ISSUERS = 50


@dataclass(frozen=True, slots=True)
class AmountOut:
    """Bounds of a figure in yuan, persons, ㎡ or per cent; null is open."""

    quantity: str
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class AlsoOut:
    """A word that the library does not know, and the one that was searched for as well."""

    typed: str
    searched: str


@dataclass(frozen=True, slots=True)
class PlacesOut:
    """The places that the name of a region filter means; none when no document comes from one."""

    name: str
    places: list[str]


@dataclass(frozen=True, slots=True)
class UnderstoodOut:
    """What was read out of the question beside its words; `said` tells it in Chinese."""

    phrases: list[str]  # every hit holds them
    numbers: list[str]  # 文号
    figures: list[str]  # passages with the same value come first
    years: list[int]  # [first, last]: a filter; [] when there is none
    amounts: list[AmountOut]  # filters
    undated: int  # documents left out by the years because their date is unknown
    absent: list[str]  # phrases and 文号 that stand nowhere in what was searched
    also_searched: list[AlsoOut]
    places: list[PlacesOut]
    copied_from: list[str]  # ids of documents that a pasted text stands in
    said: list[str]


@dataclass(frozen=True, slots=True)
class InForceOut:
    """The filters that the answer obeys: those asked for and those read out of the question."""

    region: list[str]
    not_region: list[str]
    year: list[int]  # [first, last]
    kind: list[str]
    topic: list[str]
    issuer: list[str]
    flag: list[str]
    not_flag: list[str]
    document: list[str]
    not_document: list[str]


@dataclass(frozen=True, slots=True)
class CountOut:
    """A value that can be filtered by, and how many of the matching documents have it."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class FacetsOut:
    """Documents that the question matches, counted; each facet obeys the other filters and not its own."""

    documents: int
    regions: list[CountOut]  # a tree in order: 天津市, 天津市/河东区, …
    kinds: list[CountOut]
    topics: list[CountOut]
    issuers: list[CountOut]
    years: list[CountOut]
    flags: list[CountOut]


def understood_out(answer: Answer) -> UnderstoodOut:
    """What was read out of the question."""
    reading, words = answer.reading, Words("zh")
    return UnderstoodOut(
        phrases=list(reading.phrases),
        numbers=list(reading.numbers),
        figures=list(reading.figures),
        years=list(reading.years or ()),
        amounts=[AmountOut(one.quantity, one.low, one.high) for one in reading.amounts],
        undated=reading.undated,
        absent=list(reading.absent),
        also_searched=[AlsoOut(typed, searched) for typed, searched in reading.corrected],
        places=[PlacesOut(name, list(places)) for name, places in reading.places],
        copied_from=[id for id, _ in reading.copied_from],
        said=[*restrictions(reading, words), *demands(reading, words), *lacks(reading, words)],
    )


def in_force_out(filters: Filters) -> InForceOut:
    """The filters of an answer."""
    return InForceOut(
        region=list(filters.regions),
        not_region=list(filters.not_regions),
        year=list(filters.years or ()),
        kind=list(filters.kinds),
        topic=list(filters.topics),
        issuer=list(filters.issuers),
        flag=list(filters.flags),
        not_flag=list(filters.not_flags),
        document=list(filters.documents),
        not_document=list(filters.not_documents),
    )


def facets_out(answer: Answer) -> FacetsOut:
    """The counts beside an answer."""
    counts = counted(answer.matched, answer.filters)
    tree = in_tree_order(counts.regions)
    return FacetsOut(
        documents=counts.documents,
        regions=[CountOut("/".join(path), counts.regions[path]) for path in tree],
        kinds=_most(counts.kinds),
        topics=_most(counts.topics),
        issuers=_most(counts.issuers)[:_MOST_ISSUERS],
        years=[CountOut(str(year), counts.years[year]) for year in sorted(counts.years)],
        flags=_most(counts.flags),
    )


def _most(counts: Counter[str]) -> list[CountOut]:
    return [
        CountOut(name, count) for name, count in sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    ]
