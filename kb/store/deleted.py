"""What a person deleted, by the bytes that it came from: no later look at its folder brings it back."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Column, Connection, Integer, String, Table, select

from kb.store.schema import metadata
from kb.types import Document

deleted = Table(
    "deleted_documents",
    metadata,
    Column("sha256", String(64), primary_key=True),  # of the file
    Column("part", Integer, primary_key=True, autoincrement=False),
)


def without_deleted(connection: Connection, parsed: Sequence[Document]) -> list[Document]:
    """The articles of a file that nobody deleted."""
    found = connection.execute(select(deleted.c.part).where(deleted.c.sha256 == parsed[0].sha256))
    gone: set[int] = set(found.scalars())
    return [document for document in parsed if document.part not in gone]
