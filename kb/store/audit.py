"""The table of what was done: rows are only added, and each one's hash covers the one before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

from sqlalchemy import Column, Connection, Float, Integer, String, Table, Text, insert, select, text

from kb.store.schema import metadata
from kb.types import AuditEntry

audit = Table(
    "audit",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("time", Float, nullable=False),  # Unix seconds
    Column("who", Text, nullable=False),
    Column("key_id", String, nullable=False),
    Column("action", Text, nullable=False),
    Column("object", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("request", String, nullable=False),
    Column("before", String, nullable=False),
    Column("after", String, nullable=False),
    Column("hash", String(64), nullable=False),  # of the row and the hash before it
    sqlite_autoincrement=True,
)

TRIGGERS = tuple(  # as SQLite keeps them in its schema
    f"CREATE TRIGGER audit_no_{what.lower()} BEFORE {what} ON audit "
    "BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END"
    for what in ("UPDATE", "DELETE")
)
_SAID = ("time", "who", "key_id", "action", "object", "address", "request", "before", "after")
_FIRST = "0" * 64
_BATCH = 1000


def create(connection: Connection) -> None:
    """The table, with triggers that refuse to change or delete a row."""
    metadata.create_all(connection, tables=[audit])
    for trigger in TRIGGERS:
        connection.execute(text(trigger.replace("TRIGGER", "TRIGGER IF NOT EXISTS", 1)))


def append(connection: Connection, entry: AuditEntry) -> None:
    """Adds a row; `entry.number` and `entry.hash` are given here."""
    last = select(audit.c.hash).order_by(audit.c.number.desc()).limit(1)
    before: str = connection.execute(last).scalar_one_or_none() or _FIRST
    values = {name: getattr(entry, name) for name in _SAID}
    connection.execute(insert(audit).values(**values, hash=_hash(before, entry)))


def page(connection: Connection, limit: int, before: int | None) -> list[AuditEntry]:
    """Rows, the newest first, with numbers below `before`."""
    found = select(audit).order_by(audit.c.number.desc()).limit(limit)
    if before is not None:
        found = found.where(audit.c.number < before)
    return [AuditEntry(**row) for row in connection.execute(found).mappings()]


def broken(connection: Connection) -> tuple[int, int | None]:
    """How many rows there are, and the number of the first that is not as it was written, or that one is
    missing before; None when all are.
    """
    before, count = _FIRST, 0
    for entry in _every(connection):
        count += 1
        if entry.hash != _hash(before, entry) or entry.number != count:
            return count, entry.number
        before = entry.hash
    return count, None


def _every(connection: Connection) -> Iterator[AuditEntry]:
    last = 0
    while True:
        some = select(audit).where(audit.c.number > last).order_by(audit.c.number).limit(_BATCH)
        rows = [AuditEntry(**row) for row in connection.execute(some).mappings()]
        if not rows:
            return
        yield from rows
        last = rows[-1].number


def _hash(before: str, entry: AuditEntry) -> str:
    said = [before, *(getattr(entry, name) for name in _SAID)]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()
