"""The tables of what people decide: changes of rules and lenses, judged flags, values before a correction."""

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

# What rules found where a person set something else.
found_values = Table(
    "found_values",
    metadata,
    Column("doc_id", String, primary_key=True),
    Column("field", String, primary_key=True),
    Column("value", Text, nullable=False),  # as it is written by hand: 天津市/河东区
    Column("confidence", Float, nullable=False),
    Column("evidence", Text, nullable=False),
)

TABLES = (own_changes, flag_reviews, found_values)
