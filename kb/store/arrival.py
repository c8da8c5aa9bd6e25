"""Files on their way into the library."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from kb.ingest.reading import Reading
from kb.store.files import KnownFile


@dataclass(frozen=True, slots=True)
class IntakeOptions:
    """How files are taken in."""

    prune: bool = False  # forget files that have gone from the folders given
    reprocess: bool = False  # read unchanged files again, after rules changed
    let_back: bool = False  # what was deleted of the files named comes back
    brief: bool = False  # all of it is one short change, which may come between the steps of a long run


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file whose bytes are new to the library."""

    path: Path
    file: KnownFile
    before: KnownFile | None
    restored: tuple[str, ...]  # keys of the pieces that a person wants back, when it was read
    site: frozenset[str]  # keys of the lines that are its site's, as far as is known
    parsed: Future[Reading]
