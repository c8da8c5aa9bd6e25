"""Who may come in after a restore: what was shut since the backup was made stays shut.

Works on one SQLite connection: `main` is the truth that comes, `present` the one that it takes the place of.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Regained:
    """What a restore kept shut."""

    revoked: int  # keys that were in force in the backup
    locked: tuple[str, ...]  # accounts that could log in in the backup


def keep_shut(connection: sqlite3.Connection) -> Regained:
    """Ends all logins; keys revoked and accounts locked or deleted since the backup stay out.

    Where the present truth has no accounts, nothing is known of what was shut, and nothing is.
    """
    connection.execute("DELETE FROM main.sessions")
    if not connection.execute(
        "SELECT 1 FROM present.sqlite_master WHERE type = 'table' AND name = 'api_keys'"
    ).fetchone():
        return Regained(0, ())
    revoked = connection.execute(
        "UPDATE main.api_keys SET revoked ="
        " (SELECT now.revoked FROM present.api_keys AS now WHERE now.id = main.api_keys.id) "
        "WHERE revoked IS NULL AND id IN (SELECT id FROM present.api_keys WHERE revoked IS NOT NULL)"
    ).rowcount
    if not connection.execute("SELECT 1 FROM present.accounts LIMIT 1").fetchone():
        return Regained(revoked, ())
    columns = {row[1] for row in connection.execute("PRAGMA present.table_info('accounts')")}
    open_now = "SELECT lower(name) FROM present.accounts" + (
        " WHERE NOT disabled" if "disabled" in columns else ""
    )
    shut = f"NOT disabled AND lower(name) NOT IN ({open_now})"
    names = connection.execute(f"SELECT name FROM main.accounts WHERE {shut} ORDER BY name").fetchall()
    connection.execute(f"UPDATE main.accounts SET disabled = 1 WHERE {shut}")
    return Regained(revoked, tuple(name for (name,) in names))
