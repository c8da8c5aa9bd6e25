"""Who sees a collection, and the collection's name wherever it is written."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from kb.errors import QuestionError
from kb.store import accounts, collections
from kb.store.collections import DEFAULT, Openness, placed
from kb.store.schema import documents
from kb.types import Account, Key, Member


def of(connection: Connection, name: str) -> tuple[Member, ...]:
    """The accounts and keys that see a collection. Raises `NotFound`."""
    collections.require(connection, [name])
    openness = _openness(connection)
    found: list[Member] = []
    for account in accounts.every(connection):
        if _sees(openness, account, name):
            named = account.collections is not None
            found.append(Member("account", account.name, account.name, account.role, named))
    for key in accounts.every_key(connection):
        if key.revoked is None and _sees(openness, key, name):
            found.append(Member("key", key.id, key.name, key.role, key.collections is not None))
    return tuple(found)


def listed(connection: Connection, account: Account) -> tuple[str, ...]:
    """The names of what an account sees now, where it sees what is open to its role."""
    if account.collections is not None:
        return account.collections
    seen = _openness(connection).seen_by(account.role, None)
    return tuple(one.name for one in collections.every(connection) if seen is None or one.name in seen)


def rename(connection: Connection, generation: int, old: str, new: str) -> None:
    """Gives a collection another name, wherever it is named. Raises `NotFound`, `QuestionError`."""
    collections.require(connection, [old])
    if old == DEFAULT:
        raise QuestionError(
            f"{DEFAULT} keeps its name: it is where everything goes that nobody puts anywhere"
        )
    table = collections.collections
    if connection.execute(select(table.c.name).where(table.c.name == new)).first():
        raise QuestionError(f"there is a collection {new} already: give another name")
    connection.execute(update(table).where(table.c.name == old).values(name=new))
    connection.execute(update(placed).where(placed.c.collection == old).values(collection=new))
    connection.execute(
        update(documents).where(documents.c.collection == old).values(collection=new, generation=generation)
    )
    for holders, key in ((accounts.accounts, "key"), (accounts.keys, "id")):
        rows = connection.execute(select(holders.c[key], holders.c.collections))
        for row in rows.all():
            if row.collections is not None and old in row.collections:
                names = sorted(new if name == old else name for name in row.collections)
                connection.execute(update(holders).where(holders.c[key] == row[0]).values(collections=names))


def _openness(connection: Connection) -> Openness:
    return Openness(tuple((one.name, one.role) for one in collections.every(connection)))


def _sees(openness: Openness, one: Account | Key, name: str) -> bool:
    seen = openness.seen_by(one.role, one.collections)
    return seen is None or name in seen
