"""The tables of baskets: an ordered list of headings and passages under each name.

A passage keeps its citation as it was when it was collected, with the document's card, so that it can be
shown and referred to even when the document has gone.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Float,
    ForeignKey,
    Integer,
    RowMapping,
    String,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
    text,
    update,
)

from kb.errors import NotFound, Outdated, QuestionError
from kb.store.schema import metadata
from kb.types import BasketCard, Citation, DocumentCard, Flag

baskets = Table(
    "baskets",
    metadata,
    Column("key", Integer, primary_key=True, autoincrement=True),
    Column("name", Text, nullable=False, unique=True),
    Column("revision", Integer, nullable=False),
    Column("changed", Float, nullable=False),  # Unix seconds
    sqlite_autoincrement=True,
)

entries = Table(
    "basket_entries",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("basket", Integer, ForeignKey("baskets.key", ondelete="CASCADE"), nullable=False, index=True),
    Column("position", Integer, nullable=False),  # 0-based
    Column("level", Integer, nullable=False),  # of a heading; 0 for a passage
    Column("text", Text, nullable=False),  # the heading, or the quotation
    Column("note", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("doc_id", String, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("citation", JSON, nullable=False),  # path, paragraph, page, flags and card when it was collected
    sqlite_autoincrement=True,  # an id is never given to another entry
)

TABLES = (baskets, entries)
# A basket is there for those who may see all of its passages. Through a view of the store (kb.store.view)
# `documents` and `collections` hold what may be seen, and those of `main` everything; else both are the same.
# A passage whose document has gone is where the document was when it was collected.
_SEEN = text(
    """NOT EXISTS (
    SELECT 1 FROM basket_entries AS entry
    LEFT JOIN main.documents AS held ON held.id = entry.doc_id
    WHERE entry.basket = baskets."key" AND entry.level = 0
    AND coalesce(held.collection, json_extract(entry.citation, '$.card.collection'), 'default')
        IN (SELECT name FROM main.collections EXCEPT SELECT name FROM collections)
)"""
)
MOST_BASKETS, MOST_ENTRIES = 500, 2000


@dataclass(frozen=True, slots=True)
class Row:
    """One entry as it is kept; a heading has a level and no citation."""

    id: int
    level: int
    text: str
    note: str
    label: str
    citation: Citation | None


@dataclass(frozen=True, slots=True)
class Held:
    """A basket for the length of a transaction."""

    key: int
    revision: int
    changed: float


def cards(connection: Connection) -> tuple[BasketCard, ...]:
    """All baskets, the one changed last first."""
    passages = func.count(entries.c.id).filter(entries.c.level == 0).label("passages")
    found = connection.execute(
        select(baskets.c.name, passages, baskets.c.revision, baskets.c.changed)
        .join(entries, entries.c.basket == baskets.c.key, isouter=True)
        .where(_SEEN)
        .group_by(baskets.c.key)
        .order_by(baskets.c.changed.desc(), baskets.c.key.desc())
    )
    return tuple(BasketCard(row.name, row.passages, row.revision, row.changed) for row in found)


def create(connection: Connection, name: str) -> Held:
    """A new, empty basket. Raises `QuestionError` when the name is taken or there are too many."""
    names: list[str] = list(connection.execute(select(baskets.c.name)).scalars())
    if name in names:
        raise QuestionError(f"there is a basket {name} already: give another name")
    if len(names) >= MOST_BASKETS:
        raise QuestionError(f"there are {len(names)} baskets, the most there may be: delete one first")
    connection.execute(insert(baskets).values(name=name, revision=1, changed=time.time()))
    return find(connection, name)


def find(connection: Connection, name: str) -> Held:
    """The basket of that name. Raises `NotFound`."""
    row = connection.execute(
        select(baskets.c.key, baskets.c.revision, baskets.c.changed).where(baskets.c.name == name, _SEEN)
    ).one_or_none()
    if row is None:
        raise NotFound(f"there is no basket {name}: `kb basket list` shows the names")
    return Held(row.key, row.revision, row.changed)


def touch(connection: Connection, name: str, expected: int | None) -> Held:
    """The basket, about to change. Raises `NotFound`, and `Outdated` when its revision is not `expected`."""
    held = find(connection, name)
    if expected is not None and expected != held.revision:
        raise Outdated(
            f"the basket {name} was changed meanwhile (revision {held.revision}, yours {expected}): "
            "look at it again and repeat the change"
        )
    revision, now = held.revision + 1, time.time()
    connection.execute(
        update(baskets).where(baskets.c.key == held.key).values(revision=revision, changed=now)
    )
    return Held(held.key, revision, now)


def rename(connection: Connection, held: Held, name: str) -> None:
    """Gives the basket another name. Raises `QuestionError` when that is taken."""
    taken = connection.execute(select(baskets.c.key).where(baskets.c.name == name)).scalar_one_or_none()
    if taken not in (None, held.key):
        raise QuestionError(f"there is a basket {name} already: give another name")
    connection.execute(update(baskets).where(baskets.c.key == held.key).values(name=name))


def drop(connection: Connection, held: Held) -> None:
    """Deletes the basket with its entries."""
    connection.execute(delete(entries).where(entries.c.basket == held.key))
    connection.execute(delete(baskets).where(baskets.c.key == held.key))


def rows(connection: Connection, held: Held) -> tuple[Row, ...]:
    """The entries in order."""
    found = connection.execute(
        select(entries).where(entries.c.basket == held.key).order_by(entries.c.position, entries.c.id)
    )
    return tuple(_row(row) for row in found.mappings())


def places(connection: Connection, held: Held) -> frozenset[tuple[str, int, int]]:
    """(document id, start, end) of the passages, as they were collected."""
    columns = select(entries.c.doc_id, entries.c.start, entries.c.end)
    found = connection.execute(columns.where(entries.c.basket == held.key, entries.c.level == 0))
    return frozenset((row.doc_id, row.start, row.end) for row in found)


def put(connection: Connection, held: Held, fresh: Sequence[dict[str, object]], at: int | None) -> list[int]:
    """Inserts rows before the 0-based position `at`, or at the end; returns their ids.

    Raises `QuestionError` when the basket would grow beyond its limit.
    """
    ids = order(connection, held)
    if len(ids) + len(fresh) > MOST_ENTRIES:
        raise QuestionError(f"a basket holds at most {MOST_ENTRIES} entries: begin another one")
    made = [_inserted(connection, row | {"basket": held.key, "position": len(ids)}) for row in fresh]
    place = len(ids) if at is None else max(0, min(at, len(ids)))
    reorder(connection, held, [*ids[:place], *made, *ids[place:]])
    return made


def _inserted(connection: Connection, row: dict[str, object]) -> int:
    id: int = connection.execute(insert(entries).values(row).returning(entries.c.id)).scalar_one()
    return id


def order(connection: Connection, held: Held) -> list[int]:
    """The ids of the entries in order."""
    statement = select(entries.c.id).where(entries.c.basket == held.key)
    return list(connection.execute(statement.order_by(entries.c.position, entries.c.id)).scalars())


def reorder(connection: Connection, held: Held, ids: Sequence[int]) -> None:
    """Numbers the entries as `ids` has them."""
    for position, id in enumerate(ids):
        connection.execute(
            update(entries)
            .where(entries.c.id == id, entries.c.basket == held.key, entries.c.position != position)
            .values(position=position)
        )


def edit(connection: Connection, held: Held, id: int, values: Mapping[str, object]) -> None:
    """Changes columns of one entry. Raises `NotFound`."""
    one = (entries.c.id == id) & (entries.c.basket == held.key)
    if connection.execute(select(entries.c.id).where(one)).first() is None:
        raise NotFound(f"the basket has no entry {id}: `kb basket show` shows their numbers")
    if values:
        connection.execute(update(entries).where(one).values(**values))


def remove(connection: Connection, held: Held, ids: Sequence[int]) -> None:
    """Removes entries. Raises `NotFound` for one that is not in the basket."""
    present = order(connection, held)
    for id in ids:
        if id not in present:
            raise NotFound(f"the basket has no entry {id}: `kb basket show` shows their numbers")
        connection.execute(delete(entries).where(entries.c.id == id))
    reorder(connection, held, [id for id in present if id not in ids])


def heading_row(text: str, level: int, note: str) -> dict[str, object]:
    """The columns of a heading."""
    return {
        "level": level, "text": text, "note": note, "label": "", "doc_id": "", "start": 0, "end": 0,
        "citation": {},
    }  # fmt: skip


def passage_row(citation: Citation, note: str, label: str) -> dict[str, object]:
    """The columns of a passage."""
    kept = {
        "path": list(citation.path),
        "paragraph": citation.paragraph,
        "page": citation.page,
        "flags": [asdict(flag) for flag in citation.flags],
        "card": asdict(citation.document),
    }
    return {
        "level": 0, "text": citation.quote, "note": note, "label": label, "doc_id": citation.doc_id,
        "start": citation.start, "end": citation.end, "citation": kept,
    }  # fmt: skip


def _row(row: RowMapping) -> Row:
    citation = None if row["level"] else _citation(row, row["citation"])
    return Row(row["id"], row["level"], row["text"], row["note"], row["label"], citation)


def _citation(row: RowMapping, kept: dict[str, Any]) -> Citation:
    return Citation(
        document=_card(kept["card"]),
        path=tuple(kept["path"]),
        paragraph=kept["paragraph"],
        page=kept["page"],
        start=row["start"],
        end=row["end"],
        quote=row["text"],
        flags=_flags(kept["flags"]),
    )


def _card(kept: dict[str, Any]) -> DocumentCard:
    """The card as it was; fields that cards did not have then keep their defaults."""
    known = {field.name for field in fields(DocumentCard)}
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in kept.items()
        if name in known
    }
    values["flags"] = _flags(kept["flags"])
    return DocumentCard(**values)


def _flags(kept: list[dict[str, Any]]) -> tuple[Flag, ...]:
    return tuple(Flag(**flag) for flag in kept)
