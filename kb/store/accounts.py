"""The tables of accounts, logins and keys. Secrets are here only as hashes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Float,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from kb.errors import NotFound, QuestionError
from kb.store.collections import Openness, collections
from kb.store.schema import metadata
from kb.types import Account, Key, Login

accounts = Table(
    "accounts",
    metadata,
    Column("key", Integer, primary_key=True, autoincrement=True),
    Column("name", Text, nullable=False, unique=True),
    Column("password", Text, nullable=False),  # Argon2id, in its own encoding
    Column("role", String, nullable=False),
    Column("collections", JSON(none_as_null=True)),  # null: those that are open to the role
    Column("created", Float, nullable=False),  # Unix seconds
    Column("disabled", Integer, nullable=False, server_default="0"),
    sqlite_autoincrement=True,
)

sessions = Table(
    "sessions",
    metadata,
    Column("hash", String(64), primary_key=True),  # SHA-256 of the cookie's value
    Column("account", Integer, ForeignKey("accounts.key", ondelete="CASCADE"), nullable=False, index=True),
    Column("created", Float, nullable=False),
    Column("seen", Float, nullable=False),
    Column("address", Text, nullable=False, server_default=""),  # from which it began
    sqlite_with_rowid=False,
)

keys = Table(
    "api_keys",
    metadata,
    Column("id", String, primary_key=True),
    Column("hash", String(64), nullable=False),  # SHA-256 of the whole key
    Column("name", Text, nullable=False),
    Column("role", String, nullable=False),
    Column("collections", JSON(none_as_null=True)),
    Column("created", Float, nullable=False),
    Column("expires", Float),
    Column("used", Float),
    Column("revoked", Float),
    sqlite_with_rowid=False,
)

# The collections with their roles, in the statement that finds a login or key: one read for each request.
_OPENNESS = (
    select(func.json_group_array(func.json_array(collections.c.name, collections.c.role)))
    .scalar_subquery()
    .label("openness")
)

TABLES = (accounts, sessions, keys)
_SHOWN = 16  # characters of a login's hash that name it


@dataclass(frozen=True, slots=True)
class Held:
    """An account with what is secret of it."""

    key: int
    account: Account
    password: str


def any_way_in(connection: Connection, now: float) -> bool:
    """Whether somebody can be known: an account, or a key that is in force."""
    in_force = keys.c.revoked.is_(None) & or_(keys.c.expires.is_(None), keys.c.expires > now)
    ways = select(select(accounts.c.key).exists() | select(keys.c.id).where(in_force).exists())
    return bool(connection.execute(ways).scalar_one())


def add(connection: Connection, account: Account, password: str) -> None:
    """Keeps a new account. Raises `QuestionError` when the name is taken."""
    if find(connection, account.name) is not None:
        raise QuestionError(f"there is an account {account.name} already: give another name")
    values: dict[str, Any] = {
        "name": account.name,
        "password": password,
        "role": account.role,
        "collections": _listed(account.collections),
        "created": account.created,
    }
    connection.execute(insert(accounts).values(values))


def find(connection: Connection, name: str) -> Held | None:
    """The account of that name, whatever the case of its letters."""
    row = connection.execute(
        select(accounts).where(func.lower(accounts.c.name) == func.lower(name))
    ).one_or_none()
    return Held(row.key, _account(row), row.password) if row is not None else None


def get(connection: Connection, name: str) -> Held:
    """The account of that name. Raises `NotFound`."""
    found = find(connection, name)
    if found is None:
        raise NotFound(f"there is no account {name}: `kb user list` shows the names")
    return found


def every(connection: Connection) -> tuple[Account, ...]:
    """All accounts by name."""
    return tuple(_account(row) for row in connection.execute(select(accounts).order_by(accounts.c.name)))


def change(connection: Connection, held: Held, **values: object) -> None:
    """Changes columns of an account."""
    connection.execute(update(accounts).where(accounts.c.key == held.key).values(**values))


def remove(connection: Connection, held: Held) -> None:
    """Deletes an account with its logins."""
    end_all(connection, held.key)
    connection.execute(delete(accounts).where(accounts.c.key == held.key))


def anybody_rules(connection: Connection) -> bool:
    """Whether there is an administrator left who sees everything."""
    return any(account.rules for account in every(connection))


def begin(connection: Connection, account: int, hash: str, now: float, address: str) -> None:
    """Keeps a login."""
    values = {"hash": hash, "account": account, "created": now, "seen": now, "address": address}
    connection.execute(insert(sessions).values(values))


def logins(connection: Connection, account: int, began: float, seen: float) -> list[tuple[str, Login]]:
    """The logins of an account, the last used first, with their hashes; `began` and `seen` as in `sweep`."""
    found = select(sessions).where(
        sessions.c.account == account, sessions.c.created >= began, sessions.c.seen >= seen
    )
    rows = connection.execute(found.order_by(sessions.c.seen.desc(), sessions.c.hash))
    return [
        (row.hash, Login(row.hash[:_SHOWN], row.created, row.seen, row.address, present=False))
        for row in rows
    ]


def session(connection: Connection, hash: str) -> tuple[Account, float, float, Openness] | None:
    """Whose login it is, when it began and when it was last seen, and which collections there are."""
    row = connection.execute(
        select(accounts, sessions.c.created.label("began"), sessions.c.seen, _OPENNESS)
        .join(accounts, accounts.c.key == sessions.c.account)
        .where(sessions.c.hash == hash)
    ).one_or_none()
    return (_account(row), row.began, row.seen, _openness(row)) if row is not None else None


def see(connection: Connection, hash: str, now: float) -> None:
    """Keeps that a login was used."""
    connection.execute(update(sessions).where(sessions.c.hash == hash).values(seen=now))


def end(connection: Connection, hash: str) -> None:
    """Ends a login."""
    connection.execute(delete(sessions).where(sessions.c.hash == hash))


def end_all(connection: Connection, account: int, but: str = "") -> None:
    """Ends all logins of an account, but the one of that hash."""
    connection.execute(delete(sessions).where(sessions.c.account == account, sessions.c.hash != but))


def sweep(connection: Connection, began: float, seen: float) -> None:
    """Deletes logins that began before `began` or were last used before `seen`."""
    connection.execute(delete(sessions).where(or_(sessions.c.created < began, sessions.c.seen < seen)))


def add_key(connection: Connection, key: Key, hash: str) -> None:
    """Keeps a new key."""
    values: dict[str, Any] = {
        "id": key.id,
        "hash": hash,
        "name": key.name,
        "role": key.role,
        "collections": _listed(key.collections),
        "created": key.created,
        "expires": key.expires,
    }
    connection.execute(insert(keys).values(values))


def key(connection: Connection, id: str) -> tuple[Key, str, Openness] | None:
    """A key, the hash of its secret, and which collections there are."""
    row = connection.execute(select(keys, _OPENNESS).where(keys.c.id == id)).one_or_none()
    return (_key(row), row.hash, _openness(row)) if row is not None else None


def every_key(connection: Connection) -> tuple[Key, ...]:
    """All keys, the newest first."""
    found = connection.execute(select(keys).order_by(keys.c.created.desc(), keys.c.id))
    return tuple(_key(row) for row in found)


def use_key(connection: Connection, id: str, now: float) -> None:
    """Keeps that a key was used."""
    connection.execute(update(keys).where(keys.c.id == id).values(used=now))


def revoke_key(connection: Connection, id: str, now: float) -> Key:
    """Takes a key out of force. Raises `NotFound`."""
    found = key(connection, id)
    if found is None:
        raise NotFound(f"there is no key {id}: `kb key list` shows them")
    connection.execute(update(keys).where(keys.c.id == id, keys.c.revoked.is_(None)).values(revoked=now))
    return found[0] if found[0].revoked is not None else replace(found[0], revoked=now)


def _openness(row: Any) -> Openness:  # noqa: ANN401 (a row of a join is of no class of ours)
    return Openness(tuple((name, role) for name, role in json.loads(row.openness)))


def _listed(names: Sequence[str] | None) -> list[str] | None:
    return None if names is None else list(names)


def _names(kept: list[str] | None) -> tuple[str, ...] | None:
    return None if kept is None else tuple(kept)


def _account(row: Any) -> Account:  # noqa: ANN401 (a row of a join is of no class of ours)
    return Account(row.name, row.role, _names(row.collections), row.created, bool(row.disabled))


def _key(row: Any) -> Key:  # noqa: ANN401 (as above)
    return Key(
        row.id,
        row.name,
        row.role,
        _names(row.collections),
        row.created,
        row.expires,
        row.used,
        row.revoked,
    )
