"""Baskets (素材篮): passages collected for a paper, under headings and with notes, in the writer's order."""

from __future__ import annotations

from dataclasses import dataclass

from kb.types.answers import Citation, CitationState


@dataclass(frozen=True, slots=True)
class Picked:
    """A span to be collected; `version` names the text that the offsets belong to, "" when unknown."""

    doc_id: str
    start: int
    end: int
    version: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a basket: what follows stands under it."""

    id: int
    text: str
    level: int = 1  # 1 or 2
    note: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """A passage of a basket, held against the library when it was read."""

    id: int
    citation: Citation  # where the words stand now; as they were collected when the source has gone
    state: CitationState
    note: str = ""
    label: str = ""  # where it was collected: a question, or a dimension and a column


Entry = Heading | Kept


@dataclass(frozen=True, slots=True)
class Basket:
    """A named basket; `revision` grows with every change."""

    name: str
    revision: int
    entries: tuple[Entry, ...] = ()
    changed: float = 0.0  # Unix seconds

    @property
    def passages(self) -> tuple[Kept, ...]:
        """The passages alone, in order."""
        return tuple(entry for entry in self.entries if isinstance(entry, Kept))


@dataclass(frozen=True, slots=True)
class BasketCard:
    """What a list of baskets says of one."""

    name: str
    passages: int
    revision: int
    changed: float  # Unix seconds
