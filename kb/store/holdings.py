"""Which file holds which bytes: what the library knows, held against the disk as it is now.

The library keeps one document for equal bytes. So a file may stand in for another only while it really
has those bytes: it may have been edited, swapped or moved since it was read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Literal

from kb.store.files import KnownFile

OnDisk = Literal["there", "changed", "gone"]


def read_file(path: Path, source: str = "") -> KnownFile:
    """The file as it is now, filed under `source` (its path when there is none). Raises `OSError`."""
    status = path.stat()
    with path.open("rb") as handle:
        digest = hashlib.file_digest(handle, "sha256").hexdigest()
    return KnownFile(source or str(path), digest, status.st_size, status.st_mtime_ns)


def looks_like(path: Path, file: KnownFile) -> bool:
    """Whether size and time of change are those that are known. Raises `OSError`."""
    status = path.stat()
    return (file.size, file.modified) == (status.st_size, status.st_mtime_ns)


def on_disk(file: KnownFile, path: Path) -> OnDisk:
    """Whether `path` still has the bytes that are known of a file; one that cannot be read has changed."""
    try:
        if looks_like(path, file):
            return "there"
        return "there" if read_file(path).sha256 == file.sha256 else "changed"
    except (FileNotFoundError, NotADirectoryError):
        return "gone"
    except OSError:
        return "changed"


class Holdings:
    """The files of the library during one run, whose bytes are where `place` says."""

    def __init__(self, known: Iterable[KnownFile], place: Callable[[str], Path]) -> None:
        self._place = place
        self._files: dict[str, KnownFile] = {}
        self._kept: dict[str, str] = {}  # SHA-256 → the source whose documents have these bytes
        for file in known:
            self.keep(file)

    def __iter__(self) -> Iterator[KnownFile]:
        return iter(self._files.values())

    def get(self, source: str) -> KnownFile | None:
        """What is known of a source."""
        return self._files.get(source)

    def keep(self, file: KnownFile) -> None:
        """Puts a file in the place of what was known of its source."""
        self.drop(file.source)
        self._files[file.source] = file
        if not file.same_as:
            self._kept[file.sha256] = file.source

    def drop(self, source: str) -> None:
        """Forgets a source."""
        file = self._files.pop(source, None)
        if file is not None and self._kept.get(file.sha256) == source:
            del self._kept[file.sha256]

    def holder(self, file: KnownFile) -> KnownFile | None:
        """The other source that is kept for the same bytes."""
        source = self._kept.get(file.sha256, file.source)
        return self._files[source] if source != file.source else None

    def on_disk(self, file: KnownFile) -> OnDisk:
        """Whether the disk still has the bytes that are known of a file."""
        return on_disk(file, self._place(file.source))

    def stands(self, file: KnownFile) -> bool:
        """Whether the library holds the bytes of a known file: its own, or those it is the same as."""
        holder = self.holder(file) if file.same_as else file
        return holder is file or (holder is not None and self.on_disk(holder) == "there")

    def heir(self, source: str) -> KnownFile | None:
        """A file that has the bytes of `source` and can stand in for it."""
        heirs = (file for file in self if file.same_as == source)
        return next((file for file in heirs if self.on_disk(file) == "there"), None)
