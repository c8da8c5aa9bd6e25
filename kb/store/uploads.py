"""Originals that were uploaded: written as they arrive, kept by their content, thrown away when unneeded."""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TypeVar

from filelock import FileLock
from sqlalchemy import select

from kb.errors import NotFound, ReadError
from kb.store import job_rows
from kb.store.documents import get_document
from kb.store.layout import Layout, replacing, storage, sync_folder
from kb.store.places import UPLOADED, blob, is_upload, label_of, place_of, upload_source
from kb.store.schema import documents, files
from kb.store.store import Store
from kb.types import Wanted

_LEFT_ALONE = 3600.0  # seconds for which a file that nothing needs may be on its way into the library
_PIECE = 1 << 20  # bytes read at a time
_T = TypeVar("_T")


class Arriving:
    """One file while its bytes come in; in the end it is kept or dropped."""

    def __init__(self, layout: Layout) -> None:
        folder = layout.arriving
        with storage(folder):
            folder.mkdir(parents=True, exist_ok=True)
            self.path = folder / secrets.token_hex(16)
            self._file: IO[bytes] = self.path.open("xb")
        self._digest = hashlib.sha256()
        self.size = 0  # bytes

    @property
    def sha256(self) -> str:
        """Of the bytes that have come so far."""
        return self._digest.hexdigest()

    def write(self, data: bytes) -> None:
        """Adds bytes. Raises `StorageFull`."""
        with storage(self.path):
            self._file.write(data)
        self._digest.update(data)
        self.size += len(data)

    def finish(self) -> None:
        """Brings all bytes to the disk. Raises `StorageFull`."""
        with storage(self.path):
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()

    def move(self, place: Path) -> None:
        """Gives the finished file its place. Raises `OSError`."""
        try:
            os.replace(self.path, place)
        except OSError as error:
            if error.errno != errno.EXDEV:  # the indexes may lie on a disk of their own
                raise
            with replacing(place) as copy:
                shutil.copyfile(self.path, copy)
            self.path.unlink()

    def drop(self) -> None:
        """Throws the bytes away."""
        self._file.close()
        self.path.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class Original:
    """The bytes that a document was made from, open."""

    name: str  # the last part of what it was filed under
    size: int  # bytes
    sha256: str
    file: IO[bytes]


class Originals:
    """The files behind documents, and those of them that were uploaded."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._layout = store.layout

    def arriving(self) -> Arriving:
        """A place for the bytes of a file that is coming. Raises `StorageFull` and `StoreError`."""
        return Arriving(self._layout)

    def keep(self, arrived: Sequence[tuple[str, Arriving]], register: Callable[[Sequence[Wanted]], _T]) -> _T:
        """Keeps finished files under their content and registers them: what it returns is on the disk.

        `arrived` are labels with what came. Raises what `register` raises; then nothing needs the files.
        """
        wanted = [
            Wanted(upload_source(one.sha256, label), label, one.sha256, one.size) for label, one in arrived
        ]
        with self._alone(), storage(self._layout.uploads):
            folders = set()
            for _, one in arrived:
                place = blob(self._layout, one.sha256)
                place.parent.mkdir(parents=True, exist_ok=True)
                folders.add(place.parent)
                one.move(place)
            for folder in (*folders, self._layout.uploads):
                sync_folder(folder)
            return register(wanted)

    def discard(self, sources: Iterable[str]) -> None:
        """Throws away those originals that were uploaded and that nothing needs any more."""
        uploads = {source for source in sources if is_upload(source)}
        places = {place_of(self._layout, source) for source in uploads}
        with self._alone():
            for path in places - self._needed():
                path.unlink(missing_ok=True)

    def sweep(self) -> int:
        """Throws away what a program that was killed left; how many files."""
        with self._alone():
            needed = self._needed()
            old = time.time() - _LEFT_ALONE
            found = (*self._layout.uploads.glob("*/*"), *self._layout.arriving.glob("*"))
            left = [path for path in found if path not in needed and path.stat().st_mtime < old]
            for path in left:
                path.unlink(missing_ok=True)
        return len(left)

    def missing(self, sources: Iterable[str]) -> list[str]:
        """Those uploads whose original is not there."""
        return [one for one in sources if is_upload(one) and not place_of(self._layout, one).is_file()]

    def open(self, doc_id: str) -> Original:
        """The file that a document was made from, if it still has the same bytes; the caller closes it.

        Raises `NotFound` for an unknown document or a file that has gone, `ReadError` when it was changed.
        """
        with self._store.reading() as connection:
            document = get_document(connection, doc_id)
        name = label_of(document.source).rpartition("/")[2]
        try:
            handle = place_of(self._layout, document.source).open("rb")
        except OSError as error:
            raise NotFound(f"the original of {doc_id} is not there any more: {name}") from error
        digest, size = hashlib.sha256(), 0
        try:
            while piece := handle.read(_PIECE):
                digest.update(piece)
                size += len(piece)
            if digest.hexdigest() != document.sha256:
                raise ReadError(f"{name} was changed since it was taken in: ingest it again")
            handle.seek(0)
        except (OSError, ReadError):
            handle.close()
            raise
        return Original(name, size, document.sha256, handle)

    def _needed(self) -> set[Path]:
        """The originals that a document, a known file or a job needs."""
        needed: set[Path] = set()
        with self._store.reading() as connection:
            for column in (documents.c.source, files.c.source, job_rows.job_files.c.source):
                wanted = select(column).where(column.startswith(UPLOADED))
                uploads: list[str] = list(connection.execute(wanted).scalars())
                needed.update(place_of(self._layout, source) for source in uploads)
        return needed

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keeps others from throwing away what is being kept, and the other way round."""
        with storage(self._layout.uploads_lock):
            lock = FileLock(self._layout.uploads_lock, thread_local=False)
            lock.acquire()
        try:
            yield
        finally:
            lock.release()
