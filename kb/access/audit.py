"""What was done to a library, by whom: a log that is only added to (`kb audit`)."""

from __future__ import annotations

import time
from collections.abc import Callable

from kb.store import audit as kept
from kb.store.database import adding
from kb.store.store import Store
from kb.types import AuditEntry, Caller

COMMAND_LINE = Caller("command line", "admin")


class Audit:
    """The log of one library. A row's hash covers the row before, so that none can be changed unseen."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self._clock = clock

    def record(
        self,
        who: Caller,
        action: str,
        about: str,
        *,
        address: str = "",
        request: str = "",
        before: str = "",
        after: str = "",
    ) -> None:
        """Adds what was done. Raises `StoreError` when it cannot be kept."""
        entry = AuditEntry(
            0, self._clock(), who.name, who.key_id, action, about, address, request, before, after, ""
        )
        with adding(self._store.engine) as connection:
            kept.append(connection, entry)

    def page(self, limit: int, before: int | None = None) -> list[AuditEntry]:
        """What was done, the newest first, with numbers below `before`."""
        with self._store.reading() as connection:
            return kept.page(connection, limit, before)

    def verify(self) -> tuple[int, int | None]:
        """How many entries there are, and the number of the first one that was tampered with, or None."""
        with self._store.reading() as connection:
            return kept.broken(connection)
