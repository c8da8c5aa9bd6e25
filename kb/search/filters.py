"""Which documents a search may answer from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from kb.store.snapshot import Part
from kb.text.normalise import fold_characters
from kb.types import DocumentCard, Filters, Region

# What a bare name leaves out: 浦东 for 浦东新区, 恩施 for 恩施土家族苗族自治州.
_SUFFIXES = frozenset(
    ["特别行政区", "新区", "地区", "林区", "矿区", "街道", "社区", "村", *"省市区县镇乡州盟旗"]
)
_AUTONOMOUS = re.compile(r"[\u4e00-\u9fff]{0,10}自治(?:区|州|县|旗)")
_SHORTEST_NAME = 2


def admitted(cards: Mapping[int, DocumentCard], filters: Filters) -> frozenset[int] | None:
    """Keys of the documents that pass; None when nothing is filtered out of the whole library."""
    if filters == Filters():
        return cards.keys_held if isinstance(cards, Part) else None
    return frozenset(key for key, card in cards.items() if passes(card, filters))


def passes(card: DocumentCard, filters: Filters) -> bool:
    """Whether a document may answer."""
    if filters.documents and card.id not in filters.documents:
        return False
    if filters.regions and not any(in_region(card.region, name) for name in filters.regions):
        return False
    if any(in_region(card.region, name) for name in filters.not_regions):
        return False
    if filters.years and not (card.year and filters.years[0] <= card.year <= filters.years[1]):
        return False
    if filters.kinds and card.kind not in filters.kinds:
        return False
    if filters.topics and not set(filters.topics) & set(card.topics):
        return False
    if filters.issuers and not any(issuer in card.issuer for issuer in filters.issuers):
        return False
    if card.id in filters.not_documents:
        return False
    if not (filters.flags or filters.not_flags):
        return True
    names = {flag.name for flag in card.flags}
    return all(flag in names for flag in filters.flags) and names.isdisjoint(filters.not_flags)


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


def unclear_places(
    cards: Iterable[DocumentCard], filters: Filters
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Names of region filters that mean several places of the library, or none, with those places."""
    held = {card.region for card in cards if card.region}
    unclear = []
    for name in dict.fromkeys((*filters.regions, *filters.not_regions)):
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


def regions_of(cards: Sequence[DocumentCard]) -> int:
    """How many districts the documents come from; those of unknown region do not count."""
    return len({district(card.region) for card in cards if card.region})
