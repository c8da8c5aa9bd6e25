"""Collections of one library: who sees which documents."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from kb.errors import NotFound, QuestionError
from kb.store import placing
from kb.store.collections import DEFAULT
from kb.store.store import Store
from kb.types import Collection, Role

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
        name = unicodedata.normalize("NFKC", name.strip())
        if not _NAME.fullmatch(name):
            raise QuestionError(f"{name[:60]!r} is no name: use 1 to 60 letters, digits, characters, . - _")
        placing.add(self._store, name, role)
        return Collection(name, role, 0)

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
