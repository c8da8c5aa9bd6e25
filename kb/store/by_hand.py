"""The tables of what people decide: changes of own rules and lenses, judged flags."""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, Integer, String, Table, Text

from kb.store.schema import metadata

# Every change of a file of the office's own; the last one's `after` is what the file holds.
own_changes = Table(
    "own_changes",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("file", Text, nullable=False, index=True),  # lenses/NAME.toml, rules/NAME.toml
    Column("before", Text, nullable=False),  # "" when there was none
    Column("after", Text, nullable=False),  # "" when it was deleted
    Column("who", Text, nullable=False),
    Column("at", Float, nullable=False),  # Unix seconds
    sqlite_autoincrement=True,
)

# What people said of flags, one row for each time, never changed; the last one counts.
flag_reviews = Table(
    "flag_reviews",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("doc_id", String, nullable=False),
    Column("flag", String, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("start", Integer, nullable=False),  # where it stood when it was judged
    Column("end", Integer, nullable=False),
    Column("verdict", String, nullable=False),  # confirmed | false_alarm | open
    Column("who", Text, nullable=False),
    Column("at", Float, nullable=False),  # Unix seconds
    Index("flag_reviews_by_document", "doc_id", "flag"),
    sqlite_autoincrement=True,
)

TABLES = (own_changes, flag_reviews)
