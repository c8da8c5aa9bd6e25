"""A comparison as CSV, one line for each passage (and for each empty cell), for spreadsheets and scripts.

UTF-8 with a byte order mark, so that Excel reads Chinese. A text that a spreadsheet would take for a formula
gets an apostrophe before it; the column quote_json holds the quotation exactly.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from kb.errors import ExportError
from kb.types import Cell, Citation, Comparison, Figure, sha256_hex
from kb.write.grid import listed
from kb.write.output import one_line, writing
from kb.write.phrases import state_words
from kb.write.record import Cited
from kb.write.references import Edition, reference

HEADER = (
    "topic",
    "lens",
    "dimension",
    "column",
    "state",
    "state_zh",
    "passage",
    "figures",
    "flags",
    "title",
    "paragraph",
    "page",
    "reference",
    "doc_id",
    "version",
    "start",
    "end",
    "quote_sha256",
    "quote_json",
)
_FORMULA = ("=", "+", "-", "@", "'", "＝", "＋", "－", "＠")


def write_csv(comparison: Comparison, path: Path, edition: Edition = "2025", swap: bool = False) -> None:
    """Writes `path`, district by district or, with `swap`, dimension by dimension. Raises `ExportError`."""
    lines = (
        line for name, cell in listed(comparison, swap) for line in _rows(comparison, name, cell, edition)
    )
    write_lines(HEADER, lines, path)


def write_lines(header: Sequence[str], lines: Iterable[Sequence[str]], path: Path) -> None:
    """Writes lines of fields to `path`. Raises `ExportError` when it cannot be written."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows(lines)
    with writing(path) as temporary:
        temporary.write_bytes(text.getvalue().encode("utf-8-sig"))


def read_csv(text: str, name: str) -> tuple[Cited, ...]:
    """The citations of an exported text. Raises `ExportError` naming `name` when it is damaged or altered."""
    csv.field_size_limit(2**30)
    rows = csv.DictReader(io.StringIO(text, newline=""))
    if not set(HEADER) <= set(rows.fieldnames or ()):
        raise ExportError(f"{name} is not one of our exports: its columns differ")
    try:
        found = tuple(_cited(row) for row in rows if row["doc_id"])
    except (ValueError, TypeError) as error:
        raise ExportError(f"the citations kept in {name} are damaged: export it again ({error})") from error
    for entry in found:
        if sha256_hex(entry.quote) != entry.quote_sha256:
            raise ExportError(f"a quotation kept in {name} was altered: “{entry.quote[:20]}…”")
    return found


def harmless(text: str) -> str:
    """`text` on one line, and not a formula in any spreadsheet."""
    line = one_line(text)
    return f"'{line}" if line.startswith(_FORMULA) else line


def _rows(comparison: Comparison, name: str, cell: Cell, edition: Edition) -> Iterator[list[str]]:
    head = [comparison.topic, comparison.lens, cell.dimension, name, cell.state, state_words(cell)]
    head = [harmless(value) for value in head]
    if not cell.citations:
        yield head + [""] * (len(HEADER) - len(head))
    for citation in cell.citations:
        yield head + passage_fields(cell.figures, citation, edition)


def passage_fields(figures: Sequence[Figure], citation: Citation, edition: Edition) -> list[str]:
    """The fields of a passage, from `passage` to `quote_json`; `figures` may be of others too."""
    inside = [
        figure.quote
        for figure in figures
        if citation.start <= figure.start and figure.end <= citation.end
        if citation.quote[figure.start - citation.start : figure.end - citation.start] == figure.quote
    ]
    shown = [
        citation.quote,
        "；".join(inside),
        "；".join(flag.name for flag in citation.flags),
        citation.document.title,
        citation.paragraph,
        str(citation.page or ""),
        reference(citation.document, edition),
    ]
    exact = [citation.doc_id, citation.version, str(citation.start), str(citation.end)]
    return [
        *(harmless(value) for value in shown),
        *exact,
        citation.quote_sha256,
        json.dumps(citation.quote),
    ]


def _cited(row: dict[str, str]) -> Cited:
    return Cited(
        row["doc_id"],
        row["version"],
        int(row["start"]),
        int(row["end"]),
        json.loads(row["quote_json"]),
        row["quote_sha256"],
        row["title"],
    )
