"""The JSON shapes of the health of an index and of backups kept on the server, and how to fill them."""

from __future__ import annotations

from dataclasses import dataclass

from kb.surfaces.backups import when
from kb.surfaces.reports import CheckOut, FailureOut
from kb.types import BackupFile, CheckReport, Health


@dataclass(frozen=True, slots=True)
class IndexHealthOut:
    """A derived index: `behind` counts generations that readers add until the next ingest."""

    name: str
    sound: bool
    generation: int
    behind: int
    bytes: int


@dataclass(frozen=True, slots=True)
class LastRunOut:
    """The last ingest that came to its end."""

    at: str  # ISO 8601, UTC
    seconds: float
    ingested: int
    unchanged: int
    removed: int
    failed: int


@dataclass(frozen=True, slots=True)
class IndexesHealthOut:
    """How an index stands; `todo` says what to do, most pressing first."""

    documents: int
    files: int
    passages: int
    generation: int
    model: str
    dim: int
    without_vector: int
    not_compared: int
    indexes: list[IndexHealthOut]
    truth_bytes: int
    upload_bytes: int
    free_bytes: int
    failed: int
    failures: list[FailureOut]
    last_run: LastRunOut | None
    rules_problem: str
    todo: list[str]


@dataclass(frozen=True, slots=True)
class CheckedOut(CheckOut):
    """What `kb check` says; `health` is null when the truth cannot even be counted."""

    health: IndexesHealthOut | None


@dataclass(frozen=True, slots=True)
class BackupFileOut:
    """A backup kept on the server."""

    name: str
    size: int  # bytes
    at: str  # ISO 8601, UTC


@dataclass(frozen=True, slots=True)
class BackupsOut:
    """The backups kept on the server, the newest first."""

    backups: list[BackupFileOut]


_LOW_DISK = 1 << 30  # bytes
_UNITS = ("B", "KB", "MB", "GB", "TB")
_STEP = 1024


def todo(health: Health) -> list[str]:
    """What is to be done: keys of messages `health.todo.*`, most pressing first."""
    found = []
    if any(not index.sound for index in health.indexes):
        found.append("repair")
    if health.without_vector:
        found.append("ingest")
    if health.not_compared:
        found.append("compare")
    if health.rules_problem:
        found.append("rules")
    if health.free_bytes < _LOW_DISK:
        found.append("disk")
    if health.failed:
        found.append("failed")
    return found


def health_out(health: Health) -> IndexesHealthOut:
    """How an index stands."""
    run = health.last_run
    return IndexesHealthOut(
        documents=health.documents,
        files=health.files,
        passages=health.passages,
        generation=health.generation,
        model=health.model,
        dim=health.dim,
        without_vector=health.without_vector,
        not_compared=health.not_compared,
        indexes=[IndexHealthOut(i.name, i.sound, i.generation, i.behind, i.bytes) for i in health.indexes],
        truth_bytes=health.truth_bytes,
        upload_bytes=health.upload_bytes,
        free_bytes=health.free_bytes,
        failed=health.failed,
        failures=[FailureOut(failure.source, failure.reason) for failure in health.failures],
        last_run=LastRunOut(
            when(run.at), round(run.seconds, 1), run.ingested, run.unchanged, run.removed, run.failed
        )
        if run
        else None,
        rules_problem=health.rules_problem,
        todo=todo(health),
    )


def backup_file_out(file: BackupFile) -> BackupFileOut:
    """A backup kept on the server."""
    return BackupFileOut(file.name, file.size, when(file.at))


def checked_out(report: CheckReport, health: Health | None) -> CheckedOut:
    """What a check found, with how the index stands."""
    told = health_out(health) if health is not None else None
    return CheckedOut(report.ok, list(report.problems), list(report.repaired), told)


def amount(size: float) -> str:
    """Bytes in the unit that fits."""
    for unit in _UNITS[:-1]:
        if size < _STEP:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= _STEP
    return f"{size:.1f} {_UNITS[-1]}"
