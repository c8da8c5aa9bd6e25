"""The JSON shapes of baskets, for the command line and the API, and how to fill them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from kb.surfaces import wire
from kb.surfaces.shapes import CitationOut
from kb.types import Basket, BasketCard, CheckedCitation, CitationState, Entry, Heading


@dataclass(frozen=True, slots=True)
class BasketCardOut:
    """One basket of a list; `revision` grows with every change."""

    name: str
    passages: int
    revision: int
    changed: str  # ISO 8601, UTC


@dataclass(frozen=True, slots=True)
class BasketsOut:
    """All baskets, the one changed last first."""

    baskets: list[BasketCardOut]


@dataclass(frozen=True, slots=True)
class EntryOut:
    """A heading (text, level 1 or 2) or a passage (citation, state, where it was collected)."""

    id: int
    kind: Literal["heading", "passage"]
    text: str  # the heading, or the quotation
    level: int  # 0 for a passage
    note: str
    label: str
    state: CitationState | None
    citation: CitationOut | None


@dataclass(frozen=True, slots=True)
class BasketOut:
    """A basket with its passages held against the library as it is now."""

    name: str
    revision: int
    changed: str  # ISO 8601, UTC
    intact: int
    moved: int
    source_removed: int
    entries: list[EntryOut]


def baskets_out(cards: Sequence[BasketCard]) -> BasketsOut:
    """All baskets."""
    return BasketsOut([BasketCardOut(c.name, c.passages, c.revision, _iso(c.changed)) for c in cards])


def basket_out(basket: Basket) -> BasketOut:
    """A basket with its entries in order."""
    states = [kept.state for kept in basket.passages]
    return BasketOut(
        name=basket.name,
        revision=basket.revision,
        changed=_iso(basket.changed),
        intact=states.count("intact"),
        moved=states.count("moved"),
        source_removed=states.count("source_removed"),
        entries=[_entry_out(entry) for entry in basket.entries],
    )


def checked(basket: Basket) -> tuple[CheckedCitation, ...]:
    """The states of a basket's passages, as a check of citations reports them."""
    found = []
    for kept in basket.passages:
        one, gone = kept.citation, kept.state == "source_removed"
        place = (None, None) if gone else (one.start, one.end)
        found.append(CheckedCitation(one.doc_id, one.quote, kept.state, *place))
    return tuple(found)


def _entry_out(entry: Entry) -> EntryOut:
    if isinstance(entry, Heading):
        return EntryOut(entry.id, "heading", entry.text, entry.level, entry.note, "", None, None)
    citation = wire.citation_out(entry.citation)
    return EntryOut(entry.id, "passage", citation.quote, 0, entry.note, entry.label, entry.state, citation)


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds") if seconds else ""
