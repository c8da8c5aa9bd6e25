"""Tables of strings kept in one file and looked up there: a question needs hundreds of 350 000 entries.

Reading them all into memory took 0.16 s and 80 MB. The file is SQLite's, opened as one that nobody changes.
"""

from __future__ import annotations

import sqlite3
import threading
import weakref
from collections.abc import Mapping
from contextlib import closing
from functools import lru_cache
from pathlib import Path

from kb.errors import StoreError

BETWEEN = "\t"  # parts of one entry
_MOST_HELD = 1 << 15  # entries looked up last
_CREATE = "CREATE TABLE entry (kind TEXT, key TEXT, value TEXT, PRIMARY KEY (kind, key)) WITHOUT ROWID"
_FIND = "SELECT value FROM entry WHERE kind = ? AND key = ?"


class Tables:
    """The tables of one file, open. Thread-safe."""

    def __init__(self, path: Path) -> None:
        """Raises `StoreError` when there is no such file, or it is cut off or none of ours."""
        self._path = path
        self._turn = threading.Lock()
        self._held = lru_cache(_MOST_HELD)(self._read)
        try:
            address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
            self._connection = sqlite3.connect(address, uri=True, check_same_thread=False)
        except sqlite3.Error as error:
            raise StoreError(f"{path} cannot be opened: {error}") from error
        weakref.finalize(self, self._connection.close)
        self._read("", "")  # looks at the head of the file

    def get(self, kind: str, key: str) -> str | None:
        """The entry of the table `kind`; None when it has none. Raises `StoreError` for a damaged file."""
        return self._held(kind, key)

    def _read(self, kind: str, key: str) -> str | None:
        try:
            with self._turn:
                row = self._connection.execute(_FIND, (kind, key)).fetchone()
        except sqlite3.Error as error:
            raise StoreError(f"{self._path} is damaged ({error}): delete it, it is made again") from error
        return None if row is None else str(row[0])


def write_tables(path: Path, tables: Mapping[str, Mapping[str, str]]) -> None:
    """Writes the tables by their names into a new file. Raises `StoreError` when that cannot be."""
    try:
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("PRAGMA journal_mode = OFF")  # what is not written to its end is not kept
            connection.execute(_CREATE)
            for kind in sorted(tables):
                rows = ((kind, key, value) for key, value in sorted(tables[kind].items()))
                connection.executemany("INSERT INTO entry VALUES (?, ?, ?)", rows)
    except sqlite3.Error as error:
        raise StoreError(f"{path} cannot be written ({error}): is the disk full?") from error
