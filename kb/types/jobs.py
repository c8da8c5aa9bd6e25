"""Long work that somebody asked for: what is to be done, how far it is, what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# waiting: nobody has begun it, or another process is writing; interrupted: ended with the process that did
# it, too often to go on by itself.
JobState = Literal["waiting", "running", "done", "failed", "cancelled", "interrupted"]
FileState = Literal["waiting", "reading", "done", "duplicate", "failed", "cancelled"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file that a job is to take in."""

    source: str  # what its documents are filed under
    label: str  # the name it came with
    sha256: str
    size: int  # bytes


@dataclass(frozen=True, slots=True)
class JobFile:
    """A file of a job, and what came of it."""

    number: int  # 1-based, in the order in which they came
    label: str
    source: str
    size: int  # bytes
    state: FileState
    reason: str = ""  # why it failed, and what to do
    documents: tuple[str, ...] = ()  # ids: of what was taken in, or of what is there with the same bytes


@dataclass(frozen=True, slots=True)
class Job:
    """A job with its files. Times are Unix seconds, 0 while they have not come."""

    id: str
    kind: str  # upload, ingest, …
    state: JobState
    actor: str  # who asked for it
    created: float
    started: float
    ended: float
    revision: int  # grows with every change
    done: int  # files, or whatever `kind` counts
    total: int
    failed: int = 0  # files
    duplicates: int = 0  # files whose bytes were there already
    detail: str = ""  # what is in hand
    blocked: bool = False  # whether it waits for another process that writes
    problem: str = ""  # why it failed, and what to do
    files: tuple[JobFile, ...] = ()

    @property
    def active(self) -> bool:
        """Whether something will still happen to it by itself."""
        return self.state in ("waiting", "running")
