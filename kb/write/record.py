"""The machine's copy of an export's citations: what `kb cite check` reads back.

Each writer puts the same JSON into its file where people do not trip over it. Quotations stand in it exactly,
whatever a format does to the visible ones.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass

from kb.errors import ExportError
from kb.types import Citation, Comparison, sha256_hex

MARK = "kb-citations-1"  # names the record and its version in every format


@dataclass(frozen=True, slots=True)
class Cited:
    """One citation of an exported file."""

    doc_id: str
    version: str
    start: int
    end: int
    quote: str
    quote_sha256: str
    title: str


def cited(citation: Citation) -> Cited:
    """What the record keeps of a citation."""
    return Cited(
        citation.doc_id,
        citation.version,
        citation.start,
        citation.end,
        citation.quote,
        citation.quote_sha256,
        citation.document.title,
    )


def citations_of(comparison: Comparison) -> Iterator[Citation]:
    """The citations of a comparison: column by column, row by row."""
    for column in comparison.columns:
        for cell in column.cells:
            yield from cell.citations


def to_json(citations: Iterable[Citation]) -> str:
    """The record in ASCII, on one line."""
    return json.dumps({"record": MARK, "citations": [asdict(cited(c)) for c in citations]})


def from_json(text: str, name: str) -> tuple[Cited, ...]:
    """The record's citations. Raises `ExportError` naming the file `name` when it is damaged or altered."""
    try:
        record = json.loads(text)
        if record["record"] != MARK:
            raise ExportError(f"{name} was written by another version: export it again")
        found = tuple(Cited(**entry) for entry in record["citations"])
    except (ValueError, KeyError, TypeError) as error:
        raise ExportError(f"the citations kept in {name} are damaged: export it again ({error})") from error
    for entry in found:
        if sha256_hex(entry.quote) != entry.quote_sha256:
            raise ExportError(f"a quotation kept in {name} was altered: “{entry.quote[:20]}…”")
    return found
