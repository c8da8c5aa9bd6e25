"""What the parser process says of a file."""

from __future__ import annotations

from dataclasses import dataclass

from kb.types import Document


@dataclass(frozen=True, slots=True)
class SiteLine:
    """A line that may be a site's."""

    place: str  # top, bottom: at that edge; cut: between the halves of a sentence; told: again and again
    rank: int  # lines between it and the edge; elsewhere its number among such lines
    key: str  # its visible characters, numbers as 0


@dataclass(frozen=True, slots=True)
class Marks:
    """By what the documents of one site are known to each other."""

    host: str = ""  # the address that a file names most often
    lines: tuple[SiteLine, ...] = ()


NO_MARKS = Marks()


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file holds."""

    documents: tuple[Document, ...]  # at least one
    marks: Marks
