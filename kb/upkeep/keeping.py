"""What a library keeps and mends, in one place: `library.upkeep`."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from sqlalchemy import select

from kb.store.own_files import OwnFiles
from kb.store.schema import family_decisions, files
from kb.store.store import Store
from kb.store.view import file_name
from kb.types import Failure, Health, Trial, Wanted
from kb.upkeep.backups import Backups
from kb.upkeep.flags import FlagReviews
from kb.upkeep.health import health
from kb.upkeep.lenses import own_lens_files
from kb.upkeep.rules import own_rule_files, try_rules


class Upkeep:
    """Own lenses and rules, judged flags, backups, the health of one index."""

    def __init__(self, store: Store, home: Path) -> None:
        self.lenses: OwnFiles = own_lens_files(store, home)
        self.rules: OwnFiles = own_rule_files(store, home)
        self.flags = FlagReviews(store)
        self.backups = Backups(store.layout, home)
        self.home = home
        self._store = store

    def try_rules(self, name: str, text: str) -> Trial:
        """What changed rules would do to the library. Raises `DataError` when they are wrong."""
        return try_rules(self._store, self.home, name, text)

    def health(self) -> Health:
        """How the index stands. Raises `StoreError`."""
        found = health(self._store.whole)
        if self._store is self._store.whole:
            return found
        named = tuple(Failure(file_name(one.source), one.reason) for one in found.failures)  # as in `View`
        problem = found.rules_problem.replace(f"{self.home}{os.sep}", "")
        return replace(found, failures=named, rules_problem=problem)

    def sources(self) -> tuple[Wanted, ...]:
        """Every file that was taken in, to be read again."""
        with self._store.whole.reading() as connection:
            rows = connection.execute(select(files).where(files.c.same_as == "").order_by(files.c.source))
            return tuple(Wanted(row.source, Path(row.source).name, row.sha256, row.size) for row in rows)

    def decisions(self) -> dict[str, str]:
        """What people said of families: "none" or the id of a relative, by the id of the document."""
        with self._store.reading() as connection:
            found = connection.execute(select(family_decisions).order_by(family_decisions.c.doc_id))
            return {row.doc_id: row.target for row in found}
