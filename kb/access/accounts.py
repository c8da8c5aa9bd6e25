"""Accounts, logins and keys of one library, kept in its truth."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import time
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace

from sqlalchemy import Connection

from kb.access.passwords import checked, hashed, matches, weaker
from kb.errors import Busy, NotFound, QuestionError
from kb.store import accounts as kept
from kb.store.collections import require
from kb.store.database import adding, adding_if_free
from kb.store.store import Store
from kb.types import ROLES, Account, Caller, Key, Login, Role, Session

IDLE_SECONDS = 12 * 3600  # after which a login that is not used ends
LONGEST_SECONDS = 7 * 24 * 3600  # after which every login ends
KEY_PREFIX = "kb_"
_NOTED_SECONDS = 60.0  # between two notes of when a login or key was used
_NAME = re.compile(r"[\w.@-]{1,60}")
_LONGEST_KEY_NAME = 100
_DAY = 24 * 3600


class Accounts:
    """Who may use the library. Nobody at all: whoever sits at the machine."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self._clock = clock
        self._noted: dict[str, float] = {}

    def any_way_in(self) -> bool:
        """Whether somebody can be known: there is an account, or a key that is in force."""
        with self._store.reading() as connection:
            return kept.any_way_in(connection, self._clock())

    # People

    def people(self) -> tuple[Account, ...]:
        """All accounts by name."""
        with self._store.reading() as connection:
            return kept.every(connection)

    def add(self, name: str, password: str, role: Role, collections: Sequence[str] | None = None) -> Account:
        """A new account. Raises `QuestionError` for a name that is taken or none, or a weak password."""
        account = Account(_name(name), _role(role), _collections(collections), self._clock())
        secret = hashed(checked(password, account.name))
        with adding(self._store.engine) as connection:
            require(connection, account.collections or ())
            kept.add(connection, account, secret)
        return account

    def change(
        self,
        name: str,
        role: Role | None = None,
        collections: Sequence[str] | None | bool = True,
        disabled: bool | None = None,
        *,
        even_last: bool = False,
    ) -> Account:
        """Gives an account another role, other collections (None: those open to the role), or locks it.

        What is left out stays; a locked one's logins end. Raises `NotFound`, and `QuestionError` when nobody
        would be left to administer, unless `even_last`.
        """
        with adding(self._store.engine) as connection:
            held = kept.get(connection, name)
            account = held.account
            if role is not None:
                account = replace(account, role=_role(role))
            if not isinstance(collections, bool):
                account = replace(account, collections=_collections(collections))
            if disabled is not None:
                account = replace(account, disabled=disabled)
            require(connection, account.collections or ())
            names = None if account.collections is None else list(account.collections)
            values = {"role": account.role, "collections": names, "disabled": int(account.disabled)}
            kept.change(connection, held, **values)
            if account.disabled:
                kept.end_all(connection, held.key)
            _keep_one(connection, held.account, even_last)
            return account

    def set_password(self, name: str, password: str) -> None:
        """Gives an account another password and ends its logins. Raises `NotFound`, `QuestionError`."""
        secret = hashed(checked(password, name))
        with adding(self._store.engine) as connection:
            held = kept.get(connection, name)
            kept.change(connection, held, password=secret)
            kept.end_all(connection, held.key)

    def change_password(self, name: str, present: str, wanted: str, login: str) -> None:
        """Gives an account another password for its own person; its logins end but the one of that id.

        Raises `QuestionError` when `present` is not the password, or `wanted` can be none.
        """
        with self._store.reading() as connection:
            held = kept.get(connection, name)
        if not matches(held.password, present):
            raise QuestionError("the present password is wrong")
        secret = hashed(checked(wanted, held.account.name))
        with adding(self._store.engine) as connection:
            kept.change(connection, held, password=secret)
            kept.end_all(connection, held.key, _digest(login))

    def person(self, name: str) -> Account:
        """One account. Raises `NotFound`."""
        with self._store.reading() as connection:
            return kept.get(connection, name).account

    def remove(self, name: str, *, even_last: bool = False) -> None:
        """Deletes an account and ends its logins. Raises `NotFound`, `QuestionError` as `change` does."""
        with adding(self._store.engine) as connection:
            held = kept.get(connection, name)
            kept.remove(connection, held)
            _keep_one(connection, held.account, even_last)

    # Logins

    def login(self, name: str, password: str, address: str = "") -> Session | None:
        """A new login, or None for a wrong name or password: both take as long, and a locked account too."""
        with self._store.reading() as connection:
            held = kept.find(connection, name)
        right = matches(held.password if held is not None else None, password)
        if not right or held is None or held.account.disabled:
            return None
        now, id = self._clock(), secrets.token_urlsafe(32)
        with adding(self._store.engine) as connection:
            if weaker(held.password):
                kept.change(connection, held, password=hashed(password))
            kept.sweep(connection, now - LONGEST_SECONDS, now - IDLE_SECONDS)
            kept.begin(connection, held.key, _digest(id), now, address)
        return Session(id, held.account)

    def session(self, id: str) -> Caller | None:
        """Who logged in, None when the login has ended or never was."""
        now, hash = self._clock(), _digest(id)
        with self._store.reading() as connection:
            found = kept.session(connection, hash)
        if found is None:
            return None
        account, began, seen, openness = found
        seen = max(seen, self._noted.get(hash, 0.0))
        if account.disabled or now - began > LONGEST_SECONDS or now - seen > IDLE_SECONDS:
            return None
        self._note(hash, seen, now, lambda connection: kept.see(connection, hash, now))
        return _person(account, id, openness.seen_by(account.role, account.collections))

    def logout(self, id: str) -> None:
        """Ends a login."""
        with adding(self._store.engine) as connection:
            kept.end(connection, _digest(id))

    def logins(self, name: str, present: str = "") -> tuple[Login, ...]:
        """The logins of an account that have not ended; `present` is the id of the one that asks."""
        now, asking = self._clock(), _digest(present)
        with self._store.reading() as connection:
            key = kept.get(connection, name).key
            found = kept.logins(connection, key, now - LONGEST_SECONDS, now - IDLE_SECONDS)
        return tuple(replace(login, present=hash == asking) for hash, login in found)

    def end_login(self, name: str, id: str) -> None:
        """Ends one login of an account. Raises `NotFound`."""
        with adding(self._store.engine) as connection:
            found = kept.logins(connection, kept.get(connection, name).key, 0.0, 0.0)
            hash = next((hash for hash, login in found if login.id == id), None)
            if hash is None:
                raise NotFound(f"there is no such login of {name}: it may have ended already")
            kept.end(connection, hash)

    def end_logins(self, name: str, but: str = "") -> None:
        """Ends all logins of an account, but the one of that id. Raises `NotFound`."""
        with adding(self._store.engine) as connection:
            kept.end_all(connection, kept.get(connection, name).key, _digest(but))

    # Keys

    def key(self, id: str) -> Key:
        """One key. Raises `NotFound`."""
        with self._store.reading() as connection:
            found = kept.key(connection, id)
        if found is None:
            raise NotFound(f"there is no key {id}: `kb key list` shows them")
        return found[0]

    def every_key(self) -> tuple[Key, ...]:
        """All keys, the newest first."""
        with self._store.reading() as connection:
            return kept.every_key(connection)

    def add_key(
        self,
        name: str,
        role: Role = "reader",
        days: int | None = None,
        collections: Sequence[str] | None = None,
    ) -> tuple[Key, str]:
        """A new key and its secret, which is told this once. Raises `QuestionError` for a bad name."""
        name = name.strip()
        if not name or len(name) > _LONGEST_KEY_NAME or not name.isprintable():
            raise QuestionError(f"a key has a name of one line and at most {_LONGEST_KEY_NAME} characters")
        if days is not None and not 1 <= days <= 3650:
            raise QuestionError(f"a key cannot hold for {days} days: give 1 to 3650")
        now, id = self._clock(), secrets.token_hex(4)
        expires = now + days * _DAY if days is not None else None
        made = Key(id, name, _role(role), _collections(collections), now, expires, None, None)
        secret = f"{KEY_PREFIX}{id}_{secrets.token_urlsafe(32)}"
        with adding(self._store.engine) as connection:
            require(connection, made.collections or ())
            kept.add_key(connection, made, _digest(secret))
        return made, secret

    def revoke_key(self, id: str) -> Key:
        """Takes a key out of force for good. Raises `NotFound`."""
        with adding(self._store.engine) as connection:
            return kept.revoke_key(connection, id, self._clock())

    def by_key(self, secret: str) -> Caller | None:
        """Whose key this is, None when it is none or not in force."""
        now, id = self._clock(), secret.removeprefix(KEY_PREFIX).partition("_")[0]
        with self._store.reading() as connection:
            found = kept.key(connection, id)
        if found is None or not hmac.compare_digest(found[1], _digest(secret)):
            return None
        key, _, openness = found
        if key.revoked is not None or (key.expires is not None and key.expires <= now):
            return None
        self._note(id, key.used or 0.0, now, lambda connection: kept.use_key(connection, id, now))
        return Caller(key.name, key.role, openness.seen_by(key.role, key.collections), "key", id)

    def _note(self, what: str, before: float, now: float, write: Callable[[Connection], None]) -> None:
        """Keeps that a login or key was used: at most once a minute, and not while another writes."""
        if now - max(before, self._noted.get(what, 0.0)) < _NOTED_SECONDS:
            return
        if len(self._noted) > 10_000:
            self._noted.clear()
        self._noted[what] = now
        try:
            with adding_if_free(self._store.engine) as connection:
                write(connection)
        except Busy:  # the next request a minute on will try again; until then this process remembers
            return


def _keep_one(connection: Connection, before: Account, even_last: bool) -> None:
    if before.rules and not even_last and not kept.anybody_rules(connection):
        raise QuestionError(f"{before.name} is the last administrator: make another one first")


def _person(account: Account, id: str, seen: frozenset[str] | None) -> Caller:
    return Caller(account.name, account.role, seen, "session", token=form_token(id))


def form_token(id: str) -> str:
    """What the forms of a login carry: whoever cannot read our pages cannot know it."""
    return hmac.new(id.encode(), b"kb form", hashlib.sha256).hexdigest()


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _name(name: str) -> str:
    name = unicodedata.normalize("NFKC", name.strip())
    if not _NAME.fullmatch(name):
        raise QuestionError(f"{name[:60]!r} is no name: use 1 to 60 letters, digits, characters, . @ - _")
    return name


def _role(role: str) -> Role:
    for known in ROLES:
        if role == known:
            return known
    raise QuestionError(f"there is no role {role}: use {', '.join(ROLES)}")


def _collections(names: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if names is None else tuple(sorted(set(names)))
