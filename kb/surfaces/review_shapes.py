"""The JSON shapes of flags to review and of works with copies, and what the API accepts for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from kb.surfaces.backups import when
from kb.surfaces.kin_shapes import FamilyOut
from kb.types import FlagCase, Verdict
from kb.upkeep.flags import state_of


@dataclass(frozen=True, slots=True)
class PlaceOut:
    """A span of the text; start == end concerns the whole document."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class FlagCaseOut:
    """All flags of one name and evidence in a document, and what a person said of them last."""

    doc_id: str
    title: str
    flag: str
    evidence: str
    places: list[PlaceOut]
    verdict: Verdict
    who: str  # "" when nobody said anything
    at: str  # ISO 8601, UTC; ""


@dataclass(frozen=True, slots=True)
class FlagCasesOut:
    """A page of flags; `next` is the cursor of the next one."""

    cases: list[FlagCaseOut]
    total: int
    next: str | None


@dataclass(frozen=True, slots=True)
class FamiliesOut:
    """A page of works that have copies."""

    families: list[FamilyOut]
    total: int
    next: str | None


Cursor = Annotated[str, StringConstraints(pattern=r"^[0-9]{0,9}$")]


class PageIn(BaseModel):
    """A page of a list."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    limit: int = Field(50, ge=1, le=200, description="Entries on one page.")
    cursor: Cursor = Field("", description="`next` of the page before.")


class FlagsIn(PageIn):
    """Which flags."""

    flag: str = Field("", max_length=60, description="Only of this name.", examples=["suspect_figure"])
    state: Verdict | None = Field(
        None, description="Only those of which this was said last.", examples=["open"]
    )


class VerdictIn(BaseModel):
    """What a person says of a flag."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    flag: str = Field(min_length=1, max_length=60, description="Its name.", examples=["suspect_figure"])
    evidence: str = Field(max_length=10_000, description="Its evidence, whole.", examples=["20230名"])
    verdict: Verdict = Field(description="`false_alarm` takes the flag away, `open` takes that back.")


def case_out(case: FlagCase) -> FlagCaseOut:
    """One case."""
    review = case.review
    return FlagCaseOut(
        case.document.id,
        case.document.title,
        case.flag,
        case.evidence,
        [PlaceOut(*place) for place in case.places],
        state_of(case),
        review.who if review else "",
        when(review.at) if review else "",
    )


def wanted(cases: Sequence[FlagCase], flag: str, state: Verdict | None) -> list[FlagCase]:
    """Those of a name and a state."""
    return [
        case
        for case in cases
        if (not flag or case.flag == flag) and (state is None or state_of(case) == state)
    ]
