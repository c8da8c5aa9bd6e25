"""What a run of `kb ingest` has done so far."""

from __future__ import annotations

from dataclasses import dataclass, field

from kb.store.stopwatch import Stopwatch
from kb.types import Chunk, Document, Failure, Flagged, IngestReport

Articles = list[tuple[Document, tuple[Chunk, ...]]]


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

    def took(self, source: str, articles: Articles) -> None:
        """Counts the articles of a file that was taken in."""
        self.ingested += len(articles)
        self.chunks += sum(len(chunks) for _, chunks in articles)
        flags = tuple(flag for document, _ in articles for flag in document.flags)
        if flags:
            self.flagged.append(Flagged(source, flags))

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
