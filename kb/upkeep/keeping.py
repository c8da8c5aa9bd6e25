"""What a library keeps and mends, in one place: `library.upkeep`."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from kb.store.backup import back_up
from kb.store.own_files import OwnFiles
from kb.store.schema import family_decisions
from kb.store.store import Store
from kb.types import BackupReport, Trial
from kb.upkeep.flags import FlagReviews
from kb.upkeep.lenses import own_lens_files
from kb.upkeep.rules import own_rule_files, try_rules


class Upkeep:
    """Own lenses and rules, judged flags, backups, the health of one index."""

    def __init__(self, store: Store, home: Path) -> None:
        self.lenses: OwnFiles = own_lens_files(store, home)
        self.rules: OwnFiles = own_rule_files(store, home)
        self.flags = FlagReviews(store)
        self.home = home
        self._store = store

    def try_rules(self, name: str, text: str) -> Trial:
        """What changed rules would do to the library. Raises `DataError` when they are wrong."""
        return try_rules(self._store, self.home, name, text)

    def back_up(self, target: Path) -> BackupReport:
        """Writes a backup of the library to a new file. Raises `ExportError` and `StoreError`."""
        return back_up(self._store.layout, self.home, target)

    def decisions(self) -> dict[str, str]:
        """What people said of families: "none" or the id of a relative, by the id of the document."""
        with self._store.reading() as connection:
            found = connection.execute(select(family_decisions).order_by(family_decisions.c.doc_id))
            return {row.doc_id: row.target for row in found}
