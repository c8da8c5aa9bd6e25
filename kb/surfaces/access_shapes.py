"""The JSON shapes of accounts and keys, and how to fill them. Times are ISO 8601 in UTC; null: never."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime

from kb.types import Account, AuditEntry, Collection, Key, Role


@dataclass(frozen=True, slots=True)
class AccountOut:
    """A person who may log in; `collections` is null for those that are open to the role."""

    name: str
    role: Role
    collections: list[str] | None
    created: str


@dataclass(frozen=True, slots=True)
class AccountsOut:
    """All accounts by name."""

    accounts: list[AccountOut]


@dataclass(frozen=True, slots=True)
class KeyOut:
    """A program's key without its secret."""

    id: str
    name: str
    role: Role
    collections: list[str] | None
    created: str
    expires: str | None
    used: str | None
    revoked: str | None


@dataclass(frozen=True, slots=True)
class KeysOut:
    """All keys, the newest first."""

    keys: list[KeyOut]


@dataclass(frozen=True, slots=True)
class NewKeyOut:
    """A key just made; `secret` is told this once."""

    key: KeyOut
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CollectionOut:
    """A part of the library; `role` is the least that sees it."""

    name: str
    role: Role
    documents: int


@dataclass(frozen=True, slots=True)
class CollectionsOut:
    """All collections by name."""

    collections: list[CollectionOut]


def collections_out(found: Sequence[Collection]) -> CollectionsOut:
    """All collections."""
    return CollectionsOut([CollectionOut(one.name, one.role, one.documents) for one in found])


@dataclass(frozen=True, slots=True)
class AuditEntryOut:
    """One thing that was done; `before` and `after` are fingerprints of its object, "" for none."""

    number: int
    time: str
    who: str
    key_id: str
    action: str
    object: str
    address: str
    request: str
    before: str
    after: str
    hash: str


@dataclass(frozen=True, slots=True)
class AuditOut:
    """What was done, the newest first; `next` is the cursor of what was before."""

    entries: list[AuditEntryOut]
    next: int | None


def audit_out(entries: Sequence[AuditEntry], following: int | None) -> AuditOut:
    """A page of the log."""
    return AuditOut(
        [AuditEntryOut(**(asdict(one) | {"time": moment(one.time)})) for one in entries], following
    )


def people_out(people: Sequence[Account]) -> AccountsOut:
    """All accounts."""
    return AccountsOut([account_out(one) for one in people])


def account_out(account: Account) -> AccountOut:
    """One account."""
    return AccountOut(account.name, account.role, _listed(account.collections), moment(account.created))


def keys_out(keys: Sequence[Key]) -> KeysOut:
    """All keys."""
    return KeysOut([key_out(one) for one in keys])


def key_out(key: Key) -> KeyOut:
    """One key."""
    expires, used, revoked = (
        moment(time) if time is not None else None for time in (key.expires, key.used, key.revoked)
    )
    return KeyOut(
        key.id,
        key.name,
        key.role,
        _listed(key.collections),
        moment(key.created),
        expires,
        used,
        revoked,
    )


def moment(seconds: float) -> str:
    """A time as 2026-11-22T08:00:00Z."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _listed(names: tuple[str, ...] | None) -> list[str] | None:
    return None if names is None else list(names)
