"""Jobs: work that was asked for is kept until it is done, whatever ends the program meanwhile."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from filelock import FileLock, Timeout
from sqlalchemy import Connection, RowMapping, delete, func, select

from kb.errors import Busy, NotFound, QuestionError
from kb.store import job_rows
from kb.store.database import adding
from kb.store.job_rows import job_files, jobs
from kb.store.layout import storage
from kb.store.store import Store
from kb.store.tally import Outcome
from kb.types import Job, JobState, Wanted

MOST_ATTEMPTS = 3  # of a job that ends with the process that does it each time
_KEPT = 500  # jobs that came to an end and left nothing to mend


class Jobs:
    """What has been asked for. Whoever does it holds `doing`; everybody may look, ask and cancel."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.asked = threading.Event()  # set when something of this process has asked for work

    def create(self, kind: str, actor: str, wanted: Sequence[Wanted], request: str = "") -> tuple[Job, bool]:
        """A new job, and whether it is new: the same `actor` and `request` ask for one thing only.

        Raises `QuestionError` when they asked for another thing before.
        """
        asked = hashlib.sha256(f"{actor}\0{request}".encode()).hexdigest() if request else None
        words = "\n".join(f"{one.sha256} {one.label}" for one in wanted)
        fingerprint = hashlib.sha256(f"{kind}\n{words}".encode()).hexdigest()
        with adding(self._store.engine) as connection:
            before = self._asked_before(connection, asked, fingerprint)
            if before is not None:
                return before, False
            row: dict[str, object] = {
                "id": secrets.token_hex(8),
                "kind": kind,
                "state": "waiting",
                "actor": actor,
                "created": time.time(),
                "request": asked,
                "fingerprint": fingerprint,
            }
            key = job_rows.add(connection, row, wanted)
            self._forget_old(connection)
            made = self._job(connection, self._row(connection, jobs.c.key == key))
        self.asked.set()
        return made, True

    def get(self, id: str) -> Job:
        """One job with its files. Raises `NotFound`."""
        with self._store.reading() as connection:
            return self._job(connection, self._row_of(connection, id))

    def revision(self, id: str) -> int:
        """A number that grows with every change of a job. Raises `NotFound`."""
        with self._store.reading() as connection:
            return int(self._row_of(connection, id)["revision"])

    def page(
        self, limit: int, cursor: int | None = None, *, files: bool = False, actor: str | None = None
    ) -> tuple[list[Job], int | None]:
        """Jobs, the newest first, from `cursor` on; and the cursor of what follows, None at the end.

        With `actor`, those that this one asked for.
        """
        found = select(jobs).order_by(jobs.c.key.desc()).limit(limit + 1)
        if cursor is not None:
            found = found.where(jobs.c.key <= cursor)
        if actor is not None:
            found = found.where(jobs.c.actor == actor)
        with self._store.reading() as connection:
            rows = list(connection.execute(found).mappings())
            following = rows[limit]["key"] if len(rows) > limit else None
            return [job_rows.job_of(connection, row, files) for row in rows[:limit]], following

    def count(self, actor: str | None = None) -> int:
        """How many jobs are kept, or how many of `actor`."""
        counted = select(func.count()).select_from(jobs)
        with self._store.reading() as connection:
            kept = counted if actor is None else counted.where(jobs.c.actor == actor)
            return connection.execute(kept).scalar_one()

    def waiting(self) -> bool:
        """Whether there is work to do."""
        with self._store.reading() as connection:
            wanted = select(jobs.c.key).where(jobs.c.state.in_(("waiting", "running"))).limit(1)
            return connection.execute(wanted).first() is not None

    def cancel(self, id: str) -> Job:
        """Stops a job: at once when nobody does it, else after the file in hand. Raises `NotFound`."""
        with adding(self._store.engine) as connection:
            row = self._row_of(connection, id)
            if row["state"] == "running":
                job_rows.change(connection, row["key"], stopping=1)
            elif row["state"] == "waiting":
                self._end(connection, row["key"], "cancelled")
            return self._job(connection, self._row_of(connection, id))

    def retry(self, id: str) -> Job:
        """Lets what failed, was cancelled or interrupted be tried again.

        Raises `NotFound`, and `QuestionError` when it is at work, or nothing is left to try.
        """
        with adding(self._store.engine) as connection:
            row = self._row_of(connection, id)
            if row["state"] in ("waiting", "running"):
                raise QuestionError(f"job {id} is at work: wait until it has ended, or cancel it")
            job_rows.set_files(connection, row["key"], ("failed", "cancelled", "reading"), "waiting")
            left = job_rows.wanted_of(connection, row["key"])
            if not left and row["state"] == "done":
                raise QuestionError(f"job {id} came to a good end: nothing of it can be tried again")
            again = {"state": "waiting", "attempts": 0, "stopping": 0, "problem": "", "ended": 0.0}
            job_rows.change(connection, row["key"], done=row["total"] - len(left), **again)
            changed = self._job(connection, self._row_of(connection, id))
        self.asked.set()
        return changed

    def remove(self, id: str) -> tuple[str, ...]:
        """Forgets a job that has ended; the sources of its files. Raises `NotFound` and `QuestionError`."""
        with adding(self._store.engine) as connection:
            row = self._row_of(connection, id)
            if row["state"] in ("waiting", "running"):
                raise QuestionError(f"job {id} is at work: cancel it first")
            sources = tuple(file.source for file in self._job(connection, row).files)
            connection.execute(delete(jobs).where(jobs.c.key == row["key"]))
        return sources

    def wanted(self, id: str) -> tuple[Wanted, ...]:
        """The files of a job, each once, to be asked for again. Raises `NotFound`."""
        with self._store.reading() as connection:
            rows = connection.execute(
                select(job_files)
                .where(job_files.c.job == self._row_of(connection, id)["key"])
                .order_by(job_files.c.number)
            )
            found = {row.source: Wanted(row.source, row.label, row.sha256, row.size) for row in rows}
        return tuple(found.values())

    # Below: for whoever does the work.

    @contextmanager
    def doing(self, wait_seconds: float = 0.0) -> Iterator[None]:
        """Holds the right to do jobs; the system frees it with the process. Raises `Busy`.

        What is running when it is got was left behind, and waits again.
        """
        lock = FileLock(self._store.layout.jobs_lock, timeout=wait_seconds, thread_local=False)
        with storage(self._store.layout.jobs_lock):
            try:
                lock.acquire()
            except Timeout as error:
                raise Busy("another kb process does the jobs of this index") from error
        try:
            self._take_up()
            yield
        finally:
            lock.release()

    def claim(self) -> Job | None:
        """The oldest job that waits, which runs from now on; None when there is none."""
        with adding(self._store.engine) as connection:
            wanted = select(jobs).where(jobs.c.state == "waiting").order_by(jobs.c.key).limit(1)
            row = connection.execute(wanted).mappings().one_or_none()
            if row is None:
                return None
            job_rows.change(
                connection, row["key"], state="running", started=row["started"] or time.time(), blocked=0
            )
            return self._job(connection, self._row(connection, jobs.c.key == row["key"]))

    def left(self, id: str) -> list[str]:
        """The sources of a job that have come to nothing yet."""
        with self._store.reading() as connection:
            return job_rows.wanted_of(connection, self._row_of(connection, id)["key"])

    def note(self, id: str, outcome: Outcome) -> bool:
        """Keeps what became of a file; whether the job is to stop."""
        with adding(self._store.engine) as connection:
            row = self._row_of(connection, id)
            job_rows.note(connection, row["key"], outcome)
            return bool(row["stopping"])

    def say(self, id: str, detail: str, *, done: int | None = None, total: int | None = None) -> bool:
        """Keeps how far a job is; whether it is to stop."""
        counts = {name: n for name, n in (("done", done), ("total", total)) if n is not None}
        with adding(self._store.engine) as connection:
            row = self._row_of(connection, id)
            job_rows.change(connection, row["key"], detail=detail, blocked=0, **counts)
            return bool(row["stopping"])

    def block(self, id: str) -> None:
        """Lets a job wait for another process that is writing."""
        with adding(self._store.engine) as connection:
            row = self._row_of(connection, id)
            if row["stopping"]:
                self._end(connection, row["key"], "cancelled")
            elif (row["state"], row["blocked"]) != ("waiting", 1):
                job_rows.change(connection, row["key"], state="waiting", blocked=1)

    def release(self, id: str) -> None:
        """Lets a job that was begun wait, because whoever did it ends."""
        with adding(self._store.engine) as connection:
            key = self._row_of(connection, id)["key"]
            job_rows.set_files(connection, key, ("reading",), "waiting")
            job_rows.change(connection, key, state="waiting")

    def end(self, id: str, state: JobState, problem: str = "") -> None:
        """Keeps how a job ended."""
        with adding(self._store.engine) as connection:
            self._end(connection, self._row_of(connection, id)["key"], state, problem)

    def _end(self, connection: Connection, key: int, state: JobState, problem: str = "") -> None:
        if state == "cancelled":
            job_rows.set_files(connection, key, ("waiting", "reading"), "cancelled")
        ended: dict[str, object] = {"state": state, "problem": problem, "ended": time.time()}
        job_rows.change(connection, key, detail="", blocked=0, stopping=0, **ended)

    def _take_up(self) -> None:
        with adding(self._store.engine) as connection:
            found = list(connection.execute(select(jobs).where(jobs.c.state == "running")).mappings())
            for row in found:
                job_rows.set_files(connection, row["key"], ("reading",), "waiting")
                attempts = row["attempts"] + 1
                if attempts < MOST_ATTEMPTS:
                    job_rows.change(connection, row["key"], state="waiting", attempts=attempts)
                else:
                    said = f"kb ended {attempts} times while it did this: retry, or leave out a file"
                    self._end(connection, row["key"], "interrupted", said)

    def _asked_before(self, connection: Connection, asked: str | None, fingerprint: str) -> Job | None:
        if asked is None:
            return None
        found = connection.execute(select(jobs).where(jobs.c.request == asked)).mappings().one_or_none()
        if found is not None and found["fingerprint"] != fingerprint:
            raise QuestionError("this Idempotency-Key came with other files before: send another key")
        return self._job(connection, found) if found is not None else None

    def _forget_old(self, connection: Connection) -> None:
        """Drops the oldest jobs with nothing left to mend, when there are many."""
        failed = select(job_files.c.job).where(job_files.c.state == "failed")
        good = select(jobs.c.key).where(jobs.c.state == "done", jobs.c.key.not_in(failed))
        old = good.order_by(jobs.c.key.desc()).offset(_KEPT)
        connection.execute(delete(jobs).where(jobs.c.key.in_(old)))

    def _row_of(self, connection: Connection, id: str) -> RowMapping:
        return self._row(connection, jobs.c.id == id)

    def _row(self, connection: Connection, condition: object) -> RowMapping:
        row = connection.execute(select(jobs).where(condition)).mappings().one_or_none()  # type: ignore[arg-type]
        if row is None:
            raise NotFound("no job has this id: `kb jobs list` shows the ids")
        return row

    def _job(self, connection: Connection, row: RowMapping) -> Job:
        return job_rows.job_of(connection, row, with_files=True)
