"""One writer at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from kb.errors import Busy
from kb.store.layout import Layout, storage


@contextmanager
def writer_lock(layout: Layout, wait_seconds: float = 0.0) -> Iterator[None]:
    """Holds the index for writing; the system frees it when the process ends, however it ends.

    Raises `Busy` when another process still holds it after `wait_seconds`.
    """
    layout.prepare()
    lock = FileLock(layout.lock, timeout=wait_seconds, thread_local=False)
    with storage(layout.lock):
        try:
            lock.acquire()
        except Timeout as error:  # an OSError too, so it must be told apart before `storage` sees it
            raise Busy(
                f"another kb process is writing to {layout.folder}: wait until it has finished and run again"
            ) from error
    try:
        yield
    finally:
        lock.release()
