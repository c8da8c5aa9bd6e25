"""Numbered steps from an empty file to the present tables; each runs once, in a transaction of its own."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, func, insert, inspect, select, text

from kb.errors import StoreError
from kb.later import later
from kb.store import schema
from kb.store.database import adding, reading

if TYPE_CHECKING:
    from kb.store import accounts, audit, baskets, by_hand, collections, deleted, job_rows
else:  # most openings have nothing to migrate
    accounts, audit = later("kb.store.accounts"), later("kb.store.audit")
    baskets, by_hand = later("kb.store.baskets"), later("kb.store.by_hand")
    collections, deleted = later("kb.store.collections"), later("kb.store.deleted")
    job_rows = later("kb.store.job_rows")


def m001_first_tables(connection: Connection) -> None:
    """The tables of the first release; later ones are made by the migration that brings them."""
    first = ("meta", "files", "documents", "corrections", "chunks", "embeddings", "tombstones", "migrations")
    schema.metadata.create_all(connection, tables=[schema.metadata.tables[name] for name in first])
    connection.execute(insert(schema.meta), [{"key": "generation", "value": "0"}])


def m002_topics(connection: Connection) -> None:
    """Documents have topics; those taken in before have none until they are read again."""
    present = {column["name"] for column in inspect(connection).get_columns("documents")}
    if "topics" not in present:
        connection.execute(text("ALTER TABLE documents ADD COLUMN topics JSON NOT NULL DEFAULT '[]'"))


def m003_families(connection: Connection) -> None:
    """Families; those of documents that are there already are found by the next ingest."""
    added = ("family_sketches", "family_buckets", "family_links", "families", "family_decisions")
    schema.metadata.create_all(connection, tables=[schema.metadata.tables[name] for name in added])


def m004_baskets(connection: Connection) -> None:
    """Baskets and their entries."""
    schema.metadata.create_all(connection, tables=baskets.TABLES)


def m005_restored_pieces(connection: Connection) -> None:
    """Pieces that cleaning took away and a person wants back."""
    schema.metadata.create_all(connection, tables=[schema.restored_pieces])


def m006_failures(connection: Connection) -> None:
    """Files that could not be read are remembered."""
    schema.metadata.create_all(connection, tables=[schema.failures])


def m007_sites(connection: Connection) -> None:
    """Marks of files by site; those of files that are there already are kept when they are read again."""
    schema.metadata.create_all(connection, tables=[schema.site_marks, schema.site_lines])


def m008_accounts(connection: Connection) -> None:
    """Accounts, logins and keys; there are none at first."""
    schema.metadata.create_all(connection, tables=accounts.TABLES)


def m009_by_hand(connection: Connection) -> None:
    """Changes of own rules and lenses, and judged flags."""
    schema.metadata.create_all(connection, tables=by_hand.TABLES)


def m010_jobs(connection: Connection) -> None:
    """Jobs with their files, and what was deleted by hand."""
    schema.metadata.create_all(connection, tables=[*job_rows.TABLES, deleted.deleted])


def m011_collections(connection: Connection) -> None:
    """Collections; what is there already is in the first one, which is open to everybody."""
    schema.metadata.create_all(connection, tables=collections.TABLES)
    values = {"name": collections.DEFAULT, "role": "reader", "created": time.time()}
    connection.execute(insert(collections.collections).prefix_with("OR IGNORE").values(values))
    present = {column["name"] for column in inspect(connection).get_columns("documents")}
    if "collection" not in present:
        connection.execute(
            text("ALTER TABLE documents ADD COLUMN collection TEXT NOT NULL DEFAULT 'default'")
        )


def m012_audit(connection: Connection) -> None:
    """The log of what was done."""
    audit.create(connection)


def m013_locked_accounts(connection: Connection) -> None:
    """Accounts can be locked, and logins tell from where they began."""
    for table, column in (("accounts", "disabled INTEGER"), ("sessions", "address TEXT")):
        present = {known["name"] for known in inspect(connection).get_columns(table)}
        if column.partition(" ")[0] not in present:
            empty = "''" if column.endswith("TEXT") else "0"
            connection.execute(text(f"ALTER TABLE {table} ADD COLUMN {column} NOT NULL DEFAULT {empty}"))


MIGRATIONS: tuple[Callable[[Connection], None], ...] = (
    m001_first_tables,
    m002_topics,
    m003_families,
    m004_baskets,
    m005_restored_pieces,
    m006_failures,
    m007_sites,
    m008_accounts,
    m009_by_hand,
    m010_jobs,
    m011_collections,
    m012_audit,
    m013_locked_accounts,
)


def applied(connection: Connection) -> int:
    """The number of the last migration that this store has had; 0 for an empty file."""
    if not inspect(connection).has_table(schema.migrations.name):
        return 0
    return connection.execute(select(func.coalesce(func.max(schema.migrations.c.number), 0))).scalar_one()


def migrate(engine: Engine) -> None:
    """Brings the store up to this program's tables.

    Raises `StoreError` when the store was made by a newer program, or is no store at all.
    """
    with reading(engine) as connection:
        done = applied(connection)
    if done > len(MIGRATIONS):
        raise StoreError(f"this index was written by a newer kb (migration {done}): upgrade kb to open it")
    for number, step in enumerate(MIGRATIONS[done:], start=done + 1):
        with adding(engine) as connection:
            if applied(connection) >= number:  # another process was faster
                continue
            step(connection)
            connection.execute(
                insert(schema.migrations).values(number=number, name=step.__name__, applied=time.time())
            )
