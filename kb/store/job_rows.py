"""The tables of jobs and their files, and how rows are written and read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Connection,
    Float,
    ForeignKey,
    Index,
    Integer,
    RowMapping,
    String,
    Table,
    Text,
    case,
    func,
    insert,
    select,
    update,
)

from kb.store.schema import documents, files, metadata
from kb.store.tally import Outcome
from kb.types import FileState, Job, JobFile, Wanted

jobs = Table(
    "jobs",
    metadata,
    Column("key", Integer, primary_key=True, autoincrement=True),
    Column("id", String(16), nullable=False, unique=True),
    Column("kind", String, nullable=False),
    Column("state", String, nullable=False, index=True),
    Column("actor", Text, nullable=False),
    Column("created", Float, nullable=False),  # Unix seconds, as the two below
    Column("started", Float, nullable=False),
    Column("ended", Float, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("done", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("detail", Text, nullable=False),
    Column("blocked", Integer, nullable=False),
    Column("problem", Text, nullable=False),
    Column("attempts", Integer, nullable=False),  # that ended with the process that made them
    Column("stopping", Integer, nullable=False),  # whether somebody cancelled it while it ran
    Column("request", String(64), unique=True),  # who asked under which Idempotency-Key, hashed
    Column("fingerprint", String(64), nullable=False),  # of what was asked
    sqlite_autoincrement=True,
)

job_files = Table(
    "job_files",
    metadata,
    Column("job", Integer, ForeignKey("jobs.key", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("label", Text, nullable=False),
    Column("source", Text, nullable=False, index=True),
    Column("sha256", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("state", String, nullable=False),
    Column("reason", Text, nullable=False),
    Column("documents", JSON, nullable=False),
    Index("job_files_by_state", "job", "state"),
)

TABLES = (jobs, job_files)

# What becomes of a file of a job; one that is there already is a duplicate to whoever sends it again.
_STATES: dict[str, FileState] = {
    "reading": "reading",
    "done": "done",
    "unchanged": "duplicate",
    "duplicate": "duplicate",
    "failed": "failed",
}
_SETTLED: tuple[FileState, ...] = ("done", "duplicate", "failed")


def add(connection: Connection, row: dict[str, object], wanted: Sequence[Wanted]) -> int:
    """A new job with its files; its key."""
    started = {"started": 0.0, "ended": 0.0, "revision": 1, "done": 0, "detail": "", "blocked": 0}
    counts = {"total": len(wanted), "problem": "", "attempts": 0, "stopping": 0}
    inserted = connection.execute(insert(jobs).values(started | counts | row).returning(jobs.c.key))
    key: int = inserted.scalar_one()
    rows = [
        {
            "job": key,
            "number": number,
            "label": one.label,
            "source": one.source,
            "sha256": one.sha256,
            "size": one.size,
            "state": "waiting",
            "reason": "",
            "documents": [],
        }
        for number, one in enumerate(wanted, start=1)
    ]
    if rows:
        connection.execute(insert(job_files), rows)
    return key


def change(connection: Connection, key: int, **values: object) -> None:
    """Sets columns of a job, whose revision grows."""
    changed = update(jobs).where(jobs.c.key == key).values(revision=jobs.c.revision + 1, **values)
    connection.execute(changed)


def set_files(connection: Connection, key: int, before: Sequence[FileState], after: FileState) -> None:
    """Moves the files of a job that are in one of some states to another."""
    of_them = (job_files.c.job == key) & job_files.c.state.in_(before)
    connection.execute(update(job_files).where(of_them).values(state=after, reason=""))


def note(connection: Connection, key: int, outcome: Outcome) -> None:
    """Keeps what became of a file, and how many files have come to something."""
    ids = ids_of(connection, outcome.same_as or outcome.source) if outcome.state != "reading" else []
    state = _STATES[outcome.state]
    mine = (job_files.c.job == key) & (job_files.c.source == outcome.source)
    values = {"state": state, "reason": outcome.reason, "documents": ids}
    connection.execute(update(job_files).where(mine).values(values))
    count = select(func.count()).where(job_files.c.job == key, job_files.c.state.in_(_SETTLED))
    moved = {} if state == "reading" else {"attempts": 0}  # something came of it: it does not hang
    change(connection, key, done=count.scalar_subquery(), blocked=0, **moved)


def ids_of(connection: Connection, source: str) -> list[str]:
    """The documents of a source, or of the one that is kept for the same bytes."""
    same = select(case((files.c.same_as != "", files.c.same_as), else_=files.c.source))
    kept = connection.execute(same.where(files.c.source == source)).scalar_one_or_none()
    found = select(documents.c.id).where(documents.c.source == (kept or source)).order_by(documents.c.part)
    return list(connection.execute(found).scalars())


def wanted_of(connection: Connection, key: int) -> list[str]:
    """The sources of a job that have come to nothing yet, each once, in order."""
    found = (
        select(job_files.c.source)
        .where(job_files.c.job == key, job_files.c.state.in_(("waiting", "reading")))
        .order_by(job_files.c.number)
    )
    return list(dict.fromkeys(connection.execute(found).scalars()))


def job_of(connection: Connection, row: RowMapping, with_files: bool) -> Job:
    """The job of a row of `jobs`."""
    by_state = select(job_files.c.state, func.count().label("files")).group_by(job_files.c.state)
    counted = by_state.where(job_files.c.job == row["key"])
    counts: dict[str, int] = {one.state: one.files for one in connection.execute(counted)}
    rows: Iterable[RowMapping] = ()
    if with_files:
        wanted = select(job_files).where(job_files.c.job == row["key"]).order_by(job_files.c.number)
        rows = connection.execute(wanted).mappings()
    return Job(
        id=row["id"],
        kind=row["kind"],
        state=row["state"],
        actor=row["actor"],
        created=row["created"],
        started=row["started"],
        ended=row["ended"],
        revision=row["revision"],
        done=row["done"],
        total=row["total"],
        failed=counts.get("failed", 0),
        duplicates=counts.get("duplicate", 0),
        detail=row["detail"],
        blocked=bool(row["blocked"]),
        problem=row["problem"],
        files=tuple(_file(one) for one in rows),
    )


def _file(row: RowMapping) -> JobFile:
    return JobFile(
        number=row["number"],
        label=row["label"],
        source=row["source"],
        size=row["size"],
        state=row["state"],
        reason=row["reason"],
        documents=tuple(row["documents"]),
    )
