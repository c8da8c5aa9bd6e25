"""What a run of `kb ingest` has done so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Protocol

from kb.store.stopwatch import Stopwatch
from kb.types import Chunk, Document, Failure, Flagged, IngestReport

Articles = list[tuple[Document, tuple[Chunk, ...]]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What has just become of a file."""

    source: str
    state: Literal["reading", "done", "unchanged", "duplicate", "failed"]
    reason: str = ""  # why it failed
    same_as: str = ""  # the source with the same bytes that is kept


class Told(Protocol):
    """Hears of each file as soon as something has become of it; what it raises ends the run."""

    def __call__(self, outcome: Outcome) -> None:
        """One file."""
        ...


def unheard(outcome: Outcome) -> None:
    """Outcomes that nobody waits for."""


@dataclass(slots=True)
class Tally:
    """Counts of documents and chunks, and what to tell of files."""

    ingested: int = 0
    unchanged: int = 0
    duplicates: int = 0
    removed: int = 0
    chunks: int = 0
    failed: list[Failure] = field(default_factory=list)
    flagged: list[Flagged] = field(default_factory=list)
    clock: Stopwatch = field(default_factory=Stopwatch)
    told: Told = unheard

    def reading(self, source: str) -> None:
        """Tells that a file is being read."""
        self.told(Outcome(source, "reading"))

    def stays(self, source: str) -> None:
        """Counts a file that is there already, with the same bytes."""
        self.unchanged += 1
        self.told(Outcome(source, "unchanged"))

    def repeats(self, source: str, same_as: str) -> None:
        """Counts a file whose bytes are there under another name."""
        self.duplicates += 1
        self.told(Outcome(source, "duplicate", same_as=same_as))

    def fails(self, *failures: Failure) -> None:
        """Keeps what could not be taken in."""
        for failure in failures:
            self.failed.append(failure)
            self.told(Outcome(failure.source, "failed", failure.reason))

    def took(self, source: str, articles: Articles) -> None:
        """Counts the articles of a file that was taken in."""
        self.ingested += len(articles)
        self.chunks += sum(len(chunks) for _, chunks in articles)
        flags = tuple(flag for document, _ in articles for flag in document.flags)
        if flags:
            self.flagged.append(Flagged(source, flags))
        self.told(Outcome(source, "done"))

    def report(self, seconds: float) -> IngestReport:
        """The report of a run that took `seconds`."""
        return IngestReport(
            self.ingested,
            self.unchanged,
            self.duplicates,
            self.removed,
            tuple(self.failed),
            tuple(self.flagged),
            self.chunks,
            round(seconds, 2),
            self.clock.stages(),
        )
