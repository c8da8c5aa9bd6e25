"""What all commands share: options, opening the library, progress, output."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from kb.config import load_settings
from kb.library import Library
from kb.store.embedding import Progress as Watcher
from kb.surfaces.wire import to_json

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Home = Annotated[
    Path | None, typer.Option("--home", help="Folder with corpus/, indexes/ and kb.toml.", show_default=False)
]
Index = Annotated[str | None, typer.Option("--index", help="Name of the index.", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]

DONE_IN_PART = 3

out = Console(highlight=False)
log = Console(stderr=True, highlight=False, soft_wrap=True)  # a message is one line, however long

_STAGES = {
    "files": "读取与建库",
    "embed model": "换用新模型",
    "families": "比对文稿",
    "queries": "评测",
    "index": "建立评测索引",
}
_QUIET_SECONDS = 2.0  # between lines of progress where there is no terminal


class ModeName(StrEnum):
    """How passages are found."""

    hybrid = "hybrid"
    dense = "dense"
    lexical = "lexical"


def open_library(home: Path | None, index: str | None) -> Library:
    """The library of the settings. Raises `SettingsError` or `StoreError`."""
    return Library.open(load_settings(home, index))


def emit(value: DataclassInstance) -> None:
    """One JSON object, and nothing else, on standard output."""
    sys.stdout.write(to_json(value) + "\n")


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
