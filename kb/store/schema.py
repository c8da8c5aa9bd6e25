"""The tables of the truth."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

metadata = MetaData()

# key → value: generation, model (the name of the vectors that answer), model_settings
meta = Table("meta", metadata, Column("key", String, primary_key=True), Column("value", Text, nullable=False))

files = Table(
    "files",
    metadata,
    Column("source", Text, primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("modified", BigInteger, nullable=False),  # nanoseconds
    Column("same_as", Text, nullable=False, default=""),  # the source with the same bytes that is kept
)

documents = Table(
    "documents",
    metadata,
    Column("key", Integer, primary_key=True, autoincrement=True),
    Column("id", String, nullable=False, unique=True),
    Column("source", Text, nullable=False, index=True),
    Column("part", Integer, nullable=False),
    Column("sha256", String(64), nullable=False, index=True),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("version", String(16), nullable=False),
    Column("sections", JSON, nullable=False),
    Column("issuer", Text, nullable=False),
    Column("region", JSON, nullable=False),
    Column("issued", String, nullable=False),
    Column("number", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("flags", JSON, nullable=False),
    Column("removed", JSON, nullable=False),
    Column("facts", JSON, nullable=False),
    Column("topics", JSON, nullable=False, server_default="[]"),
    Column("collection", Text, nullable=False, server_default="default"),
    Column("chunks", Integer, nullable=False),
    Column("generation", BigInteger, nullable=False, index=True),
    sqlite_autoincrement=True,  # a key is never given to another document
)

corrections = Table(
    "corrections",
    metadata,
    Column("doc_id", String, primary_key=True),
    Column("field", String, primary_key=True),
    Column("value", Text, nullable=False),
)

chunks = Table(
    "chunks",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("doc_key", Integer, ForeignKey("documents.key", ondelete="CASCADE"), nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("path", JSON, nullable=False),
    Column("page", Integer),
    Column("embedded", String(64), nullable=False),  # SHA-256 of the text that is embedded
    Column("generation", BigInteger, nullable=False, index=True),
    Index("chunks_by_document", "doc_key", "start"),
)

embeddings = Table(
    "embeddings",
    metadata,
    Column("model", String, primary_key=True),
    Column("embedded", String(64), primary_key=True),
    Column("vector", LargeBinary, nullable=False),  # float32, little-endian, unit length
    sqlite_with_rowid=False,
)

# Which documents are one work; derived from texts and metadata but for the decisions.
family_sketches = Table(
    "family_sketches",
    metadata,
    Column("doc_key", Integer, ForeignKey("documents.key", ondelete="CASCADE"), primary_key=True),
    Column("version", String, nullable=False),  # of the text, the region and the way sketches are made
    Column("shingles", Integer, nullable=False),
    Column("sketch", LargeBinary, nullable=False),  # uint32, little-endian
)

family_buckets = Table(
    "family_buckets",
    metadata,
    Column("bucket", BigInteger, primary_key=True, autoincrement=False),
    Column(
        "doc_key",
        Integer,
        ForeignKey("documents.key", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
        index=True,
    ),
    sqlite_with_rowid=False,
)

family_links = Table(  # each pair twice, once in each direction
    "family_links",
    metadata,
    Column(
        "doc_key",
        Integer,
        ForeignKey("documents.key", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column(
        "kin_key",
        Integer,
        ForeignKey("documents.key", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
        index=True,
    ),
    Column("share", Float, nullable=False),
    sqlite_with_rowid=False,
)

families = Table(  # documents that are not alone, the main one among them
    "families",
    metadata,
    Column("doc_key", Integer, ForeignKey("documents.key", ondelete="CASCADE"), primary_key=True),
    Column("main_key", Integer, nullable=False, index=True),
    Column("by_hand", Integer, nullable=False),
)

family_decisions = Table(
    "family_decisions",
    metadata,
    Column("doc_id", String, primary_key=True),
    Column("target", String, nullable=False),  # "none", or the id of a document of its family
)

# Pieces that cleaning took away and a person wants back.
restored_pieces = Table(
    "restored_pieces",
    metadata,
    Column("doc_id", String, primary_key=True),
    Column("piece", String(12), primary_key=True),  # its key
    Column("text", Text, nullable=False),
    Column("rule", String, nullable=False),
)

# Files that could not be read, and under which conditions: not tried again while both stay the same.
failures = Table(
    "failures",
    metadata,
    Column("source", Text, primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("modified", BigInteger, nullable=False),  # nanoseconds
    Column("conditions", String(16), nullable=False),
    Column("reason", Text, nullable=False),
)

# By what files of one site are known to each other; kept with the first document of each file.
site_marks = Table(
    "site_marks",
    metadata,
    Column("doc_key", Integer, ForeignKey("documents.key", ondelete="CASCADE"), primary_key=True),
    Column("host", Text, nullable=False, index=True),
    Column("applied", JSON, nullable=False),  # lines that were taken for the site's when it was read
    Column("settled", Integer, nullable=False, index=True),  # whether the run that read it has ended
)

site_lines = Table(
    "site_lines",
    metadata,
    Column(
        "doc_key",
        Integer,
        ForeignKey("documents.key", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("place", String, primary_key=True),  # top | bottom | cut | told
    Column("rank", Integer, primary_key=True, autoincrement=False),
    Column("line", Text, nullable=False),
    sqlite_with_rowid=False,
)

# What has gone since a generation, so that derived indexes can catch up.
tombstones = Table(
    "tombstones",
    metadata,
    Column("generation", BigInteger, primary_key=True),
    Column("what", String, primary_key=True),  # chunk | document
    Column("key", BigInteger, primary_key=True),
)

migrations = Table(
    "migrations",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("name", String, nullable=False),
    Column("applied", Float, nullable=False),  # Unix seconds
)
