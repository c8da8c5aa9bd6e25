"""The first search opens the encoder and the dictionary: a server does that before somebody waits for it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from kb.errors import KbError
from kb.library import Library
from kb.types import Question

_QUESTIONS = ("社区", "community")  # one for each language
_LOG = logging.getLogger(__name__)


@contextmanager
def warming(library: Library) -> Iterator[None]:
    """Warms `library` up in a thread of its own, which has ended when the block is left.

    The caller closes the library next.
    """
    stopping = threading.Event()
    thread = threading.Thread(target=_warm_up, args=(library, stopping))
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()


def _warm_up(library: Library, stopping: threading.Event) -> None:
    for question in _QUESTIONS:
        if stopping.is_set():
            return
        try:
            library.open_encoder()  # first: a search that waits for it keeps writers waiting too
            library.search(Question(question, top_k=1))
        except KbError as error:
            _LOG.warning("the first search will fail: %s", error)
            return
