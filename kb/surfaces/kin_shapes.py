"""The JSON shapes of works and their copies; see `kb.surfaces.shapes`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RelativeOut:
    """A document of the same work: a reprint, an adaptation, or what they were made from."""

    id: str
    title: str
    source: str
    region: list[str]
    issuer: str
    issued: str


@dataclass(frozen=True, slots=True)
class FamilyMemberOut:
    """A copy of the main document's work."""

    document: RelativeOut
    share: float  # of the smaller text that stands in the other, 0..1; 0 when only a person says so
    by_hand: bool


@dataclass(frozen=True, slots=True)
class FamilyOut:
    """A work: the document that is cited for it, and its copies."""

    main: RelativeOut
    others: list[FamilyMemberOut]
