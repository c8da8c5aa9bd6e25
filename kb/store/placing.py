"""Puts files and documents into collections."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import select

from kb.errors import NotFound
from kb.ingest.walk import find_files
from kb.store import collections, members
from kb.store.database import adding, writing
from kb.store.schema import documents
from kb.store.store import Store
from kb.types import Collection, Role


def every(store: Store) -> tuple[Collection, ...]:
    """All collections by name."""
    with store.reading() as connection:
        return collections.every(connection)


def add(store: Store, name: str, role: Role) -> None:
    """A new collection, open to a role and those above it. Raises `QuestionError`."""
    with adding(store.engine) as connection:
        collections.add(connection, name, role)


def set_role(store: Store, name: str, role: Role) -> None:
    """Opens a collection to another role and those above it. Raises `NotFound`."""
    with adding(store.engine) as connection:
        collections.set_role(connection, name, role)


def rename(store: Store, old: str, new: str) -> None:
    """Gives a collection another name. Raises `NotFound`, `QuestionError`, and `Busy`."""
    with store.turn():
        with writing(store.engine) as (connection, generation):
            members.rename(connection, generation, old, new)
        store.bring_up()


def place_files(store: Store, paths: Sequence[Path], name: str) -> None:
    """Puts files and those of folders into a collection, also those that will be read only now.

    Raises `NotFound` for a collection that there is not, and `Busy`.
    """
    found, _ = find_files([path.absolute() for path in paths])
    _put(store, [str(path) for path in found], name)


def place_documents(store: Store, ids: Sequence[str], name: str) -> None:
    """Puts documents into a collection, with the other articles of their files.

    Raises `NotFound` for a document or collection that there is not, and `Busy`.
    """
    sources = []
    with store.reading() as connection:
        for id in ids:
            found = connection.execute(select(documents.c.source).where(documents.c.id == id))
            source: str | None = found.scalar_one_or_none()
            if source is None:
                raise NotFound(f"no document has the id {id}: `kb list` shows the ids")
            sources.append(source)
    _put(store, sources, name)


def expect(store: Store, sources: Sequence[str], name: str) -> None:
    """Puts files that are on their way into a collection; those that are in one stay.

    Raises `NotFound` for a collection that there is not.
    """
    with adding(store.engine) as connection:
        collections.require(connection, [name])
        collections.expect(connection, sources, name)


def _put(store: Store, sources: Sequence[str], name: str) -> None:
    with store.turn():
        with writing(store.engine) as (connection, generation):
            collections.require(connection, [name])
            collections.put(connection, generation, sources, name)
        store.bring_up()
