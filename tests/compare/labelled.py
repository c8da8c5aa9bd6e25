"""Where the labelled files lie: our own samples in the project, the others in ../shared when it is there."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import docx

from kb.ingest.pipeline import read_documents
from kb.ingest.split import split
from kb.types import Chunk, Document, DocumentCard

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
DATA = ROOT / "tests" / "data"
_FOLDERS = {
    "samples": ROOT / "corpus" / "samples",
    "seeds": SHARED / "seeds",
    "reports": SHARED / "policy" / "gov_reports_2025_docx" / "files",
}


def path_of(name: str) -> Path:
    """The file that a label names as samples/…, seeds/… or reports/…."""
    kind, _, rest = name.partition("/")
    return _FOLDERS[kind] / rest


@cache
def raw_text(name: str) -> str:
    """The file's own text, to which the labels' offsets belong."""
    path = path_of(name)
    if path.suffix == ".docx":
        return "\n".join(paragraph.text for paragraph in docx.Document(str(path)).paragraphs)
    return path.read_bytes().decode("utf-8")


@cache
def articles(name: str) -> tuple[tuple[Document, tuple[Chunk, ...]], ...]:
    """The documents of a file with their passages."""
    path = path_of(name)
    return tuple(
        (document, split(document)) for document in read_documents(path.read_bytes(), path.name, name)
    )


def card(document: Document) -> DocumentCard:
    return DocumentCard(
        document.id,
        document.source,
        document.version,
        document.title,
        document.issuer,
        document.region,
        document.issued,
        document.number,
        document.kind,
        document.origin,
        document.flags,
    )
