"""The JSON shapes of backups, and how to fill them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from kb.types import BackupReport, RestoreReport


@dataclass(frozen=True, slots=True)
class BackupOut:
    """A backup that was written and read back."""

    path: str
    size: int  # bytes
    created: str  # ISO 8601, UTC
    generation: int
    documents: int


@dataclass(frozen=True, slots=True)
class RestoreOut:
    """What was restored from a backup; `kept` is the folder with what was there before, or "".

    All logins have ended. `revoked` keys that were revoked since stay so; accounts `locked` or deleted since
    come back locked.
    """

    path: str
    created: str  # ISO 8601, UTC
    documents: int
    kept: str
    rebuilt: list[str]
    revoked: int
    locked: list[str]


def backup_out(report: BackupReport) -> BackupOut:
    """A backup that was written."""
    return BackupOut(report.path, report.size, when(report.created), report.generation, report.documents)


def restore_out(report: RestoreReport) -> RestoreOut:
    """A backup that was restored."""
    return RestoreOut(
        report.path,
        when(report.created),
        report.documents,
        report.kept,
        list(report.rebuilt),
        report.revoked,
        list(report.locked),
    )


def when(seconds: float) -> str:
    """A moment in ISO 8601, UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
