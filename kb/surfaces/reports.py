"""The JSON shapes of what an ingest, a check and a check of citations report, and how to fill them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kb.store.places import label_of
from kb.surfaces import wire
from kb.surfaces.shapes import FlagOut
from kb.types import CheckedCitation, CheckReport, CitationState, IngestReport


@dataclass(frozen=True, slots=True)
class FailureOut:
    """A file that could not be taken in."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class FlaggedOut:
    """A file whose documents carry warnings."""

    source: str
    flags: list[FlagOut]


@dataclass(frozen=True, slots=True)
class StageOut:
    """A part of the work; `parse` runs beside the others, which wait for it in `wait`."""

    name: str
    seconds: float


@dataclass(frozen=True, slots=True)
class IngestOut:
    """What one `kb ingest` did; counts are of documents, `chunks` of passages written."""

    ingested: int
    unchanged: int
    duplicates: int
    removed: int
    failed: list[FailureOut]
    flagged: list[FlaggedOut]
    chunks: int
    seconds: float
    stages: list[StageOut]


@dataclass(frozen=True, slots=True)
class CheckOut:
    """Integrity of the truth and of the derived indexes."""

    ok: bool
    problems: list[str]
    repaired: list[str]


@dataclass(frozen=True, slots=True)
class CheckedCitationOut:
    """A citation held against the library as it is now; start and end where the words stand now."""

    doc_id: str
    quote: str
    state: CitationState
    start: int | None
    end: int | None


@dataclass(frozen=True, slots=True)
class CiteCheckOut:
    """The states of all citations of a file, counted and listed."""

    intact: int
    moved: int
    source_removed: int
    items: list[CheckedCitationOut]


@dataclass(frozen=True, slots=True)
class HealthOut:
    """That the library answers, and how much it holds; `generation` grows with every committed change.

    The numbers are null for those who are not known.
    """

    status: str
    version: str
    generation: int | None
    documents: int | None
    regions: int | None


def ingest_out(report: IngestReport) -> IngestOut:
    """What one `kb ingest` did."""
    return IngestOut(
        ingested=report.ingested,
        unchanged=report.unchanged,
        duplicates=report.duplicates,
        removed=report.removed,
        failed=[FailureOut(label_of(failure.source), failure.reason) for failure in report.failed],
        flagged=[FlaggedOut(label_of(item.source), wire.flags_out(item.flags)) for item in report.flagged],
        chunks=report.chunks,
        seconds=round(report.seconds, 3),
        stages=[StageOut(stage.name, stage.seconds) for stage in report.stages],
    )


def check_out(report: CheckReport) -> CheckOut:
    """Integrity of the truth and of the derived indexes."""
    return CheckOut(report.ok, list(report.problems), list(report.repaired))


def cite_check_out(checked: Sequence[CheckedCitation]) -> CiteCheckOut:
    """The states of citations, counted and listed."""
    states = [item.state for item in checked]
    return CiteCheckOut(
        intact=states.count("intact"),
        moved=states.count("moved"),
        source_removed=states.count("source_removed"),
        items=[
            CheckedCitationOut(item.doc_id, item.quote, item.state, item.start, item.end) for item in checked
        ],
    )
