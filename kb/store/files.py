"""Which files are in the library, and as what bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from kb.store.documents import parts
from kb.store.schema import documents, files


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file as it was when it was last read."""

    source: str
    sha256: str
    size: int  # bytes
    modified: int  # nanoseconds since 1970
    same_as: str = ""  # the source with the same bytes that is kept in its place


def known_files(connection: Connection) -> dict[str, KnownFile]:
    """Every file by its source."""
    found = connection.execute(select(files)).mappings()
    return {row["source"]: KnownFile(**row) for row in found}


def remember(connection: Connection, file: KnownFile) -> None:
    """Keeps what a file was."""
    values = {name: getattr(file, name) for name in KnownFile.__slots__}
    statement = upsert(files).values(values)
    connection.execute(statement.on_conflict_do_update(index_elements=["source"], set_=values))


def forget(connection: Connection, sources: Sequence[str]) -> None:
    """Drops files from the list."""
    for part in parts(sources):
        connection.execute(delete(files).where(files.c.source.in_(part)))


def move(connection: Connection, generation: int, old: str, new: KnownFile) -> None:
    """The same bytes under another name: documents keep their ids, corrections and citations."""
    forget(connection, [old])
    connection.execute(
        update(documents).where(documents.c.source == old).values(source=new.source, generation=generation)
    )
    connection.execute(update(files).where(files.c.same_as == old).values(same_as=new.source))
    remember(connection, new)


def lies_in(source: str, folder: Path) -> bool:
    """Whether a source is the folder's or lies below it."""
    return Path(source).is_relative_to(folder)
