"""The library that a command works on, and how far it has come."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from kb.config import load_settings
from kb.library import Library
from kb.store.embedding import Progress as Watcher
from kb.surfaces.cli.common import log

_STAGES = {
    "files": "读取与建库",
    "embed model": "换用新模型",
    "families": "比对文稿",
    "queries": "评测",
    "index": "建立评测索引",
}
_QUIET_SECONDS = 2.0  # between lines of progress where there is no terminal


def open_library(home: Path | None, index: str | None) -> Library:
    """The library of the settings. Raises `SettingsError` or `StoreError`."""
    return Library.open(load_settings(home, index))


@contextmanager
def watched() -> Iterator[Watcher]:
    """Progress on standard error: a bar on a terminal, now and then a line elsewhere."""
    if log.is_terminal:
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[detail]}"),
        )
        with Progress(*columns, console=log, transient=True) as progress:
            tasks = {}

            def show(stage: str, done: int, total: int, detail: str) -> None:
                if stage not in tasks:
                    tasks[stage] = progress.add_task(_STAGES.get(stage, stage), total=total, detail="")
                progress.update(tasks[stage], completed=done, total=total, detail=detail[:40])

            yield show
    else:
        yield _Lines()


class _Lines:
    """Progress as plain lines, not too many of them."""

    def __init__(self) -> None:
        self._next = 0.0

    def __call__(self, stage: str, done: int, total: int, detail: str) -> None:
        now = time.monotonic()
        if done >= total or now >= self._next:
            self._next = now + _QUIET_SECONDS
            log.print(f"{_STAGES.get(stage, stage)} {done}/{total} {detail}", markup=False)
