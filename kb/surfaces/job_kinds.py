"""Long work other than taking in what was uploaded: asked for on the page and the API, done as jobs."""

from __future__ import annotations

from collections.abc import Callable

from kb.errors import QuestionError, StoreError
from kb.library import Library
from kb.types import Job

REPROCESS, REPAIR, BACKUP = "reprocess", "repair", "backup"
KINDS = (REPROCESS, REPAIR, BACKUP)


def ask(library: Library, kind: str, actor: str) -> Job:
    """A new job of that kind; for `reprocess` over every file of the library."""
    wanted = library.upkeep.sources() if kind == REPROCESS else ()
    return library.jobs.create(kind, actor, wanted)[0]


def again(library: Library, job: Job, actor: str) -> Job:
    """A new job that reads the files of one that has ended again. Raises `QuestionError`, `NotFound`."""
    if job.active:
        raise QuestionError(f"job {job.id} is at work: wait until it has ended")
    if not job.files:
        raise QuestionError(f"job {job.id} has no files: begin it anew where it was begun")
    return library.jobs.create(REPROCESS, actor, library.jobs.wanted(job.id))[0]


def _repair(library: Library) -> None:
    report = library.check(repair=True)
    if not report.ok:
        raise StoreError("; ".join(report.problems))


def _back_up(library: Library) -> None:
    library.upkeep.backups.make()


WHOLE: dict[str, Callable[[Library], None]] = {REPAIR: _repair, BACKUP: _back_up}
