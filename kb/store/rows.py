"""Values to rows of the truth and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple
from typing import Any

from sqlalchemy import RowMapping

from kb.types import Chunk, Document, DocumentCard, Fact, Flag, Removed, Section

CARD_COLUMNS = (
    "key", "id", "source", "version", "title", "issuer", "region", "issued", "number", "kind", "origin",
    "flags", "chunks", "topics", "collection",
)  # fmt: skip


def document_row(document: Document, chunks: int, generation: int) -> Mapping[str, object]:
    """The columns of `documents` but for the key."""
    return {
        "id": document.id,
        "source": document.source,
        "part": document.part,
        "sha256": document.sha256,
        "title": document.title,
        "text": document.text,
        "version": document.version,
        "sections": [[list(s.path), s.start, s.end, s.page] for s in document.sections],
        "issuer": document.issuer,
        "region": list(document.region),
        "issued": document.issued,
        "number": document.number,
        "kind": document.kind,
        "origin": document.origin,
        "flags": [astuple(flag) for flag in document.flags],
        "removed": [astuple(piece) for piece in document.removed],
        "facts": [astuple(fact) for fact in document.facts],
        "topics": list(document.topics),
        "chunks": chunks,
        "generation": generation,
    }


def document_of(row: RowMapping) -> Document:
    """The document of a row of `documents`."""
    return Document(
        id=row["id"],
        source=row["source"],
        sha256=row["sha256"],
        title=row["title"],
        text=row["text"],
        sections=tuple(Section(tuple(path), start, end, page) for path, start, end, page in row["sections"]),
        part=row["part"],
        issuer=row["issuer"],
        region=tuple(row["region"]),
        issued=row["issued"],
        number=row["number"],
        kind=row["kind"],
        origin=row["origin"],
        flags=_flags(row["flags"]),
        removed=tuple(Removed(*piece) for piece in row["removed"]),
        facts=tuple(Fact(*fact) for fact in row["facts"]),
        topics=tuple(row["topics"]),
    )


def card_of(row: RowMapping) -> DocumentCard:
    """The card of a row with `CARD_COLUMNS`, of a work of its own."""
    return DocumentCard(
        id=row["id"],
        source=row["source"],
        version=row["version"],
        title=row["title"],
        issuer=row["issuer"],
        region=tuple(row["region"]),
        issued=row["issued"],
        number=row["number"],
        kind=row["kind"],
        origin=row["origin"],
        flags=_flags(row["flags"]),
        chunks=row["chunks"],
        topics=tuple(row["topics"]),
        family=row["id"],
        collection=row["collection"],
    )


def chunk_of(row: RowMapping, doc_id: str) -> Chunk:
    """The chunk of a row of `chunks`."""
    return Chunk(row["id"], doc_id, row["start"], row["end"], tuple(row["path"]), row["page"])


def _flags(rows: list[list[Any]]) -> tuple[Flag, ...]:
    return tuple(Flag(*row) for row in rows)
