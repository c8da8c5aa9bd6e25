"""Files that could not be read: remembered, so that the next run names them again without reading them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert as upsert

from kb.errors import DamagedFile, EmptyFile, NeedsOcr, ProtectedFile, ReadError, UnsupportedFormat
from kb.ingest.conditions import conditions
from kb.store.database import adding
from kb.store.documents import parts
from kb.store.files import KnownFile, lies_in
from kb.store.schema import failures
from kb.store.store import Store
from kb.types import Failure

# What the bytes themselves are to blame for; a file that was busy or closed is tried again each time.
_LASTING = (UnsupportedFormat, DamagedFile, ProtectedFile, EmptyFile, NeedsOcr)


@dataclass(frozen=True, slots=True)
class _Known:
    """A file as it was when it could not be read."""

    source: str
    sha256: str
    size: int  # bytes
    modified: int  # nanoseconds since 1970
    conditions: str
    reason: str


class Failures:
    """The files that could not be read, during one run; with `again` every file is given another try."""

    def __init__(self, store: Store, again: bool) -> None:
        self._store = store
        self._now = conditions(store.own_rules().key)
        self._again = again
        with store.reading() as connection:
            rows = connection.execute(select(failures)).mappings()
            self._known = {row["source"]: _Known(**row) for row in rows}
        self._met: set[str] = set()

    def recalled(self, source: str, path: Path) -> Failure | None:
        """The failure of a file that looks as it did then, under the same conditions. Raises `OSError`."""
        known = self._known.get(source)
        if self._again or known is None or known.conditions != self._now:
            return None
        status = path.stat()
        if (known.size, known.modified) != (status.st_size, status.st_mtime_ns):
            return None
        self._met.add(known.source)
        return Failure(known.source, known.reason)

    def recalled_by_content(self, file: KnownFile) -> Failure | None:
        """The failure of a file that was touched, but holds the bytes that it held then."""
        known = self._known.get(file.source)
        if self._again or known is None or (known.conditions, known.sha256) != (self._now, file.sha256):
            return None
        self._keep(file, known.reason)
        return Failure(known.source, known.reason)

    def remember(self, file: KnownFile, error: ReadError) -> None:
        """Keeps why a file could not be read, when another try would end in the same way."""
        if isinstance(error, _LASTING):
            self._keep(file, str(error))

    def forget_others(self, paths: Iterable[Path]) -> None:
        """Forgets what was known of files under `paths` that this run did not fail on: read now, or gone."""
        folders = tuple(paths)
        gone = [
            source
            for source in self._known
            if source not in self._met and any(lies_in(source, folder) for folder in folders)
        ]
        if gone:
            with adding(self._store.engine) as connection:
                for part in parts(gone):
                    connection.execute(delete(failures).where(failures.c.source.in_(part)))

    def _keep(self, file: KnownFile, reason: str) -> None:
        self._met.add(file.source)
        known = {
            "sha256": file.sha256,
            "size": file.size,
            "modified": file.modified,
            "conditions": self._now,
            "reason": reason,
        }
        statement = upsert(failures).values(source=file.source, **known)
        with adding(self._store.engine) as connection:
            connection.execute(statement.on_conflict_do_update(index_elements=["source"], set_=known))
