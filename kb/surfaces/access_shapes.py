"""The JSON shapes of accounts and keys, and how to fill them. Times are ISO 8601 in UTC; null: never."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Literal

from kb.types import Account, AuditEntry, Collection, Key, Login, Member, Role


@dataclass(frozen=True, slots=True)
class AccountOut:
    """A person who may log in; `collections` is null for those that are open to the role."""

    name: str
    role: Role
    collections: list[str] | None
    created: str
    disabled: bool


@dataclass(frozen=True, slots=True)
class AccountsPageOut:
    """Accounts by name; `next` is the cursor of the following page."""

    accounts: list[AccountOut]
    total: int
    next: str | None


@dataclass(frozen=True, slots=True)
class MeOut:
    """Who asks: `kind` is session (a person), key (a program) or local (the user of this machine)."""

    name: str
    role: Role
    collections: list[str] | None
    kind: Literal["local", "session", "key"]


@dataclass(frozen=True, slots=True)
class LoginOut:
    """A login; `present` is the one that asks, `address` where it began."""

    id: str
    began: str
    seen: str
    address: str
    present: bool


@dataclass(frozen=True, slots=True)
class LoginsOut:
    """The logins of an account that have not ended, the last used first."""

    logins: list[LoginOut]


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
class KeysPageOut:
    """Keys, the newest first; `next` is the cursor of the following page."""

    keys: list[KeyOut]
    total: int
    next: str | None


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


@dataclass(frozen=True, slots=True)
class CollectionsPageOut:
    """Collections by name; `next` is the cursor of the following page."""

    collections: list[CollectionOut]
    total: int
    next: str | None


@dataclass(frozen=True, slots=True)
class MemberOut:
    """An account or key that sees a collection: `named` when it is one of its own, else by its role."""

    kind: Literal["account", "key"]
    id: str
    name: str
    role: Role
    named: bool


@dataclass(frozen=True, slots=True)
class MembersOut:
    """Who sees a collection: accounts by name, then the keys in force, the newest first."""

    members: list[MemberOut]


def members_out(found: Sequence[Member]) -> MembersOut:
    """Who sees a collection."""
    return MembersOut([MemberOut(**asdict(one)) for one in found])


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
class AuditStateOut:
    """Whether the log is whole: `broken` is the number of the first entry that is not as it was written."""

    entries: int
    ok: bool
    broken: int | None


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
    names = _listed(account.collections)
    return AccountOut(account.name, account.role, names, moment(account.created), account.disabled)


def logins_out(logins: Sequence[Login]) -> LoginsOut:
    """The logins of an account."""
    return LoginsOut(
        [LoginOut(one.id, moment(one.began), moment(one.seen), one.address, one.present) for one in logins]
    )


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
