"""Collections of one library: who sees which documents."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from kb.errors import NotFound, QuestionError
from kb.store import members, placing
from kb.store.collections import DEFAULT
from kb.store.store import Store
from kb.types import Account, Collection, Member, Role

_NAME = re.compile(r"[\w.-]{1,60}")


class Collections:
    """Every document is in one; a collection is open to a role and those above it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def every(self) -> tuple[Collection, ...]:
        """All by name, with how many documents are in each."""
        return placing.every(self._store)

    def add(self, name: str, role: Role = "reader") -> Collection:
        """A new one. Raises `QuestionError` for a name that is taken or none."""
        name = _name(name)
        placing.add(self._store, name, role)
        return Collection(name, role, 0)

    def get(self, name: str) -> Collection:
        """One. Raises `NotFound`."""
        found = next((one for one in self.every() if one.name == name), None)
        if found is None:
            raise NotFound(f"there is no collection {name}")
        return found

    def rename(self, name: str, new: str) -> str:
        """Gives one another name, wherever it is named; tells it as it is kept.

        Raises `NotFound`, `QuestionError` for a name that is taken or none, and `Busy`.
        """
        new = _name(new)
        if new != name:
            placing.rename(self._store, name, new)
        return new

    def members(self, name: str) -> tuple[Member, ...]:
        """The accounts and the keys in force that see one. Raises `NotFound`."""
        with self._store.reading() as connection:
            return members.of(connection, name)

    def listed(self, account: Account) -> tuple[str, ...]:
        """The names of those that an account sees now."""
        with self._store.reading() as connection:
            return members.listed(connection, account)

    def set_role(self, name: str, role: Role) -> None:
        """Opens one to another role and those above it. Raises `NotFound`."""
        placing.set_role(self._store, name, role)

    def move(self, doc_ids: Sequence[str], name: str) -> None:
        """Puts documents into one, with the other articles of their files. Raises `NotFound`, `Busy`."""
        placing.place_documents(self._store, doc_ids, name)

    def choose(self, seen: frozenset[str] | None, wanted: str = "") -> str:
        """Where somebody's uploads go: where they want, else where everything goes, else their own first.

        Raises `NotFound` for a collection that there is not for them.
        """
        if seen is None or wanted in seen:
            return wanted
        if wanted or not seen:
            raise NotFound(f"there is no collection {wanted}: use one of {', '.join(sorted(seen))}")
        return "" if DEFAULT in seen else min(seen)

    def expect(self, sources: Sequence[str], name: str) -> None:
        """Uploads on their way go into a collection; what is somewhere stays there. Raises `NotFound`."""
        if name:
            placing.expect(self._store, sources, name)


def _name(name: str) -> str:
    name = unicodedata.normalize("NFKC", name.strip())
    if not _NAME.fullmatch(name):
        raise QuestionError(f"{name[:60]!r} is no name: use 1 to 60 letters, digits, characters, . - _")
    return name
