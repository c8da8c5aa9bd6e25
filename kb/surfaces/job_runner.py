"""Starts the process that does jobs when there are any, and again when it was brought down."""

from __future__ import annotations

import contextlib
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from kb.errors import KbError
from kb.library import Library

_LOOK_SECONDS = 2.0  # for jobs that another process asked for
_AGAIN_SECONDS = 5.0  # after the process ended with an error
_END_SECONDS = 10.0
_LOG = logging.getLogger(__name__)


@contextmanager
def doing_jobs(library: Library) -> Iterator[None]:
    """Has the jobs of `library` done by a process of their own, which has ended when the block is left."""
    runner = _Runner(library)
    thread = threading.Thread(target=runner.go)
    thread.start()
    try:
        yield
    finally:
        runner.stopping.set()
        library.jobs.asked.set()
        thread.join()


class _Runner:
    def __init__(self, library: Library) -> None:
        self.stopping = threading.Event()
        self._library = library
        self._child: subprocess.Popen[bytes] | None = None
        self._not_before = 0.0

    def go(self) -> None:
        """Looks for jobs until it is to stop."""
        while not self.stopping.is_set():
            try:
                if (
                    not self._alive()
                    and time.monotonic() >= self._not_before
                    and self._library.jobs.waiting()
                ):
                    self._start()
            except (KbError, OSError) as error:
                _LOG.warning("jobs wait: %s", error)
            self._library.jobs.asked.wait(_LOOK_SECONDS)
            self._library.jobs.asked.clear()
        self._end()

    def _alive(self) -> bool:
        child = self._child
        if child is None or child.poll() is None:
            return child is not None
        if child.returncode:
            _LOG.warning("the process that does jobs ended (exit %s): it is started again", child.returncode)
            self._not_before = time.monotonic() + _AGAIN_SECONDS
        self._close()
        return False

    def _start(self) -> None:
        settings = self._library.settings
        self._child = subprocess.Popen(
            [sys.executable, "-m", "kb.surfaces.job_process", str(settings.home), settings.index],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for the server, which ends this process itself
        )

    def _end(self) -> None:
        child = self._child
        self._close()
        if child is None:
            return
        try:
            child.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()

    def _close(self) -> None:
        child, self._child = self._child, None
        if child is not None and child.stdin is not None:
            with contextlib.suppress(OSError):
                child.stdin.close()
