"""The SQLite file of the truth: opened safely, written in whole transactions."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, update
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from kb.errors import Busy, StorageFull, StoreError
from kb.store import schema

# Before this version a WAL database can be corrupted under two connections (sqlite.org/wal.html#walresetbug).
_SAFE_WAL = (3, 51, 3)
_GENERATION = "SELECT value FROM meta WHERE key = 'generation'"  # asked with every question
_KEPT, _MORE = 16, 48  # connections: those at once that stay open for the next, and those that do not
WAIT_SECONDS = 60.0  # for a lock; two hundred clients on two cores have made a writer wait for 30


def open_engine(path: Path) -> Engine:
    """An engine on the file; writers take the lock when they begin, and each commit reaches the disk."""
    engine = create_engine(
        f"sqlite:///{path}", connect_args={"timeout": WAIT_SECONDS}, pool_size=_KEPT, max_overflow=_MORE
    )
    mode = "WAL" if sqlite3.sqlite_version_info >= _SAFE_WAL else "TRUNCATE"

    @event.listens_for(engine, "connect")
    def _configure(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {WAIT_SECONDS * 1000:.0f}")
        cursor.execute(f"PRAGMA journal_mode = {mode}")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One consistent view of the truth. Raises `StoreError`."""
    with _mapped(engine), engine.connect() as connection:
        connection.exec_driver_sql("BEGIN")  # sqlite3 itself begins only before a write
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[tuple[Connection, int]]:
    """One transaction and the generation it makes; all of it is kept, or nothing. Raises `StoreError`."""
    with adding(engine) as connection:
        number = generation(connection) + 1
        connection.execute(
            update(schema.meta).where(schema.meta.c.key == "generation").values(value=str(number))
        )
        yield connection, number


@contextmanager
def adding(engine: Engine) -> Iterator[Connection]:
    """One transaction that no reader has to notice, so that it makes no generation. Raises `StoreError`."""
    with _mapped(engine), engine.connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        yield connection
        connection.commit()


@contextmanager
def adding_if_free(engine: Engine) -> Iterator[Connection]:
    """As `adding`, but raises `Busy` at once when another process or thread is writing."""
    with _mapped(engine), engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 0")
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection
            connection.commit()
        finally:
            connection.rollback()
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {WAIT_SECONDS * 1000:.0f}")


def generation(connection: Connection) -> int:
    """The number of the last committed change."""
    value = connection.exec_driver_sql(_GENERATION).scalar_one_or_none()
    return int(value) if value is not None else 0


def current_generation(engine: Engine) -> int:
    """The number of the last committed change, without a transaction. Raises `StoreError`."""
    file = Path(engine.url.database or "")
    with _mapped(engine), storing(file), closing(engine.raw_connection()) as connection:
        row = connection.cursor().execute(_GENERATION).fetchone()
    return int(row[0]) if row is not None else 0


@contextmanager
def storing(path: Path) -> Iterator[None]:
    """For SQLite without an engine: what it refuses becomes an error of ours. Raises `StoreError`."""
    try:
        yield
    except sqlite3.Error as error:
        raise _store_error(str(path), error) from error


@contextmanager
def _mapped(engine: Engine) -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise _store_error(str(engine.url.database), error.orig) from error


def _store_error(file: str, error: BaseException | None) -> StoreError:
    said = str(error)
    code = getattr(error, "sqlite_errorname", "")
    if code.startswith(("SQLITE_FULL", "SQLITE_IOERR_WRITE")) or "disk is full" in said:
        return StorageFull(f"the disk is full: {file} could not be written; free some space and run again")
    if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return Busy(f"another process holds {file}: wait until it has finished and run again")
    if code.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return StoreError(
            f"{file} is damaged ({said}): put a backup in its place, or move it away and ingest again"
        )
    return StoreError(f"{file} cannot be used: {said}")
