"""Who may use a library: people's accounts, the keys of programs, and what was done."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args

Role = Literal["reader", "editor", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)  # each may do what the ones before it may


@dataclass(frozen=True, slots=True)
class Caller:
    """One who asks: a person who logged in, a program with a key, or the user of this machine."""

    name: str
    role: Role
    collections: frozenset[str] | None = None  # whose documents there are for them; None: all
    kind: Literal["local", "session", "key"] = "local"
    key_id: str = ""  # of a program's key
    token: str = field(default="", repr=False)  # what the forms of a session must carry

    def may(self, role: Role) -> bool:
        """Whether what needs `role` is allowed."""
        return ROLES.index(self.role) >= ROLES.index(role)


LOCAL = Caller("local", "admin")  # whoever sits at this machine, as long as there are no accounts


@dataclass(frozen=True, slots=True)
class Account:
    """A person who may log in. Times are Unix seconds."""

    name: str
    role: Role
    collections: tuple[str, ...] | None  # None: those that are open to the role
    created: float
    disabled: bool = False  # it is kept, and nobody can log in with it

    @property
    def rules(self) -> bool:
        """Whether it may administer: an administrator who sees everything."""
        return self.role == ROLES[-1] and self.collections is None and not self.disabled


@dataclass(frozen=True, slots=True)
class Key:
    """A program's key, without its secret. Times are Unix seconds, None: never."""

    id: str
    name: str
    role: Role
    collections: tuple[str, ...] | None  # None: those that are open to the role
    created: float
    expires: float | None
    used: float | None
    revoked: float | None


@dataclass(frozen=True, slots=True)
class Collection:
    """A part of the library that is open to a role and those above it."""

    name: str
    role: Role
    documents: int


@dataclass(frozen=True, slots=True)
class Member:
    """An account or key that sees a collection."""

    kind: Literal["account", "key"]
    id: str  # of a key; of an account its name
    name: str
    role: Role
    named: bool  # the collection is one of its own; else it is open to the role


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One thing that was done. `before` and `after` are fingerprints of its object, "" for none."""

    number: int
    time: float  # Unix seconds
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
class Session:
    """A login: `id` is the cookie's value, which is kept nowhere else."""

    id: str = field(repr=False)
    account: Account


@dataclass(frozen=True, slots=True)
class Login:
    """A login as its person sees it. Times are Unix seconds."""

    id: str  # names it, and lets nobody in
    began: float
    seen: float
    address: str  # from which it began, "" where that was not kept
    present: bool  # the one that asks
