"""Which documents a search may answer from."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache, partial
from typing import Any

from kb.store.columns import VALUES, Columns
from kb.store.keys import Keys
from kb.text.normalise import fold_characters
from kb.types import DocumentCard, Filters, Region, SearchCoverage

# What a bare name leaves out: 浦东 for 浦东新区, 恩施 for 恩施土家族苗族自治州.
_SUFFIXES = frozenset(
    ["特别行政区", "新区", "地区", "林区", "矿区", "街道", "社区", "村", *"省市区县镇乡州盟旗"]
)
_AUTONOMOUS = re.compile(r"[\u4e00-\u9fff]{0,10}自治(?:区|州|县|旗)")
_SHORTEST_NAME = 2
_REMEMBERED = 256  # filters


def admitted(columns: Columns, filters: Filters) -> Keys | None:
    """Keys of the documents that pass; None when nothing is filtered out of the whole library."""
    if filters == Filters():
        return columns.keys if columns.part else None
    known = columns.passing.get(filters)
    if known is not None:
        return known
    passing = columns.keys.table.copy()
    for name, test in _tests(filters).items():
        passing &= getattr(columns, name).where(test)
    if filters.documents:
        passing &= columns.id.among(filters.documents)
    if filters.not_documents:
        passing &= ~columns.id.among(filters.not_documents)
    return columns.remember(filters, Keys(passing))


def passes(card: DocumentCard, filters: Filters) -> bool:
    """Whether a document may answer."""
    return not failed(card, filters)


def failed(card: DocumentCard, filters: Filters) -> set[str]:
    """The columns whose value keeps a document from answering."""
    wrong = {name for name, test in _tests(filters).items() if not test(VALUES[name](card))}
    if (filters.documents and card.id not in filters.documents) or card.id in filters.not_documents:
        wrong.add("id")
    return wrong


@lru_cache(_REMEMBERED)
def _tests(filters: Filters) -> dict[str, Callable[[Any], bool]]:
    """What is asked of a document's values but for its id, by the column that holds them."""
    tests: dict[str, Callable[[Any], bool]] = {}
    if filters.regions or filters.not_regions:
        tests["region"] = partial(_in_regions, filters)
    if filters.years:
        first, last = filters.years
        tests["year"] = lambda year: bool(year) and first <= year <= last
    if filters.kinds:
        tests["kind"] = lambda kind: kind in filters.kinds
    if filters.topics:
        tests["topics"] = lambda topics: not set(filters.topics).isdisjoint(topics)
    if filters.issuers:
        tests["issuer"] = lambda issuer: any(part in issuer for part in filters.issuers)
    if filters.flags or filters.not_flags:
        tests["flags"] = lambda names: names.issuperset(filters.flags) and names.isdisjoint(filters.not_flags)
    return tests


def _in_regions(filters: Filters, region: Region) -> bool:
    if filters.regions and not any(in_region(region, name) for name in filters.regions):
        return False
    return not any(in_region(region, name) for name in filters.not_regions)


def in_region(region: Region, name: str) -> bool:
    """Whether a region lies in the one named: 河东区, 河东, 浦东 or 天津市/河东区."""
    return place_named(region, name) is not None


@lru_cache(1 << 14)
def place_named(region: Region, name: str) -> Region | None:
    """The part of a region's path down to the place named; None when it does not lie there.

    Many documents share few regions, so that what was found is remembered.
    """
    depth = 0
    wanted = [part for part in fold_characters(name).split("/") if part]
    for part in wanted:
        found = next((i for i in range(depth, len(region)) if _same(region[i], part)), None)
        if found is None:
            return None
        depth = found + 1
    return region[:depth] if wanted else None


def _same(level: str, name: str) -> bool:
    if level == name:
        return True
    if len(name) < _SHORTEST_NAME or not level.startswith(name):
        return False
    rest = level[len(name) :]
    return rest in _SUFFIXES or _AUTONOMOUS.fullmatch(rest) is not None


def unclear_places(columns: Columns, filters: Filters) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Names of region filters that mean several places of the library, or none, with those places."""
    unclear = []
    named = dict.fromkeys((*filters.regions, *filters.not_regions))
    held = [region for region in columns.region.counts() if region] if named else []
    for name in named:
        places = sorted({place for region in held if (place := place_named(region, name))})
        if len(places) != 1:
            unclear.append((name, tuple("/".join(place) for place in places)))
    return tuple(unclear)


def district(region: Region) -> Region:
    """The region cut at its district or county, for giving each district its turn."""
    return region[:3]


def works(cards: Iterable[DocumentCard]) -> int:
    """How many works the documents are: a work counts once with all its reprints."""
    return len({card.work for card in cards})


def coverage(columns: Columns, within: Keys | None, found: bool) -> SearchCoverage:
    """How many works of how many districts were asked; documents of unknown region are of none."""
    districts = {district(region) for region in columns.region.counts(within) if region}
    return SearchCoverage(columns.work.different(within), len(districts), found)


def undated(columns: Columns, within: Keys | None) -> int:
    """How many documents have no year."""
    return columns.year.counts(within).get(None, 0)
