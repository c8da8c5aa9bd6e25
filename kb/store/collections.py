"""Collections: every document belongs to one, and each is open to a role and those above it.

A collection is kept with the file that a document came from, so that it holds whatever happens to the
document: a file that was forgotten and comes back is where it was. All articles of a file are in one.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Column, Connection, Float, String, Table, Text, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from kb.errors import NotFound, QuestionError
from kb.store.schema import documents, metadata
from kb.types import ROLES, Collection, Role

DEFAULT = "default"  # where documents are that nobody put anywhere

collections = Table(
    "collections",
    metadata,
    Column("name", Text, primary_key=True),
    Column("role", String, nullable=False),  # the least that sees it
    Column("created", Float, nullable=False),  # Unix seconds
    sqlite_with_rowid=False,
)

placed = Table(
    "placed",
    metadata,
    Column("source", Text, primary_key=True),
    Column("collection", Text, nullable=False),
    sqlite_with_rowid=False,
)

TABLES = (collections, placed)


@dataclass(frozen=True, slots=True)
class Openness:
    """Which collections there are, with the least role that sees each."""

    roles: tuple[tuple[str, Role], ...]

    def seen_by(self, role: Role, own: Sequence[str] | None) -> frozenset[str] | None:
        """The collections that somebody sees; None: all, also those that will come."""
        if own is not None:
            return frozenset(own)
        rank = ROLES.index(role)
        seen = frozenset(name for name, least in self.roles if ROLES.index(least) <= rank)
        return None if role == ROLES[-1] or len(seen) == len(self.roles) else seen


def every(connection: Connection) -> tuple[Collection, ...]:
    """All collections by name, with the number of documents in each."""
    held = func.count(documents.c.key)
    found = connection.execute(
        select(collections.c.name, collections.c.role, held.label("documents"))
        .outerjoin(documents, documents.c.collection == collections.c.name)
        .group_by(collections.c.name)
        .order_by(collections.c.name)
    )
    return tuple(Collection(row.name, row.role, row.documents) for row in found)


def require(connection: Connection, names: Sequence[str]) -> None:
    """Raises `NotFound` for a name that is no collection's."""
    there: set[str] = set(connection.execute(select(collections.c.name)).scalars())
    for name in names:
        if name not in there:
            raise NotFound(
                f"there is no collection {name}: make it with `kb collection add {name}`, or use "
                f"{', '.join(sorted(there))}"
            )


def add(connection: Connection, name: str, role: Role) -> None:
    """A new, empty collection. Raises `QuestionError` when the name is taken."""
    if connection.execute(select(collections.c.name).where(collections.c.name == name)).first():
        raise QuestionError(f"there is a collection {name} already: give another name")
    connection.execute(insert(collections).values(name=name, role=role, created=time.time()))


def set_role(connection: Connection, name: str, role: Role) -> None:
    """Opens a collection to a role and those above it. Raises `NotFound`."""
    require(connection, [name])
    connection.execute(update(collections).where(collections.c.name == name).values(role=role))


def put(connection: Connection, generation: int, sources: Sequence[str], name: str) -> None:
    """Puts files with all their documents into a collection."""
    for source in sources:
        statement = upsert(placed).values(source=source, collection=name)
        connection.execute(
            statement.on_conflict_do_update(index_elements=["source"], set_={"collection": name})
        )
        connection.execute(
            update(documents)
            .where(documents.c.source == source, documents.c.collection != name)
            .values(collection=name, generation=generation)
        )


def expect(connection: Connection, sources: Sequence[str], name: str) -> None:
    """Puts files that nothing is known of into a collection."""
    for source in sources:
        known = select(documents.c.key).where(documents.c.source == source).limit(1)
        if connection.execute(known).first() is None:
            values = {"source": source, "collection": name}
            connection.execute(upsert(placed).values(values).on_conflict_do_nothing())


def settle(connection: Connection, generation: int, source: str) -> None:
    """Puts the documents of a file that was just written where the file is, or its other documents."""
    name = _of_file(connection, source) or _of_others(connection, source)
    if name is not None:
        put(connection, generation, [source], name)


def follow(connection: Connection, generation: int, old: str, new: str) -> None:
    """The documents of a file have another file: they are where that is, else stay where they were."""
    name = _of_file(connection, new) or _of_file(connection, old)
    if name is not None:
        put(connection, generation, [new], name)


def _of_file(connection: Connection, source: str) -> str | None:
    kept = connection.execute(select(placed.c.collection).where(placed.c.source == source))
    name: str | None = kept.scalar_one_or_none()
    return name


def _of_others(connection: Connection, source: str) -> str | None:
    own = documents.c.source == source
    other = select(documents.c.collection).where(own, documents.c.collection != DEFAULT).limit(1)
    name: str | None = connection.execute(other).scalar_one_or_none()
    return name
