"""The JSON shapes of jobs, for the command line and the API, and how to fill them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from kb.types import FileState, Job, JobFile, JobState


@dataclass(frozen=True, slots=True)
class JobFileOut:
    """A file of a job; `documents` are the ids of what it is in the library."""

    number: int
    name: str  # as it was sent
    size: int  # bytes
    state: FileState
    reason: str  # why it failed, and what to do
    documents: list[str]


@dataclass(frozen=True, slots=True)
class JobCardOut:
    """How far a job is. Times are ISO 8601 in UTC, empty while they have not come."""

    id: str
    kind: str
    state: JobState
    blocked: bool  # another process is writing, and the job waits for it
    actor: str
    created: str
    started: str
    ended: str
    done: int
    total: int
    failed: int
    duplicates: int
    detail: str
    problem: str
    revision: int


@dataclass(frozen=True, slots=True)
class JobOut(JobCardOut):
    """A job with its files."""

    files: list[JobFileOut]


@dataclass(frozen=True, slots=True)
class JobsOut:
    """Jobs, the newest first; `next` is the cursor of the following page."""

    jobs: list[JobCardOut]
    total: int
    next: str | None


@dataclass(frozen=True, slots=True)
class JobEventOut(JobCardOut):
    """How far a job is, with those of its files that have changed since the event before."""

    changed: list[JobFileOut]


def job_out(job: Job) -> JobOut:
    """A job with its files."""
    return JobOut(**asdict(card_out(job)), files=[file_out(file) for file in job.files])


def event_out(job: Job, before: Iterable[JobFile]) -> JobEventOut:
    """A job with those files that are not as they were `before`."""
    known = set(before)
    changed = [file_out(file) for file in job.files if file not in known]
    return JobEventOut(**asdict(card_out(job)), changed=changed)


def file_out(file: JobFile) -> JobFileOut:
    """One file."""
    return JobFileOut(file.number, file.label, file.size, file.state, file.reason, list(file.documents))


def card_out(job: Job) -> JobCardOut:
    """A job without its files."""
    return JobCardOut(
        id=job.id,
        kind=job.kind,
        state=job.state,
        blocked=job.blocked,
        actor=job.actor,
        created=_iso(job.created),
        started=_iso(job.started),
        ended=_iso(job.ended),
        done=job.done,
        total=job.total,
        failed=job.failed,
        duplicates=job.duplicates,
        detail=job.detail,
        problem=job.problem,
        revision=job.revision,
    )


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds") if seconds else ""
