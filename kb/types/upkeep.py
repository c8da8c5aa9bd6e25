"""What people keep and mend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kb.types.documents import DocumentCard
from kb.types.reports import Failure

Verdict = Literal["open", "confirmed", "false_alarm"]


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a file of the office's own."""

    id: int
    name: str  # of the file, without .toml
    before: str  # "" when there was none
    after: str  # "" when it was deleted
    who: str
    at: float  # Unix seconds


@dataclass(frozen=True, slots=True)
class Tried:
    """What changed rules would do to one document."""

    doc_id: str
    title: str
    removed: tuple[tuple[str, str], ...]  # words and rule: what they would take away
    kept: tuple[tuple[str, str], ...]  # words and rule: what they would leave in
    spun: tuple[tuple[str, int], ...]  # spun words that they would count, and how often
    flagged: bool | None  # whether the document would be flagged as spun; None when nothing changes


@dataclass(frozen=True, slots=True)
class Trial:
    """What changed rules would do to the library."""

    documents: int  # looked at
    total: int  # in the library
    tried: tuple[Tried, ...]  # those that would change
    changed: int  # how many of those that were tried would change, shown or not
    more: int  # how many further ones have words that a changed rule matches, and were not tried


@dataclass(frozen=True, slots=True)
class FlagReview:
    """What a person said last of a flag."""

    doc_id: str
    flag: str
    evidence: str
    verdict: Verdict
    who: str
    at: float  # Unix seconds
    places: tuple[tuple[int, int], ...]  # where the flag stood then


@dataclass(frozen=True, slots=True)
class FlagCase:
    """All flags of one name and evidence in one document."""

    document: DocumentCard
    flag: str
    evidence: str
    places: tuple[tuple[int, int], ...]  # (0, 0) when it concerns the whole document
    review: FlagReview | None


@dataclass(frozen=True, slots=True)
class LastRun:
    """The last ingest that came to its end."""

    at: float  # Unix seconds
    seconds: float
    ingested: int
    unchanged: int
    removed: int
    failed: int


@dataclass(frozen=True, slots=True)
class IndexHealth:
    """A derived index."""

    name: str  # words, vectors
    sound: bool  # whether there is one that can be used
    generation: int  # of the truth that it holds
    behind: int  # generations; readers add what it lacks, the next ingest brings it up
    bytes: int


@dataclass(frozen=True, slots=True)
class Health:
    """How one index stands."""

    documents: int
    files: int
    passages: int
    generation: int
    model: str  # whose vectors answer; "" before the first ingest
    dim: int
    without_vector: int  # passages
    not_compared: int  # documents whose family was not looked for yet
    indexes: tuple[IndexHealth, ...]
    truth_bytes: int
    upload_bytes: int
    free_bytes: int  # on the disk
    failed: int  # files that could not be read
    failures: tuple[Failure, ...]  # the first of them
    last_run: LastRun | None
    rules_problem: str  # what is wrong with the office's own rules; ""


@dataclass(frozen=True, slots=True)
class BackupFile:
    """A backup kept in the home folder."""

    name: str
    size: int  # bytes
    at: float  # Unix seconds
