"""Which documents a search may answer from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kb.text.normalise import fold_characters
from kb.types import DocumentCard, Filters, Region

_SUFFIXES = (
    "特别行政区",
    "自治区",
    "自治州",
    "自治县",
    "街道",
    "社区",
    "省",
    "市",
    "区",
    "县",
    "镇",
    "乡",
    "州",
    "盟",
    "旗",
)


def admitted(cards: Mapping[int, DocumentCard], filters: Filters) -> frozenset[int] | None:
    """Keys of the documents that pass; None when nothing is filtered."""
    if filters == Filters():
        return None
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
    if filters.issuers and not any(issuer in card.issuer for issuer in filters.issuers):
        return False
    if card.id in filters.not_documents:
        return False
    names = {flag.name for flag in card.flags}
    return all(flag in names for flag in filters.flags) and names.isdisjoint(filters.not_flags)


def in_region(region: Region, name: str) -> bool:
    """Whether a region lies in the one named: 河东区, 河东 or 天津市/河东区."""
    wanted = [part for part in fold_characters(name).split("/") if part]
    levels = list(region)
    for part in wanted:
        place = next((i for i, level in enumerate(levels) if _same(level, part)), None)
        if place is None:
            return False
        levels = levels[place + 1 :]
    return bool(wanted)


def _same(level: str, name: str) -> bool:
    return level == name or (len(name) > 1 and any(level == name + suffix for suffix in _SUFFIXES))


def district(region: Region) -> Region:
    """The region cut at its district or county, for giving each district its turn."""
    return region[:3]


def regions_of(cards: Sequence[DocumentCard]) -> int:
    """How many districts the documents come from; those of unknown region do not count."""
    return len({district(card.region) for card in cards if card.region})
