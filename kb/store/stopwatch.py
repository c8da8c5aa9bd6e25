"""How long the stages of a run take."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from kb.types import Stage


class Stopwatch:
    """Adds up the seconds of named stages. A stage is measured by one thread at a time."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}

    @contextmanager
    def measured(self, stage: str) -> Iterator[None]:
        """Adds the time that the block takes to the stage."""
        begun = time.monotonic()
        try:
            yield
        finally:
            self._seconds[stage] = self._seconds.get(stage, 0.0) + time.monotonic() - begun

    def stages(self) -> tuple[Stage, ...]:
        """The stages in the order in which they were first met."""
        return tuple(Stage(name, round(seconds, 3)) for name, seconds in self._seconds.items())
