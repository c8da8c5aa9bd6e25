"""What administrators do to accounts, keys and collections, for the page and the API alike."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import Request

from kb.errors import NotFound, QuestionError
from kb.library import Library
from kb.surfaces.recording import say
from kb.types import Account, Key, Member, Role

Names = Sequence[str] | None  # of collections; None: those that are open to the role


def add_account(
    request: Request, library: Library, name: str, password: str, role: Role, sees: Names
) -> Account:
    """A new account. Raises `NotFound`, `QuestionError`.

    The first one is an administrator's: from then on people log in, and somebody has to make others.
    """
    first = not library.accounts.people()
    if first and (role != "admin" or sees is not None):
        raise QuestionError(
            "the first account is an administrator's who sees everything: give it the role admin"
        )
    made = library.accounts.add(name, password, role, sees)
    say(request, made.name, role, _said(sees))
    return made


def change_account(
    request: Request,
    library: Library,
    name: str,
    role: Role | None = None,
    sees: Names | bool = True,
    disabled: bool | None = None,
) -> Account:
    """Gives an account another role or other collections, or locks it; what is left out stays.

    Raises `NotFound`, and `QuestionError` when nobody would be left to administer.
    """
    changed = library.accounts.change(name, role, sees, disabled)
    say(request, changed.role, _said(changed.collections), *(["locked"] if changed.disabled else []))
    return changed


def add_key(
    request: Request, library: Library, name: str, role: Role, days: int | None, sees: Names
) -> tuple[Key, str]:
    """A new key and its secret, which is told this once. Raises `NotFound`, `QuestionError`."""
    if not library.accounts.people():
        raise QuestionError("make an administrator's account first: with a key alone nobody could log in")
    made, secret = library.accounts.add_key(name, role, days, sees)
    say(request, made.id, made.name, role, _said(sees))
    return made, secret


def join(request: Request, library: Library, collection: str, name: str) -> tuple[Member, ...]:
    """Lets an account see a collection, beside what it sees now. Raises `NotFound`.

    One that saw what is open to its role sees these by name from then on, and no others that will come.
    """
    library.collections.get(collection)
    account = library.accounts.person(name)
    seen = set(library.collections.listed(account))
    if collection not in seen:
        library.accounts.change(name, collections=sorted(seen | {collection}))
        say(request, account.name)
    return library.collections.members(collection)


def leave(request: Request, library: Library, collection: str, name: str) -> tuple[Member, ...]:
    """Closes a collection to an account. Raises `NotFound`, and `QuestionError` as `change_account` does."""
    account = library.accounts.person(name)
    seen = set(library.collections.listed(account))
    if collection not in seen:
        raise NotFound(f"{account.name} does not see the collection {collection}")
    library.accounts.change(name, collections=sorted(seen - {collection}))
    say(request, account.name)
    return library.collections.members(collection)


def move(request: Request, library: Library, doc_ids: Sequence[str], name: str) -> None:
    """Puts documents into a collection, with the other articles of their files. Raises `NotFound`, `Busy`."""
    library.collections.move(doc_ids, name)
    say(request, name, *doc_ids)


def _said(names: Names) -> str:
    return "*" if names is None else ",".join(names) or "-"
