"""The process that does jobs for `kb serve`: one at a time, at a low priority, so that searches stay quick.

Run as `python -m kb.surfaces.job_process HOME INDEX`. It ends when nothing has been asked for a while, and
when its input does, so it cannot outlive its parent for long; what it had in hand then waits for the next.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from pathlib import Path

from kb.config import load_settings
from kb.errors import Busy, KbError
from kb.library import Library
from kb.store.tally import Outcome
from kb.surfaces.job_kinds import REPROCESS, WHOLE
from kb.types import Job

_NICE = 10
_IDLE_SECONDS = 30.0  # an open encoder takes memory that nobody needs
_LOOK_SECONDS = 0.5
_LOCK_SECONDS = 1.0
_GRACE_SECONDS = 8.0  # to come to the end of the file in hand
_SAY_SECONDS = 1.0


class Cancelled(Exception):
    """Somebody cancelled the job in hand."""


class Ending(Exception):
    """This process is to end; the job waits for the next one."""


class Worker:
    """Does the jobs of one library until `ending`."""

    def __init__(self, library: Library, ending: threading.Event) -> None:
        self._library = library
        self._jobs = library.jobs
        self._ending = ending
        self._say_at = 0.0

    def go(self) -> None:
        """Does what there is; returns when there has been nothing for a while."""
        self._library.originals.sweep()
        idle_since = time.monotonic()
        while not self._ending.is_set() and time.monotonic() - idle_since < _IDLE_SECONDS:
            job = self._jobs.claim()
            if job is None:
                self._ending.wait(_LOOK_SECONDS)
                continue
            self._do(job)
            idle_since = time.monotonic()

    def _do(self, job: Job) -> None:
        try:
            if job.kind in WHOLE:
                WHOLE[job.kind](self._library)
            else:
                self._take_in(job)
        except Busy:
            self._jobs.block(job.id)
            self._ending.wait(_LOCK_SECONDS)
        except Cancelled:
            self._jobs.end(job.id, "cancelled")
        except Ending:
            self._jobs.release(job.id)
        except KbError as error:
            self._jobs.end(job.id, "failed", self._presentable(str(error)))
        else:
            self._jobs.end(job.id, "done")

    def _take_in(self, job: Job) -> None:
        def told(outcome: Outcome) -> None:
            self._heed(self._jobs.note(job.id, outcome))

        def progress(stage: str, done: int, total: int, detail: str) -> None:
            if stage != "files" and time.monotonic() >= self._say_at:
                self._say_at = time.monotonic() + _SAY_SECONDS
                self._heed(self._jobs.say(job.id, f"{stage} {done}/{total} {detail}".strip()))

        sources = self._jobs.left(job.id)
        paths, again = [Path(source) for source in sources], job.kind == REPROCESS
        self._library.ingest(paths, reprocess=again, progress=progress, told=told)

    def _heed(self, stopping: bool) -> None:
        if stopping:
            raise Cancelled
        if self._ending.is_set():
            raise Ending

    def _presentable(self, said: str) -> str:
        """Without the place of the home on this machine: whoever uploads need not know it."""
        return said.replace(f"{self._library.settings.home}{os.sep}", "")


def main() -> None:
    """Does jobs of the index named on the command line."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    home, index = sys.argv[1:]
    os.nice(_NICE)
    ending = threading.Event()
    threading.Thread(target=_listen, args=(ending,), daemon=True).start()
    with Library.open(load_settings(Path(home), index)) as library:
        while not ending.is_set():
            try:
                with library.jobs.doing(_LOCK_SECONDS):
                    Worker(library, ending).go()
                    return
            except Busy:
                continue


def _listen(ending: threading.Event) -> None:
    """Ends the process when its parent has gone: every step is a transaction, so nothing is half done."""
    while os.read(sys.stdin.fileno(), 1):  # a reader that buffers is caught by the interpreter's end
        pass
    ending.set()
    time.sleep(_GRACE_SECONDS)
    os._exit(0)


if __name__ == "__main__":
    main()
