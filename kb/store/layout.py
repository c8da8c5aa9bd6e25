"""Where an index keeps its files, and how a file is replaced so that no reader ever sees half of it."""

from __future__ import annotations

import errno
import os
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kb.errors import StorageFull, StoreError

_SYSTEM_ERROR = re.compile(r"os error (\d+)")
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths of one index folder, and of what `home` holds for it."""

    folder: Path
    home: Path | None = None

    @property
    def truth(self) -> Path:
        """The SQLite file that everything else is derived from."""
        return self.folder / "truth.sqlite3"

    @property
    def lock(self) -> Path:
        """Held by the one writer."""
        return self.folder / "writer.lock"

    @property
    def turn_lock(self) -> Path:
        """Held for each short change, see `kb.store.lock`."""
        return self.folder / "turn.lock"

    @property
    def jobs_lock(self) -> Path:
        """Held by the one process that does jobs."""
        return self.folder / "jobs.lock"

    @property
    def uploads_lock(self) -> Path:
        """Held while an original is kept or thrown away."""
        return self.folder / "uploads.lock"

    @property
    def vectors(self) -> Path:
        """Folder of the FAISS generations."""
        return self.folder / "vectors"

    @property
    def lexical(self) -> Path:
        """Folder of the tantivy generations."""
        return self.folder / "lexical"

    @property
    def rules(self) -> Path:
        """Folder of the office's own rules, which all indexes of a home share."""
        return self.folder.parent.parent / "rules"

    @property
    def uploads(self) -> Path:
        """Folder of the originals that were uploaded, under names of our own."""
        return self.folder / "uploads" if self.home is None else self.home / "uploads" / self.folder.name

    @property
    def arriving(self) -> Path:
        """Folder of uploads whose bytes are still coming in."""
        return self.folder / "arriving"

    def prepare(self) -> None:
        """Creates the folders. Raises `StoreError` when it may not."""
        with storage(self.folder):
            for folder in (self.folder, self.vectors, self.lexical):
                folder.mkdir(parents=True, exist_ok=True)

    def require_writable(self) -> None:
        """Raises `StoreError` where nothing may be written: tantivy takes locks even to read."""
        if not os.access(self.lexical, os.W_OK):
            raise StoreError(
                f"{self.folder} may not be written, which reading needs too: change its permissions, or copy "
                "the home folder to where you may write"
            )


@contextmanager
def storage(path: Path) -> Iterator[None]:
    """Turns what the file system refuses into `StorageFull` or `StoreError` naming `path`."""
    try:
        yield
    except OSError as error:
        raise storage_error(path, error) from error


def storage_error(path: Path, error: OSError) -> StoreError:
    """The error for what the file system refused."""
    if error.errno in _FULL:
        return StorageFull(f"the disk is full: {path} could not be written; free some space and run again")
    return StoreError(f"{path} cannot be used: {error.strerror or error}")


def sync_folder(folder: Path) -> None:
    """Makes renames inside `folder` survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_file(path: Path) -> None:
    """Makes the bytes of `path` survive a power cut."""
    with path.open("rb") as handle:
        os.fsync(handle.fileno())


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary file beside `path` that takes its place, whole and synced, when the block ends well."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}.tmp")
    with storage(path):
        try:
            yield temporary
            sync_file(temporary)
            os.replace(temporary, path)
            sync_folder(path.parent)
        finally:
            temporary.unlink(missing_ok=True)


def sweep(folder: Path, keep: frozenset[str]) -> None:
    """Deletes what an interrupted write or an older generation left in `folder`."""
    for entry in folder.iterdir():
        if entry.name in keep:
            continue
        if entry.is_dir():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            entry.unlink(missing_ok=True)


def discard(folder: Path) -> None:
    """Removes an index folder, whatever state it is in."""
    shutil.rmtree(folder, ignore_errors=True)
    if folder.parent.is_dir():
        sync_folder(folder.parent)


def refused(folder: Path, error: Exception, said: str) -> StoreError:
    """What tantivy raised: it tells of the file system's errors in words only, "… (os error 28)"."""
    code = _SYSTEM_ERROR.search(str(error))
    if code is not None:
        known = storage_error(folder, OSError(int(code.group(1)), os.strerror(int(code.group(1)))))
        if isinstance(known, StorageFull):
            return known
    return StoreError(f"{folder} {said.format(error)}")
