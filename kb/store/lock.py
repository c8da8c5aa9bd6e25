"""Who may write. A long run keeps other long runs out; a turn is one short change, of a run or between.

Whoever changes documents or the derived indexes has a turn. A run that takes files in holds `running` from
its beginning to its end and a turn for each file, so that a correction waits for one document, not for a
folder. What must not be interrupted at all (a restore, a repair) holds both: `writer_lock`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kb.errors import Busy
from kb.store.layout import Layout, storage

TURN_SECONDS = 30.0  # that a short change waits for its turn
_LOOK_SECONDS = 0.02  # from one try to the next: turns of others are short


@contextmanager
def writer_lock(layout: Layout, wait_seconds: float = 0.0) -> Iterator[None]:
    """Holds the index against all other writing; the system frees it when the process ends, however it ends.

    Raises `Busy` when another still writes after `wait_seconds`.
    """
    with running(layout, wait_seconds), turn(layout, wait_seconds):
        yield


@contextmanager
def running(layout: Layout, wait_seconds: float = 0.0) -> Iterator[None]:
    """Keeps other long runs out; each step of this one needs its `turn`. Raises `Busy`."""
    with _held(layout, layout.lock, wait_seconds):
        yield


@contextmanager
def turn(layout: Layout, wait_seconds: float | None = None) -> Iterator[None]:
    """One short change; waits for those of others. Raises `Busy`."""
    with _held(layout, layout.turn_lock, TURN_SECONDS if wait_seconds is None else wait_seconds):
        yield


class Turns:
    """The locks of one index, as the threads of this process hold them."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self._turns = threading.local()

    @contextmanager
    def exclusive(self, wait_seconds: float = 0.0) -> Iterator[None]:
        """Holds the index against all other writing. Raises `Busy`."""
        with writer_lock(self.layout, wait_seconds), self._in_turn():
            yield

    @contextmanager
    def running(self) -> Iterator[None]:
        """Keeps other long runs out, while each step of this one has its turn. Raises `Busy`."""
        with running(self.layout):
            yield

    @contextmanager
    def turn(self) -> Iterator[None]:
        """One short change, within whatever this thread holds already. Raises `Busy`."""
        if getattr(self._turns, "held", False):
            yield
            return
        with turn(self.layout), self._in_turn():
            yield

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        self._turns.held = True
        try:
            yield
        finally:
            self._turns.held = False


@contextmanager
def _held(layout: Layout, path: Path, wait_seconds: float) -> Iterator[None]:
    from filelock import FileLock, Timeout  # on demand: who only reads takes no turn

    layout.prepare()
    lock = FileLock(path, timeout=wait_seconds, thread_local=False)
    with storage(path):
        try:
            lock.acquire(poll_interval=_LOOK_SECONDS)
        except Timeout as error:  # an OSError too, so it must be told apart before `storage` sees it
            raise Busy(
                f"another kb process is writing to {layout.folder}: wait until it has finished and run again"
            ) from error
    try:
        yield
    finally:
        lock.release()
