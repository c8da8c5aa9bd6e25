"""What a run did."""

from __future__ import annotations

from dataclasses import dataclass

from kb.types.documents import Flag


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be taken in."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class Flagged:
    """A file whose documents carry warnings."""

    source: str
    flags: tuple[Flag, ...]


@dataclass(frozen=True, slots=True)
class Stage:
    """A part of the work and how long it took."""

    name: str  # examine, parse, wait, split, embed, write, index
    seconds: float


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What one `kb ingest` did; the counts are of documents, `chunks` of passages written.

    Files are parsed while others are embedded: the stage `parse` runs beside the others, and `wait` is
    what the run waited for it. The other stages follow one another.
    """

    ingested: int = 0
    unchanged: int = 0
    duplicates: int = 0
    removed: int = 0
    failed: tuple[Failure, ...] = ()
    flagged: tuple[Flagged, ...] = ()
    chunks: int = 0
    seconds: float = 0.0
    stages: tuple[Stage, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckReport:
    """Integrity of the truth and of the derived indexes."""

    ok: bool
    problems: tuple[str, ...] = ()
    repaired: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BackupReport:
    """A backup that was written and read back."""

    path: str
    size: int  # bytes
    created: float  # Unix seconds
    generation: int
    documents: int


@dataclass(frozen=True, slots=True)
class RestoreReport:
    """What was restored from a backup."""

    path: str
    created: float  # Unix seconds, when the backup was made
    documents: int
    kept: str  # the folder with what was there before; "" when nothing was
    rebuilt: tuple[str, ...]  # derived indexes
    revoked: int  # keys that were revoked since the backup was made, and stay so
    locked: tuple[str, ...]  # accounts that were locked or deleted since, and come back locked
