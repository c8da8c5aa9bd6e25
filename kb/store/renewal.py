"""Work on the derived indexes that nobody waits for."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from sqlalchemy import Engine

from kb.errors import Busy, StoreError
from kb.store.derived import bring_up
from kb.store.layout import Layout
from kb.store.lock import writer_lock
from kb.store.snapshot import ActiveModel

_log = logging.getLogger(__name__)


class Background:
    """Runs one piece of work at a time in a thread of its own."""

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def start(self, name: str, work: Callable[[], bool]) -> None:
        """Begins `work`, which says whether there was something to do; not while other work goes on."""
        with self._starting:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=_run, args=(name, work), name="kb-renewal")
                self._thread.start()

    def wait(self) -> None:
        """Returns when nothing goes on any more."""
        if self._thread is not None:
            self._thread.join()


def _run(name: str, work: Callable[[], bool]) -> None:
    began = time.monotonic()
    try:
        if work():
            _log.info("%s: done in %.1f s", name, time.monotonic() - began)
    except StoreError as error:  # what is there still answers, and the next writer tries again
        _log.warning("%s: %s", name, error)


def mend(engine: Engine, layout: Layout, model: ActiveModel, wait_seconds: float = 0.0) -> bool:
    """Brings the indexes up where a writer was killed before it did, or where they are damaged; whether it
    could."""
    try:
        with writer_lock(layout, wait_seconds):
            bring_up(engine, layout, model.name, model.dim, verify=True)
        return True
    except Busy:
        _log.debug("another process is writing and will bring the indexes up itself")
    except StoreError as error:  # a full or read-only disk: what is there still answers
        _log.warning("%s", error)
    return False
